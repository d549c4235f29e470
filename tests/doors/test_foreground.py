"""A program in the foreground comes to its end, whether somebody reads its output or not."""

import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
RUN = (
    "import os, sys; from pathlib import Path; from doors.foreground import run_whoever_reads;"
    "sys.exit(run_whoever_reads(['sh', '-c', sys.argv[1]], Path(sys.argv[2]), os.environ))"
)
# More than a pipe holds, then a sign that it was not ended by its own words.
TALKATIVE = "i=0; while [ $i -lt 4000 ]; do echo a line of thirty characters; i=$((i+1)); done"


def run(program, folder, pipe):
    command = f'"$0" -c "$1" "$2" "$3" {pipe}'
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", command, sys.executable, RUN, program, folder],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("pipe", ["| head -1", "2>&1 | head -1", "| true"])
def test_a_reader_who_has_seen_enough_does_not_end_it(tmp_path, pipe):
    ended = run(f"{TALKATIVE}; echo to the other >&2; touch done; exit 7", tmp_path, pipe)
    assert ended.returncode == 7
    assert (tmp_path / "done").exists()


def test_nothing_it_says_is_lost_or_mixed_up(tmp_path):
    ended = run(f"{TALKATIVE}; echo aside >&2; echo the end", tmp_path, "| cat")
    lines = ended.stdout.splitlines()
    assert (len(lines), lines[-1], ended.stderr) == (4001, "the end", "aside\n")


def test_a_file_is_written_by_the_program_itself(tmp_path):
    run("readlink /proc/self/fd/1", tmp_path, f"> {tmp_path}/out")
    assert (tmp_path / "out").read_text().strip() == str(tmp_path / "out")


EXCERPT = (
    "import os, sys; from pathlib import Path; from doors.foreground import run_with_excerpt;"
    "sys.exit(run_with_excerpt(['sh', '-c', sys.argv[1]], Path(sys.argv[2]), os.environ,"
    " Path(sys.argv[2], 'log'), lambda line: b'news' in line))"
)


@pytest.mark.parametrize("pipe", ["| cat", "| true"])
def test_of_an_excerpt_all_is_in_the_log_whoever_reads(tmp_path, pipe):
    program = f"{TALKATIVE}; echo news; touch done; exit 7"
    command = f'"$0" -c "$1" "$2" "$3" {pipe}'
    ended = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command, sys.executable, EXCERPT, program, tmp_path],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 7
    assert ended.stdout == ("news\n" if "cat" in pipe else "")
    assert len((tmp_path / "log").read_text().splitlines()) == 4001
    assert (tmp_path / "done").exists()
