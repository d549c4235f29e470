"""The three Dockerfiles, taken apart for the tests."""

import ast
import re
from pathlib import Path

from app.frigo import repository as composed
from tests.app.frigo.conftest import PROJECT

FOLDER = PROJECT / composed.APP
DOCKERFILES = {"app": "Dockerfile", "chat": "chat/Dockerfile", "gpt": "gpt/Dockerfile"}
PORTS = {"app": 5000, "chat": 5001, "gpt": 5002}
REQUIREMENTS = {"app": "requirements", "chat": "chat/requirements", "gpt": "gpt/requirements"}
DELIVERIES = {"app": {"baked", "download", "lfs", "none"}, "gpt": {"baked", "download", "lfs"}}
WITH_MODEL, ALL = ["app", "gpt"], ["app", "chat", "gpt"]


def instructions(service) -> list[str]:
    """Comments dropped, continued lines joined: one instruction per entry."""
    text = (FOLDER / DOCKERFILES[service]).read_text()
    joined = re.sub(r"\\\n", " ", re.sub(r"(?m)^\s*#.*\n", "", text))
    return [re.sub(r"\s+", " ", line).strip() for line in joined.splitlines() if line.strip()]


def stages(service) -> dict[str, list[str]]:
    """Stage name -> its instructions, FROM included; the last one is called "final"."""
    found: dict[str, list[str]] = {}
    name = "before"
    for line in instructions(service):
        if line.startswith("FROM "):
            name = line.split(" AS ")[1] if " AS " in line else "final"
        found.setdefault(name, []).append(line)
    return found


def copied(lines) -> list[str]:
    """Sources of every COPY from the build context."""
    return [
        word
        for line in lines
        if line.startswith("COPY ") and "--from" not in line
        for word in line.split()[1:-1]
    ]


def python_files(service, repository) -> list[Path]:
    """The modules that end up in the final image."""
    found = []
    for source in copied(stages(service)["final"]):
        path = repository / source
        found += sorted(path.rglob("*.py")) if path.is_dir() else [path] * source.endswith(".py")
    return found


def imports(path) -> list[tuple[int, str]]:
    """(level, module) of every import; those for type checkers only are left out."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(0, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append((node.level, node.module))
        elif isinstance(node, ast.ImportFrom):
            found += [(node.level, alias.name) for alias in node.names]
    return found


def read(name) -> str:
    return (FOLDER / name).read_text()
