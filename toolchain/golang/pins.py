"""What the committed Go module pins, and what of it enters which program; read without any Go."""

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from toolchain.progress import SetupError

MODULE = Path(__file__).parent / "module"

_REQUIREMENT = re.compile(r"(\S+) (v\S+)")
_REPLACEMENT = re.compile(r"(\S+)(?: v\S+)? => (\S+)(?: (v\S+))?")


class _GoMod(NamedTuple):
    go: str  # the oldest Go that is enough, such as "1.26.6"
    required: dict[str, str]  # module path -> version, such as "v1.2.3"
    replaced: dict[str, tuple[str, str]]  # module path -> path and version, or a folder and ""


def pinned_version(module: str, folder: Path = MODULE) -> str:
    """The version of a module that all programs are built with, without the leading "v".

    Raises:
        SetupError: go.mod does not require it.
    """
    version = _go_mod(folder).required.get(module)
    if version is None:
        raise SetupError(f"{folder / 'go.mod'} does not require {module}")
    return version.removeprefix("v")


def minimum_go(folder: Path = MODULE) -> tuple[int, int, int]:
    """The oldest Go that go.mod takes."""
    major, minor, patch = _go_mod(folder).go.split(".")
    return (int(major), int(minor), int(patch))


def needs_file(name: str, folder: Path = MODULE) -> Path:
    """The committed list of the modules whose packages enter the programs `name`, one a line."""
    return folder / "needs" / f"{name}.txt"


def pins_digest(name: str, folder: Path = MODULE) -> str:
    """A SHA-256 in hexadecimal that changes with what the programs `name` are built from.

    That is: the versions of the modules on their list, after replacements; the code of those that
    are replaced by a folder; and Go's language version in go.mod, by which Go chooses defaults for
    a program at run time. A version's content needs no digest of its own: go.sum holds it, and Go
    refuses any other. So another program's new version, a comment or a moved folder changes
    nothing here.

    Raises:
        SetupError: the list is missing or names a module that go.mod does not require.
    """
    go_mod = _go_mod(folder)
    language = ".".join(go_mod.go.split(".")[:2])
    lines = [f"go {language}"]
    for module in _needs(name, folder):
        path, version = go_mod.replaced.get(module, (module, go_mod.required.get(module, "")))
        if not version and module not in go_mod.replaced:
            raise SetupError(
                f"{needs_file(name, folder)} names {module}, which go.mod does not require;"
                " renew the lists by `python -m toolchain.golang.needs`"
            )
        lines.append(f"{path} {version or _folder_digest(folder / path)}")
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _needs(name: str, folder: Path) -> list[str]:
    try:
        return needs_file(name, folder).read_text("utf-8").split()
    except FileNotFoundError as error:
        raise SetupError(
            f"{error.filename} is missing; `python -m toolchain.golang.needs` writes it"
        ) from error


def _go_mod(folder: Path) -> _GoMod:
    file = folder / "go.mod"
    return _parsed(file.read_text("utf-8"))


@cache
def _parsed(text: str) -> _GoMod:
    """The parts of a go.mod that matter here; `go mod tidy` keeps its layout canonical."""
    go, required, replaced, block = "", {}, {}, ""
    for line in text.splitlines():
        words = line.split("//")[0].strip()
        if words.endswith("("):
            block = words.removesuffix("(").strip()
            continue
        if words == ")":
            block = ""
            continue
        directive, _, rest = (block, "", words) if block else words.partition(" ")
        if directive == "go":
            go = rest
        elif directive == "require" and (found := _REQUIREMENT.fullmatch(rest)):
            required[found.group(1)] = found.group(2)
        elif directive == "replace" and (found := _REPLACEMENT.fullmatch(rest)):
            replaced[found.group(1)] = (found.group(2), found.group(3) or "")
    return _GoMod(go, required, replaced)


def _folder_digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            digest.update(f"\n{file.relative_to(folder).as_posix()}\n".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
