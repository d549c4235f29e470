"""An API key that nobody has to think up: given, or drawn once and kept."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pulumi
from pulumi import Output, ResourceOptions

from slipway.core.credentials import GITHUB_TOKEN, Credential
from slipway.core.stack import require_stack_credential, stack_credential
from slipway.github.resources import GeneratedKeyResource
from slipway.github.secrets.kept_key import open_kept

# All keys wait here for one derivation; in the program's own threads they would hold up the engine.
_OPENING = ThreadPoolExecutor(1, "opening-keys")


def api_key(
    name: str,
    rotation: int = 0,
    parent: pulumi.Resource | None = None,
    *,
    given_as: Credential,
) -> Output[str]:
    """The key, a secret: from the environment, else this stack's, else drawn here.

    Args:
        name: logical name of what is drawn.
        rotation: another number draws another key.
        parent: of what is drawn.
        given_as: where somebody may have given it.

    Raises:
        ConfigError: no GitHub token, without which a drawn key can't be kept.
    """
    given = stack_credential(given_as)
    if given is not None:
        return given
    token = require_stack_credential(GITHUB_TOKEN)
    properties = {"name": given_as.config_key, "rotation": rotation}
    made = GeneratedKeyResource(name, properties, ResourceOptions(parent=parent))
    return Output.secret(Output.all(token, made.kept, given_as.config_key).apply(_opened))


async def _opened(given: Sequence[str]) -> str:
    """The key, while the program goes on: a passphrase is stretched for 0.4 s."""
    token, kept, config_key = given
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_OPENING, open_kept, token, kept, config_key)
