"""Who has committed to a repository: what may be overwritten, and what may go with its stack.

What a commit is called proves nothing, since "initial commit" is what anybody's first one is called
and a pipeline may give its weights any title. What counts is which commits there are.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slipway.core.ownership import Mark
from slipway.huggingface.hub.attributes import ATTRIBUTES
from slipway.huggingface.hub.repository import KINDS, RepoType

if TYPE_CHECKING:
    from slipway.huggingface.hub.client import HubClient

MARK_TAG = "held-by/"  # begins the tags that are marks of this program's
_OF_THE_PLATFORM = frozenset({ATTRIBUTES, "README.md"})  # what it makes a repository with


@dataclass(frozen=True)
class Commit:
    """One commit on main."""

    id: str  # 40 hex digits
    mark: Mark | None  # whose it says it is


@dataclass(frozen=True)
class History:
    """All that anybody has committed to a repository."""

    commits: tuple[Commit, ...]  # on main, newest first
    first_files: frozenset[str]  # what the oldest of them holds
    aside: bool  # there are other branches, tags that are no marks, or pull requests

    def is_only(self, ours: Collection[str] = ()) -> bool:
        """Whether nobody has committed but the platform, when it made it, and we.

        Args:
            ours: ids of commits; without any it is as the platform made it.
        """
        later = {commit.id for commit in self.commits[:-1]}
        return not self.aside and self.first_files <= _OF_THE_PLATFORM and later <= set(ours)


def read_history(hub: "HubClient", kind: RepoType, repo_id: str) -> History:
    """The history of a repository, which may be without a commit."""
    what = f"{KINDS[kind]} {repo_id}"
    refs = hub.call(
        f"{what}: list branches",
        lambda: hub.api.list_repo_refs(repo_id, repo_type=kind, include_pull_requests=True),
    )
    branches = {branch.name for branch in refs.branches}
    tags = [tag.name for tag in refs.tags if not tag.name.startswith(MARK_TAG)]
    aside = bool(branches - {"main"} or tags or refs.pull_requests)
    if "main" not in branches:
        return History((), frozenset(), aside)
    commits = hub.call(
        f"{what}: list commits", lambda: hub.api.list_repo_commits(repo_id, repo_type=kind)
    )
    first = hub.tree(kind, repo_id, commits[-1].commit_id)
    found = (Commit(each.commit_id, Mark.found(each.message.strip())) for each in commits)
    return History(tuple(found), frozenset(first), aside)
