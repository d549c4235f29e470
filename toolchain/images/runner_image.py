"""What the machine of a workflow's job is made of: a Dockerfile, and what it stands on here."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from toolchain.images.root_filesystem import host_release

_FOLDER = Path(__file__).with_name("runner")
_UBUNTU = "ubuntu:24.04"  # what GitHub calls ubuntu-latest


@dataclass(frozen=True)
class RunnerIngredients:
    """A build that gives the image."""

    context: Path  # with the Dockerfile
    base: str  # its build argument BASE

    @property
    def key(self) -> str:
        """Changes with what goes into the image."""
        files = sorted(each for each in self.context.iterdir() if each.is_file())
        parts = [self.base.encode(), *(each.read_bytes() for each in files)]
        return hashlib.sha256(b"\0".join(parts)).hexdigest()[:12]


def runner_ingredients(*, closed: bool) -> RunnerIngredients:
    """What to build.

    Args:
        closed: base images are stand-ins of this host's own release, as no image registry answers.

    Raises:
        SetupError: none are made of this host's release.
    """
    if not closed:
        return RunnerIngredients(_FOLDER, _UBUNTU)
    release = host_release()
    return RunnerIngredients(_FOLDER, f"{release.distribution}:{release.codename}")
