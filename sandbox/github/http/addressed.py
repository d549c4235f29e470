"""What an address names below a repository: its environments, and who holds secrets there."""

from starlette.requests import Request

from sandbox.github.http.access import Access
from sandbox.github.http.errors import there
from sandbox.github.repositories.registry import Repository
from sandbox.github.settings.environments import Environment, Environments
from sandbox.github.settings.holders import Holder


class Addressed:
    """Looks up what requests are about; refuses whoever may not administer it."""

    def __init__(self, access: Access, environments: Environments) -> None:
        self.access = access
        self._environments = environments

    def holder(self, request: Request) -> Holder:
        """The repository, or the environment, if the address names one."""
        repository, _ = self.access.administered(request)
        if "environment" not in request.path_params:
            return Holder(repository.id)
        return Holder(repository.id, self._environment(request, repository).id)

    def environment(self, request: Request) -> tuple[Repository, Environment]:
        """The environment of the address, to be changed."""
        repository, _ = self.access.administered(request)
        return repository, self._environment(request, repository)

    def readable_environment(self, request: Request) -> tuple[Repository, Environment]:
        """The environment of the address, to be read."""
        repository = self.access.readable(request)
        return repository, self._environment(request, repository)

    def _environment(self, request: Request, repository: Repository) -> Environment:
        return there(self._environments.find(repository.id, request.path_params["environment"]))
