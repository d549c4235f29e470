"""What the committed Go module pins, and what of it enters which program; read without any Go."""

import hashlib
import re
from collections.abc import Mapping
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
    are replaced by a folder, and of ours in the place of what is left out; and Go's language
    version in go.mod, by which Go chooses defaults for a program at run time. A version's content
    needs no digest of its own: go.sum holds it, and Go refuses any other. So another program's new
    version, a comment or a moved folder changes nothing here.

    Raises:
        SetupError: the list is missing or names a module that go.mod does not require.
    """
    go_mod = _go_mod(folder)
    language = ".".join(go_mod.go.split(".")[:2])
    lines = [f"go {language}"]
    ours = left_out(folder)
    for module in needed_modules(name, folder):
        path, version = go_mod.replaced.get(module, (module, go_mod.required.get(module, "")))
        if not version and module not in go_mod.replaced:
            raise SetupError(
                f"{needs_file(name, folder)} names {module}, which go.mod does not require;"
                " renew the lists by `python -m toolchain.golang.needs`"
            )
        lines.append(f"{path} {version or _folder_digest(folder / path)}")
        if module in ours:
            lines.append(_files_digest(ours[module]))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def left_out(folder: Path = MODULE) -> dict[str, dict[str, Path]]:
    """The files of ours under `module/_left_out`, each in the place of one of a module.

    Returns:
        Of each module's path: the path inside the module -> our file.

    Raises:
        SetupError: a file's place is in no module that go.mod requires.
    """
    root, required = folder / "_left_out", _go_mod(folder).required
    found: dict[str, dict[str, Path]] = {}
    for file in sorted(root.rglob("*.go")):
        parents = [each.as_posix() for each in file.relative_to(root).parents]
        module = next((each for each in parents if each in required), None)  # the longest is first
        if module is None:
            raise SetupError(f"{file} is in no module that {folder / 'go.mod'} requires")
        found.setdefault(module, {})[file.relative_to(root / module).as_posix()] = file
    return found


def needed_modules(name: str, folder: Path = MODULE) -> list[str]:
    """The modules whose packages enter the programs `name`.

    Raises:
        SetupError: the list is missing.
    """
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
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    return _files_digest({file.relative_to(folder).as_posix(): file for file in files})


def _files_digest(files: Mapping[str, Path]) -> str:
    digest = hashlib.sha256()
    for name, file in files.items():
        digest.update(f"\n{name}\n".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
