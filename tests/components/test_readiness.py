"""Protects the wait for a Space: ready only when the wanted commit serves, failed only for sure."""

from dataclasses import replace

import pytest

from slipway.core.probe import ProbeResult
from slipway.errors import ApiError, DeployError
from slipway.huggingface.space.client import Runtime
from slipway.huggingface.space.readiness import FAILED_STAGES, Target, Waiter

OLD, NEW = "0" * 40, "1" * 40
TARGET = Target("acme/demo", NEW, "http://app/health", {"revision": "r1"}, timeout_seconds=600)
WELL, ILL = ProbeResult(True, "answered as expected"), ProbeResult(False, "answered 500")


def at(stage, commit=NEW, error=None):
    return Runtime(stage, commit, "cpu-basic", None, error)


class Platform:
    """A Space whose stage changes at given seconds of a clock that only `sleep` moves."""

    def __init__(self, *timeline, probes=WELL):
        self.timeline = [*timeline]  # (second, Runtime or the error its reading meets)
        self.probes = probes if callable(probes) else lambda _second: probes
        self.clock = 0.0
        self.restarts = []
        self.rebuilt = []  # whether a restart was to make the image anew
        self.after_restart = []  # (seconds later, Runtime)
        self.asked = []
        self.logs = []
        self.said = []
        self.pauses = []  # (second, how long)

    def runtime(self, repo_id):
        assert repo_id == TARGET.repo_id
        now = [event for second, event in self.timeline if second <= self.clock][-1]
        if isinstance(now, Exception):
            raise now
        return now

    def restart(self, repo_id, *, rebuild):
        assert repo_id == TARGET.repo_id
        self.restarts.append(self.clock)
        self.rebuilt.append(rebuild)
        self.timeline += [(self.clock + later, event) for later, event in self.after_restart]
        return self.runtime(repo_id)

    def log_tail(self, repo_id, *, build):
        assert repo_id == TARGET.repo_id
        self.logs.append("build" if build else "run")
        return ["first line", "last line"]

    def wait(self, **changes):
        return Waiter(
            self,
            replace(TARGET, **changes),
            say=self.said.append,
            now=lambda: self.clock,
            sleep=self.sleep,
            ask=self.ask,
        ).wait()

    def sleep(self, seconds):
        assert 0 < seconds <= 5
        self.pauses.append((self.clock, seconds))
        self.clock += seconds

    def ask(self, *question):
        self.asked.append((self.clock, *question))
        return self.probes(self.clock)

    def failure(self, **changes):
        with pytest.raises(DeployError) as caught:
            self.wait(**changes)
        return str(caught.value)


def test_a_first_deployment_is_ready_when_its_commit_runs_and_answers():
    platform = Platform(
        (0, at("NO_APP_FILE", OLD)), (1, at("BUILDING", None)), (20, at("APP_STARTING")),
        (25, at("RUNNING")),
    )  # fmt: skip
    assert platform.wait() == "RUNNING"
    assert 25 <= platform.clock < 40
    assert platform.restarts == []


def test_pauses_grow_and_begin_anew_with_each_stage():
    platform = Platform(
        (0, at("BUILDING", None)), (60, at("APP_STARTING")), (120, at("RUNNING"))
    )  # fmt: skip
    platform.wait()
    for begun in (0, 60, 120):
        after = [(second, pause) for second, pause in platform.pauses if second >= begun]
        assert after[0][0] < begun + 5
        assert after[0][1] == 1
    assert [pause for second, pause in platform.pauses if 40 <= second < 60] == [5] * 4


def test_running_of_the_commit_before_is_never_ready():
    platform = Platform((0, at("RUNNING", OLD)), (3, at("RUNNING_BUILDING", OLD)),
        (30, at("RUNNING", OLD)), (50, at("RUNNING", NEW)))  # fmt: skip
    platform.wait()
    assert all(second >= 50 for second, *_ in platform.asked)


def test_one_good_answer_is_not_enough_and_a_bad_one_starts_the_count_again():
    platform = Platform((0, at("RUNNING")), probes=lambda second: WELL if second != 1 else ILL)
    platform.wait()
    assert len(platform.asked) == 4
    assert [second for second, *_ in platform.asked][:2] == [0, 1]


def test_good_answers_before_and_after_another_stage_are_not_in_a_row():
    platform = Platform((0, at("RUNNING")), (0.5, at("RUNNING", OLD)), (1.5, at("RUNNING")))
    platform.wait()
    assert len(platform.asked) == 3


def test_an_app_that_runs_and_answers_wrongly_is_not_ready():
    platform = Platform((0, at("RUNNING")), probes=lambda s: WELL if s > 100 else ILL)
    platform.wait()
    assert platform.clock > 100


