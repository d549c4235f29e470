"""The models that are trained here: what training writes, and where it goes on the Hub."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from slipway.errors import ConfigError


@dataclass(frozen=True)
class TrainedModel:
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


LANGUAGE_MODEL = TrainedModel(
    "small model",
    Path("app/language_model/build"),
    {name: name for name in ("tiny-phi.gguf", "README.md", "metrics.json")},
)
TURNOVER_MODEL = TrainedModel(
    "turnover model",
    Path("app/turnover/training/build"),
    {
        "model/model.pkl": "model.pkl",
        "model/metrics.json": "metrics.json",
        "README.md": "README.md",
    },
)
RETRAINING_MODEL = TrainedModel(
    "retraining model",
    Path("app/retraining/build"),
    {n: n for n in ("model.joblib", "preprocessor.joblib", "metrics.json", "README.md")},
)
