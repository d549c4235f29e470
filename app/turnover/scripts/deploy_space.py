# ruff: noqa: T201 - a command line: it says what it does
"""Deploys this folder, as HEAD has it, to its Space by `git push`, and waits until it is served.

    HF_OIDC_RESOURCE=spaces/OWNER/NAME HF_SPACE=OWNER/NAME python scripts/deploy_space.py

In a workflow that the Space trusts this asks the Hub for a token of an hour. Elsewhere HF_TOKEN
holds one that may write, and HF_OIDC_RESOURCE is not set.

The commit goes on top of what the Space's `main` holds: nothing there is overwritten, and a push
that somebody else was quicker with is refused by git. With DEV_SPACE, the Space of the stage
before, an app that went through that stage's branch (DEV_BRANCH) is deployed only while it is well
there; one that did not is a hotfix, goes straight on, and has to be merged back.

Only git and Python's own library run here: this is the job that holds a token which may write.
"""

import argparse
import os
import sys
import time
import urllib.error
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

if __name__ == "__main__" and not __package__:  # started by its path instead of with -m
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    __package__ = "scripts"

from .git import Git, GitError
from .hub import Hub, HubError, hub_endpoint
from .keyless import RESOURCE, token_for

APP = Path(__file__).resolve().parents[1]
_POLL_SECONDS = 2.0
_FAILED = ("BUILD_ERROR", "RUNTIME_ERROR", "CONFIG_ERROR", "STOPPED", "PAUSED", "DELETING")
_PUBLISHER = "publisher"
_HISTORY = 500  # commits of the stage before that are looked through


class DeployError(Exception):
    """It is not deployed, or not served; the message says why."""


@dataclass(frozen=True)
class Settings:
    """What the environment says."""

    space: str
    resource: str  # what a token is asked for; empty: `token` is one
    token: str
    dev_space: str  # empty: there is no stage before
    dev_branch: str

    @classmethod
    def load(cls) -> "Settings":
        """Reads it.

        Raises:
            DeployError: something is missing.
        """
        names = ("HF_SPACE", RESOURCE, "HF_TOKEN", "DEV_SPACE", "DEV_BRANCH")
        space, resource, token, dev_space, dev_branch = (
            os.environ.get(name, "").strip() for name in names
        )
        missing = {"HF_SPACE": space, f"{RESOURCE} (or HF_TOKEN)": resource or token}
        for name, value in missing.items():
            if not value:
                raise DeployError(
                    f"{name} is missing. The stack puts it into the GitHub environment that this "
                    "job names (Settings, Environments); run `pulumi up` of that stack first."
                )
        return cls(space, resource, token, dev_space, dev_branch or "origin/dev")


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--seconds", type=float, default=1800, help="until it must be served")
    options = parser.parse_args(arguments)
    try:
        settings = Settings.load()
        hub, user = sign_in(settings)
        git = Git(APP, hub.endpoint, user, hub.token)
        if settings.dev_space:
            check_stage_before(settings, hub, git)
        commit = push(settings, hub, git)
        wait_until_served(settings, hub, commit, options.seconds)
    except (DeployError, GitError, HubError) as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return 1
    return 0


def sign_in(settings: Settings) -> tuple[Hub, str]:
    """The Hub with a token that may write, and the name with which git signs.

    Raises:
        HubError: there is no such token.
    """
    if settings.resource:
        hub = Hub(token_for(settings.resource, hub_endpoint()))
        return hub, _PUBLISHER  # the token speaks for no account that could be asked for
    hub = Hub(settings.token)
    return hub, hub.writing_user()


def check_stage_before(settings: Settings, hub: Hub, git: Git) -> None:
    """Lets an app that went through the stage before pass only while it is well there.

    Raises:
        DeployError: it is not.
    """
    ours = git.tree("HEAD")
    if not git.knows(settings.dev_branch):
        raise DeployError(
            f"{settings.dev_branch} is not known here, so nobody can tell whether this went "
            "through it. Check out the whole history (fetch-depth: 0)."
        )
    if ours not in git.trees_of(settings.dev_branch, _HISTORY):
        print(
            f"::warning::Hotfix: this app was never on {settings.dev_branch}. "
            "Merge main back into dev after this."
        )
        return
    address = hub.space(settings.dev_space).host
    status, body = hub.health(address)
    if status != 200 or not body.get("model_loaded"):  # noqa: PLR2004 - OK
        raise DeployError(
            f"{settings.dev_space} is not well ({status} {body or ''}), and this app went through "
            "it. Mend it there first, or bring a hotfix from main."
        )
    print(f"{settings.dev_space} is well: {body}")


def push(settings: Settings, hub: Hub, git: Git) -> str:
    """Puts HEAD's files of this folder on top of the Space's main; its commit there."""
    remote = f"{hub.endpoint}/spaces/{settings.space}"
    head = git.fetched(remote, "main")
    tree = git.tree("HEAD")
    if git.root_tree(head) == tree:
        print(f"{settings.space} holds these files already ({head[:12]})")
        return head
    commit = git.commit(tree, head, f"Deploy {git.described('HEAD')}")
    git.push(remote, commit, "main")
    print(f"pushed {commit[:12]} to {settings.space}")
    return commit


def wait_until_served(settings: Settings, hub: Hub, commit: str, seconds: float) -> None:
    """Blocks until the Space serves the commit and its app says that it is well.

    Raises:
        DeployError: it failed, or took too long.
    """
    started = time.monotonic()
    seen, last, status = "", "nothing", 0
    while (waited := time.monotonic() - started) < seconds:
        try:
            space = hub.space(settings.space)
        except HubError as error:
            if not error.passing:
                raise
            time.sleep(_POLL_SECONDS)
            continue
        if space.stage != seen:
            print(f"{settings.space}: {space.stage} after {waited:.0f} s", flush=True)
            seen = space.stage
        if space.head != commit:
            raise DeployError(f"{settings.space}: somebody pushed {space.head[:12]} meanwhile")
        if space.stage in _FAILED and (space.serving == commit or waited > 10):  # noqa: PLR2004
            raise DeployError(
                f"{settings.space}: {commit[:12]} ended in {space.stage}. "
                f"{hub.endpoint}/spaces/{settings.space} shows the log."
            )
        if space.stage == "RUNNING" and space.serving == commit:
            try:
                status, body = hub.health(space.host)
            except (OSError, urllib.error.URLError):
                status, body = 0, {}
            last = f"/health answered {status} {body}"
            if status == 200 and body.get("model_loaded"):  # noqa: PLR2004 - OK
                print(f"{space.host}/health: {body}")
                return
        time.sleep(_POLL_SECONDS)
    raise DeployError(
        f"{settings.space}: {commit[:12]} is not served after {seconds:.0f} s; {last}"
    )


if __name__ == "__main__":
    sys.exit(main())
