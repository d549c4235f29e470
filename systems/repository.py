"""Repository: what this project's own repository on GitHub needs to test and deploy a stack.

Each stack has its deployment environment and the rules of its branch. Secrets lie in the
environment alone: a job finds them once its branch may deploy there and the reviewers have let it.
What lies at the whole repository, a workflow on any branch could read.
"""

from dataclasses import dataclass, field
from typing import Annotated

from pulumi import Input, Output

from slipway.core.credentials import HUB_TOKEN, RENDER_DEPLOY_HOOK_KEY
from slipway.core.stack import require_stack_credential
from slipway.github.environments import EnvironmentArgs
from slipway.github.repository import RepositorySettings, RepositorySettingsArgs
from slipway.github.rulesets import BranchRules
from slipway.github.secrets.api_key import api_key
from slipway.render.service.hook import DEPLOY_HOOK, deploy_hook_secret
from systems.config import StackConfig
from systems.credentials import API_KEY
from systems.values import (
    Branch,
    CheckName,
    DeployedService,
    EnvironmentName,
    RepositoryName,
    Rotation,
    UserNumber,
    between,
)


@dataclass(frozen=True)
class RepositoryValues:
    """The values of `slipway:repository`."""

    environment: EnvironmentName  # for deployments of this stack, such as "dev"
    branch: Branch  # that deploys it; no other may, nor read the environment's secrets
    name: RepositoryName = "slipway"  # of the repository; its owner is slipway:githubOwner
    checks: list[CheckName] = field(
        default_factory=list[str]
    )  # jobs that must pass before the branch
    reviews: Annotated[
        int, between(-1, 10, "approvals")
    ] = -1  # approvals of a pull request; -1: the branch may be pushed to, as well
    admins_bypass: bool = True  # administrators may pass by the branch's rules
    reviewers: list[UserNumber] = field(default_factory=list[int])
    """Numbers of users who let a deployment go on: `gh api users/NAME --jq .id` says them."""
    deploy_hook_service: DeployedService = (
        ""  # Render service (srv-…) that a workflow deploys by its hook
    )
    api_key_rotation: Rotation = 0  # another number draws another API_KEY
    adopt: list[CheckName] = field(
        default_factory=list[str]
    )  # what is there already and handed over


def raise_repository(config: StackConfig) -> dict[str, Output[str]]:
    """Raises the environment with its secrets, and the branch's rules."""
    values = config.settings("repository", RepositoryValues)
    reviews = None if values.reviews < 0 else values.reviews
    args = RepositorySettingsArgs(
        owner=config.github_owner,
        repository=values.name,
        environments={
            "deployment": EnvironmentArgs(
                name=values.environment,
                branch=values.branch,
                reviewers=values.reviewers,
                secrets=_secrets(values),
                variables={"SLIPWAY_STACK": values.environment},
            )
        },
        branches={
            "branch": BranchRules(
                branch=values.branch,
                checks=values.checks,
                reviews=reviews,
                admins_bypass=values.admins_bypass,
            )
        },
        adopt=values.adopt,
        protect=config.protect,
    )
    return {"page": RepositorySettings("repository", args).page}


def _secrets(values: RepositoryValues) -> dict[str, Input[str]]:
    secrets: dict[str, Input[str]] = {
        "HF_TOKEN": require_stack_credential(HUB_TOKEN),
        "API_KEY": api_key("repository-api-key", values.api_key_rotation, given_as=API_KEY),
    }
    if service := values.deploy_hook_service:
        key = require_stack_credential(RENDER_DEPLOY_HOOK_KEY)
        secrets[DEPLOY_HOOK] = deploy_hook_secret(service, key)
    return secrets
