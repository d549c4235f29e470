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

from slipway.core.credentials import passphrase as _passphrase
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
    passphrase = _passphrase()
    return kept_under(passphrase, _salt(), value) if passphrase else seal(token, value)


def kept_under(passphrase: str, salt: str, value: str) -> str:
    """The ciphertext that a passphrase opens; the same for the same salt."""
    return f"{STRETCHED}{salt}:{seal(_stretched(passphrase, salt), value)}"


def find_kept(token: str, kept: str) -> str | None:
    """What was kept; None if neither the passphrase nor the token opens it (any more)."""
    for key, sealed in _ways(token, kept):
        try:
            return unseal(key, sealed)
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


def kept_as_today(kept: str) -> bool:
    """Whether it is sealed as `keep` would: a passphrase may have come, or is not stretched yet."""
    return kept.startswith(STRETCHED) or not _passphrase()


def kept_under_a_passphrase(kept: str) -> bool:
    """Whether it takes a passphrase to open it, and there is one."""
    return kept.startswith(STRETCHED) and bool(_passphrase())


def _ways(token: str, kept: str) -> Iterator[tuple[str, str]]:
    """(key, what it may open), in the order in which they are tried."""
    passphrase = _passphrase()
    if kept.startswith(STRETCHED):
        salt, _, sealed = kept.removeprefix(STRETCHED).partition(":")
        if passphrase:
            yield _stretched(passphrase, salt), sealed
        return
    yield from ((key, kept) for key in (passphrase, token) if key)


@lru_cache
def _salt() -> str:
    """One for a process: what one run draws is sealed, and opened, after one derivation."""
    return secrets.token_urlsafe(_SALT_BYTES)


def _stretched(passphrase: str, salt: str) -> str:
    with _DERIVING:
        return _derived(passphrase, salt)


@lru_cache
def _derived(passphrase: str, salt: str) -> str:
    derivation = Scrypt(salt=salt.encode(), length=64, n=_COST, r=8, p=1)
    return base64.b64encode(derivation.derive(passphrase.encode())).decode()
