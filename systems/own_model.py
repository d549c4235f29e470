"""The small model that is trained here, in a repository of its own on the Hub."""

from pathlib import Path

from components.errors import ConfigError
from components.huggingface.model_repo import ModelRepo, ModelRepoArgs
from components.payload import payload_from_files
from systems.config import StackConfig

WEIGHTS = Path("app/language_model/build")


def own_model(config: StackConfig, name: str, repo: str, file: str) -> ModelRepo:
    """A model repository seeded with the trained weights, their card and their figures.

    Raises:
        ConfigError: the model is not trained yet.
    """
    if not (WEIGHTS / file).is_file():
        raise ConfigError(
            f"{WEIGHTS / file}: the small model is not trained yet. Run `make model` (a minute)."
        )
    names = (file, "README.md", "metrics.json")
    files = payload_from_files({each: WEIGHTS / each for each in names}, what=str(WEIGHTS))
    args = ModelRepoArgs(repo_id=config.hub_id(repo), files=files, protect=config.protect)
    return ModelRepo(name, args)
