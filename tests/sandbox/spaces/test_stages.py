"""What stage follows what: the way of a commit to a serving app, and all ways it can fail."""

from dataclasses import replace

import httpx
import pytest

from sandbox.http.errors import NotImitatedError
from sandbox.hub.http.errors import RepositoryNotFoundError
from sandbox.hub.spaces.running.turn import Tuning
from sandbox.hub.spaces.settings import Kind
from tests.sandbox.spaces.conftest import CARD, QUICK, REPO, app, files, until
from tests.sandbox.spaces.process_machine import ENDED_BECAUSE, FULL_DISK
from tests.sandbox.spaces.silent_build import lives, silent

SECOND = 3.0  # one, and what a busy computer adds to it
SLOW_BUILD = """
import pathlib, time
while not pathlib.Path(GATE).exists():
    print(".", flush=True)
    time.sleep(0.02)
"""


def gated(path) -> str:
    """A build that runs until a file is there."""
    return f"GATE = {str(path)!r}\n{SLOW_BUILD}"


def test_new_space_without_a_dockerfile_has_no_app_file_and_no_sha(world):
    world.create()
    runtime = world.wait("NO_APP_FILE")
    assert "sha" not in runtime
    assert runtime["hardware"] == {"current": None, "requested": "cpu-basic"}


def test_commit_is_built_started_and_served_with_its_sha(world):
    commit = world.running("one")
    runtime = world.service.runtime(REPO)
    assert runtime["sha"] == commit
    assert runtime["hardware"]["current"] == "cpu-basic"
    assert world.version() == "one"


def test_old_version_serves_until_the_new_one_answers(world, tmp_path):
    first = world.running("one")
    gate = tmp_path / "gate"
    second = world.commit(files("two", build_py=gated(gate)))
    runtime = world.wait("RUNNING_BUILDING")
    assert runtime["sha"] == first
    assert world.version() == "one"
    gate.touch()
    world.wait("RUNNING", sha=second)
    assert world.version() == "two"
    until(lambda: len(world.machine.names()) == 1)


def test_last_commit_wins_over_a_running_build(world, tmp_path):
    world.create()
    world.commit(files("one", build_py=gated(tmp_path / "never")))
    until(lambda: world.machine.builds)
    for number in range(5):
        last = world.commit(files(f"v{number}"))
    world.wait("RUNNING", sha=last)
    assert world.version() == "v4"
    assert len(world.machine.names()) == 1


def test_a_silent_build_makes_way_for_a_newer_commit_within_a_second(world, tmp_path):
    world.create()
    world.commit(files("one", build_py=silent(tmp_path / "pid")))
    until((tmp_path / "pid").exists)
    world.commit(files("two", build_py=silent(tmp_path / "second")))
    until(lambda: not lives(tmp_path / "pid"), seconds=SECOND)
    until((tmp_path / "second").exists)


@pytest.mark.parametrize("told", ["delete", "pause", "stop"])
def test_a_silent_build_ends_within_a_second_however_it_is_told(world, tmp_path, told):
    world.create()
    world.commit(files("one", build_py=silent(tmp_path / "pid")))
    until((tmp_path / "pid").exists)
    orders = {"delete": world.service.deleted, "pause": world.service.pause}
    if told == "stop":
        world.service.stop(containers=False)
    else:
        orders[told](REPO)
    until(lambda: not lives(tmp_path / "pid"), seconds=SECOND)
    until(lambda: world.machine.building == 0)


def test_a_silent_build_ends_at_its_time_limit(make_world, tmp_path):
    world = make_world(replace(QUICK, build_seconds=1.0))
    world.create()
    world.commit(files("one", build_py=silent(tmp_path / "pid")))
    world.wait("BUILD_ERROR")
    assert "Build timed out after 1 s" in world.log("build")
    until(lambda: world.machine.building == 0)


def test_failed_build_ends_the_old_version_and_keeps_its_output(world):
    world.running("one")
    broken = "print('step one')\nprint('no such package', flush=True)\nraise SystemExit(4)\n"
    world.commit(files("two", build_py=broken))
    runtime = world.wait("BUILD_ERROR")
    assert runtime["errorMessage"] == "Job failed with exit code: 1"
    assert "sha" not in runtime
    assert "no such package" in world.log("build")
    answer = world.get()
    assert answer.status_code == 503
    assert "BUILD_ERROR" in answer.text
    until(lambda: not world.machine.names())


