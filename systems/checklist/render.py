"""What is to be done by hand at Render."""

from collections.abc import Iterator

from slipway.core.credentials import (
    RENDER_API_KEY,
    RENDER_DEPLOY_HOOK_KEY,
    render_endpoint,
)
from slipway.errors import ApiError, DeployError
from slipway.preflight.by_hand import Step
from slipway.render.api.client import RenderClient
from systems import SYSTEMS
from systems.checklist.asked import UNAUTHORIZED, value_of
from systems.config import StackConfig
from systems.plan import SERVICE, made_by
from systems.retraining import RetrainingSettings

_DASHBOARD = "https://dashboard.render.com"


def render_steps(config: StackConfig) -> Iterator[Step]:
    """Steps for the workspace of the services that this stack makes."""
    key = value_of(RENDER_API_KEY)
    if key is None or not any(each.kind == SERVICE for each in made_by(config, SYSTEMS)):
        return
    client = RenderClient(render_endpoint(), key)
    try:
        owner = _workspace(config, client)
    except ApiError as error:
        if error.status != UNAUTHORIZED:
            raise
        made = f"Render does not know {RENDER_API_KEY.variable}: make a key"
        yield Step(made, f"{_DASHBOARD}/u/settings#api-keys")
        return
    if isinstance(owner, Step):
        yield owner
        return
    if not client.any_service(owner):
        yield Step(
            "nothing runs in this workspace yet, and Render makes nothing for one without a card "
            "on file: see that there is one",
            f"{_DASHBOARD}/billing",
        )
    yield from _hook(config, client, owner)


def _workspace(config: StackConfig, client: RenderClient) -> str | Step:
    """The workspace's id, or what is to be done to know it."""
    known = {str(each["id"]): str(each["name"]) for each in client.workspaces()}
    named = [i for i, name in known.items() if config.render_workspace in ("", i, name)]
    if len(named) == 1:
        return named[0]
    listed = ", ".join(f"{name} ({i})" for i, name in known.items()) or "none"
    wanted = f"is not {config.render_workspace!r}" if config.render_workspace else "is not said"
    return Step(
        f"which of the workspaces {listed} is meant {wanted}: `pulumi config set renderWorkspace` "
        "one of these ids",
        _DASHBOARD,
    )


def _hook(config: StackConfig, client: RenderClient, owner: str) -> Iterator[Step]:
    """A deploy hook has no API: its key is copied from the page of a service that is there."""
    if "retraining" not in config.systems or value_of(RENDER_DEPLOY_HOOK_KEY) is not None:
        return
    name = config.settings("retraining", RetrainingSettings).backend
    try:
        service = client.find_service(name, owner)
    except DeployError:  # which the service's own resource says
        return
    if service is not None:
        page = service.text("dashboardUrl") or f"{_DASHBOARD}/web/{service.id}"
        yield Step(
            f"copy the key of the deploy hook of {name}: `pulumi config set --secret "
            f"{RENDER_DEPLOY_HOOK_KEY.config_key}`",
            f"{page}/settings",
        )
