"""The workflow files on a repository's default branch, as people see them listed."""

from sandbox.github.runs.planning.workflow import FOLDER, WorkflowError, is_workflow, parse_workflow
from sandbox.github.runs.unheard import unheard
from sandbox.github.service import GitHubService


class WorkflowFiles:
    """Reads them. Thread-safe: it holds no state."""

    def __init__(self, repositories: GitHubService) -> None:
        self._repositories = repositories

    def paths(self, repository: str) -> list[str]:
        """Where they lie, by name."""
        commit = self._head(repository)
        if commit is None:
            return []
        names = self._repositories.list_files(repository, commit, FOLDER)
        return [f"{FOLDER}/{name}" for name in sorted(names) if is_workflow(name)]

    def name(self, repository: str, path: str) -> str:
        """What a file calls itself; its path if it does not say."""
        content = self._content(repository, path)
        try:
            return parse_workflow(path, content).name if content else path
        except WorkflowError:
            return path

    def unheard(self, repository: str) -> list[str]:
        """Which events they wait for in vain, for people."""
        return [
            said
            for path in self.paths(repository)
            for said in unheard(path, self._content(repository, path))
        ]

    def _content(self, repository: str, path: str) -> bytes:
        commit = self._head(repository)
        content = commit and self._repositories.read_file(repository, commit, path)
        return content or b""

    def _head(self, repository: str) -> str | None:
        branch = self._repositories.default_branch(repository)
        return self._repositories.resolve(repository, branch)
