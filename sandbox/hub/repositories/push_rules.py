"""What a `git push` may not bring, with the platform's texts.

Every new blob is looked at, not just those of the last commit: a binary that was added and deleted
again is refused too (contract: rejected pushes in public issues).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sandbox.git.push_judge import NewBlob
from sandbox.hub.repositories.card import validate
from sandbox.hub.repositories.lfs import (
    POINTER_SIZE_LIMIT,
    REGULAR_SIZE_LIMIT,
    looks_binary,
    parse_pointer,
)
from sandbox.hub.repositories.names import RepoKind

# Bytes of a binary that git may hold (huggingface_hub's pull request 657 has "over 1MB"): a small
# picture is pushed as it is, a film of 1.67 MB was refused (rejected pushes in public issues).
_SMALL_BINARY = 1_000_000
_LINE = "-" * 73
_DOCS = "https://huggingface.co/docs/hub"


@dataclass(frozen=True)
class PushedBlob:
    """A new file's content, and the full name of the reference that brings it."""

    blob: NewBlob
    ref: str


def refusal(
    blobs: Sequence[PushedBlob],
    contents: Callable[[Sequence[PushedBlob]], Iterator[bytes]],
    readmes: Iterable[bytes],
    kind: RepoKind,
    has_object: Callable[[str], bool],
) -> str | None:
    """The text for the pusher, or None if all is well.

    Args:
        blobs: What the push brings.
        contents: Reads them, one after the other; asked only if none is too large.
        readmes: The root README.md of each pushed branch's new head; read only if no file is too
            large.
        kind: Of the repository, for the card rules.
        has_object: Whether the LFS store holds an object.
    """
    too_large = [each for each in blobs if each.blob.size > REGULAR_SIZE_LIMIT]
    if too_large:
        return _box(
            "Your push was rejected because it contains files larger than 10 MiB.",
            "Please use https://git-lfs.github.com/ to store larger files.",
            f"See also: {_DOCS}/repositories-getting-started#terminal",
            too_large,
        )
    binary, dangling = [], []
    for each, content in zip(blobs, contents(blobs), strict=True):
        if len(content) > _SMALL_BINARY and looks_binary(content):
            binary.append(each)
        elif _points_nowhere(content, has_object):
            dangling.append(each)
    if binary:
        return _box(
            "Your push was rejected because it contains binary files.",
            f"Please use {_DOCS}/xet to store binary files.",
            f"See also: {_DOCS}/xet/using-xet-storage#git",
            binary,
        )
    if dangling:
        return _box(
            "Your push was rejected because an LFS pointer pointed to a file that does not exist.",
            "For instance, this can happen if you used git push --no-verify to push your changes.",
            "",
            dangling,
        )
    errors = list(_card_errors(readmes, kind))
    if errors:
        lines = ["Sorry, your push was rejected during YAML metadata verification:"]
        lines += [f"  - Error: {error}" for error in errors]
        footer = ["Please find the documentation at:", f"{_DOCS}/{_card_page(kind)}"]
        return "\n".join([_LINE, *lines, _LINE, *footer, _LINE])
    return None


def _points_nowhere(content: bytes, has_object: Callable[[str], bool]) -> bool:
    if len(content) >= POINTER_SIZE_LIMIT:
        return False
    pointer = parse_pointer(content)
    return pointer is not None and not has_object(pointer.oid)


def _card_errors(readmes: Iterable[bytes], kind: RepoKind) -> Iterator[str]:
    for content in readmes:
        yield from validate(content.decode(errors="replace"), kind).errors


def _card_page(kind: RepoKind) -> str:
    if kind is RepoKind.SPACE:
        return "spaces-config-reference"
    return f"{kind}-cards#{kind}-card-metadata"


def _box(what: str, remedy: str, more: str, blobs: Sequence[PushedBlob]) -> str:
    offending = [f"  - {each.blob.path} (ref: {each.ref})" for each in blobs]
    lines = [line for line in (what, remedy, more) if line]
    return "\n".join([_LINE, *lines, _LINE, "Offending files:", *offending])
