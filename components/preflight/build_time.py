"""How long an image with a model takes to build, against the platform's limit."""

from dataclasses import dataclass

from slipway.core.findings import Finding, error, warning

LIMIT_MINUTES = 45.0  # the strictest figure in use; Render's own documentation says 120
DOWNLOAD_BYTES_PER_SECOND = 5_600_000  # 5 GB in 15 minutes, the slow end of what users report
OTHER_MINUTES = 10.0  # packages, copying and export, the slow end as well
NEAR = 0.8


@dataclass(frozen=True)
class BuildTime:
    """An estimate and what it is made of."""

    download_minutes: float
    other_minutes: float

    @property
    def minutes(self) -> float:
        """All of it."""
        return self.download_minutes + self.other_minutes


def estimate(
    model_bytes: int,
    *,
    bytes_per_second: float = DOWNLOAD_BYTES_PER_SECOND,
    other_minutes: float = OTHER_MINUTES,
) -> BuildTime:
    """The time of a first build; later ones find the model stage in the cache."""
    return BuildTime(model_bytes / bytes_per_second / 60, other_minutes)


def check_build_time(
    subject: str, time: BuildTime, limit_minutes: float = LIMIT_MINUTES
) -> list[Finding]:
    """Compares an estimate with the limit."""
    said = (
        f"a first build takes about {time.minutes:.0f} minutes ({time.download_minutes:.0f} of "
        f"them to fetch the model) and builds end after {limit_minutes:.0f}"
    )
    remedy = "Take a smaller model, such as gpt2 for phi-2, or a faster build pipeline tier"
    if time.minutes > limit_minutes:
        return [error(subject, said, remedy)]
    if time.minutes > limit_minutes * NEAR:
        return [warning(subject, said, remedy)]
    return []
