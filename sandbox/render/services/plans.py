"""The plans of services: what they promise, what a container here gets of it."""

import os
from dataclasses import dataclass

from sandbox.machine.memory_share import most_memory

_MEGABYTE = 1024**2


@dataclass(frozen=True)
class Plan:
    """One instance type (Render's pricing page, 2026)."""

    name: str
    cpus: float
    memory_mb: int

    @property
    def memory_text(self) -> str:
        """The memory limit as events name it."""
        return f"{self.memory_mb}Mi" if self.memory_mb % 1024 else f"{self.memory_mb // 1024}Gi"

    def limits(self) -> tuple[float, int]:
        """CPUs and bytes of memory, never more than this machine has to give."""
        cpus = min(self.cpus, float(os.cpu_count() or 1))
        return cpus, min(self.memory_mb * _MEGABYTE, most_memory())


FREE = "free"
PLANS = {
    plan.name: plan
    for plan in (
        Plan(FREE, 0.1, 512),
        Plan("starter", 0.5, 512),
        Plan("standard", 1, 2 * 1024),
        Plan("pro", 2, 4 * 1024),
        Plan("pro_plus", 4, 8 * 1024),
        Plan("pro_max", 4, 16 * 1024),
        Plan("pro_ultra", 8, 32 * 1024),
    )
}
DEFAULT_PLAN = "starter"
REGIONS = ("oregon", "ohio", "virginia", "frankfurt", "singapore")
