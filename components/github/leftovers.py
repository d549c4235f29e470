"""What a run that died had made on GitHub before the engine knew of it.

GitHub refuses a second variable, ruleset or branch pattern of one name, and Pulumi's provider does
not look before it makes one: a stack whose engine died between the two would be refused for ever.
So whatever is about to be made is looked for first. What is there exactly as it is declared goes,
to be made anew; what is there otherwise is somebody's, and is refused by name.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi import Output, ResourceHookArgs, ResourceHookBinding, ResourceOptions

from slipway.core.credentials import github_endpoint
from slipway.errors import ConfigError
from slipway.github.account import Account
from slipway.github.client import GitHubClient
from slipway.github.rulesets import BranchRules

Inputs = Mapping[str, Any]


@dataclass(frozen=True)
class Standing:
    """An object that has the name of one that is about to be made."""

    what: str  # such as "variable X of environment Y"
    path: str  # below the repository's
    same: bool  # whether it is as the program declares it


Look = Callable[[GitHubClient, Inputs], Standing | None]


def made_once(account: Account, look: Look) -> ResourceOptions:
    """The options of a resource that GitHub refuses to make a second time.

    A replaced one is deleted first: the new one may have its name.

    Args:
        account: whose repository it is in.
        look: what stands in its place, given what the engine is about to make.
    """

    async def before_create(args: ResourceHookArgs) -> None:
        given = args.new_inputs or {}
        inputs = {key: await _plain(value) for key, value in given.items()}
        token = await _plain(account.token)
        client = GitHubClient(github_endpoint(), token, account.owner)
        await asyncio.to_thread(make_room, client, look, inputs)

    hooks = ResourceHookBinding(before_create=[before_create])
    return ResourceOptions(hooks=hooks, delete_before_replace=True)


def standing_variable(client: GitHubClient, inputs: Inputs) -> Standing | None:
    """The variable of that name in the repository, or in the environment that is said."""
    name, environment = inputs["variableName"], inputs.get("environment", "")
    found = client.variable(inputs["repository"], name, environment)
    if found is None:
        return None
    where = f" of environment {environment}" if environment else ""
    return Standing(f"variable {name}{where}", found.path, found.shown["value"] == inputs["value"])


def standing_pattern(client: GitHubClient, inputs: Inputs) -> Standing | None:
    """The same pattern of branches that may deploy to the environment."""
    environment, pattern = inputs["environment"], inputs["branchPattern"]
    found = client.branch_pattern(inputs["repository"], environment, pattern)
    if found is None:
        return None
    what = f"branch pattern {pattern} of environment {environment}"
    return Standing(what, found.path, same=True)


def standing_rules(rules: BranchRules) -> Look:
    """Looks for the ruleset by which a branch's rules are known."""

    def look(client: GitHubClient, inputs: Inputs) -> Standing | None:
        found = client.ruleset(inputs["repository"], rules.name)
        if found is None:
            return None
        return Standing(f"ruleset {rules.name}", found.path, rules.are(found.shown))

    return look


def make_room(client: GitHubClient, look: Look, inputs: Inputs) -> None:
    """Takes away what is there as it is declared.

    Raises:
        ConfigError: it is there otherwise; it stays.
    """
    standing = look(client, inputs)
    if standing is None:
        return
    repository = inputs["repository"]
    if not standing.same:
        raise ConfigError(
            f"Repository {client.owner}/{repository}: {standing.what} is there already, otherwise "
            "than it is declared. Nothing was changed. Delete it on GitHub, or declare it as it "
            "stands there, and run `pulumi up` again."
        )
    client.delete(repository, standing.path)


async def _plain(value: Any) -> Any:  # noqa: ANN401 - any property's value
    return await value.future() if isinstance(value, Output) else value
