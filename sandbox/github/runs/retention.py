"""How long runs are kept: the newest of each repository, with their logs and artifacts."""

import shutil
from pathlib import Path

from sandbox.github.runs.records import RunRecords

# The platform keeps runs for 400 days; here the oldest end with the sandbox's disk.
KEPT_RUNS = 1000  # that ended, of one repository


def forget_old_runs(
    records: RunRecords, folder: Path, repository: str, kept: int = KEPT_RUNS
) -> None:
    """Drops the oldest ended runs of a repository beyond `kept`, with their files."""
    for run in records.ended_beyond(repository, kept):
        remove_files(folder, run)
        records.forget_run(run)


def remove_files(folder: Path, run: int) -> None:
    """Removes the logs and artifacts of a run."""
    for kind in ("logs", "artifacts"):
        shutil.rmtree(folder / kind / str(run), ignore_errors=True)
