"""The models that are trained here, each in a repository of its own on the Hub."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pulumi import Output

from slipway.errors import ConfigError
from slipway.huggingface.model_repo.model_repo import ModelRepo, ModelRepoArgs
from slipway.images.model_source import ModelSource
from slipway.payload.files import payload_from_files
from systems.config import StackConfig

UNPINNED = "0" * 40  # stands for the commit that our own repository is going to have


@dataclass(frozen=True)
class OwnModel:
    """What training writes, and where it goes in the repository."""

    title: str  # for people
    folder: Path  # what `make model` writes
    files: Mapping[str, str]  # path in the repository -> file in the folder

    def file(self, path: str) -> Path:
        """A trained file, by its path in the repository.

        Raises:
            ConfigError: the model is not trained yet, or has no such file.
        """
        trained = self.folder / self.files.get(path, path)
        if not trained.is_file():
            raise ConfigError(
                f"{trained}: the {self.title} is not trained yet. Run `make model` (a minute)."
            )
        return trained


LANGUAGE_MODEL = OwnModel(
    "small model",
    Path("app/language_model/build"),
    {name: name for name in ("tiny-phi.gguf", "README.md", "metrics.json")},
)
TURNOVER_MODEL = OwnModel(
    "turnover model",
    Path("app/turnover/training/build"),
    {
        "model/model.pkl": "model.pkl",
        "model/metrics.json": "metrics.json",
        "README.md": "README.md",
    },
)

RETRAINING_MODEL = OwnModel(
    "retraining model",
    Path("app/retraining/build"),
    {n: n for n in ("model.joblib", "preprocessor.joblib", "metrics.json", "README.md")},
)


def own_model(
    config: StackConfig, name: str, repo: str, file: str, model: OwnModel = LANGUAGE_MODEL
) -> ModelRepo:
    """A model repository seeded with the trained weights, their card and their figures.

    Args:
        config: the stack.
        name: logical name.
        repo: of the repository, in the stack's namespace unless it has one.
        file: path of the weights in it.
        model: what is trained here.

    Raises:
        ConfigError: the model is not trained yet.
    """
    paths = dict.fromkeys([file, *model.files])
    files = payload_from_files({path: model.file(path) for path in paths}, what=str(model.folder))
    args = ModelRepoArgs(
        repo_id=config.hub_id(repo),
        files=files,
        adopt=config.adopts(repo),
        protect=config.protect,
    )
    return ModelRepo(name, args)


def sha256_of(model: ModelRepo, file: str) -> Output[str]:
    """The sum of a file at the commit that the repository was last seen at; empty if unknown."""
    return model.sha256s.apply(lambda sums: sums.get(file, ""))


def follow(source: ModelSource, model: ModelRepo) -> ModelSource:
    """The head of our own repository, unless the stack pins another commit."""
    if source.revision != UNPINNED:
        return source
    known = source.sha256 or sha256_of(model, source.file)
    return replace(source, revision=model.commit, sha256=known)
