"""Frigo: a kitchen assistant of three Render services that know each other, one with a model."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from pulumi import Input, Output

from app.frigo.repository import files
from slipway.core.credentials import hub_endpoint
from slipway.docker_host.host import CONFIG_KEY, docker_address, find_docker_host
from slipway.errors import ConfigError
from slipway.github.secrets.api_key import api_key
from slipway.images.composed_context import compose_context
from slipway.images.model_image import ModelImage
from slipway.images.model_image_args import ModelImageArgs
from slipway.images.model_source import ModelSource
from slipway.render.plans import POSTGRES_PLANS, POSTGRES_VERSIONS
from slipway.render.service.web_service import DeployArgs, Image, WebServiceArgs
from slipway.render.service.web_services import WebServices
from systems.config import StackConfig
from systems.credentials import FRIGO_ADMIN_KEY, FRIGO_SERVICE_KEY
from systems.frigo_database import address_of
from systems.frigo_on_docker import Part, served, tried
from systems.own_model import UNPINNED, follow, own_model
from systems.render_login import render_login
from systems.values import (
    Commit,
    FileName,
    HubName,
    Megabytes,
    RenderNames,
    Rotation,
    Sha256,
    between,
    one_of,
)

HOSTS = ("render", "docker")
MODELS = ("tiny", "gpt2", "phi")
DELIVERIES = ("baked", "download")
CONTEXT = Path("build/frigo")  # the repository that is built; git-ignored
PORTS = {"app": 5000, "chat": 5001, "gpt": 5002}
DOCKERFILES = {"app": "Dockerfile", "chat": "chat/Dockerfile", "gpt": "gpt/Dockerfile"}
LINKS = {
    "app": {"CHAT_API_URL": "chat", "IA_SERVICE_URL": "gpt"},
    "chat": {"MAIN_APP_URL": "app"},
    "gpt": {"MAIN_APP_URL": "app"},
}


@dataclass(frozen=True)
class FrigoSettings:
    """The values of `slipway:frigo`."""

    names: RenderNames  # of the services, with {} for app, chat and gpt, such as "frigo-{}-dev"
    model: Annotated[str, one_of(MODELS)]  # IA_MODEL: tiny, gpt2 or phi
    model_repo: HubName  # repository of the weights
    model_file: FileName  # GGUF file in it
    train_here: bool  # True: the repository is ours, seeded with the small model trained here
    model_revision: Commit = ""  # commit to serve, 40 hex digits; empty follows our own repository
    delivery: Annotated[str, one_of(DELIVERIES)] = "baked"  # or "download" when the service starts
    region: str = "frankfurt"
    plan: str = "starter"
    model_megabytes: Megabytes = 0  # size of the file, where the repository is somebody else's
    model_sha256: Sha256 = ""  # of the file; that of our own repository is known
    build_limit_minutes: Annotated[int, between(1, 1440, "minutes")] = (
        45  # after which a build is given up; Render documents 120
    )
    disk_gigabytes: Annotated[int, between(0, 100_000, "GB")] = (
        0  # what an instance holds; 0 is unknown, Render publishes no figure
    )
    auth_required: bool = True  # what costs processor time needs a key; chat and gpt answer peers
    key_rotation: Rotation = 0  # another number draws other keys
    database: bool = False  # True: conversations are kept in a Postgres, else in memory
    database_plan: Annotated[str, one_of(POSTGRES_PLANS)] = "basic_256mb"
    database_version: Annotated[str, one_of(POSTGRES_VERSIONS)] = (
        "15"  # the sandbox may have the one that is packaged for its host only
    )
    host: Annotated[str, one_of(HOSTS)] = (
        "render"  # or "docker": the stack's Docker host runs the services instead
    )
    docker_port: Annotated[int, between(0, 65_533)] = (
        5000  # first of three on its loopback: app, chat, gpt; 0: any free ones
    )


def raise_frigo(config: StackConfig) -> dict[str, Output[str]]:
    """Raises the weights' repository, three images and three services wired to each other."""
    settings = config.settings("frigo", FrigoSettings)
    check_host(config, settings)
    host = find_docker_host("frigo-docker-host", config.docker_host)
    source = model_source(config, settings)
    if settings.train_here:
        model = own_model(config, "frigo-model", settings.model_repo, settings.model_file)
        source = follow(source, model)
    compose_context(files(), CONTEXT)
    keys = _keys(settings)
    parts = {key: _part(key, settings, source, keys[key]) for key in PORTS}
    if settings.host == "docker" and host is not None:
        on_docker = served(parts, host, settings.docker_port)
        return _addresses({key: on_docker[key].url for key in PORTS})
    images = tried(parts, settings.plan, host)
    login = render_login(config, settings.names.format("registry"))
    services = {
        key: _service(
            key,
            config,
            settings,
            parts[key],
            Image(ref=images[key], registry_credential=login),
            source,
        )
        for key in PORTS
    }
    if settings.database:
        name, plan = settings.names.format("db"), settings.database_plan
        address = address_of(
            name,
            plan,
            settings.database_version,
            beside=services["app"],
            protect=config.protect,
            adopt=config.adopts(name),
        )
        secrets = {**services["app"].secrets, "DATABASE_URL": address}
        services["app"] = replace(services["app"], secrets=secrets)
    raised = WebServices("frigo", services)
    return _addresses({key: raised[key].url for key in PORTS})


