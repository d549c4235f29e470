"""What an app and its build see: the service's variables, and what the platform adds."""

import re
from collections.abc import Mapping
from pathlib import Path

from sandbox.http.numbers import number
from sandbox.render.deploys.records import Deploy
from sandbox.render.services.records import Service
from sandbox.render.services.settings import SHORT

DEFAULT_PORT = 10000
SECRET_FILES = "/etc/secrets"  # noqa: S105 - the folder
_HIGHEST_PORT = 65535
_ARG = re.compile(r"^\s*ARG\s+(.+)$", re.IGNORECASE | re.MULTILINE)
_ARG_NAME = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?:=(?:\"[^\"]*\"|'[^']*'|\S*))?")


def app_port(variables: Mapping[str, str]) -> int:
    """The port an app is asked to listen on: the service's PORT, or 10000."""
    value = variables.get("PORT", "")
    port = number(value) or 0
    return port if 0 < port <= _HIGHEST_PORT else DEFAULT_PORT


def platform_variables(
    service: Service, deploy: Deploy, *, url: str, instance: str
) -> dict[str, str]:
    """What Render adds, by its documentation; an app cannot have others of these names."""
    settings = deploy.frozen.settings
    values = {
        "RENDER": "true",
        "RENDER_SERVICE_ID": service.id,
        "RENDER_SERVICE_NAME": service.name,
        "RENDER_SERVICE_TYPE": SHORT[settings.type],
        "RENDER_INSTANCE_ID": instance,
        "IS_PULL_REQUEST": "false",
    }
    if settings.public:
        values["RENDER_EXTERNAL_URL"] = url
        values["RENDER_EXTERNAL_HOSTNAME"] = url.partition("://")[2]
    if deploy.commit_id is not None:
        values["RENDER_GIT_COMMIT"] = deploy.commit_id
        values["RENDER_GIT_BRANCH"] = settings.branch or ""
        values["RENDER_GIT_REPO_SLUG"] = _repo_slug(settings.repo or "")
    return values


def declared_arguments(dockerfile: Path, values: Mapping[str, str]) -> dict[str, str]:
    """The values a Dockerfile asks for by `ARG`.

    Render offers every variable as a build argument. A builder's arguments can be read by other
    users of this computer, so what nobody asks for is not offered here.
    """
    text = dockerfile.read_text(encoding="utf-8", errors="replace").replace("\\\n", " ")
    asked = {
        name for words in _ARG.findall(text) for name in _ARG_NAME.findall(words.split(" #")[0])
    }
    return {name: value for name, value in values.items() if name in asked}


def _repo_slug(repo: str) -> str:
    return "/".join(repo.rstrip("/").removesuffix(".git").replace(":", "/").split("/")[-2:])
