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
