"""The keys that an issuer of identities publishes, found as OpenID Connect Discovery says."""

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from typing import Any

from jwt import PyJWK, PyJWKSet
from jwt.exceptions import PyJWTError

_TIMEOUT_SECONDS = 5.0
_LARGEST = 1 << 20  # bytes of a document
_PATIENCE_SECONDS = 10.0  # between two looks for a key that is not there


class UnknownKeyError(Exception):
    """The issuer publishes no such key, or can't be asked; the message says which."""


class IssuerKeys:
    """Published keys, asked for once and again when an unknown one is named. Thread-safe.

    Args:
        clock: seconds; another one lets a test look again.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._found: dict[str, tuple[float, dict[str, PyJWK]]] = {}  # issuer -> when, keys by id
        self._looking = threading.Lock()

    def key(self, issuer: str, identifier: str) -> PyJWK:
        """A key of a trusted issuer; raises UnknownKeyError.

        Args:
            issuer: whose address is asked, so never one that a stranger named.
            identifier: as in a token's header.
        """
        with self._looking:
            when, keys = self._found.get(issuer, (None, {}))
            if identifier not in keys and (
                when is None or self._clock() - when >= _PATIENCE_SECONDS
            ):
                keys = _published(issuer)
                self._found[issuer] = (self._clock(), keys)
        if identifier not in keys:
            raise UnknownKeyError("its key is none that the issuer publishes")
        return keys[identifier]


def _published(issuer: str) -> dict[str, PyJWK]:
    said = _document(f"{issuer}/.well-known/openid-configuration")
    address = said.get("jwks_uri")
    if said.get("issuer") != issuer or not str(address).startswith(f"{issuer}/"):
        raise UnknownKeyError("the issuer's discovery document is not its own")
    try:
        keys = PyJWKSet.from_dict(_document(str(address))).keys
    except PyJWTError:
        raise UnknownKeyError("the issuer's keys can't be read") from None
    signing = (each for each in keys if each.public_key_use in {None, "sig"})
    return {each.key_id: each for each in signing if each.key_id}


def _document(address: str) -> dict[str, Any]:
    # Neighbours are never behind a proxy, whatever the environment says.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address, timeout=_TIMEOUT_SECONDS) as answer:
            said = json.loads(answer.read(_LARGEST))
    except (OSError, ValueError, HTTPException):  # urllib's errors are of the first kind
        said = None
    if not isinstance(said, dict):
        raise UnknownKeyError(f"the issuer does not answer as one at {address}")
    return said
