"""The loaded model."""

import pickle
from collections.abc import Collection
from pathlib import Path
from typing import Any

import sklearn

from .features import COLUMNS, row
from .model_file import ModelFile, ModelFileError, read_model_file


class Predictor:
    """Answers for one patient at a time; safe to share between threads."""

    def __init__(self, file: ModelFile, pipeline: Any) -> None:  # noqa: ANN401 - untyped library
        self.file = file
        self._pipeline = pipeline

    @classmethod
    def load(cls, folder: Path) -> "Predictor":
        """Checks and loads the model of a folder.

        Raises:
            ModelFileError: it is not there, not what was trained, or another version's.
        """
        file = read_model_file(folder)
        if file.scikit_learn != sklearn.__version__:
            raise ModelFileError(
                f"{file.path} was written by scikit-learn {file.scikit_learn} and this is"
                f" {sklearn.__version__}: train again, a pickle needs the version that wrote it"
            )
        if file.columns != COLUMNS:
            raise ModelFileError(f"{file.path} knows other symptoms than this code: train again")
        try:
            # A pickle runs what it says. This one's sum is the one that training wrote.
            pipeline = pickle.loads(file.path.read_bytes())  # noqa: S301
        except Exception as error:
            raise ModelFileError(f"{file.path} can't be loaded: {type(error).__name__}") from error
        return cls(file, pipeline)

    def probabilities(
        self, age: float, temperature_c: float, symptoms: Collection[str]
    ) -> dict[str, float]:
        """Probability of each condition, the likeliest first; they add up to 1."""
        [found] = self._pipeline.predict_proba([row(age, temperature_c, symptoms)])
        pairs = zip(self.file.labels, (float(each) for each in found), strict=True)
        return dict(sorted(pairs, key=lambda pair: -pair[1]))
