"""Reads a bare git repository: references, commits, trees, files.

Each call opens the repository anew: objects that `git push` has just written in another process are
seen at once, and libgit2 handles are never shared between threads.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Self

import pygit2
from pygit2.enums import FileMode, SortMode

from sandbox.git import moves

DEFAULT_BRANCH = moves.DEFAULT_BRANCH
_SHA = re.compile(r"[0-9a-f]{4,40}")


@dataclass(frozen=True)
class Entry:
    """A file, folder, link or submodule of a tree."""

    path: str
    oid: str  # 40 hex digits
    mode: int  # git's file mode
    size: int  # bytes of a file; 0 for others

    @property
    def name(self) -> str:
        """Last part of the path."""
        return self.path.rpartition("/")[2]

    @property
    def kind(self) -> str:
        """file, dir, symlink or submodule."""
        kinds = {FileMode.TREE: "dir", FileMode.LINK: "symlink", FileMode.COMMIT: "submodule"}
        return kinds.get(FileMode(self.mode), "file")


@dataclass(frozen=True)
class Person:
    """Who wrote or committed, and when."""

    name: str
    email: str
    at: datetime


@dataclass(frozen=True)
class Commit:
    """One commit."""

    oid: str
    tree: str
    parents: tuple[str, ...]
    message: str
    author: Person
    committer: Person

    @property
    def title(self) -> str:
        """First line of the message."""
        return self.message.partition("\n")[0]

    @property
    def description(self) -> str:
        """The message after its first line."""
        return self.message.partition("\n")[2].strip()


class GitStore:
    """One bare repository, for reading. Thread-safe."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def create(cls, path: Path) -> Self:
        """A new one without any commit."""
        repository = pygit2.init_repository(path, bare=True, initial_head=DEFAULT_BRANCH)
        # A detached `git gc` would outlive the push that started it, and the sandbox with it.
        repository.config["gc.auto"] = 0
        repository.config["receive.autogc"] = False
        return cls(path)

    def open(self) -> pygit2.Repository:
        """A handle for one piece of work in one thread."""
        return pygit2.Repository(str(self.path))

    def default_branch(self) -> str:
        """The branch HEAD names, whether it has commits or not."""
        return (self.path / "HEAD").read_text(encoding="utf-8").strip().removeprefix(_HEAD)

    def set_default_branch(self, branch: str) -> None:
        """Lets HEAD name another branch."""
        self.open().set_head(f"refs/heads/{branch}")

    def references(self, prefix: str = "refs/") -> dict[str, str]:
        """Full reference name -> object it points at (a tag object for annotated tags)."""
        repository = self.open()
        names = sorted(name for name in repository.references if name.startswith(prefix))
        return {name: str(repository.references[name].target) for name in names}

    def branch_head(self, branch: str | None = None) -> str | None:
        """The commit a branch (the default one unless named) points at; None if it is not there."""
        branch = branch or self.default_branch()
        try:
            return str(self.open().references[f"refs/heads/{branch}"].target)
        except (KeyError, pygit2.InvalidSpecError):
            return None

    def resolve(self, ref: str) -> str | None:
        """The commit that a branch, tag, full reference or (abbreviated) sha names."""
        repository = self.open()
        if ref == "HEAD":
            ref = self.default_branch()
        names = [f"refs/heads/{ref}", f"refs/tags/{ref}", f"refs/{ref}", ref]
        for name in names if ref else []:
            try:
                return str(repository.references[name].peel(pygit2.Commit).id)
            except (KeyError, pygit2.GitError, pygit2.InvalidSpecError):
                continue
        if not _SHA.fullmatch(ref):
            return None
        try:
            return str(repository[ref].peel(pygit2.Commit).id)
        except (KeyError, ValueError, pygit2.GitError, pygit2.InvalidSpecError):
            return None

    def entry(self, commit: str, path: str) -> Entry | None:
        """What lies at a path; None if nothing."""
        repository = self.open()
        try:
            return _entry(repository, repository[commit].peel(pygit2.Tree)[path], path)
        except (KeyError, ValueError):
            return None

    def children(self, commit: str, folder: str) -> list[Entry] | None:
        """What lies directly in a folder, in git's order; None if there is no such folder."""
        try:
            return list(self.walk(commit, folder, recursive=False))
        except KeyError:
            return None

    def walk(self, tree: str, folder: str = "", *, recursive: bool) -> Iterator[Entry]:
        """What a folder of a commit or tree object holds; raises KeyError if there is none."""
        repository = self.open()
        found: pygit2.Object = repository[tree].peel(pygit2.Tree)
        if folder:
            found = repository[tree].peel(pygit2.Tree)[folder]
        if not isinstance(found, pygit2.Tree):
            raise KeyError(folder)
        yield from _walk(repository, found, f"{folder}/" if folder else "", recursive=recursive)

    def blob(self, oid: str) -> bytes | None:
        """A blob's bytes; None if there is no such blob."""
        try:
            return self.open()[oid].peel(pygit2.Blob).data
        except (KeyError, ValueError, pygit2.InvalidSpecError):
            return None

    def commit(self, oid: str) -> Commit:
        """A commit that is there."""
        return _commit(self.open()[oid].peel(pygit2.Commit))

    def history(self, commit: str, path: str = "") -> Iterator[Commit]:
        """The commits reachable from one, newest first; those that change a path, if one is set."""
        repository = self.open()
        order = SortMode.TOPOLOGICAL | SortMode.TIME
        for each in repository.walk(pygit2.Oid(hex=commit), order):
            here, parents = _oid_at(each, path), [_oid_at(p, path) for p in each.parents]
            if not path or here not in (parents or [None]):
                yield _commit(each)

    def last_commits(self, commit: str, paths: list[str]) -> dict[str, Commit]:
        """For each path the newest commit on the first-parent line that changed it."""
        found: dict[str, Commit] = {}
        current = self.open()[commit].peel(pygit2.Commit)
        while len(found) < len(paths):
            parent = next(iter(current.parents), None)
            for path in paths:
                before = None if parent is None else _oid_at(parent, path)
                if path not in found and _oid_at(current, path) != before:
                    found[path] = _commit(current)
            if parent is None:
                break
            current = parent
        return found


