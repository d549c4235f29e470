"""What a build is kept from that no network and no control group keeps it from."""

import hashlib
import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from sandbox.machine.contract import BuildFailedError, BuildRequest, Check
from toolchain.engine.address import BuildkitAddress

# Below this a build ends: the sandbox's own database and logs are on the same disk, mostly.
KEPT_FREE_BYTES = 1 << 30
_SECRET_MOUNT = re.compile(r"\btype=[\"']?secret\b")


def own_build(request: BuildRequest) -> Mapping[str, str]:
    """The build arguments by which builds of one image share nothing with those of another.

    Builds of one repository share with each other, whatever the tag.

    BuildKit shares what `--mount=type=cache` holds among all builds of one id, so that a stranger's
    step could lay a package there for everybody's `pip install`: RUNs' cache mounts are its own.
    So are steps where some of them read secrets; a Dockerfile that mounts none shares its steps.

    BuildKit knows a step's result by its command and what came before, never by its secrets: an
    image without one would be given what was made with another's, and a secret that was taken away
    would not be missed. The name of the step's host counts, so it holds whose steps these are, and
    which secrets they can read. Their values stay out: BuildKit builds nothing anew for those.
    """
    repository = request.tag.rpartition(":")[0]
    own = {"BUILDKIT_CACHE_MOUNT_NS": repository}
    try:
        text = (request.context / request.dockerfile).read_text(encoding="utf-8", errors="replace")
    except OSError:  # the build says what is wrong with it
        return own
    if _SECRET_MOUNT.search(text):
        whose = hashlib.sha256(json.dumps([repository, *sorted(request.secrets)]).encode())
        own["BUILDKIT_SANDBOX_HOSTNAME"] = f"build-{whose.hexdigest()[:16]}"
    return own


def source_policy(address: BuildkitAddress, name: str, refused: str = "") -> str:
    """What BuildKit is told that FROM, COPY --from and ADD may not name, as JSON: the registry.

    The images of all sandboxes of this user are there. Those of the same sandbox may be built upon.
    A port is refused under any host, as any name may lead to the builder's loopback.

    Args:
        address: of the builder.
        name: of the image that is built, "sandbox/repository:tag".
        refused: a regular expression of hosts that ADD may not fetch from either.
    """
    own = name.partition("/")[0]
    services = filter(None, (address.registry, address.mirror))
    ports = "|".join(each.rpartition(":")[2] for each in services)
    rules = [
        _rule("DENY", rf"^[a-z-]+://[^/]*:0*(?:{ports})(?:[/?#].*)?$", "REGEX"),
        _rule("ALLOW", f"docker-image://{address.registry}/{own}/*", "WILDCARD"),
    ]
    if refused:
        # Sources of git have a scheme of that name, or keep theirs.
        where = rf"^(?:https?|git)://(?:[^/@]*@)?(?:{refused})(?::[0-9]+)?(?:[/?#].*)?$"
        rules.append(_rule("DENY", where, "REGEX"))
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
                f"{KEPT_FREE_BYTES >> 20} MiB are kept for everything else. The builder gives back "
                "what it wrote as soon as nobody builds."
            )

    return both


def _rule(action: str, identifier: str, kind: str) -> dict[str, object]:
    return {"action": action, "selector": {"identifier": identifier, "match_type": kind}}
