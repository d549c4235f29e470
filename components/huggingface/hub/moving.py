"""A repository under the name it has now, and how it comes by another one.

The Hub finds a repository by its former names too, and whatever the case. So that something answers
to a name says neither that it is called so nor that it is ours.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from slipway.core.ownership import Mark, check_still_ours, own_mark
from slipway.errors import DeployError
from slipway.huggingface.hub.repository import KINDS, Repository, RepoType

if TYPE_CHECKING:
    from slipway.huggingface.hub.client import HubClient

MarkOf = Callable[[str], Mark | None]  # of the repository with that id


def held(
    hub: "HubClient", kind: RepoType, repo_id: str, own: Mark, mark_of: MarkOf
) -> Repository | None:
    """What a resource's name leads to; None if there is nothing, or what has moved is another's."""
    found = hub.repository(kind, repo_id)
    if found is None or found.is_called(repo_id) or own.holds(mark_of(found.id)):
        return found
    return None


def settled(
    hub: "HubClient",
    kind: RepoType,
    olds: Mapping[str, Any],
    news: Mapping[str, Any],
    mark_of: MarkOf,
) -> Mark | None:
    """Moves a repository to the name it is to have, and returns the mark it carries.

    Raises:
        DeployError: it is another's by now, or gone, or the name is something else's; nothing was
            changed.
    """
    before, after = olds.get("repo_id") or news["repo_id"], news["repo_id"]
    there = hub.repository(kind, after)
    if there is not None and there.is_called(after):
        live = mark_of(after)
        if before == after:
            check_still_ours(f"{KINDS[kind]} {after}", news, live)
        elif not _ours(olds, news, live):  # else a run that died had moved it
            raise DeployError(_taken(KINDS[kind], before, after, own_mark(news), live))
        return live
    here = there if before == after else hub.repository(kind, before)
    live = mark_of(here.id) if here is not None else None
    if here is None or not (here.is_called(before) or _ours(olds, news, live)):
        raise DeployError(
            f"{KINDS[kind]} {before}: it is gone, or was moved by somebody and carries no mark of "
            "this stack. Nothing was changed. Run `pulumi up --refresh`."
        )
    check_still_ours(f"{KINDS[kind]} {here.id}", news, live)
    hub.move_repository(kind, here.id, after)
    return live


def check_called(kind: RepoType, found: Repository, repo_id: str) -> None:
    """Refuses to take over a repository under a name that is not quite its own.

    Raises:
        DeployError: nothing was changed.
    """
    if not found.is_called(repo_id):
        raise DeployError(
            f"{KINDS[kind]} {repo_id}: it exists already as {found.id}, and the Hub takes both for "
            "one name. Write that one, or choose another name."
        )


def _ours(olds: Mapping[str, Any], news: Mapping[str, Any], live: Mark | None) -> bool:
    """Whether this very resource holds it, be it by the name it had until now."""
    own, until_now = own_mark(news), own_mark(olds)
    return own.holds(live) or (until_now.lineage == own.lineage and until_now.holds(live))


def _taken(what: str, before: str, after: str, own: Mark, live: Mark | None) -> str:
    text = f"{what} {after}: it exists already, so {what} {before} can't be moved there. "
    if live is not None and own.may_take(live):
        return (
            f"{text}Another resource of this stack holds it: if that one is moved away, run the "
            "same command again; two that swap their names need a third name in between."
        )
    whose = f"It belongs to stack {live.stack}" if live else "It was not made by this stack"
    return f"{text}{whose}: choose another name, or move or delete what is there on the Hub."
