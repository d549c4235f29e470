"""How a container's own health is asked, in the words of pulumi_docker."""

from dataclasses import dataclass

import pulumi_docker as docker

from slipway.errors import ConfigError

_PROBE = "import urllib.request as r; r.urlopen('http://127.0.0.1:{port}{path}', timeout={seconds})"
_MINUTE, _HOUR = 60, 3600


@dataclass(frozen=True, kw_only=True)
class HealthCheck:
    """A command run inside the container again and again; exit code 0 is healthy."""

    command: tuple[str, ...]  # as an argument list, no shell
    interval_seconds: int = 2
    timeout_seconds: int = 5  # of one run
    retries: int = 3  # failures in a row until it counts as unhealthy
    start_seconds: int = 60  # in which failures do not count

    def __post_init__(self) -> None:
        if not self.command:
            raise ConfigError("Health check: an empty command asks nothing. Give a program.")
        for name in ("interval_seconds", "timeout_seconds", "retries"):
            if getattr(self, name) < 1:
                value = getattr(self, name)
                raise ConfigError(f"Health check: {name} {value}; use 1 or more.")

    @classmethod
    def http(cls, port: int, path: str = "/health") -> "HealthCheck":
        """Asks a port of the container for a 2xx answer; needs python in the image."""
        probe = _PROBE.format(port=port, path=path, seconds=cls.timeout_seconds - 1)
        return cls(command=("python", "-c", probe))

    def args(self) -> docker.ContainerHealthcheckArgs:
        """The property of a container.

        Durations are written as the engine gives them back: the plugin compares texts, and "60s"
        there against "1m0s" here would be a change at every run.
        """
        return docker.ContainerHealthcheckArgs(
            tests=["CMD", *self.command],
            interval=duration(self.interval_seconds),
            timeout=duration(self.timeout_seconds),
            start_period=duration(self.start_seconds),
            retries=self.retries,
        )


def duration(seconds: int) -> str:
    """Whole seconds as Go writes them: "5s", "1m30s", "1h0m0s"."""
    hours, rest = divmod(seconds, _HOUR)
    minutes, last = divmod(rest, _MINUTE)
    if hours:
        return f"{hours}h{minutes}m{last}s"
    return f"{minutes}m{last}s" if minutes else f"{last}s"
