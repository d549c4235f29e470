"""What the program imports is what its requirements name, and nothing is named for show."""

import re
import subprocess
from itertools import chain
from pathlib import Path

from slipway.preflight.imports import check_imports, imported_names
from toolchain.pulumi.build import PULUMI_VERSION

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


def test_one_command_renews_every_lock_that_there_is():
    listed = ["git", "ls-files", "*requirements*.in"]
    asked = subprocess.check_output(listed, cwd=ROOT, text=True).split()
    locked = {path.removesuffix(".in") for path in asked}
    recipe = (ROOT / "Makefile").read_text().partition("\nlock:")[2]
    renewed = re.findall(r"for name in ([^;]*);", recipe.replace("\\\n", " "))
    assert len(locked) > 10
    assert {*" ".join(renewed).split()} == locked


def test_newcomers_are_told_the_oldest_engine_that_the_doors_take():
    major, minor, _ = PULUMI_VERSION.split(".")
    for page in ("README.md", "docs/real-platforms.md"):
        assert f"{major}.{minor} or later" in (ROOT / page).read_text(), page
