"""The Hub's Space operations as the providers use them: settings, stages and logs."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from huggingface_hub import SpaceHardware, SpaceRuntime

from slipway.core.secrecy.masking import masked
from slipway.errors import ApiError
from slipway.huggingface.hub.client import HubClient

LOG_LINES = 100  # of the tail shown with a failure
_BEFORE = 100  # lines read besides, so that what begins above the tail is recognised


@dataclass(frozen=True)
class Runtime:
    """What a Space does right now."""

    stage: str  # BUILDING, RUNNING, …; kept as text, the platform adds stages without notice
    commit: str | None  # the commit being served; None where the platform does not say
    hardware: str | None  # requested flavour
    sleep_seconds: int | None
    error: str | None


class SpaceClient:
    """Settings, stages and logs of Spaces; safe to share between threads."""

    def __init__(self, hub: HubClient, hidden: Iterable[str] = ()) -> None:
        """Asks nothing yet.

        Args:
            hub: whose Spaces.
            hidden: values masked in what the platform says of them, in logs above all.
        """
        self._api, self._call = hub.api, hub.call
        self._hidden = tuple(hidden)

    def runtime(self, repo_id: str) -> Runtime:
        """The Space's stage and what it serves."""
        answer = self._call(
            f"Space {repo_id}: read stage", lambda: self._api.get_space_runtime(repo_id)
        )
        return self._runtime(answer)

    def variables(self, repo_id: str) -> dict[str, str]:
        """Every variable and its value."""
        answer = self._call(
            f"Space {repo_id}: read variables", lambda: self._api.get_space_variables(repo_id)
        )
        return {name: variable.value for name, variable in answer.items()}

    def secrets(self, repo_id: str) -> dict[str, str]:
        """Every secret's name and the time it was last written, in ISO 8601; never a value."""
        answer = self._call(
            f"Space {repo_id}: read secret names", lambda: self._api.get_space_secrets(repo_id)
        )
        return {name: _time(secret.updated_at) for name, secret in answer.items()}

    def set_variable(self, repo_id: str, name: str, value: str) -> None:
        """Sets one variable; the Space restarts."""
        self._call(
            f"Space {repo_id}: set variable {name}",
            lambda: self._api.add_space_variable(repo_id, name, value),
        )

    def delete_variable(self, repo_id: str, name: str) -> None:
        """Deletes one variable; absent is success."""
        self._call(
            f"Space {repo_id}: delete variable {name}",
            lambda: self._api.delete_space_variable(repo_id, name),
        )

    def set_secret(self, repo_id: str, name: str, value: str) -> None:
        """Sets one secret; the Space restarts."""
        self._call(
            f"Space {repo_id}: set secret {name}",
            lambda: self._api.add_space_secret(repo_id, name, value),
            hidden=(value,),
        )

    def delete_secret(self, repo_id: str, name: str) -> None:
        """Deletes one secret; absent is success."""
        self._call(
            f"Space {repo_id}: delete secret {name}",
            lambda: self._api.delete_space_secret(repo_id, name),
        )

    def set_hardware(self, repo_id: str, flavour: str, sleep_seconds: int | None) -> None:
        """Asks for hardware and sleep time in one call, so that the Space restarts once."""
        self._call(
            f"Space {repo_id}: request hardware {flavour}",
            lambda: self._api.request_space_hardware(
                repo_id, SpaceHardware(flavour), sleep_time=sleep_seconds
            ),
        )

    def set_sleep_time(self, repo_id: str, seconds: int) -> None:
        """Sets after how many idle seconds the Space sleeps; -1 is never."""
        self._call(
            f"Space {repo_id}: set sleep time",
            lambda: self._api.set_space_sleep_time(repo_id, seconds),
        )

    def restart(self, repo_id: str, *, rebuild: bool) -> Runtime:
        """Starts the Space again; `rebuild` makes its image again without the build cache.

        Returns:
            What it does since.
        """
        answer = self._call(
            f"Space {repo_id}: {'rebuild' if rebuild else 'restart'}",
            lambda: self._api.restart_space(repo_id, factory_reboot=rebuild),
        )
        return self._runtime(answer)

    def log_tail(self, repo_id: str, *, build: bool, lines: int = LOG_LINES) -> list[str]:
        """The last lines of the build log or the run log; empty if there is none to read."""
        try:
            found = self._call(
                f"Space {repo_id}: read {'build' if build else 'run'} log",
                lambda: list(deque(self._log(repo_id, build=build), maxlen=lines + _BEFORE)),
                retry=False,
                hidden=self._hidden,
            )
        except (ApiError, ValueError, TypeError) as error:  # the last two: an unreadable stream
            # The log explains a failure that is being reported; not having it must not replace it.
            return [f"(the log could not be read: {error})"]
        text = masked("\n".join(found), self._hidden)
        return text.split("\n")[-lines:] if text else []

    def _log(self, repo_id: str, *, build: bool) -> Iterator[str]:
        for piece in self._api.fetch_space_logs(repo_id, build=build):
            yield from piece.rstrip("\n").split("\n")

    def _runtime(self, answer: SpaceRuntime) -> Runtime:
        raw: Mapping[str, Any] = answer.raw
        error = raw.get("errorMessage")
        return Runtime(
            stage=str(answer.stage),
            commit=raw.get("sha"),
            hardware=answer.requested_hardware,
            sleep_seconds=answer.sleep_time,
            error=masked(str(error), self._hidden) if error else None,
        )


def _time(moment: datetime | str | None) -> str:
    return moment.isoformat() if isinstance(moment, datetime) else (moment or "")
