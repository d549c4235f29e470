"""Moments as GitHub writes them: whole seconds, in UTC."""

from datetime import UTC, datetime


def now() -> str:
    """This moment, such as `2026-11-20T23:30:33Z`."""
    return written(datetime.now(tz=UTC))


def written(moment: datetime) -> str:
    """A moment in GitHub's form."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
