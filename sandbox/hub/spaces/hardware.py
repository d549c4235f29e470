"""The hardware flavours of Spaces: what they promise, what they cost, what we can really give.

Names are those of `huggingface_hub.SpaceHardware` 2.4.0, sizes and hourly prices those of the Hub's
GPU page (hub-docs `spaces-gpus.md`) and, for flavours it does not list, of published job prices in
2026. No GPU stands behind the GPU flavours here: such a Space runs on the CPU and its log says so.
"""

import os
from dataclasses import dataclass
from typing import Any

from sandbox.hub.http.errors import BadRequestError
from sandbox.machine.memory_share import most_memory

DEFAULT_FLAVOR = "cpu-basic"
FREE_SLEEP_SECONDS = 48 * 3600  # cpu-basic sleeps after 48 h unused; nobody can change that
_MINUTES_PER_HOUR = 60
_MICRO = 1_000_000


@dataclass(frozen=True)
class Gpu:
    """The accelerators of one flavour."""

    model: str
    quantity: int
    vram_gb: int  # of all of them together


@dataclass(frozen=True)
class Flavor:
    """One kind of hardware a Space can be put on."""

    name: str
    pretty_name: str
    cpus: int
    memory_gb: int
    hourly_usd: float
    gpu: Gpu | None = None

    def description(self) -> dict[str, Any]:
        """The flavour as `GET /api/spaces/hardware` lists it; prices are per minute."""
        per_minute = self.hourly_usd / _MINUTES_PER_HOUR
        accelerator = None
        if self.gpu is not None:
            accelerator = {
                "type": "gpu",
                "model": self.gpu.model,
                "quantity": str(self.gpu.quantity),
                "vram": f"{self.gpu.vram_gb} GB",
                "manufacturer": "Nvidia",
            }
        return {
            "name": self.name,
            "prettyName": self.pretty_name,
            "cpu": f"{self.cpus} vCPU",
            "ram": f"{self.memory_gb} GB",
            "accelerator": accelerator,
            "unitCostMicroUSD": round(per_minute * _MICRO),
            "unitCostUSD": round(per_minute, 6),
            "unitLabel": "minute",
        }


FLAVORS = {
    flavor.name: flavor
    for flavor in (
        Flavor("cpu-basic", "CPU Basic", 2, 16, 0.0),
        Flavor("cpu-upgrade", "CPU Upgrade", 8, 32, 0.03),
        Flavor("zero-a10g", "ZeroGPU", 4, 60, 0.0, Gpu("H200", 1, 70)),
        Flavor("t4-small", "Nvidia T4 - small", 4, 15, 0.40, Gpu("T4", 1, 16)),
        Flavor("t4-medium", "Nvidia T4 - medium", 8, 30, 0.60, Gpu("T4", 1, 16)),
        Flavor("l4x1", "1x Nvidia L4", 8, 30, 0.80, Gpu("L4", 1, 24)),
        Flavor("l4x4", "4x Nvidia L4", 48, 186, 3.80, Gpu("L4", 4, 96)),
        Flavor("l40sx1", "1x Nvidia L40S", 8, 62, 1.80, Gpu("L40S", 1, 48)),
        Flavor("l40sx4", "4x Nvidia L40S", 48, 382, 8.30, Gpu("L40S", 4, 192)),
        Flavor("l40sx8", "8x Nvidia L40S", 192, 1534, 23.50, Gpu("L40S", 8, 384)),
        Flavor("a10g-small", "Nvidia A10G - small", 4, 15, 1.00, Gpu("A10G", 1, 24)),
        Flavor("a10g-large", "Nvidia A10G - large", 12, 46, 1.50, Gpu("A10G", 1, 24)),
        Flavor("a10g-largex2", "2x Nvidia A10G - large", 24, 92, 3.00, Gpu("A10G", 2, 48)),
        Flavor("a10g-largex4", "4x Nvidia A10G - large", 48, 184, 5.00, Gpu("A10G", 4, 96)),
        Flavor("a100-large", "Nvidia A100 - large", 12, 142, 2.50, Gpu("A100", 1, 80)),
        Flavor("a100x4", "4x Nvidia A100", 48, 568, 10.00, Gpu("A100", 4, 320)),
        Flavor("a100x8", "8x Nvidia A100", 96, 1136, 20.00, Gpu("A100", 8, 640)),
        Flavor("rtx-pro-6000", "Nvidia RTX PRO 6000", 23, 256, 2.75, Gpu("RTX PRO 6000", 1, 96)),
        Flavor(
            "rtx-pro-6000x2", "2x Nvidia RTX PRO 6000", 46, 512, 5.50, Gpu("RTX PRO 6000", 2, 192)
        ),
        Flavor(
            "rtx-pro-6000x4", "4x Nvidia RTX PRO 6000", 92, 1024, 11.00, Gpu("RTX PRO 6000", 4, 384)
        ),
        Flavor(
            "rtx-pro-6000x8", "8x Nvidia RTX PRO 6000", 184, 2048, 22.0, Gpu("RTX PRO 6000", 8, 768)
        ),
    )
}


def flavor(name: str) -> Flavor:
    """The flavour of that name.

    Raises:
        BadRequestError: no flavour is called so, or it is the Gradio-only ZeroGPU.
    """
    found = FLAVORS.get(name)
    if found is None:
        raise BadRequestError(
            f"Invalid hardware flavor {name!r}; GET /api/spaces/hardware lists the valid ones"
        )
    if found.name == "zero-a10g":
        raise BadRequestError("ZeroGPU hardware is for Gradio Spaces only")
    return found


@dataclass(frozen=True)
class Limits:
    """What a container may use; never more than this machine has."""

    cpus: float
    memory_bytes: int


def limits(wanted: Flavor) -> Limits:
    """The flavour's promise, capped: an engine refuses more CPUs than the machine has."""
    return Limits(
        cpus=float(min(wanted.cpus, os.cpu_count() or 1)),
        memory_bytes=min(wanted.memory_gb * 1024**3, most_memory()),
    )
