"""What goes wrong in a command is told in a sentence, unless it is a fault of ours."""

import errno
import os

import pytest

from doors import cli
from toolchain.progress import SetupError


@pytest.fixture
def failing(tmp_path, monkeypatch):
    """Has `status` end with an error; gives the exit code."""
    monkeypatch.setenv("SLIPWAY_HOME", str(tmp_path / "home"))

    def run(error):
        def inventory(_home):
            raise error

        monkeypatch.setattr("sandbox.server.inventory.inventory", inventory)
        return cli.main(["status"])

    return run


@pytest.mark.parametrize(
    ("number", "remedy"),
    [(errno.ENOSPC, "Free some space"), (errno.EACCES, "chown"), (errno.EROFS, "SLIPWAY_HOME")],
)
def test_a_disk_that_can_not_be_written_is_told_with_its_path_and_a_remedy(
    failing, capsys, number, remedy
):
    assert failing(OSError(number, os.strerror(number), "/some/place")) == 1
    said = capsys.readouterr().err.strip()
    assert said.startswith(f"/some/place: {os.strerror(number)}. ")
    assert remedy in said
    assert "\n" not in said


def test_where_the_system_names_no_path_the_two_folders_are_named(failing, capsys, tmp_path):
    assert failing(OSError(errno.ENOSPC, "No space left on device")) == 1
    assert str(tmp_path / "home") in capsys.readouterr().err


def test_a_fault_of_ours_keeps_its_trace(failing):
    with pytest.raises(ConnectionError):
        failing(ConnectionRefusedError(errno.ECONNREFUSED, "refused"))


def test_a_set_up_that_fails_is_told_as_it_is(failing, capsys):
    assert failing(SetupError("No engine.")) == 1
    assert capsys.readouterr().err.strip() == "No engine."
