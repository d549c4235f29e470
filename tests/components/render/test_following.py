"""Protects the wait for a deploy: by its own id, of the revision asked for, with the reason why."""

import pytest

from slipway.core.probe import ProbeResult
from slipway.errors import ApiError, DeployError
from slipway.render.deploy import following
from slipway.render.deploy.causes import probable_cause
from slipway.render.deploy.client import Deployment
from slipway.render.deploy.following import DeployFailedError, Follower, Target

START, END = "2026-11-21T09:00:00.123456789Z", "2026-11-21T09:02:05.123456Z"
COMMIT = "a" * 40


def deployment(status, id_="dep-1", commit=COMMIT, created=START, digest=""):
    ended = "" if status in following.RUNNING else END
    return Deployment(id_, status, commit, digest, "", created, ended, "api")


class Platform:
    """A deploy that shows each of the given statuses once, then the last for ever."""

    def __init__(self, *statuses, newer=(), log=("the end",), **fields):
        self.statuses = list(statuses)
        self.newer = {each.id: each for each in newer}
        self.log, self.fields = log, fields
        self.asked = []

    def deploy(self, _service_id, deploy_id):
        self.asked.append(deploy_id)
        if deploy_id in self.newer:
            return self.newer[deploy_id]
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        if isinstance(status, Exception):
            raise status
        return deployment(status, deploy_id, **self.fields)

    def newest(self, _service_id, **_):
        return list(self.newer.values())

    def log_tail(self, *_):
        return list(self.log)

    def reasons(self, *_):
        return []


class Clock:
    def __init__(self):
        self.time = 0.0
        self.pauses = []

    def now(self):
        return self.time

    def sleep(self, seconds):
        self.pauses.append(seconds)
        self.time += seconds


def follower(platform, answers=(True,), **target):
    told = {"service_id": "srv-1", "name": "shop", "owner_id": "tea-1", "page": "https://page"}
    clock = Clock()
    healthy = list(answers)

    def ask(_url, _expect):
        good = healthy.pop(0) if len(healthy) > 1 else healthy[0]
        return ProbeResult(healthy=good, explanation="is well" if good else "answered 500")

    said = []
    made = Follower(
        platform, Target(**told | target), said.append, now=clock.now, sleep=clock.sleep, ask=ask
    )
    made.clock, made.said = clock, said
    return made


ON_THE_WAY = ["created", "queued", "build_in_progress", "pre_deploy_in_progress"]


def test_every_stage_is_said_once_and_waited_through_until_it_is_live():
    wait = follower(Platform(*ON_THE_WAY, "update_in_progress", "update_in_progress", "live"))
    assert wait.follow("dep-1").status == "live"
    stages = [line.split()[5] for line in wait.said]
    assert stages == [*ON_THE_WAY, "update_in_progress", "live"]


def test_a_status_nobody_knows_yet_is_waited_through_and_said():
    wait = follower(Platform("polishing", "polishing", "live"))
    assert wait.follow("dep-1").status == "live"
    assert [line for line in wait.said if "polishing (new)" in line] == wait.said[:1]


def test_pauses_grow_to_a_quarter_of_a_minute_and_begin_anew_with_each_stage():
    wait = follower(Platform(*["build_in_progress"] * 20, "update_in_progress", "live"))
    wait.follow("dep-1")
    assert wait.clock.pauses[0] == following.FIRST_POLL_SECONDS
    assert max(wait.clock.pauses) == 15
    assert wait.clock.pauses[-1] == following.FIRST_POLL_SECONDS


@pytest.mark.parametrize("status", ["build_failed", "pre_deploy_failed", "update_failed"])
def test_a_failure_says_status_duration_remedy_page_and_the_end_of_the_log(status):
    with pytest.raises(DeployFailedError) as failure:
        follower(Platform(status, log=["one", "two"])).follow("dep-1")
    said = str(failure.value)
    assert said.startswith(f"Render service shop: deploy dep-1: it ended in {status} after 125 s.")
    assert said.endswith("See https://page\n--- the end of its log ---\none\ntwo")
    assert failure.value.may_pass


def test_the_log_is_shown_without_secrets_keys_and_colours():
    log = ["\x1b[31mtoken canary-1 rnd_abcdefgh0123 https://x/deploy/srv-1?key=hookkey\x1b[0m"]
    with pytest.raises(DeployFailedError) as failure:
        follower(Platform("build_failed", log=log), hidden=("canary-1", "")).follow("dep-1")
    assert str(failure.value).endswith(
        "token [secret] [secret] https://x/deploy/srv-1?key=[secret]"
    )


@pytest.mark.parametrize("status", ["canceled", "deactivated"])
def test_a_deploy_that_gave_way_to_one_of_the_same_revision_is_followed_there(status):
    newer = deployment("live", "dep-2", created="2026-11-21T09:01:00Z")
    wait = follower(Platform(status, newer=[newer]), commit=COMMIT)
    assert wait.follow("dep-1").id == "dep-2"


