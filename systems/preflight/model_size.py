"""How large a system's model is, known before it is anywhere."""

from dataclasses import dataclass

from slipway.errors import ConfigError
from slipway.preflight.sizes import memory_needed
from systems.own_model import LANGUAGE_MODEL

_SMALL_MODEL_TOKEN_BYTES = 4 * 2 * 96  # 4 bytes, 2 layers, width 96


@dataclass(frozen=True)
class ModelSize:
    """Of the file, and what an engine needs that has loaded it."""

    bytes: int
    memory_bytes: int


def model_size(key: str, file: str, megabytes: int, *, train_here: bool) -> ModelSize:
    """Of the small model trained here, or of somebody else's as the stack says.

    Args:
        key: where the stack says it, such as "slipway:frigo".
        file: name of the weights' file.
        megabytes: what the stack says; 0 is nothing.
        train_here: whether it is the small model.

    Raises:
        ConfigError: nobody said, or the small model is not trained yet.
    """
    if train_here:
        size = LANGUAGE_MODEL.file(file).stat().st_size
        return ModelSize(size, memory_needed(size, token_bytes=_SMALL_MODEL_TOKEN_BYTES))
    if not megabytes:
        raise ConfigError(
            f"{key}.modelMegabytes is missing: how large is {file}? Its page on the Hub says; "
            "without it nobody can tell whether it fits."
        )
    return ModelSize(megabytes * 10**6, memory_needed(megabytes * 10**6))
