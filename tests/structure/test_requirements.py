"""What the program imports is what its requirements name, and nothing is named for show."""

from itertools import chain
from pathlib import Path

from slipway.preflight.imports import check_imports, imported_names

ROOT = Path(__file__).parents[2]
ROOMS = ("components", "systems")
OWN = ("app", "slipway", "systems")


def modules(*rooms):
    return sorted(chain.from_iterable((ROOT / room).rglob("*.py") for room in rooms))


def test_the_packages_that_the_card_names_are_what_the_program_is_made_of():
    used = set(chain.from_iterable(imported_names(path.read_text()) for path in modules(*ROOMS)))
    assert {"pulumi", "pulumi_docker", "pulumi_github", "huggingface_hub", "requests"} <= used
    tests = set(chain.from_iterable(imported_names(path.read_text()) for path in modules("tests")))
    assert "pytest" in tests


def test_the_program_imports_nothing_that_its_locked_requirements_leave_out():
    found = check_imports("the program", modules(*ROOMS), [ROOT / "requirements.txt"], local=OWN)
    assert found == []
