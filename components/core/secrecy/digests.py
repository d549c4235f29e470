"""Secrets that can be written but never read back: how to tell that one has changed.

A value is compared by a keyed digest, HMAC-SHA256 over name and value under a random key of the
resource. Without the key, a secret output itself, the digest tells nothing about the value.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping


def new_salt() -> str:
    """A fresh key for the digests of one resource: 32 random bytes as 64 hex digits."""
    return secrets.token_hex(32)


def keyed_digest(salt: str, name: str, value: str) -> str:
    """64 hex digits that change when the name or the value does."""
    message = name.encode() + b"\0" + value.encode()
    return hmac.new(bytes.fromhex(salt), message, hashlib.sha256).hexdigest()


def keyed_digests(salt: str, values: Mapping[str, str]) -> dict[str, str]:
    """`keyed_digest` of every value, by name."""
    return {name: keyed_digest(salt, name, value) for name, value in sorted(values.items())}
