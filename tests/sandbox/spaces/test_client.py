"""Spaces through `huggingface_hub`'s own methods over HTTP, and what only raw HTTP shows."""

import json
import threading
from collections.abc import Iterator

import httpx
import pytest
from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError

from sandbox.hub.spaces.faults import Fault
from sandbox.hub.spaces.running import watch
from tests.sandbox.spaces.conftest import QUICK, REPO, files, until
from tests.sandbox.spaces.live_hub import READER_TOKEN, STRANGER_TOKEN, TOKEN, LiveHub


@pytest.fixture
def hub(tmp_path, machine) -> Iterator[LiveHub]:
    with LiveHub(tmp_path, machine, QUICK) as live:
        yield live


@pytest.fixture
def space(hub) -> str:
    """A running Space; the name of its repository."""
    hub.api.create_repo(REPO, repo_type="space", space_sdk="docker")
    commit = hub.commit(REPO, files("one"))
    assert hub.wait(REPO, commit).stage == "RUNNING"
    return REPO


def status_of(call, *arguments, **options) -> int:
    with pytest.raises(HfHubHTTPError) as caught:
        call(*arguments, **options)
    return caught.value.response.status_code


def test_one_commit_is_enough_for_a_running_space(hub, space):
    info = hub.api.space_info(space)
    assert info.runtime.stage == "RUNNING"
    assert info.runtime.raw["sha"] == info.sha
    assert httpx.get(info.host).json()["version"] == "one"
    assert info.subdomain == "acme-demo"


def test_settings_given_at_creation_are_there_in_the_first_start(hub):
    hub.api.create_repo(
        REPO,
        repo_type="space",
        space_sdk="docker",
        space_hardware="cpu-upgrade",
        space_sleep_time=3600,
        space_secrets=[{"key": "KEY", "value": "s3cret-value"}],
        space_variables=[{"key": "MODE", "value": "fast", "description": "how"}],
    )
    commit = hub.commit(REPO, files())
    runtime = hub.wait(REPO, commit)
    assert runtime.hardware == "cpu-upgrade"
    assert runtime.sleep_time == 3600
    env = httpx.get(hub.app(REPO)).json()["env"]
    assert (env["KEY"], env["MODE"]) == ("s3cret-value", "fast")


def test_secrets_are_listed_by_name_and_never_by_value(hub, space):
    hub.api.add_space_secret(space, "API_KEY", "one-secret-value", description="for tests")
    listed = hub.api.get_space_secrets(space)
    assert listed["API_KEY"].description == "for tests"
    assert listed["API_KEY"].updated_at is not None
    raw = httpx.get(
        f"{hub.url}/api/spaces/{space}/secrets", headers={"authorization": f"Bearer {TOKEN}"}
    ).json()
    assert set(raw["API_KEY"]) == {"description", "updatedAt"}
    hub.api.delete_space_secret(space, "API_KEY")
    hub.api.delete_space_secret(space, "NEVER_THERE")
    assert hub.api.get_space_secrets(space) == {}


def test_variables_answer_with_the_whole_map(hub, space):
    hub.api.add_space_variable(space, "A", "1")
    assert {k: v.value for k, v in hub.api.add_space_variable(space, "B", "2").items()} == {
        "A": "1",
        "B": "2",
    }
    assert set(hub.api.delete_space_variable(space, "A")) == {"B"}
    assert set(hub.api.delete_space_variable(space, "UNKNOWN")) == {"B"}
    assert hub.api.get_space_variables(space)["B"].value == "2"


def test_pause_restart_hardware_and_sleep_time_answer_with_the_runtime(hub, space):
    assert hub.api.pause_space(space).stage == "PAUSED"
    assert hub.api.restart_space(space).stage == "APP_STARTING"
    hub.wait(space)
    assert hub.api.restart_space(space, factory_reboot=True).stage == "RUNNING_BUILDING"
    hub.wait(space)
    runtime = hub.api.request_space_hardware(space, "cpu-upgrade", sleep_time=600)
    assert (runtime.requested_hardware, runtime.sleep_time) == ("cpu-upgrade", 600)
    assert hub.api.set_space_sleep_time(space, -1).sleep_time == -1
    assert hub.wait(space).hardware == "cpu-upgrade"


def test_hardware_list_has_every_flavour_with_its_price(hub):
    listed = {each.name: each for each in hub.api.list_spaces_hardware()}
    assert listed["cpu-basic"].unit_cost_micro_usd == 0
    assert listed["cpu-basic"].cpu == "2 vCPU"
    assert listed["t4-small"].unit_cost_usd * 60 == pytest.approx(0.40, abs=1e-3)
    assert listed["t4-small"].accelerator.model == "T4"
    assert hub.api.list_space_templates() == []


def test_what_is_wrong_is_refused_with_the_platforms_status(hub, space):
    assert status_of(hub.api.request_space_hardware, space, "h100") == 400
    assert status_of(hub.api.set_space_sleep_time, space, 0) == 400
    assert status_of(hub.api.add_space_secret, space, "", "x") == 400
    assert status_of(hub.api.enable_space_dev_mode, space) == 501
    assert status_of(hub.api.delete_space_volumes, space) == 501
    with pytest.raises(RepositoryNotFoundError):
        hub.api.get_space_runtime("acme/nobody")


