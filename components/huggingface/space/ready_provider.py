"""The wait for a Space to serve one commit, as a resource of its own.

A `create` that fails loses what it made, so the Space and the wait for it are two resources: when
the app does not come up, the Space stays known and the next run only waits again.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pulumi.dynamic import (
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    UpdateResult,
)

from slipway.core.credentials import HUB_READ_TOKEN
from slipway.core.probe import ProbeResult, probe
from slipway.core.progress import say
from slipway.core.secrecy.masking import masked
from slipway.core.secrecy.sealing import unseal
from slipway.errors import ConfigError
from slipway.huggingface.hub.provider import HubProvider

if TYPE_CHECKING:
    from slipway.huggingface.space.client import SpaceClient

TRIGGERS = ("repo_id", "commit", "settings", "expect", "probe_path")


class SpaceReadyProvider(HubProvider):
    """Waits as told by repo_id, commit, settings, host, probe_path, expect, private, awaits_push,
    timeout_seconds, secrets (sealed; they are masked in what is shown). Adds: stage. `settings` is
    any text that changes when the settings do.
    """  # noqa: D205 - the list of properties is the summary

    read_token: str | None  # what a private Space's app is asked with

    def configure(self, req: ConfigureRequest) -> None:
        """Takes both tokens."""
        super().configure(req)
        self.read_token = HUB_READ_TOKEN.find(req.config.get)

    @cached_property
    def spaces(self) -> "SpaceClient":
        """Its Spaces."""
        from slipway.huggingface.space.client import SpaceClient

        return SpaceClient(self.hub)

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Waits again when something else is to be served; another time-out alone is no reason."""
        return DiffResult(changes=any(olds.get(key) != news.get(key) for key in TRIGGERS))

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Waits."""
        return CreateResult(f"ready:{props['repo_id']}", self._wait(props, restarted=False))

    def update(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Waits again."""
        same_commit = olds.get("commit") == news["commit"]
        restarted = same_commit and olds.get("settings") != news["settings"]
        return UpdateResult(self._wait(news, restarted=restarted))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """The Space's stage as it is now; empty if the Space is gone."""
        if self.hub.repository("space", props["repo_id"]) is None:
            return ReadResult("", {})
        stage = self.spaces.runtime(props["repo_id"]).stage
        # No inputs: none of them is anything outside, and those of the state may be newer than
        # these, where what changed was no reason to wait.
        return ReadResult(id_, {**props, "stage": stage})

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Nothing exists besides the Space itself."""

    def _wait(self, props: dict[str, Any], *, restarted: bool) -> dict[str, Any]:
        from slipway.huggingface.space.client import SpaceClient
        from slipway.huggingface.space.readiness import Target, Waiter

        secrets = [unseal(self.token, each) for each in (props.get("secrets") or {}).values()]
        hidden = (self.token, *filter(None, [self.read_token]), *secrets)

        def ask(url: str, expect: Mapping[str, str], token: str | None) -> ProbeResult:
            answer = probe(url, expect, token)
            return replace(answer, explanation=masked(answer.explanation, hidden))

        target = Target(
            repo_id=props["repo_id"],
            commit=props["commit"],
            probe_url=props["host"].rstrip("/") + props["probe_path"],
            expect=props.get("expect") or {},
            restarted=restarted,
            timeout_seconds=float(props["timeout_seconds"]),
            token=self._apps_token(props),
            awaits_push=bool(props.get("awaits_push")),
        )
        stage = Waiter(SpaceClient(self.hub, hidden), target, say=say, ask=ask).wait()
        return {**props, "stage": stage}

    def _apps_token(self, props: dict[str, Any]) -> str | None:
        """What the app itself is sent: never the token that writes, the app is anybody's code."""
        if not props.get("private"):
            return None
        if self.read_token is None:
            raise ConfigError(
                f"Space {props['repo_id']}: it is private. {HUB_READ_TOKEN.missing()}"
            )
        return self.read_token
