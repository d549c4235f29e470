"""What all our dynamic providers have in common."""

import sys
import traceback
from types import SimpleNamespace
from typing import Any, ClassVar

from pulumi.dynamic import CheckResult, ConfigureRequest, ResourceProvider

from slipway.core.cancelling import listen_for_cancel
from slipway.core.failed_update import with_what_is_there
from slipway.errors import DeployError


class Provider(ResourceProvider):
    """A provider whose inputs its component has validated, and whose errors are for people."""

    serialize_as_secret_always = False  # a provider is code: it holds no secret
    notes_failed_updates: ClassVar[bool] = False  # see `slipway.core.failed_update`

    def configure(self, _req: ConfigureRequest) -> None:
        """Runs once per process, before anything else that can fail."""
        say_errors_plainly()
        listen_for_cancel()

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Accepts what the component has already validated."""
        return CheckResult(news, [])


def say_errors_plainly() -> None:
    """Makes Pulumi's host of dynamic providers print a DeployError's text alone.

    It hands `traceback.format_exc()` to the engine for whatever a provider raises, and a person
    would have to find the one line that is meant for them. Other exceptions keep their traceback;
    elsewhere than in that host nothing happens.
    """
    host = sys.modules["__main__"]
    if hasattr(host, "_abort_with_traceback") and getattr(host, "traceback", None) is traceback:
        host.traceback = SimpleNamespace(format_exc=_said)  # type: ignore[attr-defined]


def _said() -> str:
    error = sys.exc_info()[1]
    text = str(error) if isinstance(error, DeployError) else traceback.format_exc()
    host = sys._getframe(1)  # noqa: SLF001 - the host's `except`, which knows of what call
    return text if error is None else with_what_is_there(host, error, text)
