"""The small model that is trained here, in a repository of its own on the Hub."""

from dataclasses import replace
from pathlib import Path

from pulumi import Output

from slipway.errors import ConfigError
from slipway.huggingface.model_repo.model_repo import ModelRepo, ModelRepoArgs
from slipway.images.model_source import ModelSource
from slipway.payload.files import payload_from_files
from systems.config import StackConfig

WEIGHTS = Path("app/language_model/build")
UNPINNED = "0" * 40  # stands for the commit that our own repository is going to have


def weights(file: str) -> Path:
    """The trained weights.

    Raises:
        ConfigError: the model is not trained yet.
    """
    path = WEIGHTS / file
    if not path.is_file():
        raise ConfigError(
            f"{path}: the small model is not trained yet. Run `make model` (a minute)."
        )
    return path


def own_model(config: StackConfig, name: str, repo: str, file: str) -> ModelRepo:
    """A model repository seeded with the trained weights, their card and their figures.

    Raises:
        ConfigError: the model is not trained yet.
    """
    weights(file)
    names = (file, "README.md", "metrics.json")
    files = payload_from_files({each: WEIGHTS / each for each in names}, what=str(WEIGHTS))
    args = ModelRepoArgs(repo_id=config.hub_id(repo), files=files, protect=config.protect)
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
