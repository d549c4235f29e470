"""Services, deploys, events and log lines as Render's API gives them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.render.deploys.ports import ServicePorts
from sandbox.render.deploys.records import Deploy
from sandbox.render.http.errors import NotFoundError
from sandbox.render.services.credentials import Credentials
from sandbox.render.services.disks import Disks
from sandbox.render.services.events import Event
from sandbox.render.services.logs import LogLine
from sandbox.render.services.notifications import Notifications
from sandbox.render.services.records import Service
from sandbox.render.services.settings import SHORT, Settings

_DASHBOARD = "https://dashboard.render.com"
_EVERYWHERE = {"cidrBlock": "0.0.0.0/0", "description": "everywhere"}


@dataclass(frozen=True)
class Describer:
    """Writes objects as the API does. A value that may be null on the platform is None here."""

    credentials: Credentials
    disks: Disks
    notifications: Notifications
    ports: ServicePorts
    url_of: Callable[[Service], str]

    def service(self, service: Service) -> dict[str, Any]:
        """A `service`."""
        settings = service.settings
        kind = SHORT[settings.type]
        described: dict[str, Any] = {
            "id": service.id,
            "name": service.name,
            "slug": service.slug,
            "type": settings.type,
            "ownerId": service.owner,
            "autoDeploy": "no" if settings.auto_deploy_trigger == "off" else "yes",
            "autoDeployTrigger": settings.auto_deploy_trigger,
            "dashboardUrl": f"{_DASHBOARD}/{kind}/{service.id}",
            "notifyOnFail": self.notifications.of(service.number).on_fail,
            "rootDir": settings.root_dir,
            "suspended": "suspended" if service.suspended else "not_suspended",
            "suspenders": ["user"] if service.suspended else [],
            "createdAt": service.created_at,
            "updatedAt": service.updated_at,
        }
        if settings.image_path is not None:
            described["imagePath"] = settings.image_path
            login = self._login(settings.registry_credential_id)
            if login is not None:
                described["registryCredential"] = {"id": login["id"], "name": login["name"]}
        else:
            described |= {"repo": settings.repo, "branch": settings.branch}
        if settings.build_paths or settings.ignored_paths:
            described["buildFilter"] = {
                "paths": list(settings.build_paths),
                "ignoredPaths": list(settings.ignored_paths),
            }
        details = self._static(service) if settings.static else self._container(service)
        return described | {"serviceDetails": details}

    def deploy(self, deploy: Deploy) -> dict[str, Any]:
        """A `deploy`."""
        described: dict[str, Any] = {
            "id": deploy.id,
            "status": deploy.status,
            "trigger": deploy.cause,
            "commit": None,
            "createdAt": deploy.created_at,
            "startedAt": deploy.started_at,
            "updatedAt": deploy.updated_at,
            "finishedAt": deploy.finished_at,
        }
        if deploy.commit_message is not None:
            described["commit"] = {
                "id": deploy.commit_id,
                "message": deploy.commit_message,
                "createdAt": deploy.commit_at,
            }
        if deploy.image_ref is not None:
            login = self._login(deploy.frozen.settings.registry_credential_id)
            image = {"ref": deploy.image_ref, "sha": deploy.image_sha or ""}
            if login is not None:
                image["registryCredential"] = login["name"]
            described["image"] = image
        return described

    @staticmethod
    def event(event: Event, service: str) -> dict[str, Any]:
        """An `event` of the service of that id."""
        return {
            "id": event.id,
            "timestamp": event.at,
            "serviceId": service,
            "type": event.type,
            "details": dict(event.details),
        }

    @staticmethod
    def log(line: LogLine, service: str) -> dict[str, Any]:
        """One of the `logs` of the service of that id."""
        labels = {"resource": service, "type": line.type, "level": line.level}
        if line.instance:
            labels["instance"] = line.instance
        return {
            "id": line.id,
            "timestamp": line.at,
            "message": line.message,
            "labels": [{"name": name, "value": value} for name, value in labels.items()],
        }

    def _static(self, service: Service) -> dict[str, Any]:
        settings = service.settings
        return {
            "buildCommand": settings.build_command,
            "buildPlan": "starter",
            "ipAllowList": [_EVERYWHERE],
            "previews": {"generation": "off"},
            "publishPath": settings.publish_path,
            "pullRequestPreviewsEnabled": "no",
            "renderSubdomainPolicy": "enabled",
            "url": self.url_of(service),
        }

    def _container(self, service: Service) -> dict[str, Any]:
        settings = service.settings
        details = {
            "buildPlan": "starter",
            "env": settings.runtime,
            "runtime": settings.runtime,
            "envSpecificDetails": self._docker(settings),
            "numInstances": settings.num_instances,
            "plan": settings.plan,
            "previews": {"generation": "off"},
            "pullRequestPreviewsEnabled": "no",
            "region": settings.region,
        }
        if settings.plan != "free":  # those have no SSH
            details["sshAddress"] = f"{service.id}@ssh.{settings.region}.render.com"
        if settings.listens:
            # Always a list: the official client reads no other, and its description knows none.
            details["openPorts"] = [
                {"port": port, "protocol": "TCP"} for port in self.ports.open(service)
            ]
            # In the private network.
            details["url"] = f"{service.slug}:{self.ports.private(service)}"
        if settings.public:
            details |= {
                "cache": {"profile": "no-cache"},
                "healthCheckPath": settings.health_check_path,
                "ipAllowList": [_EVERYWHERE],
                "maintenanceMode": {"enabled": False, "uri": ""},
                "renderSubdomainPolicy": "enabled",
                "url": self.url_of(service),
            }
        disk = self.disks.of(service.number)
        if disk is not None:
            shown = {"name": disk.name, "sizeGB": disk.size_gb, "mountPath": disk.mount_path}
            details["disk"] = {"id": disk.id, **shown}
        if settings.max_shutdown_delay_seconds is not None:
            details["maxShutdownDelaySeconds"] = settings.max_shutdown_delay_seconds
        return details

    def _docker(self, settings: Settings) -> dict[str, Any]:
        built = settings.runtime == "docker"
        details: dict[str, Any] = {
            "dockerCommand": settings.docker_command,
            "dockerContext": settings.docker_context if built else "",
            "dockerfilePath": settings.dockerfile_path if built else "",
        }
        if settings.pre_deploy_command:
            details["preDeployCommand"] = settings.pre_deploy_command
        login = self._login(settings.registry_credential_id)
        return details if login is None else details | {"registryCredential": login}

    def _login(self, identifier: str | None) -> dict[str, str] | None:
        if identifier is None:
            return None
        try:
            return self.credentials.find(identifier).description()
        except NotFoundError:
            return None  # removed since
