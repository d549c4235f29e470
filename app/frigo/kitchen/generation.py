"""What is asked of the model; the form that the engine's class reads."""

from dataclasses import dataclass, field

from .web import Json, ServiceError, number, text, whole

_LONGEST_PROMPT = 8000  # characters
_MOST_STOPS, _LONGEST_STOP = 4, 64
_UNPROCESSABLE = 422
FIELDS = ("prompt", "max_new_tokens", "temperature", "seed", "stop")


class GenerationError(ServiceError):
    """A generation failed; carries the HTTP status that says whose fault it is."""


@dataclass(frozen=True)
class GenerateRequest:
    """A completion: the prompt is continued as it stands."""

    prompt: str
    max_new_tokens: int = 64
    temperature: float = 0.0  # 0 always takes the likeliest token
    seed: int | None = None
    stop: list[str] = field(default_factory=list[str])

    @classmethod
    def parse(cls, given: Json) -> "GenerateRequest":
        """Reads the body of a request.

        Raises:
            ServiceError: 422, naming the key and its rule.
        """
        stop = given.get("stop", [])
        if not isinstance(stop, list) or len(stop) > _MOST_STOPS:
            raise ServiceError(_UNPROCESSABLE, f"stop must be a list of at most {_MOST_STOPS}")
        seed = given.get("seed")
        return cls(
            prompt=text(given, "prompt", _LONGEST_PROMPT),
            max_new_tokens=whole(given, "max_new_tokens", 64, 1, 1024),
            temperature=float(number(given, "temperature", 0.0, 0.0, 2.0)),
            seed=None if seed is None else whole(given, "seed", 0, 0, 2**32 - 2),
            stop=[_stop(value) for value in stop],
        )


def _stop(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_STOP:
        raise ServiceError(_UNPROCESSABLE, f"stop holds texts of 1 to {_LONGEST_STOP} characters")
    return value


@dataclass(frozen=True)
class Completion:
    """An engine's answer."""

    text: str
    tokens: int
