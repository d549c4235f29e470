"""How GitHub receives a secret: sealed with a public key of the place it is for."""

import base64

from nacl.public import PublicKey, SealedBox


def seal_for(public_key: str, value: str) -> str:
    """Ciphertext that only the holder of the private key opens; another one at each call.

    Args:
        public_key: base64, as GitHub hands it out.
        value: the secret.
    """
    box = SealedBox(PublicKey(base64.b64decode(public_key)))
    return base64.b64encode(box.encrypt(value.encode())).decode()
