"""Packages that an app imports and its requirements do not name."""

import ast
import functools
import re
import sys
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from slipway.core.findings import Finding, error, warning

# Packages whose name on the index is not the name they are imported by.
DISTRIBUTIONS: Mapping[str, tuple[str, ...]] = {
    "PIL": ("pillow",),
    "bs4": ("beautifulsoup4",),
    "cv2": ("opencv-python", "opencv-python-headless"),
    "dateutil": ("python-dateutil",),
    "dotenv": ("python-dotenv",),
    "flask_cors": ("flask-cors",),
    "github": ("pygithub",),
    "jose": ("python-jose",),
    "jwt": ("pyjwt",),
    "llama_cpp": ("llama-cpp-python",),
    "multipart": ("python-multipart",),
    "nacl": ("pynacl",),
    "onnxruntime": ("onnxruntime", "onnxruntime-gpu"),
    "psycopg": ("psycopg", "psycopg-binary"),
    "psycopg2": ("psycopg2", "psycopg2-binary"),
    "sentence_transformers": ("sentence-transformers",),
    "sklearn": ("scikit-learn",),
    "yaml": ("pyyaml",),
}
_NAME = re.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)")
_INCLUDE = re.compile(r"^\s*(?:-r|--requirement)[ =]\s*(\S+)")


def check_imports(
    subject: str,
    sources: Iterable[Path],
    requirements: Iterable[Path],
    local: Iterable[str] = (),
    installed: Iterable[str] = (),
) -> list[Finding]:
    """Imports that no requirement covers.

    Imports inside `try … except ImportError` or `if TYPE_CHECKING` are optional and left out.

    Args:
        subject: the service.
        sources: its Python files; each makes its own name and its folders' names local.
        requirements: its requirement files, locked or not; `-r` is followed.
        local: further names that need no requirement.
        installed: requirements given otherwise, such as "torch==2".
    """
    files = list(sources)
    known = {*sys.stdlib_module_names, *local, *_local_names(files)}
    named = {name for path in requirements for name in requirement_names(path)}
    named |= {_normal(found[1]) for each in installed if (found := _NAME.match(each))}
    first: dict[str, Path] = {}
    unread: list[Finding] = []
    for path in files:
        try:
            for name in imported_names(_text(path)):
                first.setdefault(name, path)
        except (SyntaxError, ValueError) as refusal:  # ValueError: bytes that are no text
            unread.append(_unreadable(subject, path, refusal))
    return [
        *unread,
        *_uncovered(subject, first, known, named),
    ]


def _text(path: Path) -> str:
    """A module's text, in the encoding that it declares itself."""
    with tokenize.open(path) as file:
        return file.read()


def _unreadable(subject: str, path: Path, refusal: SyntaxError | ValueError) -> Finding:
    line = f", line {refusal.lineno}" if isinstance(refusal, SyntaxError) and refusal.lineno else ""
    said = refusal.msg if isinstance(refusal, SyntaxError) else str(refusal)
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    return warning(
        subject,
        f"{path.name}{line} is no Python that Python {here} understands: {said}",
        "Correct it, unless the Python that runs it is a newer one",
    )


def _uncovered(
    subject: str, first: Mapping[str, Path], known: set[str], named: set[str]
) -> list[Finding]:
    return [
        error(
            subject,
            f"{path.name} imports {name} and no requirement names {' or '.join(_candidates(name))}",
            f"Add {_candidates(name)[0]} to its requirements",
        )
        for name, path in sorted(first.items())
        if name not in known and not named.intersection(map(_normal, _candidates(name)))
    ]


@functools.cache  # files that several images share are read once
def imported_names(text: str) -> frozenset[str]:
    """Top-level names of everything that a module cannot do without."""
    found: set[str] = set()
    _collect(ast.parse(text), found)
    return frozenset(found)


def requirement_names(path: Path) -> Iterator[str]:
    """Normalised names in a requirements file and those it includes."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if include := _INCLUDE.match(line):
            yield from requirement_names(path.parent / include[1])
        elif found := _NAME.match(line):
            yield _normal(found[1])


_HOLDERS = (ast.stmt, ast.ExceptHandler, ast.match_case)


def _collect(node: ast.AST, found: set[str]) -> None:
    if isinstance(node, ast.Import):
        found.update(alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        if node.level == 0 and node.module:
            found.add(node.module.partition(".")[0])
    else:
        for child in _certain(node):
            _collect(child, found)


def _certain(node: ast.AST) -> Iterator[ast.AST]:
    """The children that run wherever the node does."""
    if isinstance(node, ast.Try) and any(_catches_missing(each) for each in node.handlers):
        yield from [*node.orelse, *node.finalbody]
    elif isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
        yield from node.orelse
    else:
        for child in ast.iter_child_nodes(node):
            # An import is a statement; most of a module is expressions, which hold none.
            if isinstance(child, _HOLDERS):
                yield child


def _catches_missing(handler: ast.ExceptHandler) -> bool:
    caught = "" if handler.type is None else ast.unparse(handler.type)
    return not caught or "ImportError" in caught or "ModuleNotFoundError" in caught


def _local_names(files: list[Path]) -> set[str]:
    """Names by which the files can import each other, from the folder they have in common."""
    parents = [set(path.parent.parts) for path in files]
    shared = set.intersection(*parents) if parents else set()
    folders = {part for path in files for part in path.parent.parts if part not in shared}
    return folders | {path.stem for path in files} | {path.parent.name for path in files}


def _candidates(name: str) -> tuple[str, ...]:
    return DISTRIBUTIONS.get(name, (name,))


def _normal(name: str) -> str:
    """As the package index compares names (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
