"""What workflows find in the repository on GitHub: environments, their secrets and variables."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from pulumi import Input, Output

from slipway.core.credentials import GITHUB_TOKEN, RENDER_DEPLOY_HOOK_KEY, Credential
from slipway.core.findings import Finding, gather, requires
from slipway.core.stack import require_stack_credential
from slipway.github.environments import EnvironmentArgs
from slipway.github.repository import RepositorySettings, RepositorySettingsArgs
from slipway.github.rulesets import BranchRules
from slipway.render.service.hook import DEPLOY_HOOK, deploy_hook_secret
from systems.config import StackConfig
from systems.parts.secrets import Secret
from systems.plan import ENVIRONMENT, Made, Part
from systems.values import Branch, EnvironmentName, RepositoryName

Values = Mapping[str, Input[str]]
_NOTHING: Mapping[str, Values] = {}


@dataclass(frozen=True, kw_only=True)
class PipelineSettings:
    """Where a system's workflow finds what it needs."""

    environment: EnvironmentName  # GitHub's, in which the workflow's secrets lie
    branch: Branch  # of the repository, whose jobs alone find them
    repository: RepositoryName = "slipway"  # its name on GitHub; its owner is slipway:githubOwner
    stored_token: bool = False
    """The Hub's token that may write lies in the environment, for a Hub that trusts no workflow."""


@dataclass(frozen=True, kw_only=True)
class Environment:
    """One of GitHub's environments."""

    name: str
    branch: str = ""  # the only one that may deploy; empty: every branch
    reviewers: Sequence[int] = ()  # numbers of users who let a job go on
    secrets: Mapping[str, Secret] = field(default_factory=dict[str, Secret])
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    hook_service: str = ""  # id of a Render service that its jobs deploy by its hook

    def args(self, secrets: Values, variables: Values) -> EnvironmentArgs:
        """As the component takes it, with values that are known only now."""
        return EnvironmentArgs(
            name=self.name,
            branch=self.branch,
            reviewers=list(self.reviewers),
            secrets=secrets,
            variables={**self.variables, **variables},
        )


@dataclass(frozen=True)
class Pipeline(Part):
    """Environments of a repository, and the rules of its branches."""

    system: str
    stack: StackConfig
    repository: str  # its name alone
    environments: Mapping[str, Environment]  # by their roles, which stand in logical names
    branches: Mapping[str, BranchRules] = field(default_factory=dict[str, BranchRules])
    adopt: Sequence[str] = ()  # what is there already and handed over
    logical: str = ""  # its logical name; empty is the system's with "-pipeline" behind it

    def needs(self) -> Iterator[Credential]:
        """GitHub's token, and what is laid into the environments."""
        yield GITHUB_TOKEN
        for environment in self.environments.values():
            for secret in environment.secrets.values():
                yield from secret.needs()
            if environment.hook_service:
                yield RENDER_DEPLOY_HOOK_KEY

    def makes(self) -> Iterator[Made]:
        """The environments."""
        for environment in self.environments.values():
            yield Made(ENVIRONMENT, environment.name, "environment")

    def check(self) -> list[Finding]:
        """What GitHub would refuse, as far as the component knows."""
        hook = {role: [DEPLOY_HOOK] for role, e in self.environments.items() if e.hook_service}
        blank = {
            role: dict.fromkeys([*each.secrets, *hook.get(role, ())], "")
            for role, each in self.environments.items()
        }
        whole = partial(self._args, blank, {})
        return gather(f"slipway:{self.system}", requires(whole))

    def declare(
        self,
        *,
        secrets: Mapping[str, Values] = _NOTHING,
        variables: Mapping[str, Values] = _NOTHING,
    ) -> Output[str]:
        """Raises all of it, and gives the repository's page.

        Args:
            secrets: of environments, by their roles, where they are known only now.
            variables: likewise.
        """
        every = {
            role: {
                **{key: secret.value for key, secret in each.secrets.items()},
                **_hook(each),
                **secrets.get(role, {}),
            }
            for role, each in self.environments.items()
        }
        args = self._args(every, variables)
        return RepositorySettings(self.logical or f"{self.system}-pipeline", args).page

    def _args(
        self,
        secrets: Mapping[str, Values],
        variables: Mapping[str, Values],
    ) -> RepositorySettingsArgs:
        return RepositorySettingsArgs(
            owner=self.stack.github_owner,
            repository=self.repository,
            environments={
                role: each.args(secrets[role], variables.get(role, {}))
                for role, each in self.environments.items()
            },
            branches=self.branches,
            adopt=list(self.adopt),
            protect=self.stack.protect,
        )


def _hook(environment: Environment) -> dict[str, Input[str]]:
    """The address by which jobs deploy a service, as the secret that they read."""
    if not environment.hook_service:
        return {}
    key = require_stack_credential(RENDER_DEPLOY_HOOK_KEY)
    return {DEPLOY_HOOK: deploy_hook_secret(environment.hook_service, key)}
