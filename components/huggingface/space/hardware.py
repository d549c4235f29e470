"""What a Space's hardware holds and costs, as of 2026-08, where Hugging Face's own pages say it.

The list of names is huggingface_hub's. Flavours whose memory or price no page at hand confirms are
left out here; `GET /api/spaces/hardware` on the Hub knows them.
"""

from dataclasses import dataclass

AS_OF = "2026-08"


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
