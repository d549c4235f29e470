"""What this project's own workflows Deploy and Drift find on GitHub: where the state is, its key.

They hold no token of a platform: those are sealed in the stack's file, and the key opens them.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from slipway.core.credentials import Credential
from slipway.core.findings import Finding, error
from systems.parts.pipeline import Environment
from systems.parts.secrets import Given
from systems.plan import Part

PASSPHRASE = Credential(
    "PULUMI_CONFIG_PASSPHRASE", "passphrase", "passphrase that opens this stack's state"
)
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

    environment: str  # of the deployment; the others are called after it
    branch: str
    on: bool  # False: nothing is laid there

    def needs(self) -> Iterator[Credential]:
        """What opens the state."""
        yield from (secret.credential for secret in self.secrets.values())

    def check(self) -> Iterator[Finding]:
        """A state that is nowhere can't be deployed from elsewhere."""
        if self.on and BACKEND not in self.variables:
            yield error(
                "slipway:repository.deploys",
                f"{BACKEND} is not set, and workflows need to know where the state lies",
                f"Export {BACKEND}, such as s3://your-bucket, or set deploys to false",
            )

    @property
    def secrets(self) -> Mapping[str, Given]:
        """Of each environment."""
        return {PASSPHRASE.variable: Given(PASSPHRASE)} if self.on else {}

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
