"""What a service is told to be: the part of it that a caller decides."""

import json
from dataclasses import asdict, dataclass, fields
from typing import Any

from sandbox.render.services.plans import DEFAULT_PLAN, REGIONS

WEB_SERVICE = "web_service"
STATIC_SITE = "static_site"
PRIVATE_SERVICE = "private_service"
BACKGROUND_WORKER = "background_worker"
CONTAINERS = (WEB_SERVICE, PRIVATE_SERVICE, BACKGROUND_WORKER)  # that run a program of the user's
# As variables and addresses of the platform name the types.
SHORT = {
    WEB_SERVICE: "web",
    STATIC_SITE: "static",
    PRIVATE_SERVICE: "pserv",
    BACKGROUND_WORKER: "worker",
}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """A service's settings; each deploy freezes its own copy."""

    type: str
    runtime: str  # "docker" or "image"; "" for a static site
    repo: str | None = None
    branch: str | None = None
    root_dir: str = ""
    image_path: str | None = None  # normalised: registry/repository:tag
    registry_credential_id: str | None = None
    auto_deploy_trigger: str = "commit"  # commit, checksPass or off
    build_paths: tuple[str, ...] = ()  # a push deploys only if one of them changed; () for all
    ignored_paths: tuple[str, ...] = ()
    docker_command: str = ""
    docker_context: str = "."
    dockerfile_path: str = "./Dockerfile"
    pre_deploy_command: str = ""
    plan: str = DEFAULT_PLAN
    region: str = REGIONS[0]
    num_instances: int = 1
    health_check_path: str = ""
    max_shutdown_delay_seconds: int | None = None
    build_command: str = ""  # of a static site
    publish_path: str = "public"  # of a static site

    @property
    def static(self) -> bool:
        """Whether files are served, without a container of the user's."""
        return self.type == STATIC_SITE

    @property
    def public(self) -> bool:
        """Whether it has an address for everybody."""
        return self.type in {WEB_SERVICE, STATIC_SITE}

    @property
    def listens(self) -> bool:
        """Whether it has to open a port; a background worker has nobody to answer."""
        return self.type != BACKGROUND_WORKER

    def dump(self) -> str:
        """The settings as they are stored."""
        return json.dumps(asdict(self))

    @classmethod
    def load(cls, text: str) -> "Settings":
        """The settings from the database; a column added later has its default."""
        stored: dict[str, Any] = json.loads(text)
        known = {field.name for field in fields(cls)}
        values = {name: value for name, value in stored.items() if name in known}
        for name in ("build_paths", "ignored_paths"):
            values[name] = tuple(values.get(name, ()))
        return cls(**values)
