"""Lets go of what nobody can reach any more in the private registry, while it runs.

The registry's own collection must not run beside a push, whose layers it would take for left over.
So the registry is halted for it, as SIGSTOP halts a process: nobody is refused, and whoever
connects meanwhile waits a moment.
"""

import json
import os
import signal
import subprocess
import time
from collections.abc import Collection, Iterator
from pathlib import Path

from toolchain.cache import remove_tree

_ESTABLISHED = "01"  # of a socket's state, as proc(5) lists it
KEPT_SECONDS = 3600.0  # that an image without a tag stays: somebody may be about to run it
# Without a write, after which no push is under way: a client may connect for each part anew.
QUIET_SECONDS = 60.0
# Waits to be told, and lets the registry go on in any case: also when who halted it was killed.
_GUARD = """
code=0
if read -r go; then "$2" garbage-collect "$3"; code=$?; fi
kill -CONT "$1"
exit $code
"""


class Store:
    """The registry's files, which are looked at and changed while it is halted or does not run.

    Args:
        data: the registry's root directory.
    """

    def __init__(self, data: Path) -> None:
        self._root = data / "docker" / "registry" / "v2"

    def size(self) -> int:
        """Bytes of all layers and manifests."""
        found = 0
        for place, _, names in os.walk(self._root / "blobs"):
            for name in names:
                try:
                    found += Path(place, name).stat().st_size
                except FileNotFoundError:  # moved to its place, or collected
                    continue
        return found

    def quiet_seconds(self) -> float:
        """How long ago anything of a push was written last."""
        written = [self._root.stat().st_mtime] if self._root.exists() else [0.0]
        for part in ("blobs", "repositories"):
            for place, _, names in os.walk(self._root / part):
                for name in names:
                    try:
                        written.append(Path(place, name).stat().st_mtime)
                    except FileNotFoundError:
                        written.append(time.time())
        return time.time() - max(written)

    def forget_untagged(self, kept: Collection[str], kept_seconds: float) -> None:
        """Forgets images of sandboxes that a later one of the same tag replaced.

        What an index with a tag lists, a platform's own image or an attestation, has no tag either
        and stays.

        Args:
            kept: digests that stay all the same: what an engine runs or may run again.
            kept_seconds: so old is what goes.
        """
        for manifests in self._manifests():
            links = manifests.glob("revisions/sha256/*/link")
            written = {each.parent.name: each.stat().st_mtime for each in links}
            present = set(written)
            tagged = {_hex(link) for link in manifests.glob("tags/*/current/link")}
            stay = self._with_parts((tagged | {each.partition(":")[2] for each in kept}) & present)
            for digest in present - stay:
                if time.time() - written[digest] >= kept_seconds:
                    remove_tree(manifests / "revisions" / "sha256" / digest)
                    for entry in manifests.glob(f"tags/*/index/sha256/{digest}"):
                        remove_tree(entry)

    def drop_empty(self) -> None:
        """Removes repositories without an image, which the registry itself lists for good.

        And links to layers that are no more, one of which each push leaves otherwise.
        """
        for manifests in self._manifests():
            if not any(manifests.glob("revisions/sha256/*/link")):
                remove_tree(manifests.parent)
                continue
            for layer in (manifests.parent / "_layers" / "sha256").glob("*"):
                if not self._blob(layer.name).exists():
                    remove_tree(layer)
        for sandbox in (self._root / "repositories").glob("slipway-*"):
            if not any(sandbox.rglob("_manifests")):
                remove_tree(sandbox)

    def _manifests(self) -> Iterator[Path]:
        for sandbox in sorted((self._root / "repositories").glob("slipway-*")):
            yield from sorted(sandbox.rglob("_manifests"), reverse=True)

    def _with_parts(self, digests: Collection[str]) -> set[str]:
        """These and what they list."""
        found: set[str] = set()
        waiting = list(digests)
        while waiting:
            digest = waiting.pop()
            if digest not in found:
                found.add(digest)
                manifest = json.loads((self._blob(digest) / "data").read_bytes())
                listed = manifest.get("manifests") or ()
                waiting += [each["digest"].partition(":")[2] for each in listed]
        return found

    def _blob(self, digest: str) -> Path:
        return self._root / "blobs" / "sha256" / digest[:2] / digest


def collect(
    pid: int,
    port: int,
    command: tuple[Path, Path],
    store: Store,
    kept: Collection[str],
    *,
    kept_seconds: float = KEPT_SECONDS,
    quiet_seconds: float = QUIET_SECONDS,
) -> bool:
    """Drops images without a tag, and what no image has, of a registry that runs.

    Args:
        pid: the registry's process.
        port: where it listens on loopback.
        command: its program and its configuration.
        store: its files.
        kept: see Store.forget_untagged.
        kept_seconds: see Store.forget_untagged.
        quiet_seconds: for so long nobody must have written to it.

    Returns:
        False if somebody may be pushing to it, or its collection failed; what is there then stays.
    """
    program, configuration = command
    with (configuration.parent / "garbage-collect.log").open("wb") as log:
        guard = subprocess.Popen(
            ["sh", "-c", _GUARD, "sh", str(pid), program, configuration],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            text=True,
            start_new_session=True,  # an end of this process leaves it alone
        )
    done = False
    try:
        os.kill(pid, signal.SIGSTOP)
        if not _connected(port) and store.quiet_seconds() >= quiet_seconds:
            store.forget_untagged(kept, kept_seconds)
            store.drop_empty()
            if guard.stdin is not None:
                guard.stdin.write("go\n")
            done = True
    finally:
        guard.communicate()
    return done and guard.returncode == 0


def _connected(port: int) -> bool:
    """Whether anybody is connected to a port of loopback: also who has not been accepted yet."""
    local = f"0100007F:{port:04X}"
    rows = (row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:])
    return any(row[1] == local and row[3] == _ESTABLISHED for row in rows)


def _hex(link: Path) -> str:
    return link.read_text().strip().partition(":")[2]
