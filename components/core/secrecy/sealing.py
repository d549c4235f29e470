"""Secret values on their way through the engine: sealed, so that it can neither show nor log them.

The engine encrypts secrets in its state and masks them on the screen, but its own verbose log
(`pulumi -v=9`) prints every property in clear, secrets included. So what the engine is given is
ciphertext of our own. The key is the platform's token: the program and the provider both have it,
and anybody who holds it may replace the secret anyway.
"""

import base64
import hashlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from slipway.errors import DeployError

_PREFIX = "sealed:"


def seal(token: str, value: str) -> str:
    """Ciphertext of a value; the same for the same token and value, so previews stay quiet.

    Args:
        token: the platform's token.
        value: the secret.
    """
    # AES-SIV (RFC 5297) is made for deterministic use: equal inputs show as equal, nothing else.
    sealed = _cipher(token).encrypt(value.encode(), None)
    return _PREFIX + base64.b64encode(sealed).decode()


def unseal(token: str, sealed: str) -> str:
    """The value that was sealed.

    Raises:
        DeployError: it was sealed under another token, or not at all.
    """
    if sealed.startswith(_PREFIX):
        try:
            data = base64.b64decode(sealed.removeprefix(_PREFIX))
            return _cipher(token).decrypt(data, None).decode()
        except (InvalidTag, ValueError):
            pass
    raise DeployError(
        "A secret can't be opened: the program and the provider see different tokens. Give the "
        "token in one place only, the environment or the stack, and run `pulumi up` again."
    )


def _cipher(token: str) -> AESSIV:
    return AESSIV(hashlib.sha512(b"slipway sealing key\0" + token.encode()).digest())
