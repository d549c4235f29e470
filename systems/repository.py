"""Repository: what this project's own repository on GitHub needs to test and deploy a stack.

Each stack has its deployment environment and the rules of its branch. Secrets lie in the
environment alone: what lies at the whole repository, a workflow on any branch could read.
"""

from dataclasses import dataclass, field
from typing import Annotated

from slipway.core.credentials import HUB_TOKEN
from slipway.core.findings import note
from slipway.github.rulesets import BranchRules
from systems.config import StackConfig
from systems.credentials import API_KEY
from systems.parts.delivery import Delivery
from systems.parts.pipeline import Environment, Pipeline
from systems.parts.secrets import Drawn, Given
from systems.plan import Plan, System
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


@dataclass(frozen=True, kw_only=True)
class RepositoryValues:
    """The values of `slipway:repository`."""

    environment: EnvironmentName  # for deployments of this stack, such as "dev"
    branch: Branch  # that deploys it; no other may, nor read the environment's secrets
    name: RepositoryName = "slipway"  # of the repository; its owner is slipway:githubOwner
    checks: list[CheckName] = field(default_factory=list[str])
    """Jobs that must pass before the branch."""
    reviews: Annotated[int, between(-1, 10, "approvals")] = -1
    """Approvals of a pull request; -1: the branch may be pushed to, as well."""
    admins_bypass: bool = True  # administrators may pass by the branch's rules
    reviewers: list[UserNumber] = field(default_factory=list[int])
    """Numbers of users who let a deployment go on: `gh api users/NAME --jq .id` says them."""
    deploy_hook_service: DeployedService = ""  # Render service (srv-…) deployed by its hook
    api_key_rotation: Rotation = 0  # another number draws another API_KEY
    deploys: bool = False  # the workflows Deploy and Drift find the stack's state, and its key
    stored_token: bool = False  # the Hub's, which may write: for workflows that no Hub trusts
    adopt: list[CheckName] = field(default_factory=list[str])
    """What is there already and handed over."""


def plan_repository(stack: StackConfig, values: RepositoryValues) -> Plan:
    """The environment with its secrets, and the branch's rules."""
    drawn = Drawn("repository-api-key", API_KEY, values.api_key_rotation)
    stored = {"HF_TOKEN": Given(HUB_TOKEN)} if values.stored_token else {}
    named = (values.environment, values.branch, values.reviewers)
    delivery = Delivery(stack, *named, on=values.deploys)
    deployment = Environment(
        name=values.environment,
        branch=values.branch,
        reviewers=values.reviewers,
        secrets={**stored, "API_KEY": drawn, **delivery.secrets},
        variables={"SLIPWAY_STACK": values.environment, **delivery.variables},
        hook_service=values.deploy_hook_service,
    )
    rules = BranchRules(
        branch=values.branch,
        checks=values.checks,
        reviews=None if values.reviews < 0 else values.reviews,
        admins_bypass=values.admins_bypass,
    )
    environments = {"deployment": deployment, **delivery.environments()}
    settings = (environments, {"branch": rules}, values.adopt, "repository")
    pipeline = Pipeline("repository", stack, values.name, *settings)
    costs = note("repository", "environments, secrets and rules cost nothing")
    return Plan([pipeline, delivery], lambda: {"page": pipeline.declare()}, [costs])


SYSTEM = System(RepositoryValues, plan_repository)
