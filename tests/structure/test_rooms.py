"""The rooms stay small enough to be at home in: folders and files of the product have limits."""

import ast
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
LARGEST_FOLDER = 16  # modules; `__init__.py` is none
LARGEST_MODULE = 300  # lines
LARGEST_SYSTEM = 80  # likewise: what several need is a part
OURS = {"slipway", "components", "systems", "sandbox", "toolchain", "doors", "policies", "report"}
# By the first folder, what of ours it may import besides itself, and whether it may know Pulumi.
MAY_IMPORT = {
    "app": set(),
    "report": set(),
    "policies": {"slipway", "pulumi"},
    "__main__.py": {"systems", "slipway", "pulumi"},
}
# What gets deployed: its Dockerfiles copy files one by one, so its folders follow the images.
PAYLOADS = "app"


def product() -> list[Path]:
    """The Python files of the product, relative to the checkout."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.py"],
        cwd=CHECKOUT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    files = [Path(name) for name in listed.split("\0") if name]
    return [each for each in files if each.parts[0] != "tests" and (CHECKOUT / each).is_file()]


def imported(path):
    """The first parts of the names that a module imports."""
    for node in ast.walk(ast.parse((CHECKOUT / path).read_text())):
        names = [node.module] if isinstance(node, ast.ImportFrom) and not node.level else []
        names += [each.name for each in node.names] if isinstance(node, ast.Import) else []
        yield from ((name or "").split(".")[0] for name in names)


def test_no_folder_holds_more_modules_than_one_can_look_through():
    modules = [each for each in product() if each.name != "__init__.py"]
    folders = {each.parent for each in modules if each.parts[0] != PAYLOADS}
    counted = {str(f): sum(each.parent == f for each in modules) for f in folders}
    assert {f: count for f, count in counted.items() if count > LARGEST_FOLDER} == {}


def test_no_module_is_longer_than_one_can_read_in_one_go():
    lengths = {str(each): len((CHECKOUT / each).read_text().splitlines()) for each in product()}
    too_long = {name: lines for name, lines in lengths.items() if lines > LARGEST_MODULE}
    assert too_long == {}


def test_no_system_is_longer_than_a_page():
    text = {each: (CHECKOUT / each).read_text() for each in product() if each.parts[0] == "systems"}
    lengths = {str(name): len(t.splitlines()) for name, t in text.items() if "\nSYSTEM = " in t}
    assert len(lengths) >= 6
    assert {name: lines for name, lines in lengths.items() if lines > LARGEST_SYSTEM} == {}


def test_rooms_that_are_no_packages_of_ours_import_only_what_they_may():
    for path in product():
        allowed = MAY_IMPORT.get(path.parts[0])
        if allowed is None:
            continue  # the contracts of import-linter hold these
        roots = set(imported(path)) & {*OURS, "pulumi"}
        assert roots <= allowed | {path.parts[0]}, path


def test_only_a_system_asks_an_application_for_its_files():
    asking = {path.parts[0] for path in product() if "app" in imported(path)}
    assert asking - {"app"} == {"systems"}


def test_the_report_needs_python_alone():
    needed = {name for path in product() if path.parts[0] == "report" for name in imported(path)}
    assert "argparse" in needed
    assert needed - sys.stdlib_module_names == {"report"}


def test_every_room_says_what_it_is_for():
    rooms = {
        each.parent for each in product() if each.parts[0] in {"sandbox", "toolchain", "doors"}
    }
    for room in rooms:
        about = CHECKOUT / room / "__init__.py"
        if about.exists():
            assert ast.get_docstring(ast.parse(about.read_text())), room
