"""How the doors come to their own Python environment, without anybody else's being touched."""

import os
import subprocess
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
# A Python that says yes to everything and empties what `venv --clear` would.
PYTHON = """#!/bin/sh
if [ "$2" = venv ]; then
  mkdir -p "$4" && rm -rf "$4"/*
  exit 1
fi
"""


def test_an_environment_behind_a_link_is_not_emptied(tmp_path):
    theirs, own = tmp_path / "theirs", tmp_path / "checkout"
    (theirs / "bin").mkdir(parents=True)
    (theirs / "bin" / "python").write_text("theirs")
    for name in ("requirements-sandbox.txt", "requirements-dev.txt", "doors/uv-requirements.txt"):
        file = own / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("")
    (own / ".venv").symlink_to(theirs)
    python = tmp_path / "python"
    python.write_text(PYTHON)
    python.chmod(0o755)
    said = subprocess.run(
        ["sh", "-c", f'checkout=. PYTHON={python}; . "{CHECKOUT}/doors/bootstrap.sh"'],
        cwd=own,
        env={**os.environ, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert "Python packages: installing" in said.stderr, said.stderr
    assert (theirs / "bin" / "python").read_text() == "theirs"
    assert not (own / ".venv").is_symlink()


def bootstrapped(checkout, python="/bin/false"):
    return subprocess.run(
        ["sh", "-c", f'checkout=. PYTHON={python}; . "{CHECKOUT}/doors/bootstrap.sh"'],
        cwd=checkout,
        check=False,
        capture_output=True,
        text=True,
    )


def test_an_environment_behind_a_link_serves_while_its_packages_are_the_same(tmp_path):
    theirs, own = tmp_path / "theirs", tmp_path / "own"
    locks = ("requirements-sandbox.txt", "requirements-dev.txt", "doors/uv-requirements.txt")
    for checkout in (theirs, own):
        for name in locks:
            (checkout / name).parent.mkdir(parents=True, exist_ok=True)
            (checkout / name).write_text("a==1\n")
    (theirs / ".venv/bin").mkdir(parents=True)
    (theirs / ".venv/bin/python").symlink_to("/bin/true")
    both = b"a==1\na==1\n"
    summed = subprocess.run(["cksum"], input=both, check=True, capture_output=True).stdout
    (theirs / ".venv/.requirements").write_text(f"{summed.decode().strip()} {theirs.resolve()}")
    (own / ".venv").symlink_to(theirs / ".venv")

    assert bootstrapped(theirs).returncode == 0
    assert bootstrapped(own).returncode == 0
    (own / locks[0]).write_text("a==2\n")
    other = bootstrapped(own)
    assert other.returncode != 0  # no Python to make its own with
    assert "needs Python 3.11" in other.stderr
    assert (theirs / ".venv/bin/python").exists()
