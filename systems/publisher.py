"""How a workflow may write one repository of the Hub: as its trusted publisher, without a token.

The Hub has a page for whom a repository trusts, and no API. So this is said, to be set there once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pulumi import Output

from slipway.core.credentials import HUB_TOKEN, hub_endpoint
from slipway.core.findings import Finding, note
from slipway.github.account import owner_of
from systems.config import StackConfig
from systems.parts.pipeline import Environment, PipelineSettings
from systems.parts.secrets import Given
from systems.plan import Part

_SPACES = "spaces/"  # before a Space's name, in addresses as in what a token is asked for


@dataclass(frozen=True)
class Publisher(Part):
    """A workflow, and the repository that it writes."""

    system: str
    stack: StackConfig
    settings: PipelineSettings
    workflow: str  # the name of its file
    repo_id: str  # "namespace/name"
    space: bool = False  # it is a Space's repository, not a model's

    @property
    def resource(self) -> str:
        """What a job asks a token for."""
        return f"{_SPACES if self.space else ''}{self.repo_id}"

    @property
    def claims(self) -> Mapping[str, str]:
        """What the repository has to be told of the workflow; all of it has to hold."""
        owner = owner_of(self.stack.github_owner)
        return {
            "repository": f"{owner}/{self.settings.repository}",
            "branch": self.settings.branch,
            "workflow": self.workflow,
            "environment": self.settings.environment,
        }

    def check(self) -> Iterator[Finding]:
        """What is to be set on the Hub's page."""
        if not self.settings.stored_token:
            said = " ".join(f"{name}={value}" for name, value in self.claims.items())
            page = f"{hub_endpoint()}/{self.resource}/settings"
            yield note(
                f"slipway:{self.system}",
                f"{self.workflow} publishes once {page}, Trusted Publishers, has {said}",
            )

    def environment(self, variables: Mapping[str, str]) -> Environment:
        """The one in which the job runs, with these variables besides its own."""
        keyless = {} if self.settings.stored_token else {"HF_OIDC_RESOURCE": self.resource}
        stored = {HUB_TOKEN.variable: Given(HUB_TOKEN)} if self.settings.stored_token else {}
        return Environment(
            name=self.settings.environment,
            branch=self.settings.branch,
            secrets=stored,
            variables={**variables, **keyless},
        )

    @property
    def outputs(self) -> Mapping[str, Output[str]]:
        """What the stack exports, so that a program can set it where the Hub is a sandbox."""
        if self.settings.stored_token:
            return {}
        said = " ".join(f"{name}={value}" for name, value in self.claims.items())
        return {"publisher": Output.from_input(f"{self.resource} {said}")}