def test_the_app_is_asked_what_the_target_says():
    platform = Platform((0, at("RUNNING")))
    platform.wait(token="t")
    assert platform.asked[0][1:] == ("http://app/health", {"revision": "r1"}, "t")


@pytest.mark.parametrize("stage", sorted(FAILED_STAGES))
def test_a_failed_stage_raises_with_its_reason_the_remedy_and_the_logs_tail(stage):
    platform = Platform((0, at("BUILDING", None)), (10, at(stage, None, error="exit code 1")))
    said = platform.failure()
    assert said.startswith(f"Space acme/demo: commit {NEW[:12]} ended in {stage} (exit code 1). ")
    assert FAILED_STAGES[stage] in said
    assert said.endswith("first line\nlast line")
    assert platform.logs == ["build" if stage == "BUILD_ERROR" else "run"]
    assert platform.clock < 20


@pytest.mark.parametrize("stage", ["BUILD_ERROR", "RUNTIME_ERROR", "CONFIG_ERROR", "NO_APP_FILE"])
def test_a_failure_of_the_version_before_is_not_taken_for_one_of_this_commit(stage):
    platform = Platform((0, at(stage, OLD)), (4, at("BUILDING", None)), (20, at("RUNNING")))
    assert platform.wait() == "RUNNING"


def test_a_failure_that_stays_is_one_of_this_commit():
    platform = Platform((0, at("CONFIG_ERROR", OLD)))
    platform.failure()
    assert 5 <= platform.clock < 10
    assert platform.restarts == []


@pytest.mark.parametrize(("stage", "rebuilt"), [("BUILD_ERROR", True), ("RUNTIME_ERROR", False)])
def test_what_failed_before_is_tried_once_more(stage, rebuilt):
    platform = Platform((0, at(stage)))
    platform.after_restart = [(3, at("BUILDING", None)), (20, at("RUNNING"))]
    assert platform.wait() == "RUNNING"
    assert (platform.rebuilt, len(platform.restarts)) == ([rebuilt], 1)
    assert platform.said[1] == f"Space acme/demo: {stage} from before, trying once more"


@pytest.mark.parametrize("stage", ["BUILD_ERROR", "RUNTIME_ERROR"])
@pytest.mark.parametrize("moves", [True, False])
def test_what_fails_once_more_has_failed(stage, moves):
    platform = Platform((0, at(stage)))
    platform.after_restart = [(1, at("BUILDING")), (9, at(stage))] if moves else []
    assert f"ended in {stage}" in platform.failure()
    assert len(platform.restarts) == 1
    assert platform.clock < 20


def test_a_commit_the_platform_overlooks_right_after_the_creation_is_restarted_once():
    platform = Platform((0, at("NO_APP_FILE", None)))
    platform.after_restart = [(2, at("BUILDING", None)), (20, at("RUNNING"))]
    assert platform.wait() == "RUNNING"
    assert len(platform.restarts) == 1
    assert platform.restarts[0] > 60


def test_a_space_whose_files_come_by_git_is_not_waited_for_until_they_do():
    platform = Platform((0, at("NO_APP_FILE", None)))
    assert platform.wait(awaits_push=True) == "NO_APP_FILE"
    assert platform.clock == 0
    pushed = Platform((0, at("BUILDING", None)), (9, at("RUNNING")))
    assert pushed.wait(awaits_push=True) == "RUNNING"


def test_a_failure_right_after_a_build_was_seen_is_told_at_once():
    platform = Platform((0, at("BUILDING", None)), (1, at("BUILD_ERROR", None)))
    platform.failure()
    assert platform.clock < 3


def test_settings_written_without_a_commit_are_not_proven_by_the_app_of_before():
    platform = Platform((0, at("RUNNING")), (2, at("APP_STARTING")), (12, at("RUNNING")))
    platform.wait(restarted=True)
    assert all(second >= 12 for second, *_ in platform.asked)


def test_a_space_that_shows_no_restart_after_its_settings_is_restarted_and_not_believed():
    platform = Platform((0, at("RUNNING")))
    platform.after_restart = [(20, at("RUNNING_APP_STARTING")), (25, at("RUNNING"))]
    platform.wait(restarted=True)
    [restart] = platform.restarts
    assert 5 < restart < 10
    assert all(second >= restart + 25 for second, *_ in platform.asked)


def test_a_restart_that_is_over_before_anybody_looks_is_believed_by_its_own_answer():
    platform = Platform((0, at("RUNNING")))
    platform.after_restart = [(0, at("APP_STARTING")), (0.01, at("RUNNING"))]
    assert platform.wait(restarted=True) == "RUNNING"
    assert platform.clock < 10


