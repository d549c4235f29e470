"""Turns the bodies of `POST` and `PATCH /services` into settings, by the platform's rules."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from sandbox.http.errors import NotImitatedError
from sandbox.render.deploys.image_reference import normalised
from sandbox.render.http import body as read
from sandbox.render.http.errors import BadRequestError
from sandbox.render.services.plans import FREE, PLANS, REGIONS
from sandbox.render.services.settings import CONTAINERS, STATIC_SITE, WEB_SERVICE, Settings

_OTHER_TYPES = ("cron_job",)
_NATIVE = ("node", "python", "go", "ruby", "rust", "elixir")
_TRIGGERS = ("commit", "checksPass", "off")
_MOST_INSTANCES = 100
_LONGEST_SHUTDOWN = 300  # seconds
_EVERYWHERE = "0.0.0.0/0"
_PAID_ONLY = ("disk", "autoscaling", "preDeployCommand", "maxShutdownDelaySeconds")

ResolveBranch = Callable[[str, str | None], str]  # (repository, branch or None) -> branch


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Where an account may differ, or nobody has seen what the platform does."""

    card_on_file: bool = True  # False: 402 for every create, as on an account without a card
    free_create: bool = True  # False: the API refuses the free plan, as it did in 2025


def created(body: Mapping[str, Any], rules: Rules, branch_of: ResolveBranch) -> Settings:
    """The settings of a new service.

    Raises:
        BadRequestError: a rule of the platform is broken.
        NotImitatedError: the platform could do this; the sandbox cannot.
    """
    kind = read.one_of(body, "type", (*CONTAINERS, STATIC_SITE, *_OTHER_TYPES))
    if kind in _OTHER_TYPES:
        raise NotImitatedError(f"services of type {kind}")
    details = read.mapping(body, "serviceDetails")
    _require_imitated(body, details)
    if kind == STATIC_SITE:
        settings = Settings(type=kind, runtime="")
    else:
        settings = Settings(type=kind, runtime=_runtime(details))
        settings = replace(settings, region=_region(details), num_instances=_instances(details))
    if read.text(details, "plan") == FREE and not rules.free_create:
        raise BadRequestError("free tier services are not supported by the API")
    settings = _changed(settings, body, details, branch_of)
    if settings.static or settings.runtime == "docker":
        if settings.repo is None:
            raise BadRequestError("repo is required")
    elif settings.image_path is None:
        raise BadRequestError("image is required")
    return settings


def patched(settings: Settings, body: Mapping[str, Any], branch_of: ResolveBranch) -> Settings:
    """The settings after a PATCH: what is not named stays. Raises as `created` does."""
    details = read.mapping(body, "serviceDetails")
    _require_imitated(body, details)
    if details.get("disk"):
        raise BadRequestError("disk cannot be changed with the service: use /disks")
    before = settings.plan
    if not settings.static and ("runtime" in details or "env" in details):
        settings = replace(settings, runtime=_runtime(details))
    settings = _changed(settings, body, details, branch_of)
    if settings.plan == FREE != before:
        raise BadRequestError("cannot change a paid service to the free plan")
    return settings


def scaled(settings: Settings, body: Mapping[str, Any]) -> Settings:
    """The settings after `POST …/scale`."""
    if settings.plan == FREE:
        raise BadRequestError("scaling is not supported for free tier services")
    return replace(settings, num_instances=_instances({"numInstances": -1, **body}))


def _changed(
    settings: Settings,
    body: Mapping[str, Any],
    details: Mapping[str, Any],
    branch_of: ResolveBranch,
) -> Settings:
    values: dict[str, Any] = _source(settings, body, branch_of)
    if "autoDeploy" in body:
        chosen = read.one_of(body, "autoDeploy", ("yes", "no"))
        values["auto_deploy_trigger"] = "commit" if chosen == "yes" else "off"
    if "autoDeployTrigger" in body:
        values["auto_deploy_trigger"] = read.one_of(body, "autoDeployTrigger", _TRIGGERS)
    if "rootDir" in body:
        values["root_dir"] = _inside(read.text(body, "rootDir"), "rootDir")
    if "buildFilter" in body:
        chosen_filter = read.mapping(body, "buildFilter")
        values["build_paths"] = read.texts(chosen_filter, "paths")
        values["ignored_paths"] = read.texts(chosen_filter, "ignoredPaths")
    if settings.static:
        return replace(settings, **values, **_static_details(details))
    return replace(settings, **values, **_web_details(settings, details))


