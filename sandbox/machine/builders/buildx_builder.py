"""Builds with a running Docker engine's own builder, through its buildx plugin."""

from pathlib import Path

from sandbox.machine.builders.builder import secret_options
from sandbox.machine.builders.client_program import run_client
from sandbox.machine.builders.confinement import own_build
from sandbox.machine.builders.written_out import hint, refused_hosts
from sandbox.machine.containers.public_names import NOWHERE, PublicNames
from sandbox.machine.contract import (
    BuildFailedError,
    BuildRequest,
    Check,
    LogSink,
    MachineUnavailableError,
)
from toolchain.engine.endpoint import engine_answers


class BuildxBuilder:
    """Sends builds to the engine with `docker buildx build --load`."""

    def __init__(
        self, docker_host: str, public: PublicNames | None = None, *, map_inside_host: bool
    ) -> None:
        """Names the engine.

        Args:
            docker_host: "unix://…".
            public: the platforms' hosts, see `written_out`.
            map_inside_host: give builds the name host.docker.internal for this host; Docker
                Desktop has it by itself, other engines in a virtual machine do not.
        """
        self._docker_host = docker_host
        self._public = public or PublicNames()
        self._map_inside_host = map_inside_host

    def build(self, request: BuildRequest, log: LogSink, check: Check) -> None:
        """Builds straight into the engine; see ImageBuilder."""
        secrets = secret_options(request.secrets)
        refused = refused_hosts(request, self._public)
        command = self._command(request)
        for host in refused.hosts:
            command += ["--add-host", f"{host}:{NOWHERE}"]
        command += [*secrets.arguments, str(request.context)]
        environment = {**secrets.environment, "DOCKER_HOST": self._docker_host}
        result = run_client(command, environment, log, check)
        if result.exit_code == 0:
            return
        if not engine_answers(self._docker_host):
            raise MachineUnavailableError(
                f"The Docker engine at {self._docker_host} does not answer; start it again."
            )
        message = result.error()
        if said := hint("\n".join(result.last_lines), refused):
            log(f"slipway: {said}")
            message = f"{message} {said}"
        raise BuildFailedError(message)

    def forget(self, name: str) -> None:
        """Does nothing: such an image is the engine's alone."""

    def _command(self, request: BuildRequest) -> list[str | Path]:
        # "default" is the builder inside the engine that DOCKER_HOST names; another one the user
        # may have selected keeps its results to itself.
        command: list[str | Path] = ["docker", "buildx", "build", "--builder", "default", "--load"]
        command += ["--progress", "plain", "--provenance=false"]
        command += ["--file", request.context / request.dockerfile, "--tag", request.tag]
        for key, value in {**request.build_args, **own_build(request)}.items():
            command += ["--build-arg", f"{key}={value}"]
        for key, value in request.labels.items():
            command += ["--label", f"{key}={value}"]
        if self._map_inside_host:
            command += ["--add-host", "host.docker.internal:host-gateway"]
        if request.no_cache:
            command.append("--no-cache")
        return command
