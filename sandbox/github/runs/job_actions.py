"""What the actions of a job lead to, with those of the sandbox's own repositories."""

from contextlib import suppress
from pathlib import Path

from sandbox.github.runs.planning.equivalents import FoundActions, find_actions
from sandbox.github.runs.running.job_task import JobTask, Tools


def actions_of(tools: Tools, task: JobTask) -> FoundActions:
    """Resolves what the steps of a job use."""
    run = task.run

    def read(path: str) -> bytes | None:
        return tools.repositories.read_file(run.repository, run.commit_id, path)

    def own(name: str, ref: str) -> Path | None:
        with suppress(Exception):  # no such repository; each half has its own word for that
            if not tools.repositories.may_use(run.repository, name):
                return None
            commit = tools.repositories.resolve(name, ref)
            if commit is not None:
                return tools.sources.get(name, commit).folder
        return None

    return find_actions(task.job.steps, read, own)
