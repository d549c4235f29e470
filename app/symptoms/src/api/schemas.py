"""What callers send and get."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from ..model.features import AGES, SYMPTOMS, TEMPERATURES, Symptom


class PatientRequest(BaseModel):
    """One patient; a symptom nobody knows is refused, not left out."""

    model_config = ConfigDict(extra="forbid")

    age: Annotated[int, Field(ge=AGES[0], le=AGES[1])]
    temperature_c: Annotated[float, Field(ge=TEMPERATURES[0], le=TEMPERATURES[1])]
    symptoms: Annotated[list[Symptom], Field(max_length=len(SYMPTOMS))] = []


class Prediction(BaseModel):
    """The likeliest condition."""

    prediction: str
    probability: float


class Probabilities(BaseModel):
    """Of every condition, the likeliest first; they add up to 1."""

    probabilities: dict[str, float]


class Logs(BaseModel):
    """The newest entries first."""

    store: str
    count: int
    logs: list[dict[str, Any]]


class Deleted(BaseModel):
    """How many entries were forgotten."""

    deleted: int
