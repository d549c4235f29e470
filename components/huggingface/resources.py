"""The dynamic resources for Hugging Face: their types, which are persistent state, and outputs."""

from collections.abc import Mapping

from pulumi import Output

from slipway.core.resource import ManagedResource
from slipway.huggingface.model_repo.provider import ModelRepoProvider
from slipway.huggingface.space.provider import SpaceProvider
from slipway.huggingface.space.ready_provider import SpaceReadyProvider


class ModelRepoResource(ManagedResource, module="huggingface", name="ModelRepo"):
    """A model repository; see `ModelRepoProvider` for its properties."""

    url: Output[str]
    commit: Output[str]
    sha256s: Output[Mapping[str, str]]

    made_by = ModelRepoProvider
    outputs = ("url", "commit", "sha256s", "seed_commit")


class SpaceResource(ManagedResource, module="huggingface", name="Space"):
    """A Space without the wait for it; see `SpaceProvider` for its properties."""

    url: Output[str]
    host: Output[str]
    commit: Output[str]
    settings: Output[str]

    made_by = SpaceProvider
    outputs = ("url", "host", "commit", "settings", "salt", "secret_digests", "secrets_written")
    hidden = ("secrets", "salt", "secret_digests")


class SpaceReadyResource(ManagedResource, module="huggingface", name="SpaceReady"):
    """The wait for a Space to serve a commit; see `SpaceReadyProvider` for its properties."""

    stage: Output[str]
    host: Output[str]

    made_by = SpaceReadyProvider
    outputs = ("stage",)
    hidden = ("secrets",)
