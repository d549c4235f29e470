"""Inference: a language model baked into a Docker Space, and the repository of its weights."""

from dataclasses import dataclass
from pathlib import Path

from slipway.core.credentials import HUB_READ_TOKEN
from systems.config import StackConfig
from systems.parts.pinned_model import PinnedModel, WeightsSettings
from systems.parts.remote_engine import HybridSettings, HybridSpace
from systems.parts.secrets import Given
from systems.parts.space import DockerSpace, SpaceSettings
from systems.parts.trained import LANGUAGE_MODEL
from systems.plan import Outputs, Plan, System

APP = Path("app/inference")


@dataclass(frozen=True, kw_only=True)
class InferenceSettings(HybridSettings, WeightsSettings, SpaceSettings):
    """The values of `slipway:inference`."""


def plan_inference(stack: StackConfig, settings: InferenceSettings) -> Plan:
    """The model repository, the Space, and in hybrid mode its remote engine."""
    model = PinnedModel.of(stack, "inference", settings, LANGUAGE_MODEL)
    space = DockerSpace(
        system="inference",
        stack=stack,
        settings=settings,
        folder=APP,
        delivery="baked",
        model=model,
        # Never the one that can write: whoever reads the Space's settings could replace the model.
        secrets={"HF_TOKEN": Given(HUB_READ_TOKEN)},
    )
    hybrid = HybridSpace(space=space, settings=settings)

    def declare() -> Outputs:
        made = model.declare()
        # What its own answer must say before a Space counts as ready: which weights it serves.
        serves = {"revision": made.source.revision}
        spaces = hybrid.declare(made.source.build_args(("BASE_MODEL",)), serves)
        return {**spaces, **made.outputs}

    return Plan(parts=[model, space, hybrid], declare=declare)


SYSTEM = System(InferenceSettings, plan_inference)
