"""The main app's own copy of the model, for a deployment without an AI service."""

from collections.abc import Callable

from .generation import GenerateRequest
from .model_settings import ModelSettings
from .served_model import ServedModel
from .web import Json


class OwnModel(ServedModel):
    """A served model that reads requests itself."""

    def answer(self, given: Json) -> Json:
        """A generation, asked for by a request's body."""
        return self.generate(GenerateRequest.parse(given))


def load(on_failure: Callable[[Exception], None]) -> OwnModel:
    """Begins to load what IA_MODEL names.

    Raises:
        SettingsError: there is no such model.
    """
    model = OwnModel(ModelSettings.load())
    model.load_in_background(on_failure)
    return model
