"""A fleet: services that know each other, on Render or on a Docker host behind one setting.

Their images are built from one context, one of them with a model in it. A trial of the images
before Render gets them comes with a Docker host, a database with a setting.
"""

import platform
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pulumi import Input, Output

from slipway.core.credentials import RENDER_API_KEY, Credential, hub_endpoint
from slipway.core.findings import Finding, Severity, gather, requires, warning
from slipway.docker_host.host import CONFIG_KEY, docker_address, find_docker_host
from slipway.errors import ConfigError
from slipway.images import builder
from slipway.images.composed_context import compose_context
from slipway.images.model_image import ModelImage
from slipway.images.model_image_args import ModelImageArgs
from slipway.images.model_source import ModelSource
from slipway.preflight.build_time import check_build_time, estimate
from slipway.preflight.image import check_packages
from slipway.preflight.sizes import check_disk, check_memory
from slipway.render.plans import PLANS, plan_id
from systems.config import StackConfig
from systems.parts.fleet_on_docker import serve_on_docker, try_images
from systems.parts.fleet_on_render import serve_on_render
from systems.parts.fleet_settings import FleetSettings
from systems.parts.hosting import check_hosting
from systems.parts.member import BuiltMember, Member
from systems.parts.pinned_model import PinnedModel
from systems.plan import DATABASE, LOGIN, SERVICE, Made, Part
from systems.render_login import check_login

_AIRPLAY = 5000


@dataclass(frozen=True)
class Fleet(Part):
    """Some services, by the keys under which they know each other."""

    system: str
    stack: StackConfig
    settings: FleetSettings
    members: Mapping[str, Member]
    model: PinnedModel  # that one of them serves
    context: Path  # the repository that is built; git-ignored
    files: Callable[[], Mapping[str, Path]]  # what it is composed of: path in it -> local file

    def needs(self) -> Iterator[Credential]:
        """Render's key where they run there, and what their secrets need."""
        if self.settings.host == "render":
            yield RENDER_API_KEY
        for member in self.members.values():
            for secret in member.secrets.values():
                yield from secret.needs()

    def makes(self) -> Iterator[Made]:
        """Render's services; names on a Docker host are this stack's own network's."""
        if self.settings.host == "render":
            for key in self.members:
                yield Made(SERVICE, self.settings.names.format(key), "names")
            yield Made(LOGIN, self.settings.names.format("registry"), "names")
            if self.settings.database:
                yield Made(DATABASE, self.settings.names.format("db"), "names")

    def check(self) -> list[Finding]:
        """The host, region and plan, whether the model fits and builds in time, and each image."""
        compose_context(self.files(), self.context)
        on_render = (requires(partial(check_login, self.stack)), self._hosting)
        return gather(
            f"slipway:{self.system}",
            requires(self._host),
            requires(builder.registry),
            *(on_render if self.settings.host == "render" else [self._port]),
            self._build_time,
            *(partial(self._image, key) for key in self.members),
        )

    def declare(self) -> dict[str, Output[str]]:
        """Raises the model's repository, the images and the services; gives their addresses."""
        settings = self.settings
        host = find_docker_host(f"{self.system}-docker-host", self.stack.docker_host)
        source = self.model.declare().source
        compose_context(self.files(), self.context)
        members = {key: self._built(key, source) for key in self.members}
        if settings.host == "docker" and host is not None:
            return serve_on_docker(self.system, members, host, settings.docker_port)
        images = try_images(self.system, members, settings.plan, host)
        return serve_on_render(self.system, self.stack, members, images, settings)

    def _built(self, key: str, source: ModelSource) -> BuiltMember:
        member = self.members[key]
        env: dict[str, Input[str]] = dict(member.env)
        downloads = member.serves_model and self.settings.delivery == "download"
        if downloads:
            env |= {"HF_ENDPOINT": hub_endpoint(), **source.build_args(("MODEL_REPO",))}
        return BuiltMember(
            member=member,
            name=self.settings.names.format(key),
            image=ModelImage(f"{self.system}-{key}", self._image_args(key, source)),
            env=env,
            secrets={name: secret.value for name, secret in member.secrets.items()},
            downloads=downloads,
            says={"revision": source.revision} if member.serves_model else {},
        )

    def _image_args(self, key: str, source: ModelSource) -> ModelImageArgs:
        """One member's image, built from the composed context.

        Raises:
            ConfigError: it cannot work.
        """
        member = self.members[key]
        return ModelImageArgs(
            repository=f"{self.system}/{key}",
            context=self.context,
            dockerfile=member.dockerfile,
            model=source if member.serves_model else None,
            delivery=self.settings.delivery,
            build_args=dict(member.build_args),
        )

    def _host(self) -> None:
        """Refuses Docker without an engine or the plugin for it, or with a database of Render's."""
        key, on_docker = f"slipway:{self.system}", self.settings.host == "docker"
        if not docker_address(self.stack.docker_host) and on_docker:
            raise ConfigError(
                f"{key}.host is docker, and slipway:{CONFIG_KEY} names no engine. Set it, such as "
                f"`pulumi config set slipway:{CONFIG_KEY} unix:///var/run/docker.sock`."
            )
        if on_docker and self.settings.database:
            raise ConfigError(
                f"{key}.database is one of Render's and {key}.host is docker: use host render, or "
                "no database."
            )

    def _port(self) -> Iterator[Finding]:
        """MacOS: AirPlay listens on the usual port, and an engine says only that it is taken."""
        first = self.settings.docker_port
        if platform.system() == "Darwin" and _AIRPLAY in range(first, first + len(self.members)):
            yield warning(
                f"slipway:{self.system}.dockerPort",
                f"AirPlay Receiver of macOS listens on port {_AIRPLAY}",
                "Set another, such as 5100, or switch it off in System Settings, General, AirDrop "
                "& Handoff",
            )

    def _hosting(self) -> Iterator[Finding]:
        """Region and plan, and whether the model fits."""
        settings = self.settings
        found = list(check_hosting(self.system, settings.region, settings.plan, len(self.members)))
        yield from found
        size = self.model.size()
        if settings.disk_gigabytes:
            yield from check_disk(self._model_name, size.bytes, settings.disk_gigabytes * 10**9)
        if not any(
            each.subject.endswith(".plan") and each.severity is Severity.ERROR for each in found
        ):
            plan = plan_id(self._model_name, settings.plan)
            yield from check_memory(
                self._model_name, size.memory_bytes, plan, PLANS[plan].memory_mb
            )

    def _build_time(self) -> Iterator[Finding]:
        if self.settings.delivery == "baked" and (self.model.trained or self.model.megabytes):
            time = estimate(self.model.size().bytes)
            limit = float(self.settings.build_limit_minutes)
            yield from check_build_time(self._model_name, time, limit)

    def _image(self, key: str) -> list[Finding]:
        args = self._image_args(key, self.model.source())
        name = self.settings.names.format(key)
        return check_packages(name, args.source, args.stages, args.target)

    @property
    def _model_name(self) -> str:
        """Of the service that serves the model."""
        key = next(key for key, each in self.members.items() if each.serves_model)
        return self.settings.names.format(key)