def test_fixing_commit_brings_a_failed_space_back(world):
    world.create()
    world.commit(files(build_py="raise SystemExit(1)"))
    world.wait("BUILD_ERROR")
    fixed = world.commit(files("fixed"))
    runtime = world.wait("RUNNING", sha=fixed)
    assert "errorMessage" not in runtime


def test_app_that_ends_while_starting_is_a_runtime_error_with_its_last_words(world):
    world.create()
    crash = files() | {"app.py": "print('no model found', flush=True)\nraise SystemExit(7)\n"}
    world.commit(crash)
    runtime = world.wait("RUNTIME_ERROR")
    assert runtime["errorMessage"].startswith("Exit code: 7. Reason: ")
    assert "no model found" in runtime["errorMessage"]
    assert "no model found" in world.log("run")
    assert not world.machine.names()


def test_app_that_fills_its_disk_is_a_runtime_error_that_says_so(world):
    world.create()
    world.commit(files() | {"app.py": f"raise SystemExit({FULL_DISK})\n"})
    runtime = world.wait("RUNTIME_ERROR")
    assert runtime["errorMessage"] == f"Exit code: {FULL_DISK}. Reason: {ENDED_BECAUSE}"


def test_app_that_never_answers_is_given_up_after_its_startup_time(world):
    world.create()
    card = CARD.replace("sdk:", "startup_duration_timeout: 1s\nsdk:")
    world.commit(files(card=card) | {"app.py": "import time\nwhile True: time.sleep(0.1)\n"})
    runtime = world.wait("RUNTIME_ERROR")
    assert runtime["errorMessage"] == "Launch timed out, workload was not healthy after 1 s"
    assert not world.machine.names()


def test_app_that_answers_with_errors_is_running_all_the_same(world):
    world.create()
    failing = app("bad").replace("send_response(200)", "send_response(500)")
    world.commit(files() | {"app.py": failing})
    world.wait("RUNNING")
    assert world.get().status_code == 500


def test_app_that_ends_later_is_a_runtime_error_with_its_exit_code(world):
    world.running("one")
    with pytest.raises(httpx.HTTPError):
        world.get("/exit")
    runtime = world.wait("RUNTIME_ERROR")
    assert runtime["errorMessage"].startswith("Exit code: 3. Reason: ")
    assert "told to exit" in runtime["errorMessage"]
    assert not world.machine.names()
    assert world.get().status_code == 503


def test_old_version_that_ends_during_a_build_no_longer_counts_as_serving(world, tmp_path):
    world.running("one")
    gate = tmp_path / "gate"
    commit = world.commit(files("two", build_py=gated(gate)))
    world.wait("RUNNING_BUILDING")
    world.machine.kill(world.machine.names()[0])
    assert "sha" not in world.wait("BUILDING")
    gate.touch()
    world.wait("RUNNING", sha=commit)


@pytest.mark.parametrize(
    ("card", "message"),
    [
        ("# no front matter\n", "Missing configuration in README"),
        ("---\ntitle: x\n---\n", "Missing configuration in README"),
        ("---\nsdk: docker\napp_port: many\n---\n", "app_port"),
        ("---\nsdk: gradio\n---\n", "docker and static Spaces only"),
    ],
)
def test_card_the_platform_cannot_run_is_a_config_error_with_empty_logs(world, card, message):
    world.running("one")
    world.commit(files("two", card=card))
    runtime = world.wait("CONFIG_ERROR")
    assert message in runtime["errorMessage"]
    assert world.log("build") == world.log("run") == ""


def test_what_a_card_asks_for_and_does_not_get_here_is_said_in_the_builds_log(world):
    world.running("one")
    assert "in this sandbox" not in world.log("build")
    asks = "---\nsdk: docker\nhf_oauth: true\npreload_from_hub:\n- acme/tiny config.json\n---\n"
    commit = world.commit(files("two", card=asks))
    world.wait("RUNNING", sha=commit)
    assert "README.md: preload_from_hub is not done in this sandbox" in world.log("build")
    assert "README.md: hf_oauth is not imitated in this sandbox" in world.log("build")


