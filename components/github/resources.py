"""The dynamic resources for GitHub: their types, which are persistent state, and their outputs."""

from pulumi import Output

from slipway.core.resource import ManagedResource
from slipway.github.claims import provider as claim
from slipway.github.claims.provider import ClaimProvider
from slipway.github.secrets import kept_key_provider as generated_key
from slipway.github.secrets import sealed_secret
from slipway.github.secrets.kept_key_provider import GeneratedKeyProvider
from slipway.github.secrets.sealed_secret import SealedSecretProvider


class ClaimResource(ManagedResource, module="github", name="Claim"):
    """The names a stack claims in a repository; see `ClaimProvider` for its properties."""

    page: Output[str]

    made_by = ClaimProvider
    outputs = claim.OUTPUTS


class SealedSecretResource(ManagedResource, module="github", name="SealedSecret"):
    """A value sealed for GitHub; see `SealedSecretProvider` for its properties."""

    encrypted: Output[str]
    key_id: Output[str]

    made_by = SealedSecretProvider
    outputs = sealed_secret.OUTPUTS
    hidden = ("sealed", "encrypted", "salt", "digest")


class GeneratedKeyResource(ManagedResource, module="github", name="GeneratedKey"):
    """A key drawn once; see `GeneratedKeyProvider` for its properties."""

    kept: Output[str]

    made_by = GeneratedKeyProvider
    outputs = generated_key.OUTPUTS
    hidden = ("kept",)
