import io
import re

import pytest

from toolchain.logged_command import run_logged
from toolchain.progress import Progress, SetupError


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_step_says_what_runs_how_long_it_usually_takes_and_how_long_it_took():
    stream = io.StringIO()
    with Progress(stream).step("Thing: building", usually_seconds=160):
        assert stream.getvalue() == "Thing: building (usually 160 s)\n"
    assert re.fullmatch(
        r"Thing: building \(usually 160 s\)\nThing: building: done in 0\.\d s\n", stream.getvalue()
    )


def test_output_to_a_file_has_no_control_characters_and_a_terminal_shows_a_clock(monkeypatch):
    monkeypatch.setattr("toolchain.progress._HEARTBEAT_SECONDS", 0.01)
    terminal = Terminal()
    with Progress(terminal).step("Thing", usually_seconds=1):
        while "…" not in terminal.getvalue():
            pass
    assert terminal.getvalue().endswith("\n")
    assert "\x1b[K" in terminal.getvalue()


def test_a_failed_step_names_its_log_and_shows_the_last_lines(tmp_path):
    stream = io.StringIO()
    log = tmp_path / "log"
    log.write_text("".join(f"line {number}\n" for number in range(100)))
    failing = Progress(stream).step("Thing", usually_seconds=1, log=log)
    with pytest.raises(SetupError), failing:
        raise SetupError("why")
    said = stream.getvalue()
    assert "Thing: FAILED after" in said
    assert str(log) in said
    assert "line 99" in said
    assert "line 79" not in said


def test_a_command_that_fails_names_itself_its_remedy_and_its_log(tmp_path):
    log = tmp_path / "logs" / "log"
    with pytest.raises(SetupError, match=r"`sh` ended with exit code 7\. Buy a bigger one\. Log: "):
        run_logged(["sh", "-c", "echo out; echo err >&2; exit 7"], log, remedy="Buy a bigger one.")
    assert log.read_text() == "$ sh -c 'echo out; echo err >&2; exit 7'\nout\nerr\n"


def test_a_command_that_is_not_there_says_so(tmp_path):
    with pytest.raises(SetupError, match=r"no-such-program could not be started.*Install it\."):
        run_logged(["no-such-program"], tmp_path / "log", remedy="Install it.")


def test_a_command_cannot_ask_questions(tmp_path):
    run_logged(["sh", "-c", "! read answer"], tmp_path / "log", remedy="")


def test_a_commands_environment_is_added_and_kept_out_of_the_log(tmp_path):
    log = tmp_path / "log"
    command = ["sh", "-c", 'test "$CANARY" = sesame && test -n "$PATH"']
    run_logged(command, log, remedy="", environment={"CANARY": "sesame"})
    assert "sesame" not in log.read_text().replace(command[2], "")
