"""Whose repositories are declared, with which token: one explicit provider instance."""

import os
from dataclasses import dataclass
from importlib.metadata import version

import pulumi
import pulumi_github as github
from pulumi import Output, ProviderResource, ResourceOptions

from slipway.core.credentials import GITHUB_TOKEN, github_base_url
from slipway.core.stack import require_stack_credential

CONFIG_KEY = "githubOwner"
VARIABLE = "GITHUB_OWNER"


@dataclass(frozen=True)
class Account:
    """An owner, the token, and the provider instance that Pulumi's resources for GitHub use."""

    owner: str
    token: Output[str]
    provider: ProviderResource


def account(name: str, configured_owner: str, parent: pulumi.Resource) -> Account:
    """The account this program works with.

    A token in the environment stays there, where the provider finds it by itself: as a property it
    would stand in the state, where `pulumi destroy` would find it outdated after a rotation, and in
    clear in the engine's verbose log. Only one that the stack alone holds is handed over.

    Args:
        name: logical name of the provider instance.
        configured_owner: the stack's `githubOwner`; the environment's GITHUB_OWNER wins.
        parent: of the provider instance.

    Raises:
        ConfigError: there is no token; the text names both places.
    """
    owner = os.environ.get(VARIABLE) or configured_owner
    token = require_stack_credential(GITHUB_TOKEN)
    opts = ResourceOptions(parent=parent)
    if os.environ.get(GITHUB_TOKEN.variable):
        # Not the SDK's own class, which would take the token out of the environment.
        properties = {"baseUrl": github_base_url(), "owner": owner}
        opts = ResourceOptions.merge(opts, ResourceOptions(version=version("pulumi_github")))
        return Account(owner, token, ProviderResource("github", name, properties, opts))
    provider = github.Provider(
        name, base_url=github_base_url(), owner=owner, token=token, opts=opts
    )
    return Account(owner, token, provider)
