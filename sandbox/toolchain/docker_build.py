"""The plugin behind `pulumi_docker_build`, and a builder of ours it can send its builds to.

With an account anywhere `pulumi plugin install` brings the official plugin, and Docker's own buildx
its builder; nothing here is needed then. In the sandbox the same source is built from its Go
modules, and where the engine is the private one, too old to build by itself, the plugin finds our
BuildKit through an instance file such as `docker buildx create --driver remote` would write.
"""

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from sandbox.toolchain.buildx_instance import write_instance
from sandbox.toolchain.cache import locked
from sandbox.toolchain.engine_address import EngineAddress
from sandbox.toolchain.go import build
from sandbox.toolchain.progress import Progress
