"""Gives back the disk that cancelled builds wrote, which BuildKit holds until it starts again.

What the step of a cancelled build had written stays in use inside BuildKit, so that no pruning
takes it; at its next start it is nobody's, and goes. So BuildKit is started again once there is
enough of it and nobody builds: that takes a second, and its cache stays.
"""

import json
import os
import subprocess
from pathlib import Path

from toolchain.cache import cache_folder, locked_if_free
from toolchain.engine.address import BuildkitAddress
from toolchain.images.buildkit import CLIENT_ENVIRONMENT, Buildkitd, find_built_programs
from toolchain.progress import SetupError

MOST_BYTES = 1 << 30  # that may stay
_ANSWER_SECONDS = 60.0


def engine_lock() -> Path:
    """The lock under which parts of the private engine are started and stopped."""
    return cache_folder() / ".locks" / "engine.lock"


def free_leftovers(address: BuildkitAddress, most_bytes: int = MOST_BYTES) -> bool:
    """Gives back what cancelled builds wrote, if that is more than may stay.

    Args:
        address: of the builder.
        most_bytes: of it stay.

    Returns:
        False if it has to be tried again: somebody builds, or starts or stops the engine.
    """
    programs = find_built_programs()
    runtime = Path(address.address.removeprefix("unix://")).parent
    buildkitd = Buildkitd(address.data / "buildkit", runtime)
    if programs is None or not buildkitd.alive():
        return True
    with (
        locked_if_free(engine_lock()) as alone,
        locked_if_free(buildkitd.building_lock) as unused,
    ):
        if not (alone and unused and not buildkitd.connections()):
            return False
        if leftover_bytes(address) <= most_bytes:
            return True
        # Asked again: to look took a moment.
        if buildkitd.connections():
            return False
        try:
            buildkitd.start_again(programs)
        except SetupError:
            return True  # whoever needs it next starts it, and says what is wrong with it
    return True


def leftover_bytes(address: BuildkitAddress) -> int:
    """What is in use inside a builder that nobody uses; zero if it does not say."""
    try:
        asked = subprocess.run(
            [address.buildctl, "--addr", address.address, "du", "--format", "{{json .}}"],
            check=False,
            env={**os.environ, **CLIENT_ENVIRONMENT},
            capture_output=True,
            timeout=_ANSWER_SECONDS,
        )
        records = json.loads(asked.stdout or b"null") or []
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return 0
    used = [each for each in records if each["inUse"]]
    # Those below are in use because of those on top, and may well belong to the cache.
    parents = {parent for each in used for parent in each["parents"] or ()}
    return sum(int(each["size"]) for each in used if each["id"] not in parents)
