"""Builds with a BuildKit of our own; the image reaches the engine through the private registry."""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import docker
from docker.errors import APIError, DockerException

from sandbox.machine.builders.builder import secret_options
from sandbox.machine.builders.client_program import ClientResult, run_client
from sandbox.machine.builders.confinement import (
    own_build,
    source_policy,
    while_there_is_room,
)
from sandbox.machine.builders.leftovers import Leftovers
from sandbox.machine.builders.written_out import Refused, hint, refused_hosts
from sandbox.machine.containers.public_names import NOWHERE, PublicNames
from sandbox.machine.contract import (
    BuildFailedError,
    BuildRequest,
    Check,
    LogSink,
    MachineUnavailableError,
)
from toolchain.cache import locked
from toolchain.engine.address import BuildkitAddress
from toolchain.images.buildkit import CLIENT_ENVIRONMENT, LOCAL_LAYERS
from toolchain.images.registry import RegistryClient

_METADATA_LOADED = re.compile(
    r"\[internal\] load metadata for (?:docker\.io/(?:library/)?)?(?P<name>\S+)"
)
# What the client says of a builder that ended while it built: no step's own failure.
_GONE = re.compile(
    r"(?!.*\bprocess \")"
    r".*(?:code = Unavailable|error reading from server|transport is closing|no active session)"
)
_UNRESOLVED = re.compile(r"(?P<name>\S+): failed to resolve source metadata")


