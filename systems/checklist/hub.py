"""What is to be done by hand at Hugging Face."""

from collections.abc import Iterator

from slipway.core.credentials import HUB_READ_TOKEN, HUB_TOKEN, hub_endpoint
from slipway.errors import ApiError
from slipway.huggingface.hub.account import Account, read_account
from slipway.huggingface.hub.client import HubClient
from slipway.preflight.by_hand import Step
from systems import SYSTEMS
from systems.checklist.asked import UNAUTHORIZED, value_of
from systems.config import StackConfig
from systems.plan import MODEL, SPACE, made_by


def hub_steps(config: StackConfig) -> Iterator[Step]:
    """Steps for the namespaces of everything that this stack makes there."""
    made = [(each.kind, config.hub_id(each.name)) for each in made_by(config, SYSTEMS)]
    spaces = [repo_id for what, repo_id in made if what == SPACE]
    needed = sorted({repo_id.partition("/")[0] for what, repo_id in made if what in (SPACE, MODEL)})
    token = value_of(HUB_TOKEN)
    if not needed or token is None:
        return
    client = HubClient(hub_endpoint(), token)
    try:
        account = read_account(client)
    except ApiError as error:
        if error.status != UNAUTHORIZED:
            raise
        yield Step(
            f"the Hub does not know {HUB_TOKEN.variable}: make one that may write", _tokens()
        )
        return
    for namespace in needed:
        yield from _namespace(namespace, account)
        if namespace in account.namespaces - account.paid:
            missing = [each for each in spaces if each.startswith(f"{namespace}/")]
            if any(client.repository("space", each) is None for each in missing):
                yield _plan(namespace, account)
    yield from _reading()


def _namespace(namespace: str, account: Account) -> Iterator[Step]:
    if namespace not in account.namespaces:
        yield Step(
            f"{namespace} is neither your account {account.name} nor an organization of yours: "
            "make it or be let in, or `pulumi config set hfNamespace` another",
            f"{hub_endpoint()}/organizations/new",
        )
    elif namespace not in account.writable:
        yield Step(
            f"{HUB_TOKEN.variable} may not write in {namespace}: give it write access to all "
            "repositories there, or make another",
            _tokens(),
        )


def _plan(namespace: str, account: Account) -> Step:
    page = f"organizations/{namespace}/settings/billing"
    if namespace == account.name:
        page = "settings/billing/subscription"
    return Step(
        f"the plan of {namespace} runs no Docker Space: subscribe to PRO, Team or Enterprise",
        f"{hub_endpoint()}/{page}",
    )


def _reading() -> Iterator[Step]:
    """The token that apps hold must be able to read, and nothing else."""
    token = value_of(HUB_READ_TOKEN)
    if token is None:
        return
    try:
        account = read_account(HubClient(hub_endpoint(), token))
    except ApiError as error:
        if error.status != UNAUTHORIZED:
            raise
        yield Step(
            f"the Hub does not know {HUB_READ_TOKEN.variable}: make one that may read", _tokens()
        )
        return
    if account.writable:
        yield Step(
            f"{HUB_READ_TOKEN.variable} may write in {', '.join(sorted(account.writable))}, and "
            "apps would hold it: make one that may only read",
            _tokens(),
        )


def _tokens() -> str:
    return f"{hub_endpoint()}/settings/tokens"
