"""The sandbox's wheel holds every module that it imports: each is listed, by folder or by file."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
ROOMS = ("sandbox", "toolchain")


def listed() -> set[Path]:
    """What the wheel takes, by its place in it, which is that in the checkout too."""
    settings = tomllib.loads((CHECKOUT / "sandbox" / "pyproject.toml").read_text())
    included = settings["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    for source, place in included.items():
        assert (CHECKOUT / "sandbox" / source).resolve() == CHECKOUT / place
    return {Path(place) for place in included.values()}


def file_of(module: str) -> Path | None:
    """The file of a module of ours, relative to the checkout."""
    place = Path(*module.split("."))
    files = (place.with_suffix(".py"), place / "__init__.py")
    return next((each for each in files if (CHECKOUT / each).is_file()), None)


def imported(path: Path) -> Iterator[Path]:
    """The files of ours that a file imports."""
    for node in ast.walk(ast.parse((CHECKOUT / path).read_text())):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{each.name}" for each in node.names)]
        elif isinstance(node, ast.Import):
            names = [each.name for each in node.names]
        for name in names:
            if name.split(".")[0] in ROOMS and (found := file_of(name)) is not None:
                yield found


def test_what_the_sandbox_imports_is_listed_in_its_pyproject():
    todo = [path.relative_to(CHECKOUT) for path in (CHECKOUT / "sandbox").rglob("*.py")]
    seen: set[Path] = set()
    while todo:
        path = todo.pop()
        if path not in seen:
            seen.add(path)
            todo += imported(path)
    places = listed()
    missing = {str(each) for each in seen if not {each, *each.parents} & places}
    assert missing == set(), "list them in sandbox/pyproject.toml"
