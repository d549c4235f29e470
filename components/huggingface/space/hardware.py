"""What a Space's hardware holds and costs, as of 2026-08, where Hugging Face's own pages say it.

The names are those of huggingface_hub's `SpaceHardware` and stand here once more because loading it
is a sixth of what a program's start takes. Flavours whose memory or price no page at hand confirms
have none here; `GET /api/spaces/hardware` on the Hub knows them.
"""

from dataclasses import dataclass

AS_OF = "2026-08"
FLAVOURS = (
    *("cpu-basic", "cpu-upgrade", "zero-a10g", "t4-small", "t4-medium", "l4x1", "l4x4"),
    *("l40sx1", "l40sx4", "l40sx8", "a10g-small", "a10g-large", "a10g-largex2", "a10g-largex4"),
    *("a100-large", "a100x4", "a100x8"),
    *("rtx-pro-6000", "rtx-pro-6000x2", "rtx-pro-6000x4", "rtx-pro-6000x8"),
)


@dataclass(frozen=True)
class Hardware:
    """One flavour."""

    memory_mb: int
    disk_bytes: int  # ephemeral; the image lies on it
    dollars_an_hour: float


HARDWARE = {
    "cpu-basic": Hardware(16_384, 50 * 10**9, 0),
    "cpu-upgrade": Hardware(32_768, 50 * 10**9, 0.03),
    "t4-small": Hardware(15_360, 50 * 10**9, 0.40),
    "t4-medium": Hardware(30_720, 100 * 10**9, 0.60),
    "a10g-small": Hardware(15_360, 110 * 10**9, 1.00),
    "a10g-large": Hardware(47_104, 200 * 10**9, 1.50),
    "a10g-largex2": Hardware(94_208, 1000 * 10**9, 3.00),
    "a10g-largex4": Hardware(188_416, 2000 * 10**9, 5.00),
}
