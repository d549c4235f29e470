"""Tokens that no honest issuer makes, which no library helps to make either."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any


def part(content: Any) -> str:
    return text(json.dumps(content).encode())


def unsigned(claims: Mapping[str, Any], **header: Any) -> str:
    """`alg: none`."""
    return f"{part({'alg': 'none', 'typ': 'JWT', **header})}.{part(claims)}."


def by_secret(claims: Mapping[str, Any], secret: bytes, **header: Any) -> str:
    """HS256 with any secret, such as a public key, which who trusts `alg` takes for one."""
    signed = f"{part({'alg': 'HS256', 'typ': 'JWT', **header})}.{part(claims)}"
    return f"{signed}.{text(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"


def with_claims(token: str, claims: Mapping[str, Any]) -> str:
    """Other claims under the signature that was made for the true ones."""
    header, _, signature = token.split(".")
    return f"{header}.{part(claims)}.{signature}"


def with_header(token: str, **changes: Any) -> str:
    """Another header under the signature that was made for the true one; None leaves one out."""
    header, claims, signature = token.split(".")
    padded = header + "=" * (-len(header) % 4)
    known = {**json.loads(base64.urlsafe_b64decode(padded)), **changes}
    return f"{part({k: v for k, v in known.items() if v is not None})}.{claims}.{signature}"


def text(content: bytes) -> str:
    """Bytes as tokens carry them."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