def test_only_writers_change_a_space_and_only_members_see_a_private_one(hub, space):
    reader, stranger = (
        HfApi(endpoint=hub.url, token=token) for token in (READER_TOKEN, STRANGER_TOKEN)
    )
    for api in (reader, stranger):
        assert api.get_space_runtime(space).stage == "RUNNING"
        assert status_of(api.restart_space, space) == 403
        assert status_of(api.add_space_secret, space, "A", "b") == 403
        assert status_of(api.get_space_secrets, space) == 403
    hub.api.update_repo_settings(space, repo_type="space", visibility="private")
    with pytest.raises(RepositoryNotFoundError):
        stranger.get_space_runtime(space)
    assert reader.get_space_runtime(space).stage == "RUNNING"


def test_app_of_a_private_space_is_not_there_without_a_members_token(hub, space):
    address = hub.app(space)
    hub.api.update_repo_settings(space, repo_type="space", visibility="private")
    assert httpx.get(address).status_code == 404
    for token, status in ((STRANGER_TOKEN, 404), ("nonsense", 404), (READER_TOKEN, 200)):
        headers = {"authorization": f"Bearer {token}"}
        assert httpx.get(address, headers=headers).status_code == status


def test_denied_restart_fault_is_a_401_and_leaves_the_app_alone(hub, space):
    hub.service.faults.set(space, Fault.RESTART_DENIED)
    assert status_of(hub.api.restart_space, space) == 401
    assert status_of(hub.api.request_space_hardware, space, "cpu-upgrade") == 401
    assert hub.api.get_space_runtime(space).stage == "RUNNING"


def test_build_log_of_a_finished_build_comes_at_once_and_whole(hub):
    hub.api.create_repo(REPO, repo_type="space", space_sdk="docker")
    noisy = "for n in range(50): print('line', n)\nraise SystemExit(1)\n"
    hub.commit(REPO, files(build_py=noisy))
    assert hub.wait(REPO).stage == "BUILD_ERROR"
    lines = list(hub.api.fetch_space_logs(REPO, build=True))
    assert [line for line in lines if line.startswith("line ")] == [
        f"line {number}\n" for number in range(50)
    ], lines
    events = hub.log(REPO, "build", tail=2).strip().split("\n\n")
    assert len(events) == 2
    assert set(json.loads(events[0].removeprefix("data: "))) == {"data", "timestamp"}


def test_followed_run_log_shows_new_lines_until_the_app_ends(hub, space):
    seen: list[str] = []

    def follow() -> None:
        seen.extend(hub.api.fetch_space_logs(space, follow=True))

    reader = threading.Thread(target=follow, daemon=True)
    reader.start()
    with pytest.raises(httpx.HTTPError):
        httpx.get(f"{hub.app(space)}/exit")
    reader.join(10)
    assert not reader.is_alive()
    assert "hello from one\n" in seen
    assert "told to exit\n" in seen


def test_last_words_that_come_late_are_in_a_followed_log_all_the_same(hub, machine, monkeypatch):
    monkeypatch.setattr(watch, "_LOG_END_SECONDS", 0.1)
    late, follow_logs = threading.Event(), machine.follow_logs

    def follow_slowly(container_id, log):
        def pass_on(line):
            if line == "told to exit":
                late.wait(20)
            log(line)

        follow_logs(container_id, pass_on)

    monkeypatch.setattr(machine, "follow_logs", follow_slowly)
    hub.api.create_repo(REPO, repo_type="space", space_sdk="docker")
    hub.wait(REPO, hub.commit(REPO, files("one")))
    seen: list[str] = []
    reader = threading.Thread(
        target=lambda: seen.extend(hub.api.fetch_space_logs(REPO, follow=True)), daemon=True
    )
    reader.start()
    with pytest.raises(httpx.HTTPError):
        httpx.get(f"{hub.app(REPO)}/exit")
    until(lambda: hub.wait(REPO).stage == "RUNTIME_ERROR")
    reader.join(1)
    late.set()
    reader.join(10)
    assert not reader.is_alive()
    assert "told to exit\n" in seen


def test_deleted_repository_takes_its_app_along(hub, space, machine):
    address = hub.app(space)
    hub.api.delete_repo(space, repo_type="space")
    with pytest.raises(RepositoryNotFoundError):
        hub.api.get_space_runtime(space)
    with pytest.raises(httpx.ConnectError):
        httpx.get(address)
    until(lambda: not machine.names())


def test_renamed_space_is_the_same_app_under_another_name(hub, space):
    address = hub.app(space)
    hub.api.move_repo(space, "acme/renamed", repo_type="space")
    assert hub.wait("acme/renamed").stage == "RUNNING"
    assert hub.app("acme/renamed") == address
    until(lambda: httpx.get(address).json()["env"]["SPACE_REPO_NAME"] == "renamed")
