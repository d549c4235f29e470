"""Whether retraining can work: its plan and image, its credentials; and whether prod is closed."""

from collections.abc import Iterator
from functools import partial

from slipway.core.credentials import GITHUB_TOKEN, HUB_TOKEN, RENDER_API_KEY
from slipway.core.findings import Finding, error, gather, requires
from slipway.core.stack import require_stack_credential
from slipway.dockerfile.context import read_context
from slipway.preflight.hosting import check_plan, check_region, note_price
from slipway.preflight.image import check_dockerfile
from slipway.render.plans import plan_id
from systems.config import StackConfig
from systems.own_model import RETRAINING_MODEL
from systems.retraining import BACKEND, RetrainingSettings


def check_retraining(config: StackConfig) -> list[Finding]:
    """Everything that is known before the first call."""
    settings = config.settings("retraining", RetrainingSettings)
    needed = (HUB_TOKEN, RENDER_API_KEY, GITHUB_TOKEN)
    return gather(
        "slipway:retraining",
        *(requires(partial(require_stack_credential, each)) for each in needed),
        *(requires(partial(RETRAINING_MODEL.file, name)) for name in RETRAINING_MODEL.files),
        partial(check_region, "slipway:retraining.region", settings.region),
        partial(_plan, settings),
        partial(_closed, config, settings),
        partial(check_dockerfile, settings.backend, read_context(BACKEND), delivery="download"),
    )


def _plan(settings: RetrainingSettings) -> Iterator[Finding]:
    wrong = check_plan("slipway:retraining.plan", settings.plan)
    yield from wrong
    if not wrong:
        yield from note_price("retraining", [plan_id("retraining", settings.plan)])


def _closed(config: StackConfig, settings: RetrainingSettings) -> Iterator[Finding]:
    """A stack that protects what it raised is production: it asks for a key."""
    if config.protect and not settings.auth_required:
        problem = "authRequired is false in a protected stack: anybody may ask its API"
        yield error("slipway:retraining", problem, "Set it to true")
