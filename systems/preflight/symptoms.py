"""Whether symptoms can work: its files and its model, its image, its credentials."""

from collections.abc import Iterator
from functools import partial

from slipway.core.credentials import GITHUB_TOKEN, HUB_TOKEN
from slipway.core.findings import Finding, gather, requires
from slipway.core.stack import require_stack_credential, stack_credential
from slipway.dockerfile.context import read_context
from slipway.preflight.hosting import note_hardware_price
from slipway.preflight.image import check_dockerfile
from systems import symptoms_files
from systems.config import StackConfig
from systems.credentials import SYMPTOMS_API_KEY
from systems.symptoms import SymptomsSettings


def check_symptoms(config: StackConfig) -> list[Finding]:
    """Everything that is known before the first call."""
    settings = config.settings("symptoms", SymptomsSettings)
    return gather(
        "slipway:symptoms",
        requires(partial(require_stack_credential, HUB_TOKEN)),
        requires(partial(_key, settings)),
        partial(note_hardware_price, "symptoms", settings.hardware),
        partial(_image, settings),
    )


def _key(settings: SymptomsSettings) -> None:
    """A key that nobody gave is drawn, and kept with the help of GitHub's token."""
    if settings.auth_required and stack_credential(SYMPTOMS_API_KEY) is None:
        require_stack_credential(GITHUB_TOKEN)


def _image(settings: SymptomsSettings) -> Iterator[Finding]:
    symptoms_files.symptoms_payload()
    context = read_context(symptoms_files.PREPARED)
    yield from check_dockerfile(settings.space, context, delivery="lfs")
