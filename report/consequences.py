"""What a change means for people who use what is deployed."""

from collections.abc import Iterator

from report.differences import UNKNOWN, masked
from report.plan import Change, Operation

_LOST = {
    "render:Postgres": "the database and every row in it",
    "huggingface:Space": "the Space's repository, its history and its settings",
    "huggingface:ModelRepo": "the model repository, its weights and its history",
    "render:WebService": "the service with its address, history of deploys and disk",
    "render:StaticSite": "the site with its address and history of deploys",
    "github:GeneratedKey": "the key: whoever uses it needs the new one",
    "github:Repository": "the repository with its issues and pull requests",
}
_RESTARTS = {"render:Deploy", "render:WebService", "render:EnvWiring", "huggingface:Space"}
_SERVES = {"render:WebService", "render:StaticSite", "huggingface:Space"}


def lost(change: Change) -> str | None:
    """What is gone once an object is deleted or replaced; None if all of it is made again."""
    if change.operation not in (Operation.DELETE, Operation.REPLACE):
        return None
    if change.kind == "render:Postgres" and not change.old.get("delete_data"):
        return None  # it is let go of, and stays
    return _LOST.get(change.kind)


def restarts(changes: list[Change]) -> list[str]:
    """Names of what is served anew, sorted, each once."""
    return sorted(
        {
            _service(change)
            for change in changes
            if change.kind in _RESTARTS
            and change.operation in (Operation.UPDATE, Operation.REPLACE)
        }
    )


def addresses(changes: list[Change]) -> Iterator[tuple[str, str | None, str | None]]:
    """(name, old URL, new URL) of what moves; None: there is none, or it is not known yet."""
    for change in changes:
        if change.kind not in _SERVES:
            continue
        old, new = (_url(each) for each in (change.old_outputs, change.new_outputs))
        gone = change.operation in (Operation.DELETE, Operation.REPLACE)
        if gone or (old and new and old != new):
            kept = change.operation is Operation.REPLACE and old == new
            yield _service(change), old, None if kept else new


def _url(outputs: object) -> str | None:
    value = outputs.get("url") if isinstance(outputs, dict) else None
    return masked("url", value) if isinstance(value, str) and value != UNKNOWN else None


def _service(change: Change) -> str:
    for role in ("-deploy", "-service", "-wiring", "-space", "-site"):
        if change.name.endswith(role):
            return change.name.removesuffix(role)
    return change.name
