"""What the routes of pull requests share: the one that an address means, and who may do what."""

from starlette.requests import Request

from sandbox.github.http.access import PULLS, Access, require_own, require_voice
from sandbox.github.http.accounts import Caller
from sandbox.github.http.errors import there
from sandbox.github.http.requests import REPOSITORY, Routes
from sandbox.github.pulls.records import Pull
from sandbox.github.pulls.reviewing import require_hearing
from sandbox.github.pulls.service import PullService
from sandbox.github.repositories.registry import Repository

PULL = f"{REPOSITORY}/pulls/{{number:int}}"


class AddressedPulls(Routes):
    """Finds what an address means, as far as the caller may know of it."""

    def __init__(self, access: Access, pulls: PullService) -> None:
        self._access = access
        self._pulls = pulls
        self._reviews = pulls.reviews

    def _addressed(self, request: Request) -> tuple[Repository, Pull]:
        """The pull request of the address, if the caller may read it; raises NotFoundError."""
        repository = self._access.readable(request)
        number = request.path_params["number"]
        return repository, there(self._pulls.records.find(repository.id, number))

    def _proposed(self, request: Request) -> tuple[Repository, Pull, Caller]:
        """The same for its author, or who may write."""
        caller = self._access.require_caller(request)
        repository, pull = self._addressed(request)
        require_voice(caller, repository, PULLS)
        require_own(caller, pull.issue.author, repository, PULLS)
        return repository, pull, caller

    def _seen(self, request: Request) -> tuple[Repository, Pull, Caller]:
        """The same for who may say something of it."""
        caller = self._access.require_caller(request)
        repository, pull = self._addressed(request)
        require_hearing(caller, pull, repository)
        return repository, pull, caller
