"""Frigo: a kitchen assistant of three Render services that know each other, one with a model."""

from dataclasses import dataclass
from pathlib import Path

import pulumi
from pulumi import Input, Output

from app.frigo.repository import files
from components.docker.composed_context import compose_context
from components.docker.model_image import ModelImage, ModelImageArgs
from components.docker.model_source import ModelSource
from components.errors import ConfigError
from components.preflight.build_time import check_build_time, estimate
from components.preflight.findings import refuse_errors
from components.preflight.sizes import KEYS_AND_VALUES_PER_TOKEN, check_memory, memory_needed
from components.render.plans import PLANS, plan_id
from components.render.web_service import DeployArgs, Image, WebServiceArgs
from components.render.web_services import WebServices
from systems.config import StackConfig
from systems.own_model import WEIGHTS, own_model

CONTEXT = Path("build/frigo")  # the repository that is built; git-ignored
PORTS = {"app": 5000, "chat": 5001, "gpt": 5002}
SMALL_MODEL_TOKEN_BYTES = 4 * 4 * 128  # 4 bytes, 4 layers, width 128
DOCKERFILES = {"app": "Dockerfile", "chat": "chat/Dockerfile", "gpt": "gpt/Dockerfile"}
LINKS = {
    "app": {"CHAT_API_URL": "chat", "IA_SERVICE_URL": "gpt"},
    "chat": {"MAIN_APP_URL": "app"},
    "gpt": {"MAIN_APP_URL": "app"},
}


@dataclass(frozen=True)
class FrigoSettings:
    """The values of `slipway:frigo`."""

    names: str  # of the services, with {} for app, chat and gpt, such as "frigo-{}-dev"
    model: str  # IA_MODEL: tiny, gpt2 or phi
    model_repo: str  # repository of the weights
    model_file: str  # GGUF file in it
    train_here: bool  # True: the repository is ours, seeded with the small model trained here
    model_revision: str = ""  # commit to serve, 40 hex digits; empty follows our own repository
    delivery: str = "baked"  # or "download" when the service starts
    region: str = "frankfurt"
    plan: str = "starter"
    model_megabytes: int = 0  # size of the file, where the repository is somebody else's


def raise_frigo(config: StackConfig) -> dict[str, Output[str]]:
    """Raises the weights' repository, three images and three services wired to each other."""
    settings = config.settings("frigo", FrigoSettings)
    revision: Input[str] = settings.model_revision
    if settings.train_here:
        model = own_model(config, "frigo-model", settings.model_repo, settings.model_file)
        revision = revision or model.commit
    preflight(settings)
    compose_context(files(), CONTEXT)
    source = ModelSource(
        repo=config.hub_id(settings.model_repo), revision=revision, file=settings.model_file
    )
    images = {key: _image(key, settings, source) for key in PORTS}
    services = {key: _service(key, settings, images[key], revision) for key in PORTS}
    raised = WebServices("frigo", services)
    health = {key: Output.concat(raised[key].url, "/health") for key in ("chat", "gpt")}
    return {"app": raised["app"].url, **health}


def preflight(settings: FrigoSettings) -> None:
    """Refuses, before anything is created, a model that the plan can't hold or build in time.

    Raises:
        ConfigError: names everything that is wrong, with the remedies.
    """
    megabytes, token_bytes = settings.model_megabytes, KEYS_AND_VALUES_PER_TOKEN
    if settings.train_here:
        megabytes = (WEIGHTS / settings.model_file).stat().st_size // 1_000_000
        token_bytes = SMALL_MODEL_TOKEN_BYTES
    elif not megabytes:
        raise ConfigError(
            f"slipway:frigo.modelMegabytes is missing: how large is {settings.model_file}? Its "
            "page on the Hub says; without it nobody can tell whether the plan holds it."
        )
    service = settings.names.format("gpt")
    plan = plan_id(service, settings.plan)
    needed = memory_needed(megabytes * 1_000_000, token_bytes=token_bytes)
    findings = [
        *check_memory(service, needed, plan, PLANS[plan].memory_mb),
        *check_build_time(service, estimate(megabytes * 1_000_000)),
    ]
    for finding in refuse_errors(findings):
        pulumi.log.warn(str(finding))


def _image(key: str, settings: FrigoSettings, source: ModelSource) -> ModelImage:
    with_model = key == "gpt"
    build_args = {"IA_MODEL": settings.model} if with_model else {}
    if key == "app":
        build_args = {"MODEL_DELIVERY": "none"}  # the gpt service answers; one copy of the weights
    args = ModelImageArgs(
        repository=f"frigo/{key}",
        context=CONTEXT,
        dockerfile=DOCKERFILES[key],
        model=source if with_model else None,
        delivery=settings.delivery,
        build_args=build_args,
    )
    return ModelImage(f"frigo-{key}", args)


def _service(
    key: str, settings: FrigoSettings, image: ModelImage, revision: Input[str]
) -> WebServiceArgs:
    model: dict[str, Input[str]] = {"IA_MODEL": settings.model} if key == "gpt" else {}
    return WebServiceArgs(
        name=settings.names.format(key),
        region=settings.region,
        plan=settings.plan,
        image=Image(ref=image.ref),
        port=PORTS[key],
        health_path="/health",
        env={"FLASK_ENV": "production", "PYTHONUNBUFFERED": "1", **model},
        links=LINKS[key],
        deploy=DeployArgs(expect={"revision": revision} if key == "gpt" else {}),
    )
