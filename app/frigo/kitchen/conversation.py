"""A question, what was said before it, and the one prompt a completion model sees of both."""

from dataclasses import dataclass

from .web import Json, ServiceError, text

LONGEST_MESSAGE = 1000  # characters
_MOST_TURNS = 20
_SPEAKER = {"user": "Q", "assistant": "A"}
_UNPROCESSABLE = 422
STOP = ["\nQ:"]  # where the model would begin to ask itself the next question


@dataclass(frozen=True)
class Turn:
    """One thing that was said."""

    role: str  # "user" or "assistant"
    text: str


def read_history(given: Json) -> list[Turn]:
    """The turns before the question, oldest first."""
    turns = given.get("history", [])
    if not isinstance(turns, list) or len(turns) > _MOST_TURNS:
        raise ServiceError(_UNPROCESSABLE, f"history must be a list of at most {_MOST_TURNS} turns")
    return [_turn(turn) for turn in turns]


def _turn(given: object) -> Turn:
    if not isinstance(given, dict) or given.get("role") not in _SPEAKER:
        raise ServiceError(
            _UNPROCESSABLE, 'a turn of history is {"role": "user" or "assistant", "text": ...}'
        )
    return Turn(given["role"], text(given, "text", LONGEST_MESSAGE))


def render(message: str, history: list[Turn], most_characters: int) -> str:
    """`Q: ...` and `A:` lines; the oldest turns are dropped first when it gets too long.

    phi-2 has no chat template, and the small model was trained on this very form.
    """
    question = f"Q: {_one_line(message)}\nA:"
    kept: list[str] = []
    room = most_characters - len(question)
    for turn in reversed(history):
        line = f"{_SPEAKER[turn.role]}: {_one_line(turn.text)}\n"
        room -= len(line)
        if room < 0:
            break
        kept.append(line)
    return "".join(reversed(kept)) + question


def _one_line(said: str) -> str:
    # A line break in a message must not start a line that looks like somebody else's.
    return " ".join(said.split())
