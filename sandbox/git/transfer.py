"""Brings objects and references from one repository of a sandbox into another."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

_CHUNK = 256 * 1024
_TRIES = 5


def fetch(into: Path, source: Path, *refspecs: str) -> None:
    """Fetches what refspecs name, such as `+refs/heads/*:refs/heads/*`; raises CalledProcessError.

    A user's own settings of git play no part.
    """
    _git("-C", str(into), "fetch", "--quiet", "--no-tags", str(source), *refspecs)


def clone_at(source: Path, commit: str, into: Path, *, origin: str) -> None:
    """Clones a repository at a commit into an empty folder; raises CalledProcessError.

    Args:
        source: the repository.
        commit: which its files are of; no branch is checked out.
        into: the folder, which is there.
        origin: the address that the clone knows as the one it came from.
    """
    # Files are copied, also of what no branch reaches; one that is packed meanwhile is not there
    # any more where it was listed, and git then gives up and leaves the folder empty.
    for left in reversed(range(_TRIES)):
        try:
            _git("clone", "--quiet", "--no-hardlinks", "--no-checkout", str(source), str(into))
        except subprocess.CalledProcessError:
            if not left:
                raise
        else:
            break
    _git("-C", str(into), "remote", "set-url", "origin", origin)
    _git("-C", str(into), "checkout", "--quiet", "--detach", commit)


def archive(repository: Path, commit: str, *, ending: str, prefix: str) -> Iterator[bytes]:
    """The files of a commit in one file, piece by piece, as `git archive` makes it.

    Args:
        repository: which has the commit.
        commit: its full sha.
        ending: "tar.gz" or "zip".
        prefix: the folder that all files lie in, with the slash at its end.
    """
    program = subprocess.Popen(
        [
            "git",
            "-C",
            str(repository),
            "archive",
            f"--format={ending}",
            f"--prefix={prefix}",
            commit,
        ],
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        if program.stdout is not None:  # it was asked for above
            while piece := program.stdout.read(_CHUNK):
                yield piece
    finally:  # also when nobody reads on
        program.kill()
        program.communicate()


def _git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], env=_environment(), check=True, capture_output=True)


def _environment() -> dict[str, str]:
    """Without what a user has set for git."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    return environment | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
