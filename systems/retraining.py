"""Retraining: a model that a workflow trains, the backend that loads it, and a page for it."""

from dataclasses import dataclass
from pathlib import Path

from pulumi import Output

from slipway.render.service.hook import DEPLOY_HOOK
from systems.config import StackConfig
from systems.credentials import RETRAINING_API_KEY
from systems.parts.backend_and_page import BackendAndPage, BackendSettings
from systems.parts.pinned_model import PinnedModel
from systems.parts.pipeline import Pipeline
from systems.parts.protection import closed_in_production
from systems.parts.secrets import Drawn
from systems.parts.trained import RETRAINING_MODEL
from systems.plan import Outputs, Plan, System
from systems.publisher import Publisher
from systems.values import Commit, HubName, Rotation

BACKEND, FRONTEND = Path("app/retraining/backend"), Path("app/retraining/frontend")
KEY = "retraining-api-key"  # logical name of the key that is drawn


@dataclass(frozen=True, kw_only=True)
class RetrainingSettings(BackendSettings):
    """The values of `slipway:retraining`."""

    model_repo: HubName  # the model's, in the stack's namespace unless it has one
    model_revision: Commit = ""  # commit to serve; empty is the latest at each start
    auth_required: bool = True  # callers need the key
    api_key_rotation: Rotation = 0  # another number draws another key


def plan_retraining(stack: StackConfig, settings: RetrainingSettings) -> Plan:
    """The model's repository, backend and page, and what the workflow needs on GitHub."""
    model = PinnedModel(
        system="retraining",
        stack=stack,
        name=settings.model_repo,
        file="model.joblib",
        trained=RETRAINING_MODEL,
    )
    key = Drawn(KEY, RETRAINING_API_KEY, settings.api_key_rotation)
    services = BackendAndPage(
        system="retraining",
        stack=stack,
        settings=settings,
        backend=BACKEND,
        frontend=FRONTEND,
        port=8000,
        env={
            "HF_MODEL_REPO": model.repo,
            "MODEL_REVISION": settings.model_revision,
            "AUTH_REQUIRED": str(settings.auth_required).lower(),
        },
        secrets={"API_KEY": key} if settings.auth_required else {},
        revision=settings.model_revision,
    )
    publisher = Publisher("retraining", stack, settings, "model_pipeline.yml", model.repo)
    training = publisher.environment({"HF_MODEL_REPO": model.repo})
    pipeline = Pipeline("retraining", stack, settings.repository, {"training": training})

    def declare() -> Outputs:
        made, raised = model.declare(), services.declare()
        hook = raised.backend.deploy_hook
        pipeline.declare(secrets={"training": {DEPLOY_HOOK: hook} if hook else {}})
        urls = {"page": raised.page.url, "health": Output.concat(raised.backend.url, "/health")}
        return {**urls, **made.outputs, **publisher.outputs}

    on = {"auth_required": "anybody may ask its API"}
    rules = closed_in_production(stack, "retraining", settings, on=on)
    return Plan([model, services, publisher, pipeline], declare, rules)


SYSTEM = System(RetrainingSettings, plan_retraining)
