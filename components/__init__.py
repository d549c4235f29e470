"""Building blocks for machine-learning web apps on Hugging Face, Render and GitHub, with Pulumi.

    from slipway import Space, SpaceArgs, payload_from_folder

What stands here is all that a program needs to import; `slipway.…` below it may move. A name is
loaded when it is first used: a program for one platform does not wait for the clients of the
others.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slipway.core.credentials import Credential
    from slipway.docker_host.health_check import HealthCheck
    from slipway.docker_host.host import DockerHost
    from slipway.docker_host.image_trial import ImageTrial, ImageTrialArgs
    from slipway.docker_host.service import DockerService, DockerServiceArgs
    from slipway.docker_host.services import DockerServices
    from slipway.errors import ApiError, ConfigError, DeployError
    from slipway.github.environments import EnvironmentArgs
    from slipway.github.repository import RepositorySettings, RepositorySettingsArgs
    from slipway.github.rulesets import BranchRules
    from slipway.github.secrets.api_key import api_key
    from slipway.huggingface.model_repo.model_repo import ModelRepo, ModelRepoArgs
    from slipway.huggingface.space.space import Space, SpaceArgs
    from slipway.images.model_image import ModelImage
    from slipway.images.model_image_args import ModelImageArgs
    from slipway.images.model_source import ModelSource
    from slipway.payload.files import Payload, payload_from_files, payload_from_folder
    from slipway.render.postgres.postgres import Postgres, PostgresArgs
    from slipway.render.registry_credential.registry_credential import (
        RegistryCredential,
        RegistryCredentialArgs,
    )
    from slipway.render.service.hook import deploy_hook_secret
    from slipway.render.service.sources import Image, Repository
    from slipway.render.service.static_site import StaticSite, StaticSiteArgs
    from slipway.render.service.web_service import DeployArgs, WebService, WebServiceArgs
    from slipway.render.service.web_services import WebServices

_FROM = {
    "core.credentials": ("Credential",),
    "docker_host.health_check": ("HealthCheck",),
    "docker_host.host": ("DockerHost",),
    "docker_host.image_trial": (
        "ImageTrial",
        "ImageTrialArgs",
    ),
    "docker_host.service": (
        "DockerService",
        "DockerServiceArgs",
    ),
    "docker_host.services": ("DockerServices",),
    "errors": (
        "ApiError",
        "ConfigError",
        "DeployError",
    ),
    "github.environments": ("EnvironmentArgs",),
    "github.repository": (
        "RepositorySettings",
        "RepositorySettingsArgs",
    ),
    "github.rulesets": ("BranchRules",),
    "github.secrets.api_key": ("api_key",),
    "huggingface.model_repo.model_repo": (
        "ModelRepo",
        "ModelRepoArgs",
    ),
    "huggingface.space.space": (
        "Space",
        "SpaceArgs",
    ),
    "images.model_image": ("ModelImage",),
    "images.model_image_args": ("ModelImageArgs",),
    "images.model_source": ("ModelSource",),
    "payload.files": (
        "Payload",
        "payload_from_files",
        "payload_from_folder",
    ),
    "render.postgres.postgres": (
        "Postgres",
        "PostgresArgs",
    ),
    "render.registry_credential.registry_credential": (
        "RegistryCredential",
        "RegistryCredentialArgs",
    ),
    "render.service.hook": ("deploy_hook_secret",),
    "render.service.sources": (
        "Image",
        "Repository",
    ),
    "render.service.static_site": (
        "StaticSite",
        "StaticSiteArgs",
    ),
    "render.service.web_service": (
        "DeployArgs",
        "WebService",
        "WebServiceArgs",
    ),
    "render.service.web_services": ("WebServices",),
}
_MODULES = {name: module for module, names in _FROM.items() for name in names}
__all__ = [
    "ApiError",
    "BranchRules",
    "ConfigError",
    "Credential",
    "DeployArgs",
    "DeployError",
    "DockerHost",
    "DockerService",
    "DockerServiceArgs",
    "DockerServices",
    "EnvironmentArgs",
    "HealthCheck",
    "Image",
    "ImageTrial",
    "ImageTrialArgs",
    "ModelImage",
    "ModelImageArgs",
    "ModelRepo",
    "ModelRepoArgs",
    "ModelSource",
    "Payload",
    "Postgres",
    "PostgresArgs",
    "RegistryCredential",
    "RegistryCredentialArgs",
    "Repository",
    "RepositorySettings",
    "RepositorySettingsArgs",
    "Space",
    "SpaceArgs",
    "StaticSite",
    "StaticSiteArgs",
    "WebService",
    "WebServiceArgs",
    "WebServices",
    "api_key",
    "deploy_hook_secret",
    "payload_from_files",
    "payload_from_folder",
]


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
