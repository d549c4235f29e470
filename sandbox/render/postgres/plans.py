"""The plans of Postgres databases: what they promise, what a container here gets of it."""

from dataclasses import dataclass

from sandbox.machine.memory_share import most_memory
from sandbox.render.services.plans import FREE

_MEGABYTE = 1024**2
_MOST_BUFFERS_MB = 1024  # more would only be taken from the other containers of this computer


@dataclass(frozen=True)
class PostgresPlan:
    """One instance type; its name says how much memory it has."""

    name: str
    memory_mb: int

    @property
    def max_connections(self) -> int:
        """Sessions at once, by Render's documentation."""
        for below_mb, sessions in ((8 * 1024, 100), (16 * 1024, 200), (32 * 1024, 400)):
            if self.memory_mb < below_mb:
                return sessions
        return 500

    @property
    def shared_buffers_mb(self) -> int:
        """The server's own cache: a quarter of the memory, as PostgreSQL's manual advises."""
        return min(self.memory_mb // 4, _MOST_BUFFERS_MB)

    def memory_bytes(self) -> int:
        """The container's limit, never more than this machine has to give."""
        return min(self.memory_mb * _MEGABYTE, most_memory())


def _sized(kind: str, *gigabytes: int) -> list[PostgresPlan]:
    return [PostgresPlan(f"{kind}_{gb}gb", gb * 1024) for gb in gigabytes]


POSTGRES_PLANS = {
    plan.name: plan
    for plan in (
        PostgresPlan(FREE, 256),
        PostgresPlan("basic_256mb", 256),
        *_sized("basic", 1, 4),
        *_sized("pro", 4, 8, 16, 32, 64, 128, 192, 256, 384, 512),
        *_sized("accelerated", 16, 32, 64, 128, 256, 384, 512, 768, 1024),
    )
}
POSTGRES_VERSIONS = tuple(str(version) for version in range(11, 19))
