"""The dynamic resources for GitHub: their types, which are persistent state, and their outputs."""

from collections.abc import Mapping
from typing import Any

from pulumi import Output, ResourceOptions
from pulumi.dynamic import Resource

from slipway.github.claims import provider as claim
from slipway.github.claims.provider import ClaimProvider
from slipway.github.secrets import kept_key_provider as generated_key
from slipway.github.secrets import sealed_secret
from slipway.github.secrets.kept_key_provider import GeneratedKeyProvider
from slipway.github.secrets.sealed_secret import SealedSecretProvider


class ClaimResource(Resource, module="github", name="Claim"):
    """The names a stack claims in a repository; see `ClaimProvider` for its properties."""

    page: Output[str]

    def __init__(self, name: str, props: Mapping[str, Any], opts: ResourceOptions) -> None:
        outputs = dict.fromkeys(claim.OUTPUTS)
        super().__init__(ClaimProvider(), name, {**outputs, **props}, opts)


class SealedSecretResource(Resource, module="github", name="SealedSecret"):
    """A value sealed for GitHub; see `SealedSecretProvider` for its properties."""

    encrypted: Output[str]
    key_id: Output[str]

    def __init__(self, name: str, props: Mapping[str, Any], opts: ResourceOptions) -> None:
        outputs = dict.fromkeys(sealed_secret.OUTPUTS)
        # The engine re-marks a secret only under the key it came in by.
        hide = ResourceOptions(additional_secret_outputs=["sealed", "encrypted", "salt", "digest"])
        opts = ResourceOptions.merge(opts, hide)
        super().__init__(SealedSecretProvider(), name, {**outputs, **props}, opts)


class GeneratedKeyResource(Resource, module="github", name="GeneratedKey"):
    """A key drawn once; see `GeneratedKeyProvider` for its properties."""

    kept: Output[str]

    def __init__(self, name: str, props: Mapping[str, Any], opts: ResourceOptions) -> None:
        outputs = dict.fromkeys(generated_key.OUTPUTS)
        hide = ResourceOptions(additional_secret_outputs=["kept"])
        opts = ResourceOptions.merge(opts, hide)
        super().__init__(GeneratedKeyProvider(), name, {**outputs, **props}, opts)