_HEAD = "ref: refs/heads/"


def _walk(
    repository: pygit2.Repository, tree: pygit2.Tree, prefix: str, *, recursive: bool
) -> Iterator[Entry]:
    for child in tree:
        path = f"{prefix}{child.name}"
        yield _entry(repository, child, path)
        if recursive and isinstance(child, pygit2.Tree):
            yield from _walk(repository, child, f"{path}/", recursive=True)


def _entry(repository: pygit2.Repository, found: pygit2.Object, path: str) -> Entry:
    oid, mode = str(found.id), int(found.filemode)
    if not isinstance(found, pygit2.Blob):  # a folder, or a submodule's commit
        return Entry(path, oid, mode, 0)
    return Entry(path, oid, mode, repository.odb.read_header(found.id)[1])


def _oid_at(commit: pygit2.Commit, path: str) -> str | None:
    if not path:
        return None
    try:
        return str(commit.tree[path].id)
    except KeyError:
        return None


def _commit(found: pygit2.Commit) -> Commit:
    return Commit(
        oid=str(found.id),
        tree=str(found.tree_id),
        parents=tuple(str(each) for each in found.parent_ids),
        message=found.message.rstrip("\n"),
        author=_person(found.author),
        committer=_person(found.committer),
    )


def _person(signature: pygit2.Signature) -> Person:
    zone = timezone(timedelta(minutes=signature.offset))
    return Person(signature.name, signature.email, datetime.fromtimestamp(signature.time, tz=zone))
