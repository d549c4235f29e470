"""What the set-up still has to do on this machine; only what that needs is looked at."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from doors.trained_models import left_to_train
from toolchain.debian_packages import missing_packages
from toolchain.engine.private_engine import has_base_images
from toolchain.engine.setup import EnginePlan, Route, plan
from toolchain.golang.build import find_built
from toolchain.golang.programs import DOCKER_BUILD
from toolchain.images.buildkit import find_built_programs
from toolchain.progress import SetupError
from toolchain.pulumi.cli import find_pulumi

PATIENCE_SECONDS = 60.0  # with an engine that listens and does not answer; busy ones do that
GLANCE_SECONDS = 4.0


@dataclass(frozen=True, kw_only=True)
class Needs:
    """The steps that are left, as far as checks depend on them."""

    python_packages: bool = False
    cli: bool = False
    training_seconds: float = 0.0  # of the models that are left to be trained
    plugin: bool = False
    private_engine: bool = False  # one of ours is used; the following are parts of it
    debian_packages: tuple[str, ...] = ()
    buildkit: bool = False
    base_images: bool = False
    engine_plan: EnginePlan | None = field(default=None, compare=False)
    containers: bool = True  # else nothing is built or run, and there need be no engine
    no_engine: str = ""  # why this machine can have none

    @property
    def go(self) -> bool:
        """Whether anything is compiled."""
        return self.cli or self.plugin or self.buildkit

    @property
    def apt(self) -> bool:
        """Whether Debian's archive is asked."""
        return bool(self.debian_packages) or self.base_images

    @property
    def anything(self) -> bool:
        """Whether any long step is left."""
        return bool(self.python_packages or self.training_seconds or self.go or self.apt)


def look(
    checkout: Path,
    *,
    python_packages: bool,
    engine_seconds: float = GLANCE_SECONDS,
    containers: bool = True,
) -> Needs:
    """What is left to do.

    Args:
        checkout: the clone.
        python_packages: whether they are still to be installed; who calls knows that.
        engine_seconds: how long an engine may take to answer; see `plan`.
        containers: whether anything will be built or run.
    """
    chosen, no_engine = None, ""
    try:
        chosen = plan(engine_seconds) if containers else None
    except SetupError as error:
        no_engine = str(error)
    private = chosen is not None and chosen.route is Route.PRIVATE
    return Needs(
        python_packages=python_packages,
        cli=find_pulumi() is None,
        training_seconds=sum(each.usual_seconds for each in left_to_train(checkout)),
        plugin=find_built(DOCKER_BUILD) is None,
        private_engine=private,
        debian_packages=tuple(missing_packages()) if private else (),
        buildkit=private and find_built_programs() is None,
        base_images=private and not has_base_images(),
        engine_plan=chosen,
        no_engine=no_engine,
        containers=containers,
    )


def cache_place() -> Path:
    """Where the cache folder is or would be; unlike `cache_folder`, this makes nothing."""
    configured = Path(os.environ.get("XDG_CACHE_HOME", ""))
    base = configured if configured.is_absolute() else Path.home() / ".cache"
    return base / "slipway"


def nearest_existing(folder: Path) -> Path:
    """The folder itself, or the nearest one above it that exists."""
    return next(each for each in (folder, *folder.parents) if each.is_dir())
