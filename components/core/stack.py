"""The stack the program runs for: how platforms are told of it, and the credentials it holds."""

import os

import pulumi
from pulumi import Input, Output

from slipway.core.credentials import Credential
from slipway.core.secrecy.sealing import seal
from slipway.errors import ConfigError


def stack_mark() -> str:
    """`project/stack`: marks what a stack made, so that it knows its own again after a crash."""
    return f"{pulumi.get_project()}/{pulumi.get_stack()}"


def stack_credential(credential: Credential) -> Output[str] | None:
    """A credential as a secret: from the environment, else from this stack, else None."""
    if value := os.environ.get(credential.variable, "").strip():
        return Output.secret(value)
    stored = pulumi.Config().get_secret(credential.config_key)
    return None if stored is None else stored.apply(str.strip)


def require_stack_credential(credential: Credential) -> Output[str]:
    """A credential as a secret.

    Raises:
        ConfigError: it stands in neither place; the text names both ways.
    """
    value = stack_credential(credential)
    if value is None:
        raise ConfigError(credential.missing())
    return value


def sealed(token: Output[str], value: Input[str]) -> Output[str]:
    """A secret as the engine may see it; see `slipway.core.secrecy.sealing`."""
    made: Output[str] = Output.all(token, value).apply(lambda pair: seal(pair[0], pair[1]))
    return Output.secret(made)
