"""What a build is kept from that no network and no control group keeps it from."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from sandbox.machine.contract import BuildFailedError, Check

# Below this a build ends: the sandbox's own database and logs are on the same disk, mostly.
KEPT_FREE_BYTES = 1 << 30
_LOOPBACK = r"(?:127\.[0-9.]+|localhost|\[::1\]|0\.0\.0\.0)"


def own_cache_mounts(name: str) -> Mapping[str, str]:
    """The build argument by which a RUN's cache mounts are one image's own.

    BuildKit shares what `--mount=type=cache` holds among all builds of one id, so that a stranger's
    step could lay a package there for everybody's `pip install`.

    Args:
        name: of the image, "repository:tag"; builds of another tag share with this one.
    """
    return {"BUILDKIT_CACHE_MOUNT_NS": name.rpartition(":")[0]}


def source_policy(registry: str, name: str) -> str:
    """What BuildKit is told that FROM, COPY --from and ADD may not name: its own loopback, as JSON.

    There is the registry, with the images of all sandboxes of this user. Those of the same sandbox
    may be built upon.

    Args:
        registry: "127.0.0.1:PORT".
        name: of the image that is built, "sandbox/repository:tag".
    """
    own = name.partition("/")[0]
    rules = [
        _rule("DENY", rf"^[a-z-]+://(?:[^/@]*@)?{_LOOPBACK}(?:[:/].*)?$", "REGEX"),
        _rule("ALLOW", f"docker-image://{registry}/{own}/*", "WILDCARD"),
    ]
    return json.dumps({"rules": rules})


def while_there_is_room(check: Check, disk: Path) -> Check:
    """`check`, and the end of the build once it has left too little of a disk.

    Args:
        check: the build's own.
        disk: a folder on the disk that the builder writes to.
    """

    def both() -> None:
        check()
        left = shutil.disk_usage(disk).free
        if left < KEPT_FREE_BYTES:
            raise BuildFailedError(
                f"The build was ended: it left {left >> 20} MiB of the disk with {disk} free, and "
                f"{KEPT_FREE_BYTES >> 20} MiB are kept for everything else. What it wrote is "
                "dropped; free some space there if the build needs it."
            )

    return both


def _rule(action: str, identifier: str, kind: str) -> dict[str, object]:
    return {"action": action, "selector": {"identifier": identifier, "matchType": kind}}
