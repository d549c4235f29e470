"""The build context: exactly the files that a builder is sent, with what a Dockerfile copies.

It refuses what must not reach a builder's cache: credentials and Git LFS pointers (see
`slipway.payload.files`).
"""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pathspec

from slipway.dockerfile.stages import Stage, is_variable
from slipway.errors import ConfigError
from slipway.payload.files import Payload, ignore_lines, payload_from_files

_URL = re.compile(r"^(?:https?://|git@|git://|ssh://)")
_GLOB = frozenset("*?[")


@dataclass(frozen=True)
class BuildContext:
    """A folder, its Dockerfile, and the files that `.dockerignore` lets through."""

    folder: Path
    dockerfile: Path
    text: str  # of the Dockerfile
    files: tuple[str, ...]  # relative to the folder, sorted

    def payload(self) -> Payload:
        """The files with their digests.

        Raises:
            ConfigError: one of them must not be sent.
        """
        return payload_from_files({name: self.folder / name for name in self.files})

    def manifest(self) -> dict[str, str]:
        """Path -> digest and whether it is executable, of every file the builder is sent."""
        return {
            name: f"{file.sha256}{'+x' if os.access(file.source, os.X_OK) else ''}"
            for name, file in (self.payload().files if self.files else {}).items()
        }

    def folders(self) -> frozenset[str]:
        """Every folder that holds one of the files, relative to the context."""
        parents = (parent for name in self.files for parent in Path(name).parents)
        return frozenset(parent.as_posix() for parent in parents)

    def missing_sources(self, stages: Iterable[Stage]) -> list[str]:
        """COPY and ADD sources of the given stages that are not among the files."""
        return [
            source
            for stage in stages
            for copy in stage.copies
            if copy.origin is None
            for source in copy.sources
            # A pattern may match nothing, as for BuildKit.
            if not (_URL.match(source) or is_variable(source) or _GLOB & set(source))
            and not self.matching(source)
        ]

    def matching(self, source: str) -> list[str]:
        """The files that COPY takes for a source: one, a folder's, or those of a pattern."""
        path = os.path.normpath(source.lstrip("/") or ".")
        if path == ".":
            return list(self.files)
        if not _GLOB & set(path):
            return [each for each in self.files if each == path or each.startswith(f"{path}/")]
        pattern = re.compile(f"{_as_expression(path)}(?:/.*)?")
        return [each for each in self.files if pattern.fullmatch(each)]


def read_context(folder: Path | str, dockerfile: str = "Dockerfile") -> BuildContext:
    """Reads a build context.

    Args:
        folder: what COPY sources are relative to.
        dockerfile: its path inside the folder.

    Raises:
        ConfigError: no such folder or file, or a link that leads out of the folder.
    """
    root = Path(folder).resolve()
    path = root / dockerfile
    if not root.is_dir():
        raise ConfigError(f"Build context {folder}: no such folder.")
    if not path.is_file():
        raise ConfigError(
            f"Build context {folder}: no file {dockerfile} in it. Name the Dockerfile by its path "
            "relative to the context."
        )
    names = tuple(sorted(_sent(root, path)))
    for name in names:
        if not (root / name).resolve().is_relative_to(root):
            raise ConfigError(
                f"Build context {folder}: {name} is a link to a file outside of it, which no "
                "builder can follow. Put a copy there."
            )
    return BuildContext(root, path, path.read_text(encoding="utf-8-sig"), names)


def _sent(root: Path, dockerfile: Path) -> Iterator[str]:
    """The files that Docker's own rules let through."""
    beside = dockerfile.with_name(f"{dockerfile.name}.dockerignore")
    ignore = beside if beside.is_file() else root / ".dockerignore"
    lines = ignore_lines(ignore) if ignore.is_file() else []
    # The last pattern that matches decides, as Docker does it, and a pattern means the path from
    # the root, not any depth as in a .gitignore.
    spec = pathspec.PathSpec.from_lines("gitignore", [_anchored(line) for line in lines])
    for path in root.rglob("*"):
        name = path.relative_to(root).as_posix()
        if path.is_file() and not spec.match_file(name):
            yield name


def _anchored(line: str) -> str:
    text = line.strip()
    if not text or line.startswith("#"):  # behind a blank it is a pattern like any other
        return ""
    negation = "!" if text.startswith("!") else ""
    path = os.path.normpath(text.removeprefix("!").strip()).lstrip("/")
    return f"{negation}/{path}"


def _as_expression(pattern: str) -> str:
    """A COPY pattern as a regular expression: no wildcard crosses a slash."""
    parts = {"*": "[^/]*", "?": "[^/]"}
    pieces = re.split(r"(\*|\?|\[[^\]]*\])", pattern)
    return "".join(
        parts.get(each) or (each if each.startswith("[") else re.escape(each)) for each in pieces
    )
