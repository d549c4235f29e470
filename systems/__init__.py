"""The systems a stack can raise; a sixth is one file here, one app folder, and stack values."""

from collections.abc import Callable, Mapping

import pulumi

from systems.config import StackConfig
from systems.frigo import raise_frigo
from systems.inference import raise_inference
from systems.repository import raise_repository
from systems.retraining import raise_retraining
from systems.symptoms import raise_symptoms
from systems.turnover import raise_turnover

Outputs = Mapping[str, pulumi.Output[str]]

SYSTEMS: Mapping[str, Callable[[StackConfig], Outputs]] = {
    "inference": raise_inference,
    "symptoms": raise_symptoms,
    "frigo": raise_frigo,
    "turnover": raise_turnover,
    "retraining": raise_retraining,
    "repository": raise_repository,
}
