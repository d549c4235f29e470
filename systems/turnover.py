"""Turnover: a prediction API on a Space that `git push` deploys, its model, and its pipeline."""

from dataclasses import dataclass
from pathlib import Path

from pulumi import Input, Output

from slipway.core.credentials import HUB_READ_TOKEN, HUB_TOKEN
from slipway.core.stack import require_stack_credential
from slipway.errors import ConfigError
from slipway.github.environments import EnvironmentArgs
from slipway.github.repository import RepositorySettings, RepositorySettingsArgs
from slipway.github.secrets.api_key import api_key
from slipway.huggingface.space.space import Space, SpaceArgs
from slipway.payload.files import payload_from_folder
from systems.config import StackConfig
from systems.credentials import API_KEY, TURNOVER_API_KEY
from systems.own_model import TURNOVER_MODEL, own_model, sha256_of
from systems.values import (
    Branch,
    Commit,
    EnvironmentName,
    FileName,
    Hardware,
    HubName,
    LogLevel,
    RepositoryName,
    Rotation,
    Sha256,
)

APP = Path("app/turnover")
TESTS = "-tests"  # what is behind the environment's name for the one in which tests run
KEY = "turnover-api-key"  # logical name of the key that is drawn


@dataclass(frozen=True)
class TurnoverSettings:
    """The values of `slipway:turnover`."""

    space: HubName  # name of the Space, in the stack's namespace unless it has one
    model_repo: HubName  # repository of the model
    environment: (
        EnvironmentName  # GitHub's, from which the Space is deployed; NAME-tests is beside it
    )
    branch: Branch  # of the repository that deploys the Space
    train_here: bool = True  # the repository is ours, seeded with the model trained here
    model_file: FileName = "model/model.pkl"
    model_revision: Commit = ""  # commit to serve, 40 hex digits; empty follows our own repository
    model_sha256: Sha256 = ""  # of the file; that of our own repository is known
    model_private: bool = False  # True: the Space gets the token that may read
    auth_required: bool = True  # callers need the key
    debug: bool = False
    log_level: LogLevel = "INFO"
    hardware: Hardware = "cpu-basic"
    dev_space: HubName = (
        ""  # what went through that Space's branch is deployed while it is well there
    )
    repository: RepositoryName = "slipway"  # on GitHub; its owner is slipway:githubOwner
    api_key_rotation: Rotation = 0  # another number draws other keys

    def __post_init__(self) -> None:
        if not self.train_here and not (self.model_revision and self.model_sha256):
            raise ConfigError(
                f"slipway:turnover.trainHere is false and {self.model_repo} is not ours: pin "
                "modelRevision and modelSha256. A pickle runs code where it is loaded."
            )


def raise_turnover(config: StackConfig) -> dict[str, Output[str]]:
    """Raises the model's repository, the Space, and what GitHub needs to test and deploy it."""
    settings = config.settings("turnover", TurnoverSettings)
    key = api_key(KEY, settings.api_key_rotation, given_as=TURNOVER_API_KEY)
    model = model_variables(config, settings)
    args = SpaceArgs(
        repo_id=config.hub_id(settings.space),
        payload=None,
        seed=payload_from_folder(APP),
        hardware=settings.hardware,
        secrets={"API_KEY": key, **_hub_token(settings)},
        variables={**model, **switches(settings)},
        expect={"revision": model["HF_MODEL_REVISION"]},
        adopt=config.adopts(settings.space),
        protect=config.protect,
    )
    space = Space("turnover", args)
    page = RepositorySettings("turnover-pipeline", _pipeline(config, settings, model)).page
    return {"url": space.url, "page": space.page, "repository": page}


def model_variables(config: StackConfig, settings: TurnoverSettings) -> dict[str, Input[str]]:
    """Which file is served, as far as it is known; our own repository is raised here."""
    revision: Input[str] = settings.model_revision
    sha256: Input[str] = settings.model_sha256
    if settings.train_here:
        file = settings.model_file
        own = own_model(config, "turnover-model", settings.model_repo, file, TURNOVER_MODEL)
        if not revision:
            revision, sha256 = own.commit, sha256 or sha256_of(own, file)
    return {
        "HF_MODEL_REPO": config.hub_id(settings.model_repo),
        "HF_MODEL_FILE": settings.model_file,
        "HF_MODEL_REVISION": revision,
        **({"HF_MODEL_SHA256": sha256} if sha256 != "" else {}),
    }


def switches(settings: TurnoverSettings) -> dict[str, Input[str]]:
    """What differs between dev and prod."""
    return {
        "AUTH_REQUIRED": str(settings.auth_required).lower(),
        "DEBUG": str(settings.debug).lower(),
        "LOG_LEVEL": settings.log_level,
    }


def _hub_token(settings: TurnoverSettings) -> dict[str, Input[str]]:
    return {"HF_TOKEN": require_stack_credential(HUB_READ_TOKEN)} if settings.model_private else {}


def _pipeline(
    config: StackConfig, settings: TurnoverSettings, model: dict[str, Input[str]]
) -> RepositorySettingsArgs:
    """Two environments: any branch is tested, one alone finds the token that may write."""
    space: dict[str, Input[str]] = {"HF_SPACE": config.hub_id(settings.space)}
    if settings.dev_space:
        space["DEV_SPACE"] = config.hub_id(settings.dev_space)
    rotation = settings.api_key_rotation
    return RepositorySettingsArgs(
        owner=config.github_owner,
        repository=settings.repository,
        environments={
            "deployment": EnvironmentArgs(
                name=settings.environment,
                branch=settings.branch,
                secrets={"HF_TOKEN": require_stack_credential(HUB_TOKEN)},
                variables=space,
            ),
            "tests": EnvironmentArgs(
                name=f"{settings.environment}{TESTS}",
                secrets={"API_KEY": api_key("turnover-test-key", rotation, given_as=API_KEY)},
                variables=model,
            ),
        },
        protect=config.protect,
    )
