"""The stand-in for the github plugin: what of a repository's settings this project declares."""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from toolchain.standins.github.connection import connect
from toolchain.standins.github.environments import (
    RepositoryEnvironment,
    RepositoryEnvironmentDeploymentPolicy,
)
from toolchain.standins.github.rulesets import RepositoryRuleset
from toolchain.standins.github.secrets import ActionsEnvironmentSecret, ActionsSecret
from toolchain.standins.github.variables import ActionsEnvironmentVariable, ActionsVariable
from toolchain.standins.github.webhooks import RepositoryWebhook
from toolchain.standins.protocol import Plugin, ResourceType

TYPES: Mapping[str, type[ResourceType[Any]]] = {
    "github:index/actionsSecret:ActionsSecret": ActionsSecret,
    "github:index/actionsVariable:ActionsVariable": ActionsVariable,
    "github:index/repositoryEnvironment:RepositoryEnvironment": RepositoryEnvironment,
    "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy": (
        RepositoryEnvironmentDeploymentPolicy
    ),
    "github:index/actionsEnvironmentSecret:ActionsEnvironmentSecret": ActionsEnvironmentSecret,
    "github:index/actionsEnvironmentVariable:ActionsEnvironmentVariable": (
        ActionsEnvironmentVariable
    ),
    "github:index/repositoryRuleset:RepositoryRuleset": RepositoryRuleset,
    "github:index/repositoryWebhook:RepositoryWebhook": RepositoryWebhook,
}
PLUGIN = Plugin("github", version("pulumi_github"), TYPES, connect)