class BuildkitBuilder:
    """Sends builds to buildkitd with buildctl.

    The registry is what makes a second build cheap: only layers that changed move to the engine.
    """

    def __init__(
        self,
        address: BuildkitAddress,
        client: docker.DockerClient,
        public: PublicNames | None = None,
    ) -> None:
        """Takes what it builds with; `public` are the platforms' hosts, see `written_out`."""
        self._address = address
        self._public = public or PublicNames()
        self._client = client
        self._registry = RegistryClient(address.registry)
        self._leftovers = Leftovers(address)

    def build(self, request: BuildRequest, log: LogSink, check: Check) -> None:
        """Builds, pushes to the private registry, and has the engine pull it; see ImageBuilder."""
        repository, tag = _repository_and_tag(request.tag)
        with self._registry_errors():
            former = self._registry.digest(repository, tag)
        sink = _StandInNotes(self._address.stand_ins, log)
        refused = refused_hosts(request, self._public)
        with _file_in_memory(source_policy(self._address, request.tag, refused.pattern)) as policy:
            command, secrets = self._command(request, refused)
            command += ["--source-policy-file", policy]
            # Without a configuration: the user's credentials and helpers are none of our business.
            own = str(self._address.data / "buildkit")
            environment = {**CLIENT_ENVIRONMENT, "DOCKER_CONFIG": own, **secrets}
            guarded = while_there_is_room(check, self._address.data)
            try:
                with locked(self._address.data / "buildkit" / "building.lock", shared=True):
                    result = run_client(command, environment, sink, guarded)
            except BaseException:
                self._leftovers.built(to_the_end=False)
                raise
            self._leftovers.built(to_the_end=True)
        if result.exit_code != 0:
            raise self._failure(result, log, refused)
        self._pull(request.tag)
        with self._registry_errors():
            if former not in (None, self._registry.digest(repository, tag)):
                self._registry.forget(repository, former)

    def forget(self, name: str) -> None:
        """Drops the image in the private registry."""
        repository, tag = _repository_and_tag(name)
        with self._registry_errors():
            self._registry.forget(repository, self._registry.digest(repository, tag))

    def _command(
        self, request: BuildRequest, refused: Refused
    ) -> tuple[list[str | Path], Mapping[str, str]]:
        dockerfile = PurePosixPath(request.dockerfile)
        arguments = {**request.build_args, **own_build(request)}
        options = {
            "filename": dockerfile.name,
            **{f"build-arg:{key}": value for key, value in arguments.items()},
            **{f"label:{key}": value for key, value in request.labels.items()},
        }
        if refused.hosts:
            options["add-hosts"] = ",".join(f"{host}={NOWHERE}" for host in refused.hosts)
        secrets = secret_options(request.secrets)
        command: list[str | Path] = [self._address.buildctl, "--addr", self._address.address]
        command += ["build", "--progress=plain", "--frontend=dockerfile.v0"]
        command += ["--local", f"context={request.context}"]
        command += ["--local", f"dockerfile={request.context / dockerfile.parent}"]
        for key, value in options.items():
            command += ["--opt", f"{key}={value}"]
        command += secrets.arguments
        pushed = f"{self._address.registry}/{request.tag}"
        command += ["--output", f"type=image,name={pushed},push=true,{LOCAL_LAYERS}"]
        if request.no_cache:
            command.append("--no-cache")
        return command, secrets.environment

    def _pull(self, name: str) -> None:
        repository, tag = _repository_and_tag(name)
        pushed = f"{self._address.registry}/{repository}"
        try:
            # auth_config: without one the client asks the user's credential helpers.
            image = self._client.images.pull(pushed, tag=tag, auth_config={})
            image.tag(repository, tag)
            self._client.images.remove(f"{pushed}:{tag}")
        except APIError as error:
            raise MachineUnavailableError(
                f"The engine could not take image {name} from the registry at"
                f" {self._address.registry}: {error.explanation}"
            ) from error
        except (DockerException, OSError) as error:
            raise MachineUnavailableError(
                f"The container engine does not answer ({error}); start the sandbox again."
            ) from error

    @contextmanager
    def _registry_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise MachineUnavailableError(
                f"The image registry at {self._address.registry} does not answer ({error});"
                " start the sandbox again."
            ) from error

    def _failure(self, result: ClientResult, log: LogSink, refused: Refused) -> Exception:
        asked = subprocess.run(
            [self._address.buildctl, "--addr", self._address.address, "debug", "workers"],
            check=False,
            env={**os.environ, **CLIENT_ENVIRONMENT},
            capture_output=True,
        )
        if asked.returncode != 0:
            return MachineUnavailableError(
                f"The image builder at {self._address.address} does not answer; start the"
                " sandbox again."
            )
        message = result.error()
        if _GONE.match(message):
            return MachineUnavailableError(
                f"The image builder at {self._address.address} ended while it built: {message}"
            )
        found = _UNRESOLVED.search(message)
        if found is not None:
            missing = (
                f"{found['name']} can't be fetched: no image registry answers here. There are"
                f" stand-ins for {', '.join(self._address.stand_ins)}."
            )
            log(f"slipway: {missing}")
            message = f"{message} {missing}"
        if said := hint("\n".join(result.last_lines), refused):
            log(f"slipway: {said}")
            message = f"{message} {said}"
        return BuildFailedError(message)


@contextmanager
def _file_in_memory(text: str) -> Iterator[Path]:
    """A file for a program that this process starts; nothing of it is left, however this ends."""
    with os.fdopen(os.memfd_create("slipway"), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        yield Path(f"/proc/{os.getpid()}/fd/{file.fileno()}")


def _repository_and_tag(name: str) -> tuple[str, str]:
    repository, _, tag = name.rpartition(":")
    return repository, tag


class _StandInNotes:
    """Passes a build's lines on, and says once of each base image if it is not the official one."""

    def __init__(self, stand_ins: tuple[str, ...], log: LogSink) -> None:
        self._stand_ins = stand_ins
        self._log = log
        self._said: set[str] = set()

    def __call__(self, line: str) -> None:
        """Takes one line."""
        self._log(line)
        found = _METADATA_LOADED.search(line)
        if found is None:
            return
        name = found["name"]
        if name in self._stand_ins and name not in self._said:
            self._said.add(name)
            self._log(
                f"slipway: {name} is a stand-in made from this host's own packages, as no image"
                " registry answers here"
            )
