"""A key that nobody gave: drawn once, kept sealed in the state, and known to this stack alone.

It is sealed under what already protects the stack: the passphrase of its secrets, where it has one,
else GitHub's token. Tokens of an app live for an hour; a stack without a passphrase that uses them
should be given its key instead.
"""

import os
import secrets
from pathlib import Path

from slipway.core.secrecy.sealing import seal, unseal
from slipway.errors import DeployError

_RANDOM_BYTES = 32  # 43 characters


def draw() -> str:
    """43 characters that may stand in any address."""
    return secrets.token_urlsafe(_RANDOM_BYTES)


def keep(token: str, value: str) -> str:
    """Ciphertext for the state.

    Args:
        token: GitHub's, for a stack without a passphrase.
        value: the key.
    """
    return seal(_sealing_keys(token)[0], value)


def find_kept(token: str, kept: str) -> str | None:
    """What was kept; None if neither the passphrase nor the token opens it (any more)."""
    for key in _sealing_keys(token):
        try:
            return unseal(key, kept)
        except DeployError:
            continue
    return None


def open_kept(token: str, kept: str) -> str:
    """What was kept.

    Raises:
        DeployError: neither the passphrase nor the token opens it.
    """
    value = find_kept(token, kept)
    if value is None:
        raise DeployError(
            "The API key that was drawn for this stack can't be opened with today's passphrase or "
            "token. Run `pulumi up` with the ones it was made with, or give one yourself."
        )
    return value


def _sealing_keys(token: str) -> list[str]:
    passphrase = os.environ.get("PULUMI_CONFIG_PASSPHRASE", "")
    file = os.environ.get("PULUMI_CONFIG_PASSPHRASE_FILE", "")
    if not passphrase and file and Path(file).is_file():
        passphrase = Path(file).read_text(encoding="utf-8").strip()
    return [key for key in (passphrase, token) if key]
