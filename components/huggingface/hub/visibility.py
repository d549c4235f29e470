"""Who sees a repository, changed around all else that a run changes in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from slipway.huggingface.hub.repository import RepoType

if TYPE_CHECKING:
    from slipway.huggingface.hub.client import HubClient

_OPENNESS = ("private", "protected", "public")


@contextmanager
def visibility_changed(
    hub: "HubClient", kind: RepoType, repo_id: str, before: str | None, after: str
) -> Iterator[None]:
    """Closes a repository before what happens inside, or opens it afterwards if that went well.

    Args:
        hub: the client.
        kind: the repository's type.
        repo_id: its id.
        before: who sees it now; what is not known may be private.
        after: who is to see it.
    """
    opening = _rank(before) < _rank(after)
    if before != after and not opening:
        hub.set_visibility(kind, repo_id, after)
    yield
    if opening:
        hub.set_visibility(kind, repo_id, after)


def _rank(visibility: str | None) -> int:
    return _OPENNESS.index(visibility) if visibility in _OPENNESS else 0
