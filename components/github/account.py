"""Whose repositories are declared, with which token: one explicit provider instance."""

import os
from dataclasses import dataclass
from importlib.metadata import version

import pulumi_github as github
from pulumi import Output, ProviderResource, ResourceOptions

from slipway.core.credentials import GITHUB_TOKEN, github_base_url
from slipway.core.shared_resource import shared_resource
from slipway.core.stack import require_stack_credential

CONFIG_KEY = "githubOwner"
VARIABLE = "GITHUB_OWNER"


@dataclass(frozen=True)
class Account:
    """An owner, the token, and the provider instance that Pulumi's resources for GitHub use."""

    owner: str
    token: Output[str]
    provider: ProviderResource


def account(configured_owner: str) -> Account:
    """The account this program works with; all that works with the same one shares its provider.

    A token in the environment stays there, where the provider finds it by itself: as a property it
    would stand in the state, where `pulumi destroy` would find it outdated after a rotation, and in
    clear in the engine's verbose log. Only one that the stack alone holds is handed over.

    Args:
        configured_owner: the stack's `githubOwner`; the environment's GITHUB_OWNER wins.

    Raises:
        ConfigError: there is no token; the text names both places.
    """
    owner = owner_of(configured_owner)
    token = require_stack_credential(GITHUB_TOKEN)

    def make(name: str) -> ProviderResource:
        if not os.environ.get(GITHUB_TOKEN.variable):
            return github.Provider(name, base_url=github_base_url(), owner=owner, token=token)
        # Not the SDK's own class, which would take the token out of the environment.
        properties = {"baseUrl": github_base_url(), "owner": owner}
        opts = ResourceOptions(version=version("pulumi_github"))
        return ProviderResource("github", name, properties, opts)

    return Account(owner, token, shared_resource(provider_name(owner), make))


def owner_of(configured: str) -> str:
    """Whose repositories are meant: the environment's GITHUB_OWNER, else the stack's."""
    return os.environ.get(VARIABLE, "").strip() or configured


def provider_name(owner: str) -> str:
    """The logical name of the provider instance for an owner's repositories."""
    return f"github-{owner}"
