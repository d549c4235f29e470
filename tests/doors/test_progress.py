import io
import re
import threading
import time

import pytest

from doors.progress_view import progress_on
from toolchain.logged_command import end_running_commands, run_logged
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


def test_output_to_a_file_has_no_control_characters_and_says_what_is_to_come():
    stream = io.StringIO()
    progress = progress_on(stream)
    progress.expect({"first": 20.0, "second": 2.5})
    progress.begin("first")
    with progress.step("First: building", usually_seconds=20):
        pass
    assert "\x1b" not in stream.getvalue()
    assert stream.getvalue().startswith("To set up, once: first (20 s), second (2.5 s)\n")
    assert stream.getvalue().endswith("; to come: second\n")


def test_a_terminal_shows_clocks_and_what_is_to_come_and_keeps_only_what_is_done():
    terminal = Terminal()
    progress = progress_on(terminal)
    progress.expect({"Thing": 1.0, "Other": 5.0})
    progress.begin("Thing")
    with progress.step("Thing", usually_seconds=1):
        deadline = time.monotonic() + 10
        while "Other" not in terminal.getvalue() and time.monotonic() < deadline:
            time.sleep(0.01)
    drawn = terminal.getvalue()
    assert "s of usually 1.0 s" in drawn
    assert "Other" in drawn
    last = drawn.splitlines()[-1]
    assert "\N{CHECK MARK}" in last
    assert "Thing" in last


def test_a_failed_step_names_its_log(tmp_path):
    stream = io.StringIO()
    log = tmp_path / "log"
    failing = Progress(stream).step("Thing", usually_seconds=1, log=log)
    with pytest.raises(SetupError), failing:
        raise SetupError("why")
    assert re.search(rf"Thing: FAILED after 0\.\d s \(log: {log}\)\n$", stream.getvalue())


def test_a_command_that_fails_names_itself_its_remedy_and_its_log(tmp_path):
    log = tmp_path / "logs" / "log"
    with pytest.raises(SetupError, match=r"`sh` ended with exit code 7:\n  err\nBuy"):
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


def test_what_runs_in_other_threads_can_be_ended(tmp_path):
    said = []

    def run():
        try:
            run_logged(["sleep", "60"], tmp_path / "log", remedy="Again.")
        except SetupError as error:
            said.append(str(error))

    thread = threading.Thread(target=run)
    thread.start()
    deadline = time.monotonic() + 10
    while thread.is_alive() and time.monotonic() < deadline:
        end_running_commands()
        thread.join(0.05)
    assert said
    assert said[0].startswith("`sleep` ended with signal SIGTERM")
