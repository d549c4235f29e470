"""What a caller asks for, what it gets, and how a generation can fail."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

StopText = Annotated[str, Field(min_length=1, max_length=64)]


class GenerateRequest(BaseModel):
    """A completion: phi-2 has no chat template, so the prompt is continued as it stands."""

    model_config = ConfigDict(extra="forbid")

    prompt: str = Field(min_length=1, max_length=8000)
    max_new_tokens: int = Field(default=64, ge=1, le=1024)
    temperature: float = Field(default=0.0, ge=0.0, le=2.0)  # 0 always takes the likeliest token
    seed: int | None = Field(default=None, ge=0, le=2**32 - 2)
    stop: list[StopText] = Field(default_factory=list, max_length=4)


class GenerateResponse(BaseModel):
    """The continuation and exactly which weights wrote it."""

    text: str
    model: str
    revision: str
    sha256: str
    engine: Literal["local", "remote"]
    tokens: int
    duration_ms: float


@dataclass(frozen=True)
class Completion:
    """An engine's answer."""

    text: str
    tokens: int


class GenerationError(Exception):
    """A request failed; carries the HTTP status that says whose fault it is."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
