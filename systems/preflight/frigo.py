"""Whether frigo can work: its model on its plan, its images, its builds, all of it at once."""

import platform
from collections.abc import Iterator
from functools import partial

from app.frigo.repository import files
from slipway.core.credentials import (
    GITHUB_TOKEN,
    HUB_TOKEN,
    RENDER_API_KEY,
    Credential,
)
from slipway.core.findings import Finding, Severity, error, gather, requires, warning
from slipway.core.stack import require_stack_credential, stack_credential
from slipway.images import builder
from slipway.images.composed_context import compose_context
from slipway.preflight.build_time import check_build_time, estimate
from slipway.preflight.hosting import check_plan, check_region, note_price
from slipway.preflight.image import check_packages
from slipway.preflight.sizes import check_disk, check_memory
from slipway.render.plans import PLANS, plan_id
from systems.config import StackConfig
from systems.credentials import FRIGO_ADMIN_KEY, FRIGO_SERVICE_KEY
from systems.frigo import (
    CONTEXT,
    PORTS,
    FrigoSettings,
    check_host,
    image_args,
    model_source,
)
from systems.preflight.model_size import ModelSize, model_size
from systems.render_login import check_login

_AIRPLAY = 5000


def check_frigo(config: StackConfig) -> list[Finding]:
    """Everything that is known before the first call."""
    settings = config.settings("frigo", FrigoSettings)
    compose_context(files(), CONTEXT)
    on_render = () if settings.host == "docker" else (partial(_render, settings),)
    login = () if settings.host == "docker" else (requires(partial(check_login, config)),)
    return gather(
        "slipway:frigo",
        requires(partial(check_host, config, settings)),
        requires(builder.registry),
        *login,
        *(requires(partial(require_stack_credential, each)) for each in _credentials(settings)),
        *on_render,
        partial(_closed, config, settings),
        partial(_port, settings),
        partial(_build, settings),
        *(partial(_image, key, config, settings) for key in PORTS),
    )


def _closed(config: StackConfig, settings: FrigoSettings) -> Iterator[Finding]:
    """A stack that protects what it raised is production: strangers can't retrain its model."""
    if config.protect and not settings.auth_required:
        problem = "authRequired is false in a protected stack: anybody may retrain its model"
        yield error("slipway:frigo", problem, "Set it to true")


def _port(settings: FrigoSettings) -> Iterator[Finding]:
    """macOS: AirPlay listens on the usual port, and an engine says only that it is taken."""
    ports = range(settings.docker_port, settings.docker_port + len(PORTS))
    if settings.host == "docker" and platform.system() == "Darwin" and _AIRPLAY in ports:
        yield warning(
            "slipway:frigo.dockerPort",
            f"AirPlay Receiver of macOS listens on port {_AIRPLAY}",
            "Set another, such as 5100, or switch it off in System Settings, General, AirDrop & "
            "Handoff",
        )


def _credentials(settings: FrigoSettings) -> list[Credential]:
    needed = [] if settings.host == "docker" else [RENDER_API_KEY]
    if not all(stack_credential(each) for each in (FRIGO_ADMIN_KEY, FRIGO_SERVICE_KEY)):
        needed.append(GITHUB_TOKEN)  # under which a key that is drawn is kept
    return [*needed, HUB_TOKEN] if settings.train_here else needed


def _render(settings: FrigoSettings) -> Iterator[Finding]:
    """Region and plan, and whether the model fits."""
    service = settings.names.format("gpt")
    yield from check_region("slipway:frigo.region", settings.region)
    wrong_plan = check_plan("slipway:frigo.plan", settings.plan)
    yield from wrong_plan
    size = _size(settings)
    if settings.disk_gigabytes:
        yield from check_disk(service, size.bytes, settings.disk_gigabytes * 10**9)
    if any(each.severity is Severity.ERROR for each in wrong_plan):
        return
    plan = plan_id(service, settings.plan)
    yield from note_price("frigo", [plan] * len(PORTS))
    yield from check_memory(service, size.memory_bytes, plan, PLANS[plan].memory_mb)


def _build(settings: FrigoSettings) -> Iterator[Finding]:
    if settings.delivery == "baked" and (settings.train_here or settings.model_megabytes):
        time = estimate(_size(settings).bytes)
        yield from check_build_time(
            settings.names.format("gpt"), time, float(settings.build_limit_minutes)
        )


def _size(settings: FrigoSettings) -> ModelSize:
    return model_size(
        "slipway:frigo",
        settings.model_file,
        settings.model_megabytes,
        train_here=settings.train_here,
    )


def _image(key: str, config: StackConfig, settings: FrigoSettings) -> list[Finding]:
    args = image_args(key, settings, model_source(config, settings))
    return check_packages(settings.names.format(key), args.source, args.stages, args.target)
