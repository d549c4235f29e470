"""A service's settings: from what is declared to what the API takes, and from its answers back.

What is declared is a flat mapping; a key that is missing or None is nobody's business here: it is
neither compared nor written.

    name  plan  auto_deploy  health_path  command  pre_deploy_command  instances
    build_command  publish_path
    source: {"url", "branch", "root_dir", "dockerfile_path", "docker_context"} or
            {"image", "registry_credential_id"}
"""

import re
from collections.abc import Mapping
from typing import Any

from slipway.errors import ConfigError, DeployError
from slipway.render.api.client import Service
from slipway.render.api.transport import Json
from slipway.render.names import parse_image

TEXTS = ("health_path", "command", "pre_deploy_command", "build_command")
KEYS = ("name", "plan", "auto_deploy", "publish_path", "source", *TEXTS)
WITHOUT_DEPLOY = frozenset(
    {"name", "auto_deploy", "instances", "mark"}
)  # take effect without a deploy
STATIC = "static_site"

_SOURCE = {  # ours -> the API's, on the service itself
    "url": "repo",
    "branch": "branch",
    "root_dir": "rootDir",
}
_DOCKER = {  # ours -> the API's, among what depends on the runtime
    "dockerfile_path": "dockerfilePath",
    "docker_context": "dockerContext",
}
SOURCE_KEYS = ("image", "registry_credential_id", *_SOURCE, *_DOCKER)
_NAMES = {  # ours -> the API's
    "name": "name",
    "auto_deploy": "autoDeployTrigger",
    "command": "dockerCommand",
    "plan": "plan",
    "health_path": "healthCheckPath",
    "pre_deploy_command": "preDeployCommand",
    "build_command": "buildCommand",
    "publish_path": "publishPath",
}


def create_body(
    declared: Mapping[str, Any],
    owner_id: str,
    env: Mapping[str, str],
    files: Mapping[str, str],
) -> dict[str, Json]:
    """The body that creates a service with everything it needs for its first deploy."""
    body = patch_body(declared, {key: declared.get(key) for key in KEYS}, owner_id)
    details = body.setdefault("serviceDetails", {})
    for ours, theirs in (("region", "region"), ("instances", "numInstances")):
        if declared.get(ours) is not None:
            details[theirs] = declared[ours]
    return {
        **body,
        "type": declared["type"],
        "ownerId": owner_id,
        "envVars": [{"key": key, "value": value} for key, value in sorted(env.items())],
        "secretFiles": [{"name": key, "content": text} for key, text in sorted(files.items())],
    }


def patch_body(
    declared: Mapping[str, Any], changed: Mapping[str, Any], owner_id: str
) -> dict[str, Json]:
    """The body that changes just these settings; empty if there are none.

    Args:
        declared: everything that is declared, since parts of the source go together.
        changed: key -> new value, for the keys that change.
        owner_id: the workspace, which an image has to name.
    """
    body, details, runtime = _source_parts(declared["type"], changed.get("source"), owner_id)
    places = {"name": body, "auto_deploy": body, "command": runtime}
    for key, value in changed.items():
        if key in _NAMES and value is not None:
            places.get(key, details)[_NAMES[key]] = value
    if runtime:
        details["envSpecificDetails"] = runtime
    if details:
        body["serviceDetails"] = details
    return body


def _source_parts(
    kind: str, source: Mapping[str, str] | None, owner_id: str
) -> tuple[dict[str, Json], dict[str, Json], dict[str, Json]]:
    """What a source puts on the service, among its details, and among its runtime's details."""
    if source is None:
        return {}, {}, {}
    if "image" in source:
        image = {"ownerId": owner_id, "imagePath": source["image"]}
        if source.get("registry_credential_id"):
            image["registryCredentialId"] = source["registry_credential_id"]
        return {"image": image}, {"runtime": "image"}, {}
    body: dict[str, Json] = {_SOURCE[key]: source[key] for key in _SOURCE if key in source}
    if kind == STATIC:
        return body, {}, {}
    runtime: dict[str, Json] = {_DOCKER[key]: source[key] for key in _DOCKER if key in source}
    return body, {"runtime": "docker"}, runtime


