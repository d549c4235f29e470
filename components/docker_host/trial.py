"""Starts a container that waits to be tried, watches it, and says what it proved or why it failed.

The container was made with a plan's memory and CPUs and with no network; see `ImageTrial`.
"""

import re
import time
from dataclasses import dataclass
from typing import Any

from slipway.core import cancelling
from slipway.docker_host.engine import DockerEngine
from slipway.errors import DeployError

_POLL_SECONDS = 0.5
_LOG_LINES = 15
_HEALTHY = "healthy"
# A process that SIGKILL ended. Nobody else sends it to a trial, and an engine's own word for it,
# OOMKilled, can be missing: the kernel's note of the memory may reach the engine after the end.
_KILLED = 137
# What programs say when they ask for a network and there is none. Refused connections are not
# among them: a service that looks for its neighbours says so too, and is well.
_ASKED_FOR_NETWORK = re.compile(
    r"name resolution|name or service not known|could not resolve|failed to resolve"
    r"|getaddrinfo|network is unreachable|nodename nor servname",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is tried, for the words of a failure."""

    service: str  # whose image it is
    image: str  # reference
    plan: str
    memory_mb: int
    cpus: float


class TrialFailedError(DeployError):
    """The image does not run as its plan would run it."""


class Trial:
    """One try of one container."""

    def __init__(self, engine: DockerEngine, container_id: str, subject: Subject) -> None:
        self._engine = engine
        self._id = container_id
        self._subject = subject

    def run(self, timeout_seconds: float) -> float:
        """Starts it, waits until it is healthy, and stops it again; the seconds that took.

        It is left standing, for `docker logs` and `docker inspect`, whatever came out.

        Raises:
            TrialFailedError: it ended or never became healthy; with its last log lines.
            ApiError: the engine refused or does not answer.
        """
        started = time.monotonic()
        self._engine.start(self._id)
        try:
            while (state := self._state()).get("Running"):
                if _health(state) == _HEALTHY:
                    return round(time.monotonic() - started, 1)
                if "Health" not in state:
                    raise self._failure(
                        "nobody can tell whether it is well, as it has no health check",
                        "Put a HEALTHCHECK into its Dockerfile, or give the trial one.",
                    )
                if time.monotonic() - started > timeout_seconds:
                    raise self._never_healthy(state, timeout_seconds)
                cancelling.pause(_POLL_SECONDS)
            raise self._ended(state)
        finally:
            self._engine.stop(self._id)

    def _state(self) -> dict[str, Any]:
        found = self._engine.container(self._id)
        if found is None:
            raise TrialFailedError(
                f"{self._who()}: its container vanished while it was tried. Run `pulumi refresh`, "
                "then try again."
            )
        state: dict[str, Any] = found["State"]
        return state

    def _ended(self, state: dict[str, Any]) -> TrialFailedError:
        code = int(state["ExitCode"])
        if state.get("OOMKilled") or code == _KILLED:
            word = "OOMKilled, " if state.get("OOMKilled") else ""
            return self._failure(
                f"it needs more memory than that and was killed ({word}exit code {code})",
                f"Choose a plan for {self._subject.service} with more than "
                f"{self._subject.memory_mb} MB, or a smaller model.",
            )
        said = str(state.get("Error") or "")
        return self._failure(
            f"it ended with exit code {code}{f' ({said})' if said else ''} before it was healthy",
            f"Mend what its log says. The same by hand: {self._by_hand()}",
        )

    def _never_healthy(self, state: dict[str, Any], seconds: float) -> TrialFailedError:
        runs = state["Health"].get("Log") or [{}]
        said = str(runs[-1].get("Output") or "").strip().splitlines()
        asked = f"; its health check says: {said[-1]}" if said else ""
        return self._failure(
            f"it ran for {seconds:g} s and never became healthy{asked}",
            "If it only needs longer, give the trial more time. The same by hand: "
            f"{self._by_hand()}",
        )

    def _failure(self, what: str, remedy: str) -> TrialFailedError:
        lines = self._engine.log_tail(self._id, _LOG_LINES)
        if any(_ASKED_FOR_NETWORK.search(line) for line in lines):
            what += "; it asked for the network, which it does not have here"
            remedy = (
                "What it needs has to be in the image: bake the model in, and let a start download "
                f"nothing. The same by hand: {self._by_hand()}"
            )
        tail = [f"  | {line}" for line in lines] or ["  (it logged nothing)"]
        return TrialFailedError("\n".join([f"{self._who()}: {what}. {remedy}", *tail]))

    def _who(self) -> str:
        about = self._subject
        return (
            f"Image {about.image} of {about.service}, tried as plan {about.plan} "
            f"({about.memory_mb} MB, {about.cpus:g} CPU) without a network"
        )

    def _by_hand(self) -> str:
        about = self._subject
        memory = f"{about.memory_mb}m"
        return (
            f"`docker run --rm --network none --memory {memory} --memory-swap {memory} "
            f"--cpus {about.cpus:g} {about.image}`."
        )


def _health(state: dict[str, Any]) -> str:
    return str((state.get("Health") or {}).get("Status") or "")
