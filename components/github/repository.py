"""What a repository needs so that its workflows can test and deploy, declared in one place.

The repository itself is not made here: it holds this very program. Neither is anything taken over
that is there already and not this stack's: GitHub would replace a secret in silence.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_github as github
from pulumi import Input, Output, ResourceOptions

from slipway.core.arguments import check_types
from slipway.core.component import Component
from slipway.core.stack import comparable_digests, sealed
from slipway.errors import brief
from slipway.github.account import account, provider_name
from slipway.github.claims.claims import Claim
from slipway.github.environments import EnvironmentArgs
from slipway.github.leftovers import (
    Look,
    made_once,
    standing_pattern,
    standing_rules,
    standing_variable,
)
from slipway.github.names import check_distinct, check_repository, check_values
from slipway.github.resources import ClaimResource, SealedSecretResource
from slipway.github.rulesets import BranchRules

_TYPE = "slipway:github:RepositorySettings"


@dataclass(frozen=True, kw_only=True)
class RepositorySettingsArgs:
    """What a caller decides about a repository. The keys of mappings are for logical names."""

    owner: str  # of the repository; the environment's GITHUB_OWNER wins
    repository: str  # its name alone
    environments: Mapping[str, EnvironmentArgs] = field(default_factory=dict[str, EnvironmentArgs])
    branches: Mapping[str, BranchRules] = field(default_factory=dict[str, BranchRules])
    secrets: Mapping[str, Input[str]] = field(default_factory=dict[str, Input[str]])
    """Of the whole repository: a workflow on any branch reads them. What can write or deploy
    belongs into an environment, whose branch and reviewers guard it."""
    variables: Mapping[str, Input[str]] = field(default_factory=dict[str, Input[str]])
    adopt: Sequence[str] = field(default_factory=list[str])
    """What is there already and handed over, such as "secret HF_TOKEN"; a refusal lists it so."""
    protect: bool = False  # refuse to delete any of it

    def __post_init__(self) -> None:
        check_types(f"Repository {brief(self.repository)}", self)
        check_repository(self.owner, self.repository)
        where = f"Repository {self.repository}"
        check_values(where, self.secrets, self.variables)
        check_distinct(f"{where}: environment", [e.name for e in self.environments.values()])
        check_distinct(f"{where}: rules of branch", [b.branch for b in self.branches.values()])
        for each in self.environments.values():
            inside = f"{where}, environment {each.name}"
            check_values(inside, each.secrets, each.variables)
            check_distinct(f"{inside}: secret", each.secrets)

    def secrets_by_place(self) -> dict[str, Input[str]]:
        """Every secret that is given here, by "NAME" or "ENVIRONMENT/NAME"."""
        inside = {
            f"{each.name}/{key}": value
            for each in self.environments.values()
            for key, value in each.secrets.items()
        }
        return {**self.secrets, **inside}

    def claims(self, name: str) -> Iterator[Claim]:
        """Everything that will be this stack's; the logical name is the component's."""
        for key in self.secrets:
            yield Claim("secret", key, logical=f"{name}-secret-{_slug(key)}")
        for key in self.variables:
            yield Claim("variable", key, logical=f"{name}-variable-{_slug(key)}")
        for role, rules in self.branches.items():
            yield Claim("ruleset", rules.name, logical=f"{name}-rules-{role}")
        for role, each in self.environments.items():
            inside = f"{name}-environment-{role}"
            yield Claim("environment", each.name, logical=inside)
            for key in each.secrets:
                yield Claim("secret", key, each.name, f"{inside}-secret-{_slug(key)}")
            for key in each.variables:
                yield Claim("variable", key, each.name, f"{inside}-variable-{_slug(key)}")


class RepositorySettings(Component):
    """A repository's environments, secrets, variables and rules.

    For example:

        from slipway import BranchRules, EnvironmentArgs, RepositorySettings, RepositorySettingsArgs

        RepositorySettings("repository", RepositorySettingsArgs(
            owner="acme",
            repository="demo",
            environments={"prod": EnvironmentArgs(
                name="prod",
                branch="main",
                secrets={"API_KEY": pulumi.Config("acme").require_secret("apiKey")},
            )},
            branches={"main": BranchRules(branch="main", checks=["test"], reviews=1)},
        ))
    """

    page: Output[str]  # the repository's, for people

    def __init__(
        self, name: str, args: RepositorySettingsArgs, opts: ResourceOptions | None = None
    ) -> None:
        seen_by_policies = {
            "repository": args.repository,
            "claims": sorted(str(claim) for claim in args.claims(name)),
            "secret_digests": comparable_digests(args.secrets_by_place()),
        }
        super().__init__(_TYPE, name, seen_by_policies, opts)
        self._name, self._args = name, args
        self._account = account(args.owner)
        self._claim = self._declare_claim()
        self._child = ResourceOptions(
            parent=self,
            provider=self._account.provider,
            depends_on=[self._claim],
            protect=args.protect or None,
        )
        for key, value in sorted(args.secrets.items()):
            self._declare_secret(key, value)
        for key, value in sorted(args.variables.items()):
            self._declare_variable(key, value)
        for role, rules in sorted(args.branches.items()):
            self._declare_rules(role, rules)
        for role, environment in sorted(args.environments.items()):
            self._declare_environment(role, environment)
        self.page = self._claim.page
        self.register_outputs({"page": self.page})

    def _declare_claim(self) -> ClaimResource:
        properties = {
            "owner": self._account.owner,
            "repository": self._args.repository,
            "claims": [claim.fields() for claim in sorted(self._args.claims(self._name))],
            "adopt": sorted(self._args.adopt),
            # As an output it would make the claim depend on all that comes after it.
            "parent": self.urn.future(),
            "provider": _urn("pulumi:providers:github", provider_name(self._account.owner)),
        }
        return ClaimResource(f"{self._name}-claim", properties, ResourceOptions(parent=self))

    def _declare_secret(self, key: str, value: Input[str]) -> None:
        name = f"{self._name}-secret-{_slug(key)}"
        made = self._seal(name, key, value, "")
        github.ActionsSecret(
            name,
            repository=self._args.repository,
            secret_name=key,
            value_encrypted=made.encrypted,
            key_id=made.key_id,
            opts=self._child,
        )

    def _declare_variable(self, key: str, value: Input[str]) -> None:
        github.ActionsVariable(
            f"{self._name}-variable-{_slug(key)}",
            repository=self._args.repository,
            variable_name=key,
            value=value,
            opts=self._once(standing_variable),
        )

    def _declare_rules(self, role: str, rules: BranchRules) -> None:
        github.RepositoryRuleset(
            f"{self._name}-rules-{role}",
            repository=self._args.repository,
            opts=self._once(standing_rules(rules)),
            **rules.arguments(),
        )

    def _declare_environment(self, role: str, args: EnvironmentArgs) -> None:
        name = f"{self._name}-environment-{role}"
        made = github.RepositoryEnvironment(
            name,
            repository=self._args.repository,
            environment=args.name,
            opts=self._child,
            **args.protection(),
        )
        # Through its output, so that everything inside is made after it and deleted before it.
        environment = made.environment
        if args.branch:
            github.RepositoryEnvironmentDeploymentPolicy(
                f"{name}-branch",
                repository=self._args.repository,
                environment=environment,
                branch_pattern=args.branch,
                opts=self._once(standing_pattern),
            )
        for key, value in sorted(args.secrets.items()):
            secret = f"{name}-secret-{_slug(key)}"
            box = self._seal(secret, key, value, environment)
            github.ActionsEnvironmentSecret(
                secret,
                repository=self._args.repository,
                environment=environment,
                secret_name=key,
                value_encrypted=box.encrypted,
                key_id=box.key_id,
                opts=self._child,
            )
        for key, value in sorted(args.variables.items()):
            github.ActionsEnvironmentVariable(
                f"{name}-variable-{_slug(key)}",
                repository=self._args.repository,
                environment=environment,
                variable_name=key,
                value=value,
                opts=self._once(standing_variable),
            )

    def _once(self, look: Look) -> ResourceOptions:
        return ResourceOptions.merge(self._child, made_once(self._account, look))

    def _seal(
        self, name: str, key: str, value: Input[str], environment: Input[str]
    ) -> SealedSecretResource:
        properties = {
            "owner": self._account.owner,
            "repository": self._args.repository,
            "environment": environment,
            "name": key,
            "sealed": sealed(self._account.token, value),
        }
        opts = ResourceOptions(parent=self, depends_on=[self._claim])
        return SealedSecretResource(f"{name}-sealed", properties, opts)


def _urn(type_: str, name: str) -> str:
    """Of a resource without a parent."""
    return f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::{type_}::{name}"


def _slug(key: str) -> str:
    return key.lower().replace("_", "-")