def live_settings(service: Service, declared: Mapping[str, Any]) -> dict[str, Any]:
    """The declared settings as the platform has them.

    A value that only looks different (an image's default tag, a path's leading `./`) is given as it
    was declared.
    """
    details = service.details
    runtime = details.get("envSpecificDetails") or {}
    live: dict[str, Any] = {
        "name": service.name,
        "plan": details.get("plan"),
        "auto_deploy": _live_auto_deploy(service, declared),
        "health_path": details.get("healthCheckPath") or "",
        "command": runtime.get("dockerCommand") or "",
        "pre_deploy_command": details.get("preDeployCommand")
        or runtime.get("preDeployCommand")
        or "",
        "instances": details.get("numInstances"),
        "build_command": details.get("buildCommand") or "",
        "publish_path": details.get("publishPath") or "",
        "source": _live_source(service, runtime),
    }
    found = {key: live[key] for key in live if declared.get(key) is not None}
    if "source" in found:
        found["source"] = _as_declared(live["source"], declared["source"])
    return found


def settings_to_write(
    live: Mapping[str, Any], news: Mapping[str, Any], olds: Mapping[str, Any]
) -> dict[str, Any]:
    """The settings whose declared value is not the live one.

    Args:
        live: as the platform has them, from `live_settings`.
        news: what is declared now.
        olds: what was declared before: a text that is not declared any more is emptied.
    """
    wanted = {key: news[key] for key in (*KEYS, "instances") if news.get(key) is not None}
    for key in TEXTS:
        if news.get(key) is None and olds.get(key):
            wanted[key] = ""
    written = {key: value for key, value in wanted.items() if live.get(key) != value}
    # An image that needs no login any more is told without one, which the live one may still have.
    if "registry_credential_id" in _gone(olds, news):
        written["source"] = news["source"]
    return written


def check_taken_away(what: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> None:
    """Refuses to forget a branch: Render would go on with it, and has no word for the default one.

    Raises:
        DeployError: names the branch, and the remedy.
    """
    if "branch" in _gone(olds, news):
        raise DeployError(
            f"{what}: branch {olds['source']['branch']} is not declared any more, and Render would "
            "go on deploying it. Name the branch that is to be deployed."
        )


def _gone(olds: Mapping[str, Any], news: Mapping[str, Any]) -> set[str]:
    """The parts of a source that were declared, while its kind is the same."""
    before, after = (each.get("source") or {} for each in (olds, news))
    if not (isinstance(before, Mapping) and isinstance(after, Mapping)):
        return set()  # not known yet, in a preview
    same = ("image" in before) == ("image" in after)
    return {key for key in before if before[key]} - set(after) if same else set()


def _live_auto_deploy(service: Service, declared: Mapping[str, Any]) -> str:
    if trigger := service.text("autoDeployTrigger"):
        return trigger
    if service.text("imagePath"):
        # No push reaches an image. What is recorded of such services on Render says "yes" and no
        # trigger, whatever was written: read as a word, that would be a difference for ever.
        return str(declared.get("auto_deploy") or "off")
    return "commit" if service.text("autoDeploy") == "yes" else "off"


def _live_source(service: Service, runtime: Mapping[str, Any]) -> dict[str, str]:
    if image := service.text("imagePath"):
        credential = service.raw.get("registryCredential") or {}
        return {"image": image, "registry_credential_id": str(credential.get("id") or "")}
    source = {ours: service.text(theirs) for ours, theirs in _SOURCE.items()}
    return source | {ours: str(runtime.get(theirs) or "") for ours, theirs in _DOCKER.items()}


def _as_declared(live: dict[str, str], declared: Mapping[str, str]) -> dict[str, str]:
    """The live source, in the declared words where they mean the same."""
    if ("image" in live) != ("image" in declared):
        return {key: value for key, value in live.items() if value}
    same = {key for key in declared if _plain(key, live.get(key, "")) == _plain(key, declared[key])}
    return {key: declared[key] if key in same else live.get(key, "") for key in declared}


def _plain(key: str, value: str) -> str:
    """A value without what makes no difference."""
    if key == "image":
        try:
            return str(parse_image("", value))
        except ConfigError:
            return value
    if key == "url":
        return re.sub(r"(?:\.git)?/*$", "", value.lower())
    if key in ("dockerfile_path", "docker_context", "root_dir"):
        return re.sub(r"^(?:\./)+|^\.$|/+$", "", value)
    return value
