"""A runs half that writes down what it is told, for tests of the other half."""

from collections.abc import Sequence

from starlette.routing import BaseRoute

from sandbox.github.contract import CheckedRun, NoSuchWorkflowError, Trigger
from sandbox.github.service import GitHubService


class RecordedRuns:
    """Gives every trigger a number; a dispatch must name a file that is there."""

    def __init__(self) -> None:
        self.triggers: list[Trigger] = []
        self.gone: list[str] = []
        self.checked: list[CheckedRun] = []
        self.repositories: GitHubService | None = None

    def prepare(self, trigger: Trigger) -> None:
        """Whatever it reads is there."""

    def triggered(self, trigger: Trigger) -> Sequence[int]:
        if trigger.event == "workflow_dispatch" and self.repositories is not None:
            path = f".github/workflows/{trigger.workflow}"
            file = self.repositories.read_file(trigger.repository, trigger.commit, path)
            if file is None:
                raise NoSuchWorkflowError("Not Found")
            if b"workflow_dispatch" not in file:
                raise NoSuchWorkflowError("Workflow does not have 'workflow_dispatch' trigger")
        self.triggers.append(trigger)
        return [len(self.triggers)]

    def deleted(self, repository: str) -> None:
        self.gone.append(repository)

    def checks(self, _repository: str, commit: str) -> Sequence[CheckedRun]:
        return [each for each in self.checked if each.commit == commit]

    def routes(self) -> Sequence[BaseRoute]:
        return []