def test_a_restart_that_is_shown_late_needs_no_second_one():
    platform = Platform((0, at("RUNNING")), (4.5, at("APP_STARTING")), (30, at("RUNNING")))
    platform.wait(restarted=True)
    assert platform.restarts == []
    assert all(second >= 30 for second, *_ in platform.asked)


def test_a_restart_that_was_asked_for_and_never_shows_is_believed_after_a_minute():
    platform = Platform((0, at("RUNNING")))
    assert platform.wait(restarted=True) == "RUNNING"
    assert len(platform.restarts) == 1
    assert all(second >= 60 for second, *_ in platform.asked)


def test_a_static_space_whose_settings_changed_has_nothing_to_start():
    platform = Platform((0, at("RUNNING", None)))
    assert platform.wait(restarted=True) == "RUNNING"
    assert platform.restarts == []


def test_a_commit_the_platform_already_serves_is_ready_at_once():
    platform = Platform((0, at("RUNNING")))
    platform.wait()
    assert platform.clock <= 1


def test_a_static_space_names_no_commit_and_is_ready_after_the_time_to_settle():
    platform = Platform((0, at("RUNNING", None)))
    assert platform.wait() == "RUNNING"
    assert 5 <= platform.asked[0][0] < 10


def test_a_sleeping_space_is_woken_once():
    platform = Platform((0, at("SLEEPING")), (40, at("APP_STARTING")), (50, at("RUNNING")))
    platform.wait()
    assert platform.restarts == [0]


def test_a_space_that_ignores_its_commit_is_restarted_once_after_a_minute():
    platform = Platform((0, at("RUNNING", OLD)))
    platform.after_restart = [(2, at("RUNNING_BUILDING", OLD)), (10, at("RUNNING"))]
    platform.wait()
    assert len(platform.restarts) == 1
    assert 60 < platform.restarts[0] < 70


def test_a_space_that_ignores_the_restart_as_well_is_not_restarted_again():
    platform = Platform((0, at("RUNNING", OLD)))
    said = platform.failure()
    assert len(platform.restarts) == 1
    assert f"last seen: stage RUNNING, serving {OLD[:12]}" in said


def test_a_space_seen_building_is_left_alone():
    platform = Platform(
        (0, at("RUNNING", OLD)), (2, at("RUNNING_BUILDING", OLD)), (200, at("RUNNING"))
    )
    platform.wait()
    assert platform.restarts == []


def test_a_paused_space_is_an_error_with_the_remedy():
    platform = Platform((0, at("PAUSED")))
    assert platform.failure() == "Space acme/demo: it is paused. Restart it first."


@pytest.mark.parametrize("status", [None, 429, 500, 503])
def test_trouble_of_the_platform_while_watching_is_no_failure(status):
    trouble = ApiError("no answer", status)
    platform = Platform((0, at("BUILDING", None)), (3, trouble), (60, at("RUNNING")))
    assert platform.wait() == "RUNNING"


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refusal_while_watching_is_raised_at_once(status):
    platform = Platform((0, at("BUILDING", None)), (3, ApiError("refused", status)))
    with pytest.raises(ApiError, match="refused"):
        platform.wait()
    assert platform.clock < 10


def test_trouble_between_two_good_answers_does_not_hide_that_both_were_good():
    platform = Platform((0, at("RUNNING")), (0.5, ApiError("hiccup", 503)), (1.5, at("RUNNING")))
    platform.wait()
    assert len(platform.asked) == 2


@pytest.mark.parametrize(
    ("platform", "last", "log"),
    [
        (Platform((0, at("BUILDING", None))), "stage BUILDING, serving no commit", "build"),
        (Platform((0, at("RUNNING_BUILDING", OLD))), "stage RUNNING_BUILDING", "run"),
        (Platform((0, at("RUNNING")), probes=ILL), "the app answered 500", "run"),
        (Platform((0, ApiError("down", 503))), "nothing yet", "run"),
        (Platform((0, at("A_STAGE_NOBODY_KNOWS"))), "stage A_STAGE_NOBODY_KNOWS", "run"),
    ],
)
def test_a_wait_that_takes_too_long_says_what_was_seen_last(platform, last, log):
    said = platform.failure(timeout_seconds=100)
    assert f"commit {NEW[:12]} is not served after 100 s; last seen: {last}" in said
    assert said.endswith("last line")
    assert platform.logs == [log]
    assert 100 <= platform.clock < 106


def test_every_new_stage_is_told_once():
    platform = Platform((0, at("BUILDING", None)), (9, at("APP_STARTING")), (20, at("RUNNING")))
    platform.wait()
    assert [line.split(" after ")[0] for line in platform.said] == [
        f"Space acme/demo: {stage}" for stage in ("BUILDING", "APP_STARTING", "RUNNING")
    ]
