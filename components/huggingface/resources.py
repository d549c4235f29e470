"""The dynamic resources for Hugging Face: their types, which are persistent state, and outputs."""

from collections.abc import Mapping
from typing import Any

from pulumi import Output, ResourceOptions
from pulumi.dynamic import Resource

from slipway.huggingface.model_repo.provider import ModelRepoProvider
from slipway.huggingface.space.provider import SpaceProvider
from slipway.huggingface.space.ready_provider import SpaceReadyProvider


class ModelRepoResource(Resource, module="huggingface", name="ModelRepo"):
    """A model repository; see `ModelRepoProvider` for its properties."""

    url: Output[str]
    commit: Output[str]
    sha256s: Output[Mapping[str, str]]

    def __init__(self, name: str, props: Mapping[str, Any], opts: ResourceOptions) -> None:
        outputs = dict.fromkeys(("url", "commit", "sha256s"))
        super().__init__(ModelRepoProvider(), name, {**outputs, **props}, opts)


class SpaceResource(Resource, module="huggingface", name="Space"):
    """A Space without the wait for it; see `SpaceProvider` for its properties."""

    url: Output[str]
    host: Output[str]
    commit: Output[str]
    settings: Output[str]

    def __init__(self, name: str, props: Mapping[str, Any], opts: ResourceOptions) -> None:
        outputs = dict.fromkeys(
            ("url", "host", "commit", "settings", "salt", "secret_digests", "secrets_written")
        )
        # The engine re-marks a secret only under the key it came in by; these carry what was
        # derived from secrets under other keys and would stand in the state in clear.
        hide = ResourceOptions(additional_secret_outputs=["secrets", "salt", "secret_digests"])
        super().__init__(
            SpaceProvider(), name, {**outputs, **props}, ResourceOptions.merge(opts, hide)
        )


class SpaceReadyResource(Resource, module="huggingface", name="SpaceReady"):
    """The wait for a Space to serve a commit; see `SpaceReadyProvider` for its properties."""

    stage: Output[str]
    host: Output[str]

    def __init__(self, name: str, props: Mapping[str, Any], opts: ResourceOptions) -> None:
        super().__init__(SpaceReadyProvider(), name, {"stage": None, **props}, opts)