def test_name_in_both_maps_is_a_config_error_until_one_goes_and_the_space_restarts(world):
    world.running("one")
    world.service.put(REPO, Kind.VARIABLE, {"key": "NAME", "value": "open"})
    world.service.put(REPO, Kind.SECRET, {"key": "NAME", "value": "hidden"})
    runtime = world.wait("CONFIG_ERROR")
    assert runtime["errorMessage"] == "Collision on variables and secrets names"
    assert world.log("run") == ""
    world.service.remove(REPO, Kind.VARIABLE, "NAME")
    assert world.stage() == "CONFIG_ERROR"
    world.service.restart(REPO)
    world.wait("RUNNING")
    assert world.env()["NAME"] == "hidden"


def test_pause_ends_the_app_and_only_a_restart_brings_it_back(world):
    world.running("one")
    assert world.service.pause(REPO)["stage"] == "PAUSED"
    answer = world.get()
    assert answer.status_code == 503
    assert "PAUSED" in answer.text
    until(lambda: not world.machine.names())
    second = world.commit(files("two"))
    world.service.put(REPO, Kind.SECRET, {"key": "A", "value": "b"})
    assert world.stage() == "PAUSED"
    world.service.restart(REPO)
    world.wait("RUNNING", sha=second)


def test_restart_uses_the_same_image_and_factory_builds_without_cache(world):
    commit = world.running("one")
    assert world.service.restart(REPO)["stage"] == "RUNNING_APP_STARTING"
    world.wait("RUNNING", sha=commit)
    assert [build.no_cache for build in world.machine.builds] == [False]
    assert world.service.restart(REPO, factory=True)["stage"] == "RUNNING_BUILDING"
    world.wait("RUNNING", sha=commit)
    assert [build.no_cache for build in world.machine.builds] == [False, True]


@pytest.mark.parametrize("kind", list(Kind))
def test_changed_setting_restarts_the_same_image_with_the_new_environment(world, kind):
    commit = world.running("one")
    world.service.put(REPO, kind, {"key": "GREETING", "value": "hi there"})
    assert world.stage() == "RUNNING_APP_STARTING"
    world.wait("RUNNING", sha=commit)
    assert world.env()["GREETING"] == "hi there"
    world.service.remove(REPO, kind, "GREETING")
    world.wait("RUNNING", sha=commit)
    until(lambda: "GREETING" not in world.env())
    assert len(world.machine.builds) == 1


def test_unknown_name_removed_restarts_nothing(world):
    world.running("one")
    world.service.remove(REPO, Kind.SECRET, "NOBODY")
    assert world.stage() == "RUNNING"
    assert len(world.machine.runs) == 1


def test_rebuild_knob_makes_a_changed_variable_a_build_argument(make_world):
    world = make_world(Tuning(config_change="rebuild", poll_seconds=0.02, watch_seconds=0.05))
    world.running("one")
    world.service.put(REPO, Kind.VARIABLE, {"key": "MODEL", "value": "large"})
    assert world.stage() == "RUNNING_BUILDING"
    world.wait("RUNNING")
    assert world.machine.builds[-1].build_args["MODEL"] == "large"


def test_setting_changed_during_a_build_reaches_the_build(world, tmp_path):
    world.create()
    gate = tmp_path / "gate"
    world.commit(files("one", build_py=gated(gate)))
    until(lambda: world.machine.builds)
    world.service.put(REPO, Kind.VARIABLE, {"key": "LATE", "value": "yes"})
    gate.touch()
    world.wait("RUNNING")
    assert world.machine.builds[-1].build_args["LATE"] == "yes"
    assert world.env()["LATE"] == "yes"


def test_idle_space_sleeps_and_a_visitor_wakes_it(world):
    commit = world.running("one", hardware="cpu-upgrade", sleep_time_seconds=1)
    runtime = world.wait("SLEEPING")
    assert "sha" not in runtime
    assert runtime["gcTimeout"] == 1
    until(lambda: not world.machine.names())
    assert world.version() == "one"
    assert world.service.runtime(REPO)["sha"] == commit


