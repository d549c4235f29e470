"""What Render sells and where, as of 2026-08, and the labels people use for it.

Memory and CPUs as Render's documentation lists instance types. Prices are in US dollars for a full
month and only shown; those that no source at hand confirms are None (see render.com/pricing).
"""

import re
from dataclasses import dataclass

from slipway.errors import ConfigError, brief

AS_OF = "2026-08"
REGIONS = ("frankfurt", "ohio", "oregon", "singapore", "virginia")


@dataclass(frozen=True)
class Plan:
    """One instance type of a web service."""

    cpus: float
    memory_mb: int
    dollars_a_month: float | None

    @property
    def free(self) -> bool:
        """Whether it sleeps, and lacks disks, scaling and pre-deploy commands."""
        return self.dollars_a_month == 0


PLANS = {
    "free": Plan(0.1, 512, 0),
    "starter": Plan(0.5, 512, 7),
    "standard": Plan(1, 2048, 25),
    "pro": Plan(2, 4096, None),
    "pro_plus": Plan(4, 8192, None),
    "pro_max": Plan(4, 16384, None),
    "pro_ultra": Plan(8, 32768, None),
}
POSTGRES_PLANS = (
    "free",
    "basic_256mb",
    "basic_1gb",
    "basic_4gb",
    *(f"pro_{gb}gb" for gb in (4, 8, 16, 32, 64, 128, 192, 256, 384, 512)),
    *(f"accelerated_{gb}gb" for gb in (16, 32, 64, 128, 256, 384, 512, 768, 1024)),
)
POSTGRES_VERSIONS = tuple(str(version) for version in range(11, 19))

_LABEL = re.compile(r"([a-z ]+?)\s*\(\s*([\d.]+)\s*cpu\s*,\s*(\d+)\s*(mb|gb)(?:\s*ram)?\s*\)")


def plan_id(what: str, label: str) -> str:
    """Render's id for a plan, from the id itself or from a label such as "Pro Plus".

    A label that states CPUs and memory means the plan of that size, whatever it calls it: guides
    write "Standard (0.5 CPU, 512MB RAM)" for what Render sells as starter.

    Raises:
        ConfigError: no such plan; the text lists them.
    """
    text = label.strip().lower()
    if match := _LABEL.fullmatch(text):
        cpus = float(match[2])
        memory = int(match[3]) * (1024 if match[4] == "gb" else 1)
        for name, plan in PLANS.items():
            if (plan.cpus, plan.memory_mb) == (cpus, memory):
                return name
    name = re.sub(r"[ -]+", "_", text)
    if name in PLANS:
        return name
    offers = ", ".join(f"{n} ({p.cpus:g} CPU, {p.memory_mb} MB)" for n, p in PLANS.items())
    raise ConfigError(f"{what}: plan {brief(label)}; use one of {offers}.")
