"""Waiting until a Space serves one particular commit, and saying why when it does not.

The platform's stage alone can lie: right after a commit the stage may still be the RUNNING of the
version before (huggingface_hub's own waiter returns on it), and RUNNING may be said of an app that
answers 500. So three things must hold at once: the stage, the commit being served, and the answer
of the app itself. Where settings were written without a commit, the commit proves nothing: then a
start of the app must have been seen, and one is asked for where the platform shows none. A failure
that was there before is tried once more: the platform itself never does.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from slipway.core import cancelling
from slipway.core.probe import ProbeResult, probe
from slipway.errors import ApiError, DeployError
from slipway.huggingface.space.client import Runtime, SpaceClient

FAILED_STAGES = {
    "BUILD_ERROR": "Read the build log below, mend the Dockerfile or its files, and deploy again. "
    "If something it asked was away, run the same command again: it builds once more.",
    "RUNTIME_ERROR": "The app ended or never answered on its port. Read its log below.",
    "CONFIG_ERROR": "Mend the front matter of README.md, or the clash of a secret and a variable.",
    "STOPPED": "Restart the Space on its page.",
    "DELETING": "The Space is being deleted.",
}
# What another try may mend; the others stay until somebody changes something.
TRIED_AGAIN = ("BUILD_ERROR", "RUNTIME_ERROR")
NOTHING_TO_RUN = "NO_APP_FILE"
SETTLE_SECONDS = 5.0  # how long a stage may still describe the version before
STUCK_SECONDS = 60.0  # without any sign of a build, or of a restart that was asked for
FIRST_POLL_SECONDS = 1.0
LAST_POLL_SECONDS = 5.0
PROBES_IN_A_ROW = 2


@dataclass(frozen=True)
class Target:
    """What must be served before a Space counts as ready."""

    repo_id: str
    commit: str  # 40 hex digits
    probe_url: str
    expect: Mapping[str, str] = field(default_factory=dict[str, str])
    restarted: bool = False  # settings changed without a commit: the app must start once more
    timeout_seconds: float = 1800.0
    token: str | None = None  # for the probe of a private Space
    awaits_push: bool = False  # its files come by `git push`, perhaps later


@dataclass
class Waiter:
    """One wait; `now`, `sleep` and `ask` are replaced by tests."""

    client: SpaceClient
    target: Target
    say: Callable[[str], None]
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = cancelling.pause
    ask: Callable[[str, Mapping[str, str], str | None], ProbeResult] = probe

    def wait(self) -> str:
        """Blocks until the target is served and returns the final stage.

        Raises:
            DeployError: it failed or took too long; the text holds the log's tail and the remedy.
        """
        start = self.now()
        seen: str | None = None
        moved = woken = False
        since = 0.0  # seconds until which the stage was of before
        healthy = 0
        pause = FIRST_POLL_SECONDS
        last = "nothing yet"
        while (waited := self.now() - start) < self.target.timeout_seconds:
            runtime = self._runtime()
            if runtime is not None:
                if runtime.stage != seen:
                    self.say(f"Space {self.target.repo_id}: {runtime.stage} after {waited:.0f} s")
                    seen, pause = runtime.stage, FIRST_POLL_SECONDS
                moved = moved or _moves(runtime)
                settled = waited - since >= SETTLE_SECONDS
                started = moved or (woken and waited >= STUCK_SECONDS)
                if runtime.stage == NOTHING_TO_RUN and self.target.awaits_push:
                    return runtime.stage
                if runtime.stage in FAILED_STAGES and (moved or settled):
                    tried = self._once_more(runtime, ours=moved or woken)
                    woken, since, moved = True, waited, _moves(tried)
                    continue
                if runtime.stage == "PAUSED":
                    raise DeployError(
                        f"Space {self.target.repo_id}: it is paused. Restart it first."
                    )
                if self._serving(runtime, fresh=moved or settled, started=started):
                    answer = self.ask(self.target.probe_url, self.target.expect, self.target.token)
                    last = f"the app {answer.explanation}"
                    healthy = healthy + 1 if answer.healthy else 0
                    if healthy == PROBES_IN_A_ROW:
                        return runtime.stage
                    pause = FIRST_POLL_SECONDS
                else:
                    healthy = 0
                    last = f"stage {runtime.stage}, serving {(runtime.commit or 'no commit')[:12]}"
                    if not woken and (begun := self._unstick(runtime, waited, moved=moved)):
                        woken, moved = True, _moves(begun)
            self.sleep(pause)
            pause = min(pause * 1.25, LAST_POLL_SECONDS)
        raise self._timeout(seen, last)

    def _runtime(self) -> Runtime | None:
        try:
            return self.client.runtime(self.target.repo_id)
        except ApiError as error:
            # A hiccup while watching is no failure of what is watched; a refusal is.
            if error.status is not None and error.status < 500 and error.status != 429:  # noqa: PLR2004
                raise
            return None

    def _serving(self, runtime: Runtime, *, fresh: bool, started: bool) -> bool:
        if runtime.stage != "RUNNING":
            return False
        if runtime.commit is None:
            return fresh  # static Spaces name no commit, and start nothing
        return runtime.commit == self.target.commit and (started or not self.target.restarted)

    def _unstick(self, runtime: Runtime, waited: float, *, moved: bool) -> Runtime | None:
        """Wakes a sleeping Space, restarts one that ignores its commit or its settings.

        Returns:
            What the platform answers; None if nothing was to be done.
        """
        sleeping = runtime.stage == "SLEEPING"
        # A commit right after the creation may be overlooked and leave the Space without files.
        idle = runtime.stage in ("RUNNING", NOTHING_TO_RUN)
        of_before = self.target.restarted and runtime.commit == self.target.commit
        patience = SETTLE_SECONDS if of_before else STUCK_SECONDS
        ignored = idle and not moved and waited > patience
        if not (sleeping or ignored):
            return None
        began = "app started with its settings" if of_before else "build began"
        self.say(
            f"Space {self.target.repo_id}: "
            + ("asleep, waking it" if sleeping else f"no {began}, restarting it")
        )
        return self.client.restart(self.target.repo_id, rebuild=False)

    def _once_more(self, failed: Runtime, *, ours: bool) -> Runtime:
        """Starts again what failed before this run looked.

        Args:
            failed: what the platform says.
            ours: it moved, or was started again, in this run: then it has failed for good.
        """
        if ours or failed.stage not in TRIED_AGAIN:
            raise self._failure(failed)
        self.say(f"Space {self.target.repo_id}: {failed.stage} from before, trying once more")
        return self.client.restart(self.target.repo_id, rebuild=failed.stage == "BUILD_ERROR")

    def _failure(self, runtime: Runtime) -> DeployError:
        remedy = FAILED_STAGES[runtime.stage]
        said = f" ({runtime.error})" if runtime.error else ""
        return DeployError(
            f"Space {self.target.repo_id}: commit {self.target.commit[:12]} ended in "
            f"{runtime.stage}{said}. {remedy}\n{self._tail(runtime.stage)}"
        )

    def _timeout(self, stage: str | None, last: str) -> DeployError:
        return DeployError(
            f"Space {self.target.repo_id}: commit {self.target.commit[:12]} is not served after "
            f"{self.target.timeout_seconds:.0f} s; last seen: {last}. Read its log below; if it "
            f"only needs longer, raise the timeout and run the same command again.\n"
            f"{self._tail(stage or '')}"
        )

    def _tail(self, stage: str) -> str:
        build = "BUILD" in stage and "RUNNING" not in stage
        lines = self.client.log_tail(self.target.repo_id, build=build)
        title = f"--- the end of its {'build' if build else 'run'} log ---"
        return "\n".join([title, *(lines or ["(the log is empty)"])])


def _moves(runtime: Runtime) -> bool:
    """Whether a version is on its way that was not there before."""
    return "BUILDING" in runtime.stage or "STARTING" in runtime.stage
