"""Following one deploy until it serves, and saying why when it does not.

Render's own word `live` is not enough: it may be said of another revision, or of an app that
answers errors. So three things must hold: this deploy is live, it is of the revision that was asked
for, and the app itself answers as expected. The deploy is followed by its id, since the newest one
may be somebody else's.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from slipway.core import cancelling
from slipway.core.probe import ProbeResult, probe
from slipway.core.secrecy.masking import masked
from slipway.errors import ApiError, DeployError
from slipway.render.deploy.causes import STATUS_REMEDIES, probable_cause
from slipway.render.deploy.client import (
    LOG_LINES,
    DeployClient,
    Deployment,
    parse_time,
    told_once,
)

LIVE = "live"
FAILED = frozenset({"build_failed", "pre_deploy_failed", "update_failed"})
REPLACED = frozenset({"canceled", "deactivated"})
RUNNING = frozenset(
    ("created", "queued", "build_in_progress", "pre_deploy_in_progress", "update_in_progress")
)
FIRST_POLL_SECONDS = 1.0
LAST_POLL_SECONDS = 15.0
PROBES_IN_A_ROW = 2
PROBE_POLL_SECONDS = 1.0
PROBE_GRACE_SECONDS = 120.0  # from live to the answers that are expected; a free service wakes up


@dataclass(frozen=True)
class Target:
    """What must be served before a deploy counts as done."""

    service_id: str
    name: str
    owner_id: str
    page: str  # in the dashboard
    commit: str = ""  # whole or its beginning; empty accepts any
    image_digest: str = ""  # "sha256:…"; empty accepts any
    probe_url: str = ""  # empty asks nobody
    expect: Mapping[str, str] = field(default_factory=dict[str, str])
    timeout_seconds: float = 3600.0
    hidden: tuple[str, ...] = field(default=(), repr=False)  # values never to be shown


class DeployFailedError(DeployError):
    """A deploy ended without serving.

    Attributes:
        may_pass: whether the same deploy may do better a second time.
        live: the deploy that was live all the same, when only the app's answers were wrong.
    """

    def __init__(self, message: str, *, may_pass: bool, live: str = "") -> None:
        super().__init__(message)
        self.may_pass = may_pass
        self.live = live


@dataclass
class Follower:
    """One wait; `now`, `sleep` and `ask` are replaced by tests."""

    client: DeployClient
    target: Target
    say: Callable[[str], None]
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = cancelling.pause
    ask: Callable[[str, Mapping[str, str]], ProbeResult] = probe

    def __post_init__(self) -> None:
        self._start = self.now()

    def follow(self, deploy_id: str) -> Deployment:
        """Blocks until the deploy, or one that took its place, serves what was asked for.

        Raises:
            DeployFailedError: it ended otherwise; the text holds the log's tail and the remedy.
            DeployError: it took too long.
        """
        seen = ""
        pause = FIRST_POLL_SECONDS
        deploy: Deployment | None = None
        while self._waited() < self.target.timeout_seconds:
            deploy = self._look(deploy_id) or deploy
            if deploy is not None:
                if deploy.status != seen:
                    note = "" if deploy.status in RUNNING | FAILED | REPLACED | {LIVE} else " (new)"
                    self._say(f"deploy {deploy.id} {deploy.status}{note}")
                    seen, pause = deploy.status, FIRST_POLL_SECONDS
                if deploy.status == LIVE:
                    return self._proven(deploy)
                if deploy.status in FAILED:
                    raise self._failure(deploy)
                if deploy.status in REPLACED:
                    deploy_id = self._successor(deploy)
                    self._say(f"deploy {deploy.id} gave way to {deploy_id}")
            self.sleep(pause)
            pause = min(pause * 1.2, LAST_POLL_SECONDS)
        raise self._timeout(deploy_id, deploy)

    def matches(self, deploy: Deployment) -> bool:
        """Whether a deploy is of the revision that was asked for, as far as it says."""
        digest = deploy.image_digest or deploy.image_ref.rpartition("@")[2]
        return deploy.commit.startswith(self.target.commit) and (
            self.target.image_digest in ("", digest)
        )

    def _look(self, deploy_id: str) -> Deployment | None:
        try:
            return self.client.deploy(self.target.service_id, deploy_id)
        except ApiError as error:
            # A hiccup while watching is no failure of what is watched; a refusal is.
            if error.status is not None and error.status < 500 and error.status != 429:  # noqa: PLR2004
                raise
            return None

    def _successor(self, deploy: Deployment) -> str:
        """The deploy that took over, if it is of the same revision."""
        newer = [
            each
            for each in self.client.newest(self.target.service_id, count=20)
            if each.created_at > deploy.created_at and each.id != deploy.id
        ]
        for each in newer:
            if each.status in {LIVE, *RUNNING} and self.matches(each):
                return each.id
        raise self._failure(deploy)

    def _proven(self, deploy: Deployment) -> Deployment:
        if not self.matches(deploy):
            wanted = self.target.commit or self.target.image_digest
            served = deploy.commit or deploy.image_digest or "an unnamed revision"
            raise DeployFailedError(
                f"{self._what(deploy)}: it is live and serves {served}, not {wanted}. Push "
                "the revision to the branch, or the image to its registry, and deploy again.",
                may_pass=bool(self.target.commit),  # the next try names the commit
            )
        if self.target.probe_url:
            self._ask_the_app(deploy)
        return deploy

    def _ask_the_app(self, deploy: Deployment) -> None:
        healthy = 0
        begun = self.now()
        while True:
            answer = self.ask(self.target.probe_url, self.target.expect)
            said = masked(answer.explanation, self.target.hidden)
            healthy = healthy + 1 if answer.healthy else 0
            if healthy == PROBES_IN_A_ROW:
                self._say(f"the app {said}")
                return
            if not answer.healthy and self.now() - begun >= PROBE_GRACE_SECONDS:
                raise DeployFailedError(
                    f"{self._what(deploy)}: it is live, but the app {said} at "
                    f"{self.target.probe_url}, for {self.now() - begun:.0f} s.\n"
                    + self._tail(self._lines(deploy)),
                    may_pass=False,
                    live=deploy.id,
                )
            self.sleep(PROBE_POLL_SECONDS)

    def _failure(self, deploy: Deployment) -> DeployFailedError:
        lines = self._lines(deploy)
        cause = probable_cause(lines, deploy.status)
        remedy = cause.remedy if cause else STATUS_REMEDIES[deploy.status]
        return DeployFailedError(
            f"{self._what(deploy)}: it ended in {deploy.status} after {_duration(deploy)}. {remedy}"
            f"\n{self._tail(lines)}",
            may_pass=deploy.status in FAILED and (cause is None or cause.may_pass),
        )

    def _timeout(self, deploy_id: str, deploy: Deployment | None) -> DeployError:
        status = deploy.status if deploy else "no answer"
        lines = self._lines(deploy) if deploy else []
        return DeployError(
            f"Render service {self.target.name}: deploy {deploy_id} is not live after "
            f"{self._waited():.0f} s; last seen: {status}. Read its log below; if it only needs "
            "longer, raise the timeout and run the same command again.\n" + self._tail(lines)
        )

    def _what(self, deploy: Deployment) -> str:
        return f"Render service {self.target.name}: deploy {deploy.id}"

    def _lines(self, deploy: Deployment) -> list[str]:
        target = self.target
        lines = self.client.log_tail(target.service_id, target.owner_id, deploy)
        text = masked("\n".join(lines), target.hidden)
        shown = told_once(text.split("\n") if text else ())[-LOG_LINES:]
        reasons = self.client.reasons(target.service_id, deploy)
        return shown + [f"(Render says {masked(each, target.hidden)})" for each in reasons]

    def _tail(self, lines: list[str]) -> str:
        return "\n".join(
            [f"See {self.target.page}", "--- the end of its log ---", *(lines or ["(empty)"])]
        )

    def _waited(self) -> float:
        return self.now() - self._start

    def _say(self, text: str) -> None:
        self.say(f"Render service {self.target.name}: {text} after {self._waited():.0f} s")


def _duration(deploy: Deployment) -> str:
    """How long the deploy itself took, by the platform's clock."""
    try:
        begun, ended = (parse_time(each) for each in (deploy.created_at, deploy.finished_at))
    except ValueError:
        return "an unknown time"
    return f"{(ended - begun).total_seconds():.0f} s"