def test_a_new_version_of_a_space_that_nobody_visits_has_its_whole_sleep_time(world, monkeypatch):
    looks = []

    def nobody_for_hours(_owner):
        looks.append(world.stage())
        return 10_000.0

    monkeypatch.setattr(world.addresses, "idle_seconds", nobody_for_hours)
    world.running("one", hardware="cpu-upgrade", sleep_time_seconds=600)
    until(lambda: len(looks) > 3 or world.stage() == "SLEEPING")
    second = world.commit(files("two"))
    world.wait("RUNNING", sha=second)
    looks.clear()
    until(lambda: len(looks) > 3 or world.stage() == "SLEEPING")
    assert world.stage() == "RUNNING"
    world.service.set_sleep_time(REPO, 1)
    world.wait("SLEEPING")


def test_a_version_that_was_replaced_while_it_was_looked_at_puts_nobody_to_sleep(world):
    world.running("one", hardware="cpu-upgrade", sleep_time_seconds=600)
    ((space, former),) = world.service._parts.serving.all().items()
    second = world.commit(files("two"))
    world.wait("RUNNING", sha=second)
    world.service._life._put_to_sleep(space, former)
    assert world.stage() == "RUNNING"
    assert world.version() == "two"


def test_restart_wakes_a_sleeping_space(world):
    world.running("one", hardware="cpu-upgrade", sleep_time_seconds=1)
    world.wait("SLEEPING")
    world.service.set_sleep_time(REPO, -1)
    world.service.restart(REPO)
    world.wait("RUNNING")


def test_free_hardware_keeps_its_48_hours_whatever_is_asked(world):
    world.running("one")
    assert world.service.set_sleep_time(REPO, 60)["gcTimeout"] == 172800


def test_changed_hardware_restarts_and_the_app_sees_it(world):
    world.running("one")
    runtime = world.service.set_hardware(REPO, "cpu-upgrade", sleep_seconds=3600)
    assert runtime["stage"] == "RUNNING_APP_STARTING"
    assert runtime["hardware"] == {"current": "cpu-basic", "requested": "cpu-upgrade"}
    runtime = world.wait("RUNNING")
    assert runtime["hardware"]["current"] == "cpu-upgrade"
    assert runtime["gcTimeout"] == 3600
    assert world.env()["CPU_CORES"] == "8"
    runs = len(world.machine.runs)
    world.service.set_hardware(REPO, "cpu-upgrade")
    assert world.stage() == "RUNNING"
    assert len(world.machine.runs) == runs


def test_deleted_space_leaves_no_container_image_address_or_name(world):
    world.running("one")
    address = world.url()
    world.service.deleted(REPO)
    with pytest.raises(RepositoryNotFoundError):
        world.service.runtime(REPO)
    with pytest.raises(httpx.ConnectError):
        httpx.get(address)
    until(lambda: not world.addresses.ports())
    assert not world.machine.names()
    assert not world.machine.images
    world.running("again")


def test_renamed_space_keeps_its_address_and_learns_its_name(world):
    world.running("one")
    address = world.url()
    world.repositories.heads["acme/other"] = world.repositories.heads.pop(REPO)
    world.service.moved(REPO, "acme/other")
    world.wait("RUNNING", repo_id="acme/other")
    assert world.url("acme/other") == address
    until(lambda: world.env("acme/other")["SPACE_ID"] == "acme/other")


def test_spaces_are_built_side_by_side_two_at_a_time(world, tmp_path):
    gate = tmp_path / "gate"
    names = [f"acme/s{number}" for number in range(4)]
    for name in names:
        world.create(name)
        world.commit(files(name, build_py=gated(gate)), name)
    until(lambda: world.machine.building == 2)
    gate.touch()
    for name in names:
        world.wait("RUNNING", repo_id=name)
        assert world.version(name) == name
    assert world.machine.most_at_once == 2


def test_gradio_is_refused_at_creation_and_leaves_nothing(world):
    with pytest.raises(NotImitatedError, match="gradio"):
        world.create(sdk="gradio")
    with pytest.raises(RepositoryNotFoundError):
        world.service.runtime(REPO)
