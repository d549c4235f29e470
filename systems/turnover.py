"""Turnover: a prediction API on a Space that `git push` deploys, its model, and its pipeline."""

from dataclasses import dataclass
from pathlib import Path

from slipway.core.credentials import HUB_READ_TOKEN
from systems.config import StackConfig
from systems.credentials import API_KEY, TURNOVER_API_KEY
from systems.parts.pinned_model import ModelSettings, PinnedModel
from systems.parts.pipeline import Environment, Pipeline, PipelineSettings
from systems.parts.protection import closed_in_production
from systems.parts.secrets import Drawn, Given, Secret
from systems.parts.space import DockerSpace, SpaceSettings
from systems.parts.trained import TURNOVER_MODEL
from systems.plan import Outputs, Plan, System
from systems.publisher import Publisher
from systems.values import FileName, HubName, Rotation

APP = Path("app/turnover")
TESTS = "-tests"  # what is behind the environment's name for the one in which tests run
KEY = "turnover-api-key"  # logical name of the key that is drawn


@dataclass(frozen=True, kw_only=True)
class TurnoverSettings(PipelineSettings, ModelSettings, SpaceSettings):
    """The values of `slipway:turnover`; beside its environment stands NAME-tests."""

    train_here: bool = True  # the repository is ours, seeded with the model trained here
    model_file: FileName = "model/model.pkl"  # the pipeline in it
    model_private: bool = False  # True: the Space gets the token that may read
    auth_required: bool = True  # callers need the key
    debug: bool = False  # True: the API describes itself to anybody
    dev_space: HubName = ""  # deployed is what went through that Space's branch and is well there
    api_key_rotation: Rotation = 0  # another number draws other keys


def plan_turnover(stack: StackConfig, settings: TurnoverSettings) -> Plan:
    """The model's repository, the Space, and what GitHub needs to test and deploy it."""
    model = PinnedModel.of(stack, "turnover", settings, TURNOVER_MODEL, runs_code=True)
    key = Drawn(KEY, TURNOVER_API_KEY, settings.api_key_rotation)
    tests_key = Drawn("turnover-test-key", API_KEY, settings.api_key_rotation)
    private: dict[str, Secret] = {"HF_TOKEN": Given(HUB_READ_TOKEN)}
    switches = {"AUTH_REQUIRED": settings.auth_required, "DEBUG": settings.debug}
    space = DockerSpace(
        system="turnover",
        stack=stack,
        settings=settings,
        folder=APP,
        delivery="download",
        by_git=True,
        secrets={"API_KEY": key, **(private if settings.model_private else {})},
        variables={name: str(on).lower() for name, on in switches.items()},
        probe_path="/",
    )
    before = {"DEV_SPACE": stack.hub_id(settings.dev_space)} if settings.dev_space else {}
    publisher = Publisher("turnover", stack, settings, "ci-cd.yml", space.repo, space=True)
    deployment = publisher.environment({"HF_SPACE": space.repo, **before})
    tests = Environment(name=f"{settings.environment}{TESTS}", secrets={"API_KEY": tests_key})
    environments = {"deployment": deployment, "tests": tests}
    pipeline = Pipeline("turnover", stack, settings.repository, environments)

    def declare() -> Outputs:
        source = model.declare().source
        served = {f"HF_{name}": value for name, value in source.build_args(("MODEL_REPO",)).items()}
        made = space.declare(served, {"revision": source.revision})
        page = pipeline.declare(variables={"tests": served})
        return {"url": made.url, "page": made.page, "repository": page, **publisher.outputs}

    on = {"auth_required": "anybody may ask its API"}
    off = {"debug": "its API describes itself to anybody"}
    rules = closed_in_production(stack, "turnover", settings, on=on, off=off)
    return Plan(parts=[model, space, publisher, pipeline], rules=rules, declare=declare)


SYSTEM = System(TurnoverSettings, plan_turnover)
