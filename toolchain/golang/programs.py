"""Every program that is built from the committed Go module."""

from typing import NamedTuple

from toolchain.golang.pins import pinned_version

_BUILDKIT = "github.com/moby/buildkit"
_DOCKER_BUILD = "github.com/pulumi/pulumi-docker-build"
_PULUMI = "github.com/pulumi/pulumi/pkg/v3"
_PULUMI_SDK = "github.com/pulumi/pulumi/sdk/v3"
_ACT = "github.com/nektos/act"
_ACTIONLINT = "github.com/rhysd/actionlint"


class ModuleFile(NamedTuple):
    """A file taken as it is out of the source of a module that the build requires."""

    module: str  # module path, such as "github.com/pulumi/pulumi/sdk/v3"
    path: str  # inside the module


class Programs(NamedTuple):
    """Programs that are built together, into one folder."""

    name: str  # for people, and of the list of modules under `module/needs`
    version: str  # without the leading "v"
    packages: tuple[str, ...]  # import paths; a program is called by the last part of its own
    variables: tuple[tuple[str, str], ...]  # Go string variable -> value that the linker writes
    files: tuple[ModuleFile, ...]  # laid beside the programs under their last name
    usually_seconds: float  # on two cores with an empty cache, downloads included


BUILDKIT = Programs(
    name="buildkit",
    version=pinned_version(_BUILDKIT),
    packages=(
        f"{_BUILDKIT}/cmd/buildkitd",
        f"{_BUILDKIT}/cmd/buildctl",
        # What `# syntax=docker/dockerfile:1` names: we make that image ourselves.
        f"{_BUILDKIT}/frontend/dockerfile/cmd/dockerfile-frontend",
    ),
    variables=((f"{_BUILDKIT}/version.Version", f"v{pinned_version(_BUILDKIT)}"),),
    files=(),
    usually_seconds=110,
)

PULUMI = Programs(
    name="pulumi",
    version=pinned_version(_PULUMI),
    packages=(f"{_PULUMI}/cmd/pulumi",),
    variables=((f"{_PULUMI_SDK}/go/common/version.Version", f"v{pinned_version(_PULUMI)}"),),
    files=(ModuleFile(_PULUMI_SDK, "python/cmd/pulumi-language-python-exec"),),
    usually_seconds=90,
)

DOCKER_BUILD = Programs(
    name="docker-build",
    version=pinned_version(_DOCKER_BUILD),
    packages=(f"{_DOCKER_BUILD}/provider/cmd/pulumi-resource-docker-build",),
    variables=((f"{_DOCKER_BUILD}/provider.Version", pinned_version(_DOCKER_BUILD)),),
    files=(),
    usually_seconds=35,
)

ACT = Programs(
    name="act",
    version=pinned_version(_ACT),
    packages=(_ACT,),
    variables=(),
    files=(),
    usually_seconds=60,
)

ACTIONLINT = Programs(
    name="actionlint",
    version=pinned_version(_ACTIONLINT),
    packages=(f"{_ACTIONLINT}/cmd/actionlint",),
    variables=(),
    files=(),
    usually_seconds=20,
)

# In the order in which they are first needed; the last by `make lint` alone.
ALL = (BUILDKIT, PULUMI, DOCKER_BUILD, ACT, ACTIONLINT)
