"""Frigo: a kitchen assistant of three Render services that know each other, one with a model."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pulumi import Output

from app.frigo.repository import files
from systems.config import StackConfig
from systems.credentials import FRIGO_ADMIN_KEY, FRIGO_SERVICE_KEY
from systems.parts.fleet import Fleet
from systems.parts.fleet_settings import FleetSettings
from systems.parts.member import Member
from systems.parts.pinned_model import PinnedModel, WeightsSettings
from systems.parts.protection import closed_in_production
from systems.parts.secrets import Drawn, Secret
from systems.parts.trained import LANGUAGE_MODEL
from systems.plan import Outputs, Plan, System
from systems.values import Rotation, one_of

MODELS = ("tiny", "gpt2", "phi")
PORTS = {"app": 5000, "chat": 5001, "gpt": 5002}
CONTEXT = Path("build/frigo")  # the repository that is built; git-ignored


@dataclass(frozen=True, kw_only=True)
class FrigoSettings(WeightsSettings, FleetSettings):
    """The values of `slipway:frigo`; its names are for app, chat and gpt."""

    model: Annotated[str, one_of(MODELS)]  # IA_MODEL: tiny, gpt2 or phi
    auth_required: bool = True  # what costs processor time needs a key; chat and gpt answer peers
    key_rotation: Rotation = 0  # another number draws other keys


def plan_frigo(stack: StackConfig, settings: FrigoSettings) -> Plan:
    """The weights' repository, three images and three services wired to each other."""
    model = PinnedModel.of(stack, "frigo", settings, LANGUAGE_MODEL)
    # Two keys, one for people and one for peers.
    admin = Drawn("frigo-admin-key", FRIGO_ADMIN_KEY, settings.key_rotation)
    peer = Drawn("frigo-service-key", FRIGO_SERVICE_KEY, settings.key_rotation)
    both: dict[str, Secret] = {"ADMIN_KEY": admin, "SERVICE_KEY": peer}
    closed = str(settings.auth_required).lower()
    env = {"FLASK_ENV": "production", "PYTHONUNBUFFERED": "1", "AUTH_REQUIRED": closed}
    app = Member(
        port=PORTS["app"],
        dockerfile="Dockerfile",
        links={"CHAT_API_URL": "chat", "IA_SERVICE_URL": "gpt"},
        env=env,
        secrets=both,
        build_args={"MODEL_DELIVERY": "none"},  # one copy of the weights: gpt answers
        database_variable="DATABASE_URL",
    )
    to_app, service = {"MAIN_APP_URL": "app"}, {"SERVICE_KEY": peer}
    chat = Member(
        port=PORTS["chat"], dockerfile="chat/Dockerfile", links=to_app, env=env, secrets=service
    )
    gpt = Member(
        port=PORTS["gpt"],
        dockerfile="gpt/Dockerfile",
        links=to_app,
        env={**env, "IA_MODEL": settings.model},
        secrets=both,
        build_args={"IA_MODEL": settings.model},
        serves_model=True,
    )
    fleet = Fleet(
        "frigo", stack, settings, {"app": app, "chat": chat, "gpt": gpt}, model, CONTEXT, files
    )

    def declare() -> Outputs:
        app, *others = fleet.declare().items()
        return dict([app, *((key, Output.concat(url, "/health")) for key, url in others)])

    on = {"auth_required": "anybody may retrain its model"}
    return Plan([model, fleet], declare, closed_in_production(stack, "frigo", settings, on=on))


SYSTEM = System(FrigoSettings, plan_frigo)
