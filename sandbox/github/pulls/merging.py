"""The git side of merging: what two branches give together, by each of the three methods."""

from collections.abc import Sequence

import pygit2

from sandbox.git.store import GitStore, Person
from sandbox.git.transfer import fetch
from sandbox.git.writer import signature
from sandbox.github.repositories.differences import commits_between
from sandbox.github.repositories.registry import Repository

METHODS = ("merge", "squash", "rebase")


class ConflictsError(Exception):
    """Both sides changed the same lines."""


def fetch_head(base: Repository, head: Repository, branch: str, number: int) -> None:
    """Brings a fork's branch into the repository it is proposed to, as `refs/pull/N/head`."""
    fetch(base.path, head.path, f"+refs/heads/{branch}:{head_reference(number)}")


def head_reference(number: int) -> str:
    """Where the newest commit of a pull request can be fetched."""
    return f"refs/pull/{number}/head"


def merge_reference(number: int) -> str:
    """Where its trial merge can be fetched, as long as there are no conflicts."""
    return f"refs/pull/{number}/merge"


def point(store: GitStore, reference: str, commit: str) -> None:
    """Lets a reference of the platform's own lead to a commit."""
    store.open().references.create(reference, commit, force=True)


def unpoint(store: GitStore, reference: str) -> None:
    """Removes a reference of the platform's own, if it is there."""
    references = store.open().references
    if reference in references:
        references.delete(reference)


def merge_commit(store: GitStore, base: str, head: str, message: str, by: Person) -> str:
    """Writes the merge of a head into a base, to which no reference leads yet.

    Raises:
        ConflictsError: git cannot merge them by itself.
    """
    handle = store.open()
    index = handle.merge_commits(base, head)
    return _write(handle, index, [base, head], message, by, by)


def squashed(store: GitStore, base: str, head: str, message: str, by: Person) -> str:
    """Writes all of a head's changes as one commit upon a base; raises ConflictsError."""
    handle = store.open()
    index = handle.merge_commits(base, head)
    return _write(handle, index, [base], message, by, by)


def rebased(store: GitStore, base: str, head: str, by: Person) -> str:
    """Writes the commits of a head anew upon a base; raises ConflictsError."""
    handle = store.open()
    tip = base
    for each in commits_between(store, base, head):
        if len(each.parents) > 1:
            continue  # merges add nothing of their own to a line
        ancestor = handle[each.parents[0]].peel(pygit2.Tree) if each.parents else None
        if ancestor is None:
            raise ConflictsError
        ours, theirs = handle[tip].peel(pygit2.Tree), handle[each.oid].peel(pygit2.Tree)
        index = handle.merge_trees(ancestor, ours, theirs)
        tip = _write(handle, index, [tip], each.message, each.author, by)
    return tip


def _write(
    handle: pygit2.Repository,
    index: pygit2.Index,
    parents: Sequence[str],
    message: str,
    author: Person,
    committer: Person,
) -> str:
    if index.conflicts is not None:
        raise ConflictsError
    tree = index.write_tree(handle)
    made = handle.create_commit(
        None,
        signature(author),
        signature(committer),
        message,
        tree,
        [pygit2.Oid(hex=each) for each in parents],
    )
    return str(made)
