"""What pre-receive hooks of all platforms ask of a push.

git hands a hook `old new ref` lines; the pushed objects lie in a quarantine that git's own programs
see through the environment, hence they are asked and not libgit2.
"""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sandbox.git.moves import Move, pushed


@dataclass(frozen=True)
class NewBlob:
    """A file's content that a push brings and the repository did not have."""

    path: str
    oid: str
    size: int  # bytes


def moves() -> list[Move]:
    """The moves of the push that this process is to judge."""
    return pushed(sys.stdin.read().splitlines())


def new_blobs(commits: Sequence[str]) -> Iterator[NewBlob]:
    """What comes with commits that the repository does not know yet, also behind the last one."""
    if not commits:
        return
    listing = git("rev-list", "--objects", *commits, "--not", "--all")
    named = (line.partition(" ") for line in listing.decode(errors="replace").splitlines())
    paths = {oid: path for oid, _, path in named if path}
    if not paths:  # they are all there already
        return
    question = "".join(f"{oid}\n" for oid in paths).encode()
    for answer in git("cat-file", "--batch-check", question=question).decode().splitlines():
        oid, kind, size = answer.split(" ")
        if kind == "blob":
            yield NewBlob(paths[oid], oid, int(size))


def contents(blobs: Sequence[NewBlob]) -> Iterator[bytes]:
    """The blobs' bytes in their order, one at a time in memory, all from one process."""
    with subprocess.Popen(
        ["git", "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        if process.stdin is None or process.stdout is None:  # both are pipes
            return
        for blob in blobs:
            process.stdin.write(f"{blob.oid}\n".encode())
            process.stdin.flush()
            process.stdout.readline()  # oid, kind, size
            content = process.stdout.read(blob.size)
            process.stdout.read(1)  # the newline after it
            yield content


def file_at(commit: str, path: str) -> bytes | None:
    """A file's content at a commit; None if it is not there."""
    asked = ["git", "cat-file", "blob", f"{commit}:{path}"]
    found = subprocess.run(asked, capture_output=True, check=False)
    return found.stdout if found.returncode == 0 else None


def git(*arguments: str, question: bytes = b"") -> bytes:
    """What a git program says of the repository the push goes to."""
    done = subprocess.run(["git", *arguments], input=question, capture_output=True, check=True)
    return done.stdout


def say(*lines: str) -> None:
    """Tells the pusher."""
    sys.stderr.write("".join(f"{line}\n" for line in lines))
