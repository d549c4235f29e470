"""What the routes of issues share: the issue that an address means, and who may speak of it."""

from starlette.requests import Request

from sandbox.github.http.access import ISSUES, Access, require_voice
from sandbox.github.http.accounts import Caller
from sandbox.github.http.errors import there
from sandbox.github.http.requests import REPOSITORY, Routes
from sandbox.github.issues.records import Issue
from sandbox.github.issues.service import IssueService
from sandbox.github.repositories.registry import Repository

ISSUE = f"{REPOSITORY}/issues/{{number:int}}"


class AddressedIssues(Routes):
    """Finds what an address means, as far as the caller may know of it."""

    def __init__(self, access: Access, issues: IssueService) -> None:
        self._access = access
        self._issues = issues

    def _seen(self, request: Request) -> tuple[Repository, Caller]:
        """The repository and the caller, who is somebody whose token may write at all."""
        caller = self._access.require_caller(request)
        repository = self._access.readable(request)
        require_voice(caller, repository, ISSUES)
        return repository, caller

    def _addressed(self, request: Request) -> tuple[Repository, Issue]:
        """The issue of the address, if the caller may read it; raises NotFoundError."""
        repository = self._access.readable(request)
        return repository, self._issue(repository, request)

    def _issue(self, repository: Repository, request: Request) -> Issue:
        """The issue of that number in a repository; raises NotFoundError."""
        return there(self._issues.records.find(repository.id, request.path_params["number"]))
