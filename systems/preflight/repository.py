"""Whether the repository's settings can be declared: their values and credentials."""

from functools import partial

from slipway.core.credentials import GITHUB_TOKEN, HUB_TOKEN, RENDER_DEPLOY_HOOK_KEY
from slipway.core.findings import Finding, gather, note, requires
from slipway.core.stack import require_stack_credential
from slipway.github.account import owner_of
from slipway.github.names import check_repository
from systems.config import StackConfig
from systems.repository import RepositoryValues


def check_repository_values(config: StackConfig) -> list[Finding]:
    """Everything that is known before the first call."""
    values = config.settings("repository", RepositoryValues)
    hook = [RENDER_DEPLOY_HOOK_KEY] if values.deploy_hook_service else []
    owner = owner_of(config.github_owner)
    found = gather(
        "slipway:repository",
        requires(partial(check_repository, owner, values.name)),
        *(requires(partial(require_stack_credential, e)) for e in (HUB_TOKEN, GITHUB_TOKEN, *hook)),
    )
    return [*found, note("repository", "environments, secrets and rules cost nothing")]
