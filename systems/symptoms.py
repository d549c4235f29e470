"""Symptoms: a Docker Space with Redis, an API and a page, whose model travels by Git LFS."""

import json
from dataclasses import dataclass
from typing import Annotated

from pulumi import Input, Output

from slipway.github.secrets.api_key import api_key
from slipway.huggingface.space.space import Space, SpaceArgs
from slipway.payload.files import Payload
from systems.config import StackConfig
from systems.credentials import SYMPTOMS_API_KEY
from systems.symptoms_files import symptoms_payload
from systems.values import Hardware, HubName, LogLevel, Rotation, between

KEY = "symptoms-api-key"  # logical name of the key that is drawn


@dataclass(frozen=True)
class SymptomsSettings:
    """The values of `slipway:symptoms`."""

    space: HubName  # name of the Space, in the stack's namespace unless it has one
    auth_required: bool  # False: everybody may read and clear the log
    hardware: Hardware = "cpu-basic"
    log_level: LogLevel = "INFO"
    log_capacity: Annotated[int, between(1, 100_000, "entries")] = (
        1000  # entries kept; the oldest makes room
    )
    api_key_rotation: Rotation = 0  # another number draws another key


def raise_symptoms(config: StackConfig) -> dict[str, Output[str]]:
    """Raises the Space, with a key where the stack says that one is needed."""
    settings = config.settings("symptoms", SymptomsSettings)
    payload = symptoms_payload()
    secrets: dict[str, Input[str]] = {}
    if settings.auth_required:
        secrets["API_KEY"] = api_key(KEY, settings.api_key_rotation, given_as=SYMPTOMS_API_KEY)
    required = json.dumps(settings.auth_required)
    args = SpaceArgs(
        repo_id=config.hub_id(settings.space),
        payload=payload,
        hardware=settings.hardware,
        secrets=secrets,
        variables={
            "AUTH_REQUIRED": required,
            "LOG_LEVEL": settings.log_level,
            "LOG_CAPACITY": str(settings.log_capacity),
        },
        probe_path="/health",
        # Before the Space counts as ready its own answer must say which model it serves, that the
        # log is where it belongs, and who is let in.
        expect={
            "model_sha256": _model_sha256(payload),
            "log_store": "redis",
            "auth_required": required,
        },
        adopt=config.adopts(settings.space),
        protect=config.protect,
    )
    space = Space("symptoms", args)
    return {"url": space.url, "page": space.page}


def _model_sha256(payload: Payload) -> str:
    return payload.files["model/model.pkl"].sha256
