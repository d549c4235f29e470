"""What this project's own workflows Deploy and Drift find on GitHub: where the state is, its key.

They hold no token of a platform: those are sealed in the stack's file, and the key opens them.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from slipway.core.findings import Finding, error, warning
from slipway.github.account import VARIABLE, owner_of
from systems.config import StackConfig
from systems.parts.pipeline import Environment
from systems.parts.secrets import Passphrase
from systems.plan import Part

BACKEND = "PULUMI_BACKEND_URL"
_WHERE = {  # variable: where its value stands, the first that is set
    # A preview from a snapshot has its state elsewhere than the deployment that it is about.
    BACKEND: ("SLIPWAY_BACKEND_URL", BACKEND),
    "SLIPWAY_REGISTRY": ("SLIPWAY_REGISTRY",),
}
_SCHEDULES = "main"  # the branch on which GitHub runs what a schedule starts, whatever the stack


@dataclass(frozen=True)
class Delivery(Part):
    """The environments of a stack's plans and nightly looks, beside that of its deployment."""

    stack: StackConfig
    environment: str  # of the deployment; the others are called after it
    branch: str
    reviewers: Sequence[int]  # numbers of users who let a deployment go on
    on: bool  # False: nothing is laid there

    def check(self) -> Iterator[Finding]:
        """A state that is nowhere, or that nothing opens, can't be deployed from elsewhere."""
        if not self.on:
            return
        yield from Passphrase().check()
        if self.stack.protect and not self.reviewers:
            yield warning(
                "slipway:repository.reviewers",
                f"it is empty, so whatever reaches {self.branch} is deployed with nobody's "
                "approval",
                "List the numbers of those who approve: `gh api users/NAME --jq .id` says them",
            )
        configured = self.stack.github_owner
        if (owner := owner_of(configured)) != configured:
            yield error(
                "slipway:githubOwner",
                f"workflows would take {configured!r}, and {VARIABLE} says {owner!r} here",
                f"`pulumi config set githubOwner {owner}`",
            )
        if BACKEND not in self.variables:
            yield error(
                "slipway:repository.deploys",
                f"{BACKEND} is not set, and workflows need to know where the state lies",
                f"Export {BACKEND}, such as s3://your-bucket, or set deploys to false",
            )

    @property
    def secrets(self) -> Mapping[str, Passphrase]:
        """Of each environment."""
        return {"PULUMI_CONFIG_PASSPHRASE": Passphrase()} if self.on else {}

    @property
    def variables(self) -> Mapping[str, str]:
        """Of each environment: as whoever raises the stack has them."""
        if not self.on:
            return {}
        given = {
            name: next(filter(None, map(os.environ.get, places)), None)
            for name, places in _WHERE.items()
        }
        return {name: value for name, value in given.items() if value}

    def environments(self) -> Mapping[str, Environment]:
        """Those that let a job look; nobody is asked before it does."""
        looks: Sequence[tuple[str, str]] = (("plan", self.branch), ("drift", _SCHEDULES))
        return {
            role: Environment(
                name=f"{self.environment}-{role}",
                branch=branch,
                secrets=self.secrets,
                variables=self.variables,
            )
            for role, branch in looks
            if self.on
        }