def check_host(config: StackConfig, settings: FrigoSettings) -> None:
    """Refuses a host that is not there, before any call.

    Raises:
        ConfigError: Docker without an engine or the plugin for it, or with a database of Render's.
    """
    if not docker_address(config.docker_host) and settings.host == "docker":
        raise ConfigError(
            f"slipway:frigo.host is docker, and slipway:{CONFIG_KEY} names no engine. Set it, such "
            f"as `pulumi config set slipway:{CONFIG_KEY} unix:///var/run/docker.sock`."
        )
    if settings.host == "docker" and settings.database:
        raise ConfigError(
            "slipway:frigo.database is one of Render's and slipway:frigo.host is docker: use host "
            "render, or no database."
        )


def model_source(config: StackConfig, settings: FrigoSettings) -> ModelSource:
    """The file that is served, as far as the stack says."""
    return ModelSource(
        repo=config.hub_id(settings.model_repo),
        revision=settings.model_revision or (UNPINNED if settings.train_here else ""),
        file=settings.model_file,
        sha256=settings.model_sha256,
    )


def image_args(key: str, settings: FrigoSettings, source: ModelSource) -> ModelImageArgs:
    """One service's image, built from the composed context.

    Raises:
        ConfigError: it cannot work.
    """
    # One copy of the weights: the gpt service answers, the app brings none.
    build_args = {"app": {"MODEL_DELIVERY": "none"}, "gpt": {"IA_MODEL": settings.model}}
    return ModelImageArgs(
        repository=f"frigo/{key}",
        context=CONTEXT,
        dockerfile=DOCKERFILES[key],
        model=source if key == "gpt" else None,
        delivery=settings.delivery,
        build_args=build_args.get(key, {}),
    )


def _keys(settings: FrigoSettings) -> dict[str, dict[str, Input[str]]]:
    """The secrets of each service: two keys that are drawn, one for people and one for peers."""
    rotation = settings.key_rotation
    admin = {"ADMIN_KEY": api_key("frigo-admin-key", rotation, given_as=FRIGO_ADMIN_KEY)}
    peer = {"SERVICE_KEY": api_key("frigo-service-key", rotation, given_as=FRIGO_SERVICE_KEY)}
    return {"app": {**admin, **peer}, "chat": {**peer}, "gpt": {**admin, **peer}}


def _part(
    key: str, settings: FrigoSettings, source: ModelSource, secrets: dict[str, Input[str]]
) -> Part:
    model: dict[str, Input[str]] = {"IA_MODEL": settings.model} if key == "gpt" else {}
    downloads = bool(model) and settings.delivery == "download"
    if downloads:
        model |= {"HF_ENDPOINT": hub_endpoint(), **source.build_args(("MODEL_REPO",))}
    return Part(
        name=settings.names.format(key),
        image=ModelImage(f"frigo-{key}", image_args(key, settings, source)),
        port=PORTS[key],
        env={
            "FLASK_ENV": "production",
            "PYTHONUNBUFFERED": "1",
            "AUTH_REQUIRED": str(settings.auth_required).lower(),
            **model,
        },
        secrets=secrets,
        downloads=downloads,
    )


def _service(
    key: str,
    config: StackConfig,
    settings: FrigoSettings,
    part: Part,
    image: Image,
    source: ModelSource,
) -> WebServiceArgs:
    return WebServiceArgs(
        name=part.name,
        workspace=config.render_workspace,
        region=settings.region,
        plan=settings.plan,
        image=image,
        port=part.port,
        health_path="/health",
        env=part.env,
        secrets=part.secrets,
        links=LINKS[key],
        deploy=DeployArgs(expect={"revision": source.revision} if key == "gpt" else {}),
        adopt=config.adopts(part.name),
        protect=config.protect,
    )


def _addresses(urls: dict[str, Output[str]]) -> dict[str, Output[str]]:
    health = {key: Output.concat(urls[key], "/health") for key in ("chat", "gpt")}
    return {"app": urls["app"], **health}
