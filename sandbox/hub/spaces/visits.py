"""Who may use a Space's app: everyone, except that a private Space's app is its members'."""

from starlette.requests import Request

from sandbox.hub.http.access import Access
from sandbox.hub.http.errors import InvalidTokenError
from sandbox.hub.repositories.names import RepoKind
from sandbox.hub.repositories.registry import Registry
from sandbox.hub.spaces.running.front_door import MayVisit


def visits_of(registry: Registry, access: Access) -> MayVisit:
    """The rule for the public addresses of this Hub's Spaces.

    "protected" hides a Space's code, not its app. Only the first request of a connection is asked
    for its token: the ones after it come from the same client.
    """

    def may_visit(repo_id: str, authorization: str | None) -> bool:
        repository = registry.find(RepoKind.SPACE, repo_id)
        if repository is None:
            return False
        if repository.visibility != "private":
            return True
        try:
            identity = access.caller(_request(authorization))
        except InvalidTokenError:
            return False
        return identity is not None and identity.may_read(repository.name.namespace)

    return may_visit


def _request(authorization: str | None) -> Request:
    headers = [] if authorization is None else [(b"authorization", authorization.encode("latin-1"))]
    return Request({"type": "http", "headers": headers})
