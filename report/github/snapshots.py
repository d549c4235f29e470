# ruff: noqa: T201 - a command line: it says what it did
"""Keeps the redacted state of a stack where previews of strangers' pull requests start from.

    python -m report.github.snapshots FOLDER --stack dev

FOLDER holds `STACK.json`, as `make snapshot` wrote it. It becomes that file of the branch
`snapshots`, beside those of other stacks; the branch holds nothing else, and is never forced. Reads
GITHUB_SERVER_URL, GITHUB_REPOSITORY and GITHUB_TOKEN, whose token has to have `contents: write`.
"""

import argparse
import base64
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from report.github.rest import PostingError

BRANCH = "snapshots"
_TRIES = 5  # another stack's deployment may push meanwhile
_SECONDS = 120
_LATEST = "refs/slipway/snapshots"  # ours: what is fetched touches no branch


@dataclass(frozen=True)
class Remote:
    """The repository on GitHub, for git."""

    url: str  # without credentials
    token: str

    def environment(self) -> dict[str, str]:
        """The token as a header: on a command line every process of the machine would read it."""
        sent = base64.b64encode(f"x-access-token:{self.token}".encode()).decode()
        settings = {
            f"http.{self.url}.extraHeader": f"Authorization: Basic {sent}",
            "user.name": "github-actions[bot]",
            "user.email": "41898282+github-actions[bot]@users.noreply.github.com",
        }
        numbered = enumerate(settings.items())
        told = {"GIT_CONFIG_COUNT": str(len(settings)), "GIT_TERMINAL_PROMPT": "0"}
        for number, (key, value) in numbered:
            told |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
        return told


def keep(remote: Remote, stack: str, snapshot: bytes) -> str | None:
    """Makes a snapshot the newest one of its stack; its commit, None if it was that already.

    Raises:
        PostingError: GitHub refused, or somebody else was quicker five times.
    """
    with tempfile.TemporaryDirectory() as folder:
        git = _Git(Path(folder), remote)
        git.run("init", "--quiet", "--bare", ".")
        for _ in range(_TRIES):
            parent = git.fetched()
            made = _committed(git, parent, f"{stack}.json", snapshot)
            if made is None:
                return None
            if git.pushed(made, parent):
                return made
    raise PostingError(0, f"{BRANCH} of {remote.url} moves at every try; run the job again.")


def _committed(git: "_Git", parent: str | None, name: str, content: bytes) -> str | None:
    files = git.files(parent) if parent else {}
    blob = git.run("hash-object", "-w", "--stdin", given=content)
    if files.get(name) == blob:
        return None
    listed = "".join(
        f"100644 blob {blob_of}\t{each}\n"
        for each, blob_of in sorted({**files, name: blob}.items())
    )
    tree = git.run("mktree", given=listed.encode())
    parents = ("-p", parent) if parent else ()
    return git.run(
        "commit-tree", tree, *parents, "-m", f"{name.removesuffix('.json')}, as deployed"
    )


@dataclass(frozen=True)
class _Git:
    folder: Path
    remote: Remote

    def run(self, *arguments: str, given: bytes = b"") -> str:
        ended = self._ended(arguments, given)
        if ended.returncode != 0:
            said = ended.stderr.decode(errors="replace").strip().splitlines()[-1:]
            raise PostingError(
                0,
                f"{self.remote.url}: git {arguments[0]} failed ({''.join(said)}). "
                "The token needs `contents: write`.",
            )
        return ended.stdout.decode().strip()

    def fetched(self) -> str | None:
        """The branch's commit; None if there is no such branch yet."""
        if self._there() is None:
            return None
        refs = f"+refs/heads/{BRANCH}:{_LATEST}"
        self.run("fetch", "--quiet", "--depth", "1", self.remote.url, refs)
        return self.run("rev-parse", _LATEST)

    def files(self, commit: str) -> dict[str, str]:
        """Name -> blob of the snapshots of a commit."""
        listed = self.run("ls-tree", "-z", commit).strip("\0").split("\0")
        parts = [each.partition("\t") for each in listed if each]
        return {name: about.split(" ")[2] for about, _, name in parts if name.endswith(".json")}

    def pushed(self, commit: str, parent: str | None) -> bool:
        """Whether the branch is that commit now; no, if it moved on from the parent meanwhile."""
        words = ("push", "--quiet", "--porcelain", self.remote.url, f"{commit}:refs/heads/{BRANCH}")
        if self._ended(words, b"").returncode == 0:
            return True
        # Whether a server says "rejected" of a branch that is moving right now depends on the race.
        if self._there() != parent:
            return False
        self.run(*words)  # says why, or it was for the moment alone
        return True

    def _there(self) -> str | None:
        said = self.run("ls-remote", self.remote.url, f"refs/heads/{BRANCH}")
        return said.partition("\t")[0] or None

    def _ended(
        self, arguments: tuple[str, ...], given: bytes
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env={**os.environ, **self.remote.environment()},
            input=given,
            check=False,
            capture_output=True,
            timeout=_SECONDS,
        )


def main(of: Mapping[str, str] = os.environ) -> int:
    """Command line; its exit code."""
    parser = argparse.ArgumentParser(prog="python -m report.github.snapshots", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("folder", type=Path)
    parser.add_argument("--stack", required=True)
    options = parser.parse_args()
    try:
        url = f"{of['GITHUB_SERVER_URL'].rstrip('/')}/{of['GITHUB_REPOSITORY']}"
        content = (options.folder / f"{options.stack}.json").read_bytes()
        json.loads(content)
        made = keep(Remote(url, of["GITHUB_TOKEN"]), options.stack, content)
    except (PostingError, OSError, ValueError, KeyError) as error:
        print(f"The snapshot of {options.stack} could not be kept: {error}", file=sys.stderr)
        return 1
    said = f"commit {made[:12]}" if made else "nothing new"
    print(f"Snapshot of {options.stack}: {said} on branch {BRANCH}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
