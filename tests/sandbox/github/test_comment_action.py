"""The equivalent of create-or-update-comment, against the sandbox's GitHub."""

import os
import subprocess
import sys

import pytest

from sandbox.github.runs.runners.runner import PROGRAMS

REPOSITORY = "slipway/one"


@pytest.fixture
def comment(gh, repository, tmp_path):
    """Runs it with inputs; (exit code, what it said, its outputs)."""
    made = gh.http.post(f"/repos/{repository}/issues", json={"title": "one"})
    assert made.status_code == 201, made.text
    names = ("ISSUE", "COMMENT", "BODY", "FILE", "MODE", "SEPARATOR", "REACTIONS")
    given = {
        **{f"WANTED_{name}": "" for name in names},
        "WANTED_TOKEN": gh.token,
        "WANTED_REPOSITORY": repository,
        "GITHUB_API_URL": str(gh.http.base_url).rstrip("/"),
        "GITHUB_WORKSPACE": str(tmp_path),
        "PATH": os.environ["PATH"],
        "NO_PROXY": "127.0.0.1",
    }

    def run(**inputs: str) -> tuple[int, str, str]:
        output = tmp_path / "output"
        output.write_text("")
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(PROGRAMS / "comment.py")],
            env={
                **given,
                "GITHUB_OUTPUT": str(output),
                **{f"WANTED_{name}": text for name, text in inputs.items()},
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stderr == ""
        return done.returncode, done.stdout, output.read_text()

    return run


def test_it_creates_then_appends_then_replaces(gh, comment, tmp_path):
    (tmp_path / "report.md").write_text("from a file\n")
    code, said, output = comment(ISSUE="1", FILE="report.md", REACTIONS="heart")
    assert code == 0, said
    assert "keeps no reactions" in said
    number = output.strip().removeprefix("comment-id=")

    def shown() -> str:
        return gh.http.get(f"/repos/{REPOSITORY}/issues/comments/{number}").json()["body"]

    assert shown() == "from a file\n"
    assert comment(COMMENT=number, BODY="more", MODE="append", SEPARATOR="space")[0] == 0
    assert shown() == "from a file\n more"
    code, said, output = comment(COMMENT=number, BODY="other", MODE="replace")
    assert (code, shown(), output) == (0, "other", f"comment-id={number}\n")
    assert f"Updated comment id '{number}'" in said


@pytest.mark.parametrize(
    ("inputs", "why"),
    [
        ({"ISSUE": "1"}, "Missing comment 'body'"),
        ({"BODY": "x"}, "Missing comment 'body'"),
        ({"ISSUE": "1", "BODY": "x", "FILE": "y"}, "Only one of 'body' or 'body-path'"),
        ({"ISSUE": "1", "FILE": "none.md"}, "File 'none.md' does not exist"),
        ({"ISSUE": "99", "BODY": "x"}, "The API answered 404"),
        ({"COMMENT": "99", "BODY": "x", "MODE": "append"}, "The API answered 404"),
        ({"ISSUE": "1", "BODY": "x", "TOKEN": "ghp_of_nobody"}, "The API answered 401"),
    ],
)
def test_what_cannot_be_fails_in_a_sentence(gh, comment, inputs, why):
    code, said, output = comment(**inputs)
    assert (code, output) == (1, "")
    assert f"::error::{why}" in said
    assert gh.http.get(f"/repos/{REPOSITORY}/issues/1/comments").json() == []
