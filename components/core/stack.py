"""The stack the program runs for: how platforms are told of it, and the credentials it holds."""

import hashlib
import hmac
import os
from collections.abc import Mapping

import pulumi
from pulumi import Input, Output

from slipway.core.credentials import GITHUB_TOKEN, HUB_TOKEN, RENDER_API_KEY, Credential
from slipway.core.secrecy.sealing import seal
from slipway.errors import ConfigError


def stack_mark() -> str:
    """`project/stack`: how a stack is called in the marks of what it made, for people."""
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


def comparable_digests(values: Mapping[str, Input[str]]) -> dict[str, Output[str]]:
    """Digests that are equal where secrets of this stack are, whatever platform they are for.

    Policies compare them, so they are no secrets: HMAC-SHA256 under a token that the stack has, and
    empty if it has none. Whoever holds the token could read the secrets anyway.
    """
    found = map(stack_credential, (HUB_TOKEN, RENDER_API_KEY, GITHUB_TOKEN))
    token = next((each for each in found if each is not None), None)
    if token is None:
        return dict.fromkeys(sorted(values), Output.from_input(""))
    return {name: _comparable(token, value) for name, value in sorted(values.items())}


def _comparable(token: Output[str], value: Input[str]) -> Output[str]:
    made: Output[str] = Output.all(token, value).apply(lambda pair: _digest(pair[0], pair[1]))
    return Output.unsecret(made)


def _digest(token: str, value: str) -> str:
    key = hashlib.sha512(b"slipway comparing key\0" + token.encode()).digest()
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()
