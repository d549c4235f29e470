"""Inference: a language model baked into a Docker Space, and the repository of its weights."""

from dataclasses import dataclass, field
from pathlib import Path

from pulumi import Input, Output

from slipway.core.credentials import HUB_READ_TOKEN, HUB_TOKEN
from slipway.core.stack import require_stack_credential
from slipway.errors import ConfigError
from slipway.huggingface.space.space import Space, SpaceArgs
from slipway.payload.files import payload_from_folder
from systems.config import MAY_BE_SECRET, StackConfig
from systems.own_model import own_model, sha256_of
from systems.values import (
    Commit,
    FileName,
    Hardware,
    HubName,
    LogLevel,
    Megabytes,
    Sha256,
    WebAddress,
)

APP = Path("app/inference")


@dataclass(frozen=True)
class InferenceSettings:
    """The values of `slipway:inference`."""

    space: HubName  # name of the Space, in the stack's namespace unless it has one
    model_repo: HubName  # repository of the weights
    model_file: FileName  # GGUF file in it
    train_here: bool  # True: the repository is ours, seeded with the small model trained here
    model_revision: Commit = ""  # commit to serve, 40 hex digits; empty follows our own repository
    model_sha256: Sha256 = ""  # of the file; that of our own repository is known
    model_megabytes: Megabytes = 0  # size of the file, where the repository is somebody else's
    hardware: Hardware = "cpu-basic"
    log_level: LogLevel = "INFO"
    hybrid_remote_generation: bool = False  # hand generation to another engine
    remote_engine_url: WebAddress = field(default="", metadata=MAY_BE_SECRET)
    """That engine's address."""
    engine_space: HubName = ""  # or: raise that engine as a second Space of this name

    def __post_init__(self) -> None:
        if not self.train_here and not self.model_revision:
            raise ConfigError(
                f"slipway:inference.modelRevision is empty and {self.model_repo} is not ours. Pin "
                "the commit to serve (40 hex digits), so that nobody else's push changes the app."
            )
        if self.hybrid_remote_generation and bool(self.engine_space) == bool(
            self.remote_engine_url
        ):
            given = "both are given" if self.engine_space else "none is given"
            raise ConfigError(
                f"slipway:inference.hybridRemoteGeneration is true and {given}: give either "
                "remoteEngineUrl or engineSpace."
            )
        if self.engine_space == self.space:
            raise ConfigError(
                f"slipway:inference.engineSpace is {self.engine_space!r}, which space is as well: "
                "give the engine a name of its own."
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
        adopt=config.adopts(name),
        protect=config.protect,
    )
