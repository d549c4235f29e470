"""A key that nobody gave: drawn once, kept sealed in the state, and known to this stack alone.

It is sealed under what already protects the stack: the passphrase of its secrets, where it has one,
else GitHub's token. Tokens of an app live for an hour; a stack without a passphrase that uses them
should be given its key instead.

The ciphertext appears in clear in the engine's verbose log, and whoever guesses the passphrase by
it opens the whole state. So a guess has to cost no less here than at Pulumi's own derivation
(PBKDF2 with a million rounds): the passphrase goes through scrypt. A token is random and needs no
such thing.
"""

import base64
import secrets
import threading
from collections.abc import Iterator
from functools import lru_cache

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from slipway.core.credentials import passphrase
from slipway.core.secrecy.sealing import seal, unseal
from slipway.errors import DeployError

_RANDOM_BYTES = 32  # 43 characters
STRETCHED = "scrypt:"  # before the salt and what is sealed; without it, sealed as it stands
_SALT_BYTES = 16
_COST = 1 << 17  # 128 MB and about 0.4 s for each guess
_DERIVING = threading.Lock()  # else threads that ask at once would each take the memory and time


def draw() -> str:
    """43 characters that may stand in any address."""
    return secrets.token_urlsafe(_RANDOM_BYTES)


def keep(token: str, value: str) -> str:
    """Ciphertext for the state.

    Args:
        token: GitHub's, for a stack without a passphrase.
        value: the key.
    """
    given = passphrase()
    return kept_under(given, _salt(), value) if given else seal(token, value)


def kept_under(given: str, salt: str, value: str) -> str:
    """The ciphertext that a passphrase opens; the same for the same salt."""
    return f"{STRETCHED}{salt}:{seal(_stretched(given, salt), value)}"


def find_kept(token: str, kept: str) -> str | None:
    """What was kept; None if neither the passphrase nor the token opens it (any more)."""
    for key, sealed in _ways(token, kept):
        try:
            return unseal(key, sealed)
        except DeployError:
            continue
    return None


def open_kept(token: str, kept: str, config_key: str = "") -> str:
    """What was kept.

    Args:
        token: GitHub's.
        kept: the ciphertext.
        config_key: where somebody might have given the key, for the message.

    Raises:
        DeployError: neither the passphrase nor the token opens it; the text says what would, and
            how to do without.
    """
    value = find_kept(token, kept)
    if value is None:
        raise DeployError(
            f"The key that was drawn for this stack {f'as {config_key} ' if config_key else ''}"
            f"can't be opened: {_lacking(kept)}. It stays as it is. Whoever has it may give it, "
            f"with `pulumi config set --secret {config_key or 'KEY'}`; another rotation "
            "(`keyRotation`, `apiKeyRotation`) draws another one, which all who call with this one "
            "then need."
        )
    return value


def kept_as_today(kept: str) -> bool:
    """Whether it is sealed as `keep` would: a passphrase may have come, or is not stretched yet."""
    return kept.startswith(STRETCHED) or not passphrase()


def _lacking(kept: str) -> str:
    if not kept.startswith(STRETCHED):
        return (
            "today's GITHUB_TOKEN does not open it: it takes the token, or the passphrase, that it "
            "was sealed under"
        )
    if passphrase():
        return (
            "PULUMI_CONFIG_PASSPHRASE does not open it: it takes the passphrase that it was sealed "
            "under"
        )
    return (
        "it takes the stack's passphrase to open it: `export PULUMI_CONFIG_PASSPHRASE=…`, or "
        "PULUMI_CONFIG_PASSPHRASE_FILE; one that is typed in reaches the engine alone"
    )


def _ways(token: str, kept: str) -> Iterator[tuple[str, str]]:
    """(key, what it may open), in the order in which they are tried."""
    given = passphrase()
    if kept.startswith(STRETCHED):
        salt, _, sealed = kept.removeprefix(STRETCHED).partition(":")
        if given:
            yield _stretched(given, salt), sealed
        return
    yield from ((key, kept) for key in (given, token) if key)


@lru_cache
def _salt() -> str:
    """One for a process: what one run draws is sealed, and opened, after one derivation."""
    return secrets.token_urlsafe(_SALT_BYTES)


def _stretched(given: str, salt: str) -> str:
    with _DERIVING:
        return _derived(given, salt)


@lru_cache
def _derived(given: str, salt: str) -> str:
    derivation = Scrypt(salt=salt.encode(), length=64, n=_COST, r=8, p=1)
    return base64.b64encode(derivation.derive(given.encode())).decode()
