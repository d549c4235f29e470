"""Whether inference can work: its model on the Space's hardware, its image, its credentials."""

from collections.abc import Iterator
from functools import partial

from slipway.core.credentials import HUB_READ_TOKEN, HUB_TOKEN
from slipway.core.findings import Finding, gather, requires, warning
from slipway.core.stack import require_stack_credential
from slipway.dockerfile.context import read_context
from slipway.errors import ConfigError
from slipway.huggingface.space.hardware import HARDWARE
from slipway.preflight.hosting import note_hardware_price
from slipway.preflight.image import check_dockerfile
from slipway.preflight.sizes import check_disk, check_memory
from systems.config import StackConfig
from systems.inference import APP, InferenceSettings
from systems.preflight.model_size import model_size

_MODEL_ARGUMENTS = ("BASE_MODEL", "BASE_MODEL_FILE", "BASE_MODEL_REVISION", "BASE_MODEL_SHA256")


def check_inference(config: StackConfig) -> list[Finding]:
    """Everything that is known before the first call."""
    settings = config.settings("inference", InferenceSettings)
    return gather(
        "slipway:inference",
        requires(partial(require_stack_credential, HUB_TOKEN)),
        requires(partial(require_stack_credential, HUB_READ_TOKEN)),
        partial(note_hardware_price, "inference", settings.hardware),
        partial(_model, settings),
        partial(
            check_dockerfile,
            settings.space,
            read_context(APP),
            delivery="baked",
            model_arguments=_MODEL_ARGUMENTS,
        ),
    )


def _model(settings: InferenceSettings) -> Iterator[Finding]:
    """Somebody else's model may be of unknown size: most fit 16 GB, so that is no refusal."""
    try:
        size = model_size(
            "slipway:inference",
            settings.model_file,
            settings.model_megabytes,
            train_here=settings.train_here,
        )
    except ConfigError as unknown:
        if settings.train_here:
            raise
        yield warning(settings.space, str(unknown).removesuffix("."), "Add it")
        return
    hardware = HARDWARE.get(settings.hardware)
    if hardware is None:  # the list does not know it; the component knows whether it exists
        return
    yield from check_memory(
        settings.space, size.memory_bytes, settings.hardware, hardware.memory_mb
    )
    yield from check_disk(settings.space, size.bytes, hardware.disk_bytes)
