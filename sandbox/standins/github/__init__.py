"""The stand-in for the github plugin: what of a repository's settings this project declares."""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from sandbox.standins.github.connection import connect
from sandbox.standins.github.environments import (
    RepositoryEnvironment,
    RepositoryEnvironmentDeploymentPolicy,
)
from sandbox.standins.github.rulesets import RepositoryRuleset
from sandbox.standins.github.secrets import ActionsEnvironmentSecret, ActionsSecret
from sandbox.standins.github.variables import ActionsEnvironmentVariable, ActionsVariable
from sandbox.standins.protocol import Plugin, ResourceType

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
}
PLUGIN = Plugin("github", version("pulumi_github"), TYPES, connect)
