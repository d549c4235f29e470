"""Stands in for Pulumi's plugin for Docker: containers, networks, volumes and images of one engine.

It serves what this project uses, with the names, types, defaults and replacements of the official
plugin, and refuses everything else by name. Where the two differ on purpose:

* A container that ends, or does not become healthy in the time it is given, fails its creation with
  its exit code, whether memory ran out, and its last log lines; it is removed, and the next run
  makes it again. The official plugin says only that it is not healthy, and keeps it.
* A changed health check replaces the container; there it is written down and not applied.
* One whose check is waited for and missing is refused; the official plugin crashes.
"""

from importlib.metadata import version

from toolchain.standins.docker.containers import Container
from toolchain.standins.docker.engine import connect
from toolchain.standins.docker.images import RemoteImage
from toolchain.standins.docker.networks import Network
from toolchain.standins.docker.volumes import Volume
from toolchain.standins.protocol import Plugin

PLUGIN = Plugin(
    name="docker",
    version=version("pulumi_docker"),
    types={
        "docker:index/container:Container": Container,
        "docker:index/network:Network": Network,
        "docker:index/remoteImage:RemoteImage": RemoteImage,
        "docker:index/volume:Volume": Volume,
    },
    connect=connect,
)
