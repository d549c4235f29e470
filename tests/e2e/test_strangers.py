"""The sandbox runs what it is given, whoever wrote it, and a failure shows its own log."""

import shutil
import urllib.request
from pathlib import Path

import pytest

from tests.e2e.clone import Clone

pytestmark = [pytest.mark.e2e, pytest.mark.machine, pytest.mark.long]

PROGRAM = Path(__file__).parent / "programs" / "strangers"


@pytest.fixture(scope="module")
def strangers(clone):
    """The program beside the mirror project, in the same sandbox."""
    folder = clone.folder / "strangers"
    shutil.copytree(PROGRAM, folder)
    (folder / "slipway").symlink_to(clone.folder / "slipway")
    (folder / ".venv").symlink_to(clone.folder / ".venv")

    def up(stack, *names):
        return clone.sandbox(
            "run",
            "--",
            "sh",
            "-c",
            'cd "$0" && pulumi stack select --create -s "$1" && '
            'pulumi up --yes --skip-preview --non-interactive -s "$1"',
            str(folder),
            stack,
            environment={"STRANGERS": ",".join(names)},
        )

    return up


def test_two_foreign_spaces_run_side_by_side_on_the_same_inner_port(clone: Clone, strangers):
    ended = strangers("both", "perl-clock", "busybox-pages")

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert text(clone, "perl-clock") == (
        "perl as uid 1000, slipway/perl-clock, built with: hello from perl-clock"
    )
    assert text(clone, "busybox-pages") == "busybox says hello from busybox-pages"


def test_a_failing_build_ends_in_build_error_with_its_log_in_the_error(clone: Clone, strangers):
    ended = strangers("broken", "broken-build")

    assert ended.returncode != 0
    assert "ended in BUILD_ERROR" in ended.stdout
    assert "the compiler of 1998 is missing" in ended.stdout
    assert clone.space("slipway/broken-build")["stage"] == "BUILD_ERROR"


def test_a_crash_at_start_ends_in_runtime_error_with_its_log_in_the_error(clone: Clone, strangers):
    ended = strangers("crash", "crash-at-start")

    assert ended.returncode != 0
    assert "ended in RUNTIME_ERROR" in ended.stdout
    assert "no database at 10.0.0.1" in ended.stdout
    assert clone.space("slipway/crash-at-start")["stage"] == "RUNTIME_ERROR"


def text(clone, name):
    url = clone.space(f"slipway/{name}")["url"]
    with urllib.request.urlopen(url, timeout=60) as response:
        return response.read().decode().strip()
