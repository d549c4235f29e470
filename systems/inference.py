"""Inference: a language model baked into a Docker Space, and the repository of its weights."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlparse

from pulumi import Input, Output

from slipway.core.credentials import HUB_READ_TOKEN, HUB_TOKEN
from slipway.core.stack import require_stack_credential
from slipway.errors import ConfigError
from slipway.huggingface.space.space import Space, SpaceArgs
from slipway.payload.files import payload_from_folder
from systems.config import MAY_BE_SECRET, StackConfig
from systems.own_model import own_model, sha256_of

APP = Path("app/inference")
_COMMIT, _SHA256 = re.compile(r"[0-9a-f]{40}"), re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class InferenceSettings:
    """The values of `slipway:inference`."""

    space: str  # name of the Space, in the stack's namespace unless it has one
    model_repo: str  # repository of the weights
    model_file: str  # GGUF file in it
    train_here: bool  # True: the repository is ours, seeded with the small model trained here
    model_revision: str = ""  # commit to serve, 40 hex digits; empty follows our own repository
    model_sha256: str = ""  # of the file; that of our own repository is known
    model_megabytes: int = 0  # size of the file, where the repository is somebody else's
    hardware: str = "cpu-basic"
    log_level: str = "INFO"
    hybrid_remote_generation: bool = False  # hand generation to another engine
    remote_engine_url: str = field(default="", metadata=MAY_BE_SECRET)  # that engine's address
    engine_space: str = ""  # or: raise that engine as a second Space of this name

    def __post_init__(self) -> None:
        if not self.train_here and not self.model_revision:
            raise ConfigError(
                f"slipway:inference.modelRevision is empty and {self.model_repo} is not ours. Pin "
                "the commit to serve (40 hex digits), so that nobody else's push changes the app."
            )
        if self.model_revision and not _COMMIT.fullmatch(self.model_revision):
            raise ConfigError(
                f"slipway:inference.modelRevision is {self.model_revision!r}; it must be a commit, "
                "40 hex digits. A branch or tag would not say what is served."
            )
        if self.model_sha256 and not _SHA256.fullmatch(self.model_sha256):
            raise ConfigError(
                f"slipway:inference.modelSha256 is {self.model_sha256!r}; it must be 64 hex "
                "digits, as the file's page on the Hub shows them."
            )
        if self.hybrid_remote_generation:
            url = urlparse(self.remote_engine_url)
            if bool(self.engine_space) == (url.scheme in ("http", "https") and bool(url.netloc)):
                raise ConfigError(
                    "slipway:inference.hybridRemoteGeneration is true: give either remoteEngineUrl "
                    f"(an http or https address, now {self.remote_engine_url!r}) or engineSpace."
                )


def raise_inference(config: StackConfig) -> dict[str, Output[str]]:
    """Raises the model repository, the Space, and in hybrid mode its remote engine."""
    settings = config.settings("inference", InferenceSettings)
    require_stack_credential(HUB_TOKEN)
    # Never the one that can write: whoever reads the Space's settings could replace the model.
    secrets: dict[str, Input[str]] = {"HF_TOKEN": require_stack_credential(HUB_READ_TOKEN)}
    revision: Input[str] = settings.model_revision
    sha256: Input[str] = settings.model_sha256
    outputs: dict[str, Output[str]] = {}
    if settings.train_here:
        model = own_model(config, "inference-model", settings.model_repo, settings.model_file)
        if not revision:
            revision, sha256 = model.commit, sha256 or sha256_of(model, settings.model_file)
        outputs["model"] = model.url
    variables: dict[str, Input[str]] = {
        "BASE_MODEL": config.hub_id(settings.model_repo),
        "BASE_MODEL_FILE": settings.model_file,
        "BASE_MODEL_REVISION": revision,
        **({"BASE_MODEL_SHA256": sha256} if sha256 != "" else {}),
        "LOG_LEVEL": settings.log_level,
        "HYBRID_REMOTE_GENERATION": "false",
    }
    # What its own answer must say before a Space counts as ready: which weights it serves.
    expect: dict[str, Input[str]] = {"revision": revision}
    if settings.hybrid_remote_generation:
        engine: Input[str] = settings.remote_engine_url
        if settings.engine_space:
            args = _space_args(config, settings, settings.engine_space, secrets, variables, expect)
            engine = outputs["engine"] = Space("inference-engine", args).url
        variables["HYBRID_REMOTE_GENERATION"] = "true"
        # Variables are public; an address that was given as a secret may hold a key.
        place = secrets if config.is_secret("inference") else variables
        place["REMOTE_ENGINE_URL"] = engine
        expect = {"engine": "remote"}
    args = _space_args(config, settings, settings.space, secrets, variables, expect)
    space = Space("inference", args)
    return {"url": space.url, "page": space.page, **outputs}


def _space_args(
    config: StackConfig,
    settings: InferenceSettings,
    name: str,
    secrets: dict[str, Input[str]],
    variables: dict[str, Input[str]],
    expect: dict[str, Input[str]],
) -> SpaceArgs:
    return SpaceArgs(
        repo_id=config.hub_id(name),
        payload=payload_from_folder(APP),
        hardware=settings.hardware,
        secrets=dict(secrets),
        variables=dict(variables),
        probe_path="/health",
        expect=expect,
        protect=config.protect,
    )
