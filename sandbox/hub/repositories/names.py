"""Repository kinds and names, by the Hub's rules (contract: Hub docs 2026-08)."""

import re
from dataclasses import dataclass
from enum import StrEnum

from sandbox.http.errors import NotImitatedError
from sandbox.hub.http.errors import BadRequestError

_PART = re.compile(r"[A-Za-z0-9._-]{1,96}")


class RepoKind(StrEnum):
    """The Hub's three kinds; a model and a Space may share a name."""

    MODEL = "model"
    DATASET = "dataset"
    SPACE = "space"

    @property
    def plural(self) -> str:
        """As in `/api/models/…`."""
        return f"{self}s"

    @property
    def web_prefix(self) -> str:
        """What stands before the id in addresses of pages, files and git: nothing for models."""
        return "" if self is RepoKind.MODEL else f"{self}s/"


@dataclass(frozen=True)
class RepoName:
    """A repository's id as people write it, with its kind."""

    kind: RepoKind
    namespace: str
    name: str

    @property
    def id(self) -> str:
        """`namespace/name`."""
        return f"{self.namespace}/{self.name}"

    @property
    def web_path(self) -> str:
        """Path of the repository's page, without a leading slash."""
        return f"{self.kind.web_prefix}{self.id}"


def kind_of_plural(plural: str) -> RepoKind:
    """`models` -> MODEL; the router admits only the three plurals."""
    return RepoKind(plural.removesuffix("s"))


def parse_kind(value: object) -> RepoKind:
    """The `type` field of a request body; the client leaves it out for models."""
    if value is None:
        return RepoKind.MODEL
    if value == "kernel":
        raise NotImitatedError("repositories of kernels")
    try:
        return RepoKind(str(value))
    except ValueError:
        raise BadRequestError('"type" must be one of [model, dataset, space]') from None


def parse_id(kind: RepoKind, repo_id: str) -> RepoName:
    """`namespace/name` of an existing or wished-for repository."""
    namespace, slash, name = repo_id.partition("/")
    if not slash:
        raise BadRequestError(f"Invalid repository id {repo_id!r}: it must be namespace/name")
    return new_name(kind, namespace, name)


def new_name(kind: RepoKind, namespace: str, name: str) -> RepoName:
    """Checks a name a repository is to get; raises BadRequestError with the rule that it breaks."""
    for part in (namespace, name):
        legal = _PART.fullmatch(part) is not None
        if not legal or part[0] in "-." or part[-1] in "-." or "--" in part or ".." in part:
            raise BadRequestError(
                f"Invalid repository name {part!r}: 1 to 96 characters of [A-Za-z0-9._-], "
                "no '--' or '..', no '-' or '.' at either end",
            )
    if name.endswith(".git"):
        raise BadRequestError(f"Invalid repository name {name!r}: it may not end in '.git'")
    return RepoName(kind, namespace, name)
