"""A notice board: one page on a Space, and what its repository needs to deploy it."""

import os
from pathlib import Path

import pulumi
from pulumi import Output

from slipway import (
    BranchRules,
    EnvironmentArgs,
    RepositorySettings,
    RepositorySettingsArgs,
    Space,
    SpaceArgs,
    api_key,
    payload_from_folder,
)
from slipway.core.credentials import Credential

HERE = Path(__file__).parent


def main() -> None:
    """Raises the page and the settings of the stack's branch."""
    values = pulumi.Config().require_object("board")
    space = SpaceArgs(
        repo_id=str(values["space"]),
        payload=payload_from_folder(HERE / "app" / "board"),
        sdk="static",
        protect=bool(values["protect"]),
        variables=dict(values["variables"]),
    )
    pulumi.export("page", Space("board", space).url)
    for name in values.get("keys", []):  # for whoever raised it; a static page can keep no secret
        pulumi.export(name, key(name))
    stack, branch = pulumi.get_stack(), str(values["branch"])
    settings = RepositorySettingsArgs(
        owner=str(values["space"]).partition("/")[0],
        repository="slipway",
        environments={
            "plan": environment(f"{stack}-plan", branch),
            "deployment": environment(stack, branch),
            "drift": environment(f"{stack}-drift", "main"),
        },
        branches={"branch": BranchRules(branch=branch, checks=["preview"], admins_bypass=False)},
        protect=bool(values["protect"]),
    )
    RepositorySettings("repository", settings)


def environment(name: str, branch: str) -> EnvironmentArgs:
    """Where a job finds what opens the state; the platforms' tokens lie sealed in there."""
    secrets = {"PULUMI_CONFIG_PASSPHRASE": Output.secret(passphrase())}
    return EnvironmentArgs(name=name, branch=branch, secrets=secrets)


def key(name: str) -> Output[str]:
    """One that is drawn for this stack."""
    return api_key(f"board-{name.lower()}", given_as=Credential(name, name.lower(), "key"))


def passphrase() -> str:
    """What opens this stack's state, as whoever runs this was given it."""
    if given := os.environ.get("PULUMI_CONFIG_PASSPHRASE"):
        return given
    return Path(os.environ["PULUMI_CONFIG_PASSPHRASE_FILE"]).read_text(encoding="utf-8").strip()


main()
