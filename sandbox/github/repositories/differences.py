"""How two commits differ: file by file as the API lists them, and as a text that git applies."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pygit2
from pygit2.enums import DeltaStatus, DiffOption, SortMode

from sandbox.git.store import Commit, GitStore

_LARGEST_PATCH = 1 << 20  # bytes of one file's; a larger one is not shown, as on the platform
_STATUSES = {
    DeltaStatus.ADDED: "added",
    DeltaStatus.DELETED: "removed",
    DeltaStatus.RENAMED: "renamed",
    DeltaStatus.COPIED: "copied",
    DeltaStatus.TYPECHANGE: "changed",
}


@dataclass(frozen=True, kw_only=True)
class ChangedFile:
    """One file that differs."""

    path: str
    previous: str | None  # of a renamed one
    oid: str  # of the newer content, or the older one of a removed file
    status: str
    additions: int  # lines
    deletions: int
    patch: str | None  # None for a binary or very large one


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """How a head stands to a base."""

    base: str  # commits
    head: str
    merge_base: str | None  # None for histories that never met
    ahead: int
    behind: int

    @property
    def status(self) -> str:
        """identical, ahead, behind or diverged."""
        if not self.ahead and not self.behind:
            return "identical"
        if self.ahead and self.behind:
            return "diverged"
        return "ahead" if self.ahead else "behind"


def compare(store: GitStore, base: str, head: str) -> Comparison:
    """How two commits of a repository stand to each other."""
    handle = store.open()
    ahead, behind = handle.ahead_behind(pygit2.Oid(hex=head), pygit2.Oid(hex=base))
    common = handle.merge_base(pygit2.Oid(hex=base), pygit2.Oid(hex=head))
    return Comparison(
        base=base, head=head, merge_base=str(common) if common else None, ahead=ahead, behind=behind
    )


def fork_point(store: GitStore, base: str, head: str) -> str:
    """From which commit the changes of a head are counted: where both histories last met."""
    return compare(store, base, head).merge_base or base


def commits_between(store: GitStore, base: str, head: str) -> Sequence[Commit]:
    """The commits behind `head` that are not behind `base`, oldest first."""
    walker = store.open().walk(
        pygit2.Oid(hex=head), SortMode.TOPOLOGICAL | SortMode.TIME | SortMode.REVERSE
    )
    walker.hide(pygit2.Oid(hex=base))
    return [store.commit(str(each.id)) for each in walker]


def proposed_files(store: GitStore, base: str, head: str) -> Sequence[ChangedFile]:
    """The files that a head changes since it left a base, by path.

    Commits never change, and one pull request's event asks several times: kept for the next.
    """
    return _proposed_files(store.path, base, head)


@lru_cache(maxsize=8)
def _proposed_files(path: Path, base: str, head: str) -> Sequence[ChangedFile]:
    store = GitStore(path)
    return tuple(changed_files(store, fork_point(store, base, head), head))


def proposed_text(store: GitStore, base: str, head: str) -> str:
    """The same as one difference, as `git diff` writes it."""
    return diff_text(store, fork_point(store, base, head), head)


def changed_files(store: GitStore, old: str | None, new: str) -> Sequence[ChangedFile]:
    """The files in which two commits differ, by path; against nothing for a first commit."""
    return [_file(each) for each in _diff(store, old, new) if each is not None]


def diff_text(store: GitStore, old: str | None, new: str) -> str:
    """The whole difference as `git diff` writes it."""
    return _diff(store, old, new).patch or ""


def _diff(store: GitStore, old: str | None, new: str) -> pygit2.Diff:
    handle = store.open()
    after = handle[new].peel(pygit2.Tree)
    if old is None:
        diff = after.diff_to_tree(swap=True)
    else:
        diff = handle[old].peel(pygit2.Tree).diff_to_tree(after, flags=DiffOption.NORMAL)
    diff.find_similar()
    return diff


def _file(patch: pygit2.Patch) -> ChangedFile:
    delta = patch.delta
    removed = delta.status == DeltaStatus.DELETED
    path = delta.old_file.path if removed else delta.new_file.path
    _, additions, deletions = patch.line_stats
    moved = delta.status in (DeltaStatus.RENAMED, DeltaStatus.COPIED)
    return ChangedFile(
        path=path,
        previous=delta.old_file.path if moved else None,
        oid=str(delta.old_file.id if removed else delta.new_file.id),
        status=_STATUSES.get(delta.status, "modified"),
        additions=additions,
        deletions=deletions,
        patch=_hunks(patch),
    )


def _hunks(patch: pygit2.Patch) -> str | None:
    """The part from the first `@@` on: what the API calls a patch."""
    if patch.delta.is_binary or len(patch.data) > _LARGEST_PATCH:
        return None
    lines = patch.data.decode("utf-8", errors="replace").splitlines()
    body = "\n".join(_from_first_hunk(lines))
    return body or None


def _from_first_hunk(lines: Sequence[str]) -> Iterator[str]:
    inside = False
    for line in lines:
        inside = inside or line.startswith("@@")
        if inside:
            yield line
