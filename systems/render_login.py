"""As whom Render fetches this project's images, where they are private."""

from pulumi import Output

from slipway.core.credentials import REGISTRY_TOKEN
from slipway.core.stack import require_stack_credential
from slipway.errors import ConfigError
from slipway.images import builder
from slipway.render.registry_credential.hosts import registry_of
from slipway.render.registry_credential.registry_credential import (
    RegistryCredential,
    RegistryCredentialArgs,
)
from systems.config import StackConfig


def check_login(config: StackConfig) -> None:
    """Refuses a login that is half given, before any call.

    Raises:
        ConfigError: a user without a token, or a registry that Render can't log in to.
    """
    if config.registry_user:
        require_stack_credential(REGISTRY_TOKEN)
        _kind(config)


def render_login(config: StackConfig, name: str) -> Output[str] | None:
    """Raises the registry credential of that name, and returns its id; None for public images."""
    if not config.registry_user:
        return None
    args = RegistryCredentialArgs(
        name=name,
        registry=_kind(config),
        username=config.registry_user,
        token=require_stack_credential(REGISTRY_TOKEN),
        workspace=config.render_workspace,
        adopt=config.adopts(name),
        protect=config.protect,
    )
    return RegistryCredential("registry", args).credential_id


def _kind(config: StackConfig) -> str:
    if config.registry_kind:
        return config.registry_kind
    try:
        return registry_of(builder.registry())
    except ConfigError as unknown:
        raise ConfigError(f"{unknown} Set slipway:registryKind.") from None
