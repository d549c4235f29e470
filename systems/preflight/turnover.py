"""Whether turnover can work: its image, its credentials; and whether production is closed."""

from collections.abc import Iterator
from functools import partial

from slipway.core.credentials import GITHUB_TOKEN, HUB_READ_TOKEN, HUB_TOKEN
from slipway.core.findings import Finding, error, gather, requires
from slipway.core.stack import require_stack_credential
from slipway.dockerfile.context import read_context
from slipway.huggingface.space.card import read_card
from slipway.payload.files import payload_from_folder
from slipway.preflight.hosting import note_hardware_price
from slipway.preflight.image import check_dockerfile
from systems.config import StackConfig
from systems.own_model import TURNOVER_MODEL
from systems.turnover import APP, TurnoverSettings


def check_turnover(config: StackConfig) -> list[Finding]:
    """Everything that is known before the first call."""
    settings = config.settings("turnover", TurnoverSettings)
    needed = [HUB_TOKEN, GITHUB_TOKEN, *([HUB_READ_TOKEN] if settings.model_private else [])]
    own = [partial(TURNOVER_MODEL.file, settings.model_file)] if settings.train_here else []
    return gather(
        "slipway:turnover",
        *(requires(partial(require_stack_credential, each)) for each in needed),
        *(requires(each) for each in own),
        requires(partial(_card, settings)),
        partial(note_hardware_price, "turnover", settings.hardware),
        partial(_closed, config, settings),
        partial(check_dockerfile, settings.space, read_context(APP), delivery="download"),
    )


def _closed(config: StackConfig, settings: TurnoverSettings) -> Iterator[Finding]:
    """A stack that protects what it raised is production: it asks for a key and shows nothing."""
    if not config.protect:
        return
    if not settings.auth_required:
        problem = "authRequired is false in a protected stack: anybody may ask its API"
        yield error("slipway:turnover", problem, "Set it to true")
    if settings.debug:
        problem = "debug is true in a protected stack: its API describes itself to anybody"
        yield error("slipway:turnover", problem, "Set it to false")


def _card(settings: TurnoverSettings) -> None:
    """Raises ConfigError where an empty Space would be given what it can't start from."""
    read_card(settings.space, payload_from_folder(APP).text("README.md"), "docker")
