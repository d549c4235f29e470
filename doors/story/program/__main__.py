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
    payload_from_folder,
)

HERE = Path(__file__).parent
WHERE = ("PULUMI_BACKEND_URL", "PULUMI_HOME")  # state and plugins, as whoever runs this has them


def main() -> None:
    """Raises the page and the settings of the stack's branch."""
    values = pulumi.Config().require_object("board")
    space = SpaceArgs(
        repo_id=str(values["space"]),
        payload=payload_from_folder(HERE / "site"),
        sdk="static",
        protect=bool(values["protect"]),
        variables=dict(values["variables"]),
    )
    pulumi.export("page", Space("board", space).url)
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
    """Where a job finds the state and what opens it; the platforms' tokens lie sealed in there."""
    return EnvironmentArgs(
        name=name,
        branch=branch,
        secrets={"PULUMI_CONFIG_PASSPHRASE": Output.secret(passphrase())},
        variables={name: os.environ[name] for name in WHERE if name in os.environ},
    )


def passphrase() -> str:
    """What opens this stack's state, as whoever runs this was given it."""
    if given := os.environ.get("PULUMI_CONFIG_PASSPHRASE"):
        return given
    return Path(os.environ["PULUMI_CONFIG_PASSPHRASE_FILE"]).read_text(encoding="utf-8").strip()


main()
