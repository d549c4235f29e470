"""Symptoms: a Docker Space with Redis, an API and a page, whose model travels by Git LFS."""

import json
from dataclasses import dataclass
from typing import Annotated

from systems import symptoms_files
from systems.config import StackConfig
from systems.credentials import SYMPTOMS_API_KEY
from systems.parts.secrets import Drawn
from systems.parts.space import DockerSpace, SpaceSettings
from systems.plan import Outputs, Plan, System
from systems.values import Rotation, between

KEY = "symptoms-api-key"  # logical name of the key that is drawn


@dataclass(frozen=True, kw_only=True)
class SymptomsSettings(SpaceSettings):
    """The values of `slipway:symptoms`."""

    auth_required: bool  # False: everybody may read and clear the log
    log_capacity: Annotated[int, between(1, 100_000, "entries")] = (
        1000  # entries kept; the oldest makes room
    )
    api_key_rotation: Rotation = 0  # another number draws another key


def plan_symptoms(stack: StackConfig, settings: SymptomsSettings) -> Plan:
    """The Space, with a key where the stack says that one is needed."""
    required = json.dumps(settings.auth_required)
    key = Drawn(KEY, SYMPTOMS_API_KEY, settings.api_key_rotation)
    space = DockerSpace(
        system="symptoms",
        stack=stack,
        settings=settings,
        folder=symptoms_files.PREPARED,
        files=symptoms_files.symptoms_payload,
        delivery="lfs",
        secrets={"API_KEY": key} if settings.auth_required else {},
        variables={
            "AUTH_REQUIRED": required,
            "LOG_CAPACITY": str(settings.log_capacity),
        },
    )

    def declare() -> Outputs:
        # Before the Space counts as ready its own answer must say which model it serves, that the
        # log is where it belongs, and who is let in.
        model = space.payload.files["model/model.pkl"].sha256
        says = {"model_sha256": model, "log_store": "redis", "auth_required": required}
        made = space.declare(expect=says)
        return {"url": made.url, "page": made.page}

    return Plan(parts=[space], declare=declare)


SYSTEM = System(SymptomsSettings, plan_symptoms)
