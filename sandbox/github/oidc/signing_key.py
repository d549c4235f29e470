"""The key with which this GitHub signs what it says of jobs, and how others check it."""

import threading
from collections.abc import Callable, Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

ALGORITHM = "RS256"
_BITS = 2048
_EXPONENT = 65537


def draw_pem() -> str:
    """A new private key, as PEM; takes a fraction of a second."""
    key = rsa.generate_private_key(public_exponent=_EXPONENT, key_size=_BITS)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


class SigningKey:
    """An RSA key that is read, or drawn, when something is first signed. Thread-safe.

    Args:
        pem: the private key, the same whenever it is asked for.
    """

    def __init__(self, pem: Callable[[], str]) -> None:
        self._pem = pem
        self._reading = threading.Lock()
        self._key: rsa.RSAPrivateKey | None = None

    def sign(self, claims: Mapping[str, Any]) -> str:
        """A JSON Web Token of these claims."""
        key = self._private()
        headers = {"kid": _id_of(key)}
        return jwt.encode(dict(claims), key, algorithm=ALGORITHM, headers=headers)

    def published(self) -> dict[str, Any]:
        """The public half as a JSON Web Key."""
        key = self._private()
        known = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
        plain = {name: known[name] for name in ("kty", "n", "e")}
        return {**plain, "alg": ALGORITHM, "use": "sig", "kid": _id_of(key)}

    def _private(self) -> rsa.RSAPrivateKey:
        with self._reading:
            if self._key is None:
                key = serialization.load_pem_private_key(self._pem().encode(), None)
                if not isinstance(key, rsa.RSAPrivateKey):
                    raise TypeError("the key of the home is no RSA key")
                self._key = key
            return self._key


def _id_of(key: rsa.RSAPrivateKey) -> str:
    """The key's identifier: a digest of its public half."""
    digest = hashes.Hash(hashes.SHA256())
    digest.update(
        key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    return digest.finalize().hex()[:40]
