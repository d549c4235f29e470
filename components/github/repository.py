"""What a repository needs so that its workflows can test and deploy, declared in one place.

The repository itself is not made here: it holds this very program. Neither is anything taken over
that is there already and not this stack's: GitHub would replace a secret in silence.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

import pulumi
import pulumi_github as github
from pulumi import Input, Output, ResourceOptions

from slipway.core.arguments import check_types
from slipway.core.component import Component
from slipway.core.stack import comparable_digests, sealed
from slipway.errors import brief
from slipway.github.account import account, owner_of, provider_name
from slipway.github.claims.aliases import of_claim, of_part
from slipway.github.claims.claims import Claim, Kind
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
    """What a caller decides about a repository.

    The keys of environments and branches are the caller's own: another key changes nothing.
    """

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

    def claims(self, place: str) -> Iterator[Claim]:
        """Everything that will be this stack's.

        Args:
            place: OWNER/NAME of the repository. Logical names say where on GitHub a thing is, not
                what a program calls it: under another name the engine would make it anew, which
                overwrites it, and then delete it.
        """
        yield from _values(self, place)
        for role, rules in self.branches.items():
            logical = f"{place}/rules/{_part(rules.branch)}"
            yield Claim("ruleset", rules.name, logical=logical, former=f"rules-{role}")
        for role, each in self.environments.items():
            logical, former = f"{place}/environment/{_part(each.name)}", f"environment-{role}"
            yield Claim("environment", each.name, logical=logical, former=former)
            yield from _values(each, logical, f"{former}-", each.name)


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
        place = f"{owner_of(args.owner)}/{args.repository}"
        claims = {claim: claim for claim in sorted(args.claims(place))}
        seen_by_policies = {
            "repository": args.repository,
            "claims": sorted(map(str, claims)),
            "secret_digests": comparable_digests(args.secrets_by_place()),
        }
        super().__init__(_TYPE, name, seen_by_policies, opts)
        self._name, self._args, self._claims = name, args, claims
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
        for _, rules in sorted(args.branches.items()):
            self._declare_rules(rules)
        for _, environment in sorted(args.environments.items()):
            self._declare_environment(environment)
        self.page = self._claim.page
        self.register_outputs({"page": self.page})

    def _declare_claim(self) -> ClaimResource:
        properties = {
            "owner": self._account.owner,
            "repository": self._args.repository,
            "claims": [claim.fields() for claim in self._claims],
            "former_names": {claim.logical: claim.former for claim in self._claims},
            "adopt": sorted(self._args.adopt),
            # As outputs they would make the claim depend on all that comes after it.
            "parent": self.urn.future(),
            "former_parents": [Output.from_input(each).future() for each in self._aliases],
            "provider": _urn("pulumi:providers:github", provider_name(self._account.owner)),
        }
        # Below the component, one that was moved would find nothing of its former self.
        opts = of_claim(self._aliases, self.urn)
        return ClaimResource(f"{self._name}-claim", properties, opts)

    def _declare_secret(self, key: str, value: Input[str]) -> None:
        claim = self._claims[Claim("secret", key)]
        made = self._seal(claim, value, "")
        github.ActionsSecret(
            claim.logical,
            repository=self._args.repository,
            secret_name=key,
            value_encrypted=made.encrypted,
            key_id=made.key_id,
            opts=self._known(claim),
        )

    def _declare_variable(self, key: str, value: Input[str]) -> None:
        claim = self._claims[Claim("variable", key)]
        github.ActionsVariable(
            claim.logical,
            repository=self._args.repository,
            variable_name=key,
            value=value,
            opts=self._known(claim, standing_variable),
        )

    def _declare_rules(self, rules: BranchRules) -> None:
        claim = self._claims[Claim("ruleset", rules.name)]
        github.RepositoryRuleset(
            claim.logical,
            repository=self._args.repository,
            opts=self._known(claim, standing_rules(rules)),
            **rules.arguments(),
        )

    def _declare_environment(self, args: EnvironmentArgs) -> None:
        itself = self._claims[Claim("environment", args.name)]
        made = github.RepositoryEnvironment(
            itself.logical,
            repository=self._args.repository,
            environment=args.name,
            opts=self._known(itself),
            **args.protection(),
        )
        # Through its output, so that everything inside is made after it and deleted before it.
        environment = made.environment
        if args.branch:
            policy = itself.part("branch")
            github.RepositoryEnvironmentDeploymentPolicy(
                policy.logical,
                repository=self._args.repository,
                environment=environment,
                branch_pattern=args.branch,
                opts=self._known(policy, standing_pattern),
            )
        for key, value in sorted(args.secrets.items()):
            claim = self._claims[Claim("secret", key, args.name)]
            box = self._seal(claim, value, environment)
            github.ActionsEnvironmentSecret(
                claim.logical,
                repository=self._args.repository,
                environment=environment,
                secret_name=key,
                value_encrypted=box.encrypted,
                key_id=box.key_id,
                opts=self._known(claim),
            )
        for key, value in sorted(args.variables.items()):
            claim = self._claims[Claim("variable", key, args.name)]
            github.ActionsEnvironmentVariable(
                claim.logical,
                repository=self._args.repository,
                environment=environment,
                variable_name=key,
                value=value,
                opts=self._known(claim, standing_variable),
            )

    def _known(self, claim: Claim, look: Look | None = None) -> ResourceOptions:
        opts = ResourceOptions.merge(self._child, self._formerly(claim))
        return ResourceOptions.merge(opts, made_once(self._account, look)) if look else opts

    def _formerly(self, claim: Claim) -> ResourceOptions:
        return of_part(self._name, self._aliases, claim.former)

    def _seal(
        self, claim: Claim, value: Input[str], environment: Input[str]
    ) -> SealedSecretResource:
        properties = {
            "owner": self._account.owner,
            "repository": self._args.repository,
            "environment": environment,
            "name": claim.name,
            "sealed": sealed(self._account.token, value),
        }
        box = claim.part("sealed")
        opts = ResourceOptions(parent=self, depends_on=[self._claim])
        opts = ResourceOptions.merge(opts, self._formerly(box))
        return SealedSecretResource(box.logical, properties, opts)


def _values(
    args: RepositorySettingsArgs | EnvironmentArgs,
    place: str,
    former: str = "",
    environment: str = "",
) -> Iterator[Claim]:
    kinds: Sequence[tuple[Kind, Mapping[str, Input[str]]]] = (
        ("secret", args.secrets),
        ("variable", args.variables),
    )
    for kind, values in kinds:
        for key in values:
            was = f"{former}{kind}-{key.lower().replace('_', '-')}"
            yield Claim(kind, key, environment, f"{place}/{kind}/{key}", was)


def _urn(type_: str, name: str) -> str:
    """Of a resource without a parent."""
    return f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::{type_}::{name}"


def _part(name: str) -> str:
    """A name as one part of a logical name; no two give the same one."""
    return quote(name, safe="").replace("%", "=")