def _source(
    settings: Settings, body: Mapping[str, Any], branch_of: ResolveBranch
) -> dict[str, Any]:
    repo = read.text(body, "repo") or None
    image = read.mapping(body, "image")
    if repo is not None and image:
        raise BadRequestError("repo and image cannot both be set")
    if image:
        if settings.static:
            raise BadRequestError("a static site has no image")
        path = normalised(read.required(image, "imagePath"))
        login = read.text(image, "registryCredentialId") or None
        return {
            "image_path": path,
            "registry_credential_id": login,
            "runtime": "image",
            "repo": None,
            "branch": None,
        }
    if repo is None and "branch" not in body:
        return {}
    source = repo or settings.repo
    if source is None:
        raise BadRequestError("branch needs a repo")
    branch = branch_of(source, read.text(body, "branch") or None)
    values: dict[str, Any] = {"repo": source, "branch": branch, "image_path": None}
    if not settings.static and settings.runtime == "image":
        values["runtime"] = "docker"
    return values


def _static_details(details: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if "buildCommand" in details:
        values["build_command"] = read.text(details, "buildCommand")
    if "publishPath" in details:
        values["publish_path"] = _inside(read.text(details, "publishPath"), "publishPath") or "."
    return values


def _web_details(settings: Settings, details: Mapping[str, Any]) -> dict[str, Any]:
    values = _docker_details(read.mapping(details, "envSpecificDetails"))
    if "plan" in details:
        values["plan"] = read.one_of(details, "plan", tuple(PLANS))
    if values.get("plan", settings.plan) == FREE:
        if settings.type != WEB_SERVICE:
            raise BadRequestError(f"the free plan is not supported for {settings.type}")
        _refuse_paid(details)
    if "healthCheckPath" in details and settings.type == WEB_SERVICE:
        path = read.text(details, "healthCheckPath")
        if path and not path.startswith("/"):
            raise BadRequestError("healthCheckPath must start with /")
        values["health_check_path"] = path
    if "maxShutdownDelaySeconds" in details:
        delay = read.whole(details, "maxShutdownDelaySeconds", 1, _LONGEST_SHUTDOWN)
        values["max_shutdown_delay_seconds"] = delay
    if "preDeployCommand" in details:
        values["pre_deploy_command"] = read.text(details, "preDeployCommand")
    return values


def _docker_details(specific: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, name in (("dockerContext", "docker_context"), ("dockerfilePath", "dockerfile_path")):
        if specific.get(key):
            values[name] = read.text(specific, key)
            _inside(values[name], key)
    if "dockerCommand" in specific:
        values["docker_command"] = read.text(specific, "dockerCommand")
    if specific.get("registryCredentialId"):
        values["registry_credential_id"] = read.text(specific, "registryCredentialId")
    return values


def _refuse_paid(details: Mapping[str, Any]) -> None:
    """On the free plan even a harmless value of these keys is refused (`maintenanceMode: off`)."""
    for key in _PAID_ONLY:
        if details.get(key):
            raise BadRequestError(f"{key} is not supported for free tier services")
    if details.get("maintenanceMode"):
        raise BadRequestError("maintenance mode can only be configured for non-free tier services")
    if (details.get("numInstances") or 1) != 1:
        raise BadRequestError("scaling is not supported for free tier services")


def _runtime(details: Mapping[str, Any]) -> str:
    key = "runtime" if details.get("runtime") else "env"
    runtime = read.one_of(details, key, ("docker", "image", *_NATIVE))
    if runtime in _NATIVE:
        raise NotImitatedError(f"the {runtime} runtime: it runs docker and image runtimes only")
    return runtime


def _region(details: Mapping[str, Any]) -> str:
    return read.one_of(details, "region", REGIONS) if details.get("region") else REGIONS[0]


def _instances(details: Mapping[str, Any]) -> int:
    if details.get("numInstances") is None:
        return 1
    return read.whole(details, "numInstances", 1, _MOST_INSTANCES)


def _require_imitated(body: Mapping[str, Any], details: Mapping[str, Any]) -> None:
    """Refuses what would otherwise be accepted and then not happen."""
    previews = read.mapping(details, "previews").get("generation", "off")
    policy = details.get("renderSubdomainPolicy") or "enabled"
    allowed = details.get("ipAllowList")
    asked = {
        "environments": body.get("environmentId"),
        "autoscaling": read.mapping(details, "autoscaling").get("enabled"),
        "previews": previews != "off" or details.get("pullRequestPreviewsEnabled") == "yes",
        "maintenance mode": read.mapping(details, "maintenanceMode").get("enabled"),
        "services without their Render address": policy != "enabled",
        "headers of static sites": details.get("headers"),
        "routes of static sites": details.get("routes"),
        "edge caches": read.mapping(details, "cache").get("profile", "no-cache") != "no-cache",
        "lists of allowed addresses": allowed is not None
        and [each.get("cidrBlock") for each in allowed] != [_EVERYWHERE],
    }
    for what, wanted in asked.items():
        if wanted:
            raise NotImitatedError(what)


def _inside(path: str, key: str) -> str:
    """A path of the repository; raises BadRequestError if it leads out of it."""
    parts = PurePosixPath(path).parts
    if path.startswith("/") or ".." in parts:
        raise BadRequestError(f"{key}: {path!r} must be a path inside the repository")
    return "/".join(part for part in parts if part != ".")
