"""What a moved branch or tag says of itself: the events `push`, `create` and `delete`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pygit2
from pygit2.enums import SortMode

from sandbox.git.moves import Move
from sandbox.git.store import Commit, GitStore, Person
from sandbox.github.http.requests import Urls
from sandbox.github.repositories.differences import changed_files, compare
from sandbox.github.repositories.registry import Repository

MOST_COMMITS = 2048  # docs.github.com, the payload of `push`
_FIRST_PARTS = {"refs/heads/": "branch", "refs/tags/": "tag"}


def told_of(
    repository: Repository, move: Move, actor: str, here: Urls
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The events of one move with their payloads, without repository and sender."""
    kind, short = next(
        (kind, move.ref.removeprefix(prefix))
        for prefix, kind in _FIRST_PARTS.items()
        if move.ref.startswith(prefix)
    )
    about = {"ref": short, "ref_type": kind, "full_ref": move.ref, "pusher_type": "user"}
    if move.creates:
        default = repository.git.default_branch()
        more = {"master_branch": default, "description": repository.description}
        yield "create", {**about, **more}
    if move.deletes:
        yield "delete", about
    yield "push", push_payload(repository, move, actor, here)


def push_payload(repository: Repository, move: Move, actor: str, here: Urls) -> dict[str, Any]:
    """A push of one branch or tag."""
    store, web = repository.git, f"{here.web}/{repository.full_name}"
    head = None if move.deletes else store.resolve(move.ref) or move.new
    commits = [] if head is None else _brought(store, move, head)
    shown = [_commit(store, each, web) for each in commits]
    last = shown[-1] if shown else None
    if head is not None and (last is None or last["id"] != head):
        last = _commit(store, store.commit(head), web)
    if move.creates or move.deletes:
        span = f"compare/{move.ref.split('/', 2)[2]}"
    else:
        span = f"compare/{move.old[:12]}...{move.new[:12]}"
    return {
        "ref": move.ref,
        "before": move.old,
        "after": move.new,
        "created": move.creates,
        "deleted": move.deletes,
        "forced": _is_forced(store, move),
        "base_ref": None,
        "compare": f"{web}/{span}",
        "pusher": {"name": actor, "email": None},
        "commits": shown,
        "head_commit": last,
    }


def _brought(store: GitStore, move: Move, head: str) -> Sequence[Commit]:
    """The newest commits that it brings, oldest first: those that no other branch has."""
    handle = store.open()
    walker = handle.walk(pygit2.Oid(hex=head), SortMode.TOPOLOGICAL | SortMode.TIME)
    known = {oid for ref, oid in store.references("refs/heads/").items() if ref != move.ref}
    if not move.creates:
        known.add(move.old)
    for oid in known:
        walker.hide(handle[oid].peel(pygit2.Commit).id)
    found = [store.commit(str(each.id)) for each, _ in zip(walker, range(MOST_COMMITS))]  # noqa: B905 - the shorter one ends it
    return found[::-1]


def _is_forced(store: GitStore, move: Move) -> bool:
    if move.creates or move.deletes or not move.ref.startswith("refs/heads/"):
        return False
    return compare(store, move.old, move.new).behind > 0


def _commit(store: GitStore, commit: Commit, web: str) -> dict[str, Any]:
    parent = commit.parents[0] if commit.parents else None
    files: dict[str, list[str]] = {"added": [], "removed": [], "modified": []}
    for each in changed_files(store, parent, commit.oid):
        if each.previous is not None and each.status == "renamed":
            files["removed"].append(each.previous)
            files["added"].append(each.path)
        else:
            files.get(each.status, files["modified"]).append(each.path)
    return {
        "id": commit.oid,
        "tree_id": commit.tree,
        "distinct": True,
        "message": commit.message.rstrip("\n"),
        "timestamp": commit.committer.at.isoformat(),
        "url": f"{web}/commit/{commit.oid}",
        "author": _person(commit.author),
        "committer": _person(commit.committer),
        **files,
    }


def _person(person: Person) -> dict[str, str]:
    return {"name": person.name, "email": person.email}