@pytest.mark.parametrize(
    "newer",
    [
        [],
        [deployment("live", "dep-2", "b" * 40, "2026-11-21T09:01:00Z")],
        [deployment("build_failed", "dep-2", created="2026-11-21T09:01:00Z")],
        [deployment("live", "dep-0", created="2026-11-21T08:00:00Z")],
    ],
)
@pytest.mark.parametrize("status", ["canceled", "deactivated"])
def test_a_deploy_that_gave_way_to_anything_else_has_failed(status, newer):
    wait = follower(Platform(status, newer=newer), commit=COMMIT)
    with pytest.raises(DeployFailedError, match=f"ended in {status}") as failure:
        wait.follow("dep-1")
    assert not failure.value.may_pass


@pytest.mark.parametrize("hiccup", [ApiError("lost"), ApiError("x", 503), ApiError("x", 429)])
def test_a_hiccup_while_watching_is_no_failure(hiccup):
    assert follower(Platform(hiccup, "live")).follow("dep-1").status == "live"


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refusal_while_watching_is_raised(status):
    with pytest.raises(ApiError):
        follower(Platform(ApiError("no", status), "live")).follow("dep-1")


def test_what_takes_too_long_is_left_with_the_last_status():
    wait = follower(Platform("build_in_progress"), timeout_seconds=60)
    with pytest.raises(DeployError, match=r"dep-1 is not live after \d+ s.*build_in_progress"):
        wait.follow("dep-1")
    assert 60 <= wait.clock.time <= 76


@pytest.mark.parametrize(
    ("asked", "served"),
    [
        ({"commit": "b" * 40}, {}),
        ({"image_digest": "sha256:b"}, {"digest": "sha256:a", "commit": ""}),
        ({"image_digest": "sha256:b"}, {"digest": "", "commit": ""}),
    ],
)
def test_a_live_deploy_of_another_revision_is_a_failure(asked, served):
    with pytest.raises(DeployFailedError, match="it is live and serves"):
        follower(Platform("live", **served), **asked).follow("dep-1")


def test_the_app_has_to_answer_well_twice_in_a_row():
    wait = follower(Platform("live"), [False, True, False, True, True], probe_url="https://x")
    assert wait.follow("dep-1").status == "live"
    assert wait.clock.time == 4 * following.PROBE_POLL_SECONDS


def test_an_app_that_stays_ill_is_a_failure_of_the_deploy_that_is_live():
    wait = follower(Platform("live"), [False], probe_url="https://x/health")
    with pytest.raises(
        DeployFailedError, match="but the app answered 500 at https://x/health"
    ) as e:
        wait.follow("dep-1")
    assert e.value.live == "dep-1"
    assert wait.clock.time <= following.PROBE_GRACE_SECONDS + following.PROBE_POLL_SECONDS


def test_without_an_address_nobody_is_asked():
    assert follower(Platform("live"), [False]).follow("dep-1").status == "live"


@pytest.mark.parametrize(
    ("line", "remedy", "may_pass"),
    [
        ("==> No open ports detected, continuing to scan", "0.0.0.0", False),  # noqa: S104
        ("Killed: out of memory", "larger plan", False),
        ("(Render says server_failed: oomKilled memoryLimit 512Mi)", "larger plan", False),
        ("write /x: no space left on device", "too big for the disk", False),
        ("ModuleNotFoundError: No module named 'torch'", "requirements.txt", False),
        ("failed to read dockerfile: open Dockerfile", "dockerfile_path", False),
        ("manifest unknown", "registry credential", False),
        ("exec /app: exec format error", "linux/amd64", False),
        ("Read timed out.", "did not answer in time", True),
        ("health check failed", "health_path", False),
    ],
)
def test_known_words_in_the_log_name_the_cause_and_whether_it_may_pass(line, remedy, may_pass):
    cause = probable_cause(["fine", line], "update_failed")
    assert remedy in cause.remedy
    assert cause.may_pass is may_pass


def test_words_nobody_knows_name_no_cause():
    assert probable_cause(["fine", "boom"], "update_failed") is None


@pytest.mark.parametrize(
    ("lines", "remedy"),
    [
        (["No open ports detected, continuing to scan", "Out of memory"], "larger plan"),
        (["No open ports detected, continuing", "deploy_ended: nonZeroExit 7"], "ended by itself"),
        (["timed out: no database", "deploy_ended: nonZeroExit 7"], "ended by itself"),
        (["Timed out after waiting for internal health check (last: status 500)"], "health_path"),
        (["Port scan timeout, no open ports detected. Detected open ports: 5000."], "another port"),
        (["Port scan timeout. Detected open ports on localhost: 5000"], "localhost only"),
        (["Port scan timeout reached, no open ports detected on it"], "Nothing listens"),
    ],
)
def test_what_is_concluded_counts_for_more_than_what_was_said_on_the_way(lines, remedy):
    assert remedy in probable_cause(lines, "update_failed").remedy


def test_what_only_a_running_app_can_suffer_explains_no_failed_build():
    lines = ["==> No open ports detected", "deploy_ended: failure nonZeroExit 1", "health check"]
    assert probable_cause(lines, "build_failed") is None
    assert probable_cause(lines, "pre_deploy_failed") is None
