"""What is to be done by hand at GitHub."""

from collections.abc import Iterator

from slipway.core.credentials import GITHUB_TOKEN, github_endpoint, github_page
from slipway.errors import ApiError
from slipway.github.account import owner_of
from slipway.github.client import GitHubClient
from slipway.preflight.by_hand import Step
from systems.checklist.asked import FORBIDDEN, NOT_FOUND, UNAUTHORIZED, value_of
from systems.config import StackConfig
from systems.repository import RepositoryValues
from systems.retraining import RetrainingSettings
from systems.turnover import TurnoverSettings

_TOKENS = "settings/personal-access-tokens"
# Each is read with what it takes to write it.
_PERMISSIONS = {"Secrets": "actions/secrets/public-key", "Variables": "actions/variables"}


def github_steps(config: StackConfig) -> Iterator[Step]:
    """Steps for the repositories whose settings this stack writes."""
    token = value_of(GITHUB_TOKEN)
    if token is None:
        return
    client = GitHubClient(github_endpoint(), token, owner_of(config.github_owner))
    for name in sorted({*_repositories(config)}):
        yield from _repository(client, name, rules="repository" in config.systems)


def _repositories(config: StackConfig) -> Iterator[str]:
    if "repository" in config.systems:
        yield config.settings("repository", RepositoryValues).name
    if "turnover" in config.systems:
        yield config.settings("turnover", TurnoverSettings).repository
    if "retraining" in config.systems:
        yield config.settings("retraining", RetrainingSettings).repository


def _repository(client: GitHubClient, name: str, *, rules: bool) -> Iterator[Step]:
    whole = f"{client.owner}/{name}"
    try:
        client.repository(name)
    except ApiError as error:
        yield _unreadable(whole, error)
        return
    lacking = [
        permission
        for permission, path in _PERMISSIONS.items()
        if _status(client, name, path) in (FORBIDDEN, NOT_FOUND)
    ]
    if lacking:
        yield Step(
            f"{GITHUB_TOKEN.variable} lacks {' and '.join(lacking)} of {whole}: give it write "
            "access to Administration, Secrets, Variables and Environments",
            f"{_web()}/{_TOKENS}",
        )
    if rules and _status(client, name, "rulesets") == FORBIDDEN:
        yield Step(
            f"{whole} is private, and your plan has no rules for private repositories: make it "
            "public, or take another plan",
            f"{github_page(client.owner, name)}/settings",
        )


def _unreadable(whole: str, error: ApiError) -> Step:
    if error.status == UNAUTHORIZED:
        made = f"GitHub does not know {GITHUB_TOKEN.variable}: make one for {whole}"
        return Step(made, f"{_web()}/{_TOKENS}/new")
    if error.status == NOT_FOUND:
        owner, _, name = whole.partition("/")
        return Step(
            f"{whole} is not there, or {GITHUB_TOKEN.variable} may not see it: make it and push "
            "this checkout to it",
            f"{_web()}/new?owner={owner}&name={name}",
        )
    if error.status == FORBIDDEN:
        needs = f"{GITHUB_TOKEN.variable} may not administer {whole}: let it, or use another"
        return Step(needs, f"{_web()}/{_TOKENS}")
    raise error


def _status(client: GitHubClient, name: str, path: str) -> int | None:
    """With which status it is refused; None if it is not."""
    try:
        client.readable(name, path)
    except ApiError as error:
        if error.status not in (FORBIDDEN, NOT_FOUND):
            raise
        return error.status
    return None


def _web() -> str:
    return github_page("", "").rstrip("/")
