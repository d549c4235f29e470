"""Protects the wait as a resource: what it waits for, and that its failure costs only the wait."""

import pytest
from huggingface_hub import SpaceRuntime

from sandbox.http.faults import Answer
from sandbox.hub.spaces.faults import Fault
from slipway.core.probe import probe
from slipway.core.secrecy.sealing import seal
from slipway.errors import ConfigError, DeployError
from slipway.huggingface.hub.client import HubClient
from slipway.huggingface.space import readiness
from slipway.huggingface.space.client import LOG_LINES, SpaceClient
from slipway.huggingface.space.provider import SpaceProvider
from slipway.huggingface.space.readiness import Waiter
from slipway.huggingface.space.ready_provider import SpaceReadyProvider
from tests.providers.conftest import READ_TOKEN, TOKEN
from tests.providers.engine import Engine

pytestmark = pytest.mark.usefixtures("hub")


@pytest.fixture
def space(space_inputs):
    """Raises the Space below, with these changes, and gives the inputs of the wait for it."""
    below = Engine(SpaceProvider)

    def up(revision="r1", **changes):
        below.up(space_inputs(variables={"REVISION": revision}, build_inputs=[], **changes))
        return {
            "repo_id": below.id,
            "commit": below.outputs["commit"],
            "settings": below.outputs["settings"],
            "host": below.outputs["host"],
            "probe_path": "/health",
            "expect": {"revision": revision},
            "private": changes.get("visibility") == "private",
            "timeout_seconds": 20,
        }

    return up


@pytest.fixture
def ready():
    return Engine(SpaceReadyProvider)


def test_it_waits_until_the_app_itself_answers_and_changes_nothing(ready, space, hub):
    inputs = space()
    hub.mark()
    ready.up(inputs)
    assert ready.outputs["stage"] == "RUNNING"
    assert hub.writes() == []
    assert hub.api.get_space_runtime(inputs["repo_id"]).raw["sha"] == inputs["commit"]


def test_an_app_behind_the_platforms_login_is_asked_with_the_token_that_reads(
    ready, space, monkeypatch
):
    sent = []

    class Overheard(Waiter):
        def wait(self):
            self.ask = lambda url, expect, token: sent.append(token) or probe(url, expect, token)
            return super().wait()

    monkeypatch.setattr(readiness, "Waiter", Overheard)
    ready.up(space(visibility="private"))
    assert ready.outputs["stage"] == "RUNNING"
    assert {*sent} == {READ_TOKEN}


def test_no_other_app_is_sent_any_token_and_a_private_one_none_that_writes(
    ready, space, monkeypatch
):
    monkeypatch.delenv("HF_READ_TOKEN")
    inputs = space(visibility="private")
    with pytest.raises(ConfigError, match=r"it is private\. .*Export HF_READ_TOKEN"):
        ready.up(inputs)
    ready.up(space(visibility="public"))
    assert ready.outputs["stage"] == "RUNNING"


def test_a_changed_setting_without_a_commit_is_waited_for_until_the_app_says_so(ready, space):
    before = space()
    ready.up(before)
    after = space(revision="r2")
    assert after["commit"] == before["commit"]
    assert ready.up(after) == "updated"


def test_a_new_commit_is_waited_for_even_while_the_platform_tells_the_old_stage(
    ready, space, hub, app_folder
):
    before = space()
    ready.up(before)
    hub.service.faults.set(before["repo_id"], Fault.STALE_POLLS, 5)
    (app_folder / "app.py").write_text("print('two')\n", encoding="utf-8")
    after = space()
    assert after["commit"] != before["commit"]
    ready.up(after)
    assert hub.api.get_space_runtime(after["repo_id"]).raw["sha"] == after["commit"]


def test_a_failed_build_raises_with_the_end_of_its_log_and_the_next_run_only_waits_again(
    ready, space, app_folder
):
    (app_folder / "Dockerfile").write_text("FROM scratch\nRUN FAIL\n", encoding="utf-8")
    with pytest.raises(DeployError) as failure:
        ready.up(space())
    assert "ended in BUILD_ERROR" in str(failure.value)
    assert "the build says FAIL" in str(failure.value)
    (app_folder / "Dockerfile").write_text("FROM scratch\n", encoding="utf-8")
    assert ready.up(space()) == "created"


def test_neither_the_log_nor_what_the_platform_or_the_app_says_repeats_a_secret(
    ready, space, app_folder, monkeypatch, hub, capsys
):
    (app_folder / "Dockerfile").write_text("FROM scratch\nRUN FAIL\n", encoding="utf-8")
    sealed = {"API_KEY": seal(TOKEN, "one line\nthe build says FAIL\n")}
    inputs = {**space(), "secrets": sealed}
    with pytest.raises(DeployError) as failure:
        ready.up(inputs)
    assert "ended in BUILD_ERROR" in str(failure.value)
    assert "build says" not in str(failure.value)

    client = SpaceClient(HubClient(hub.url, TOKEN), ("drawn-5f1c9e",))
    told = SpaceRuntime({"stage": "RUNTIME_ERROR", "errorMessage": "KEY drawn-5f1c9e", "sha": "c"})
    assert client._runtime(told).error == "KEY [secret]"

    (app_folder / "Dockerfile").write_text("FROM scratch\n", encoding="utf-8")
    monkeypatch.setattr(SpaceClient, "log_tail", lambda *_, **__: ["the end"])
    inputs = {**space("drawn-5f1c9e"), "secrets": {"A": seal(TOKEN, "drawn-5f1c9e")}}
    with pytest.raises(DeployError) as failure:
        ready.up({**inputs, "expect": {"revision": "never"}, "timeout_seconds": 3})
    assert "the app says revision is '[secret]', not 'never'" in str(failure.value)
    assert "drawn-5f1c9e" not in capsys.readouterr().err


def test_a_key_that_begins_above_the_end_of_the_log_is_masked_too(hub, monkeypatch):
    begin, end = "-----BEGIN " + "PRIVATE KEY-----", "-----END " + "PRIVATE KEY-----"
    body = [f"MIIEvQIBADANBgkqhkiG9w0BAQEFAASC{each:02}" for each in range(50)]
    client = SpaceClient(HubClient(hub.url, TOKEN))
    lines = ["start", begin, *body, end, *(f"line {each}" for each in range(80))]
    monkeypatch.setattr(client, "_log", lambda *_, **__: iter(lines))
    tail = client.log_tail("acme/demo", build=False)
    assert len(tail) <= LOG_LINES
    assert tail[-1] == "line 79"
    assert not [line for line in tail if "MIIE" in line]


def test_secrets_are_no_reason_to_wait_again_and_stay_as_the_program_gave_them(ready, space, hub):
    """Also where the state is from before they were known here, or the token is another."""
    inputs = space()
    ready.up(inputs)
    hub.mark()
    sealed = {"API_KEY": seal(TOKEN, "value")}
    assert ready.up({**inputs, "secrets": sealed}) == "same"
    assert ready.up({**inputs, "secrets": {"API_KEY": seal("another", "value")}}) == "same"
    assert hub.requests() == []
    found = ready.provider.read(ready.id, ready.outputs)
    assert found.inputs is None, "or a refresh would take those of the last wait for a change"
    ready.refresh()
    assert ready.up({**inputs, "secrets": sealed}) == "same"


def test_an_app_that_never_says_what_is_expected_is_a_failure_in_time(ready, space, monkeypatch):
    # The log of a running app has no end, and the official client reads on for five seconds.
    monkeypatch.setattr(SpaceClient, "log_tail", lambda *_, **__: ["the end"])
    inputs = {**space(), "expect": {"revision": "never"}, "timeout_seconds": 0.5}
    with pytest.raises(DeployError, match="last seen: the app says revision is 'r1', not 'never'"):
        ready.up(inputs)


def test_another_time_out_alone_is_no_reason_to_wait_again(ready, space):
    inputs = space()
    ready.up(inputs)
    assert ready.up({**inputs, "timeout_seconds": 30, "private": True}) == "same"


def test_a_read_tells_the_stage_of_now(ready, space, hub):
    inputs = space()
    ready.up(inputs)
    hub.api.pause_space(inputs["repo_id"])
    ready.refresh()
    assert ready.outputs["stage"] == "PAUSED"
    assert ready.up(inputs) == "same"


def test_a_deletion_leaves_the_space_alone(ready, space, hub):
    inputs = space()
    ready.up(inputs)
    hub.mark()
    ready.destroy()
    assert hub.requests() == []


def test_a_log_that_cannot_be_read_does_not_hide_the_failure_it_would_explain(
    ready, space, hub, app_folder
):
    (app_folder / "Dockerfile").write_text("FROM scratch\nRUN FAIL\n", encoding="utf-8")
    inputs = space()
    for trouble in (Answer(500), Answer(200, {"Date": "x"}, 'data: {"timestamp": "y"}\n\n')):
        hub.fault(trouble, path="/logs/")
        with pytest.raises(DeployError) as failure:
            ready.up(inputs)
        assert "ended in BUILD_ERROR" in str(failure.value)
        assert "the log could not be read" in str(failure.value)


def test_only_a_change_without_a_commit_counts_as_a_restart(ready, space, monkeypatch, app_folder):
    seen = []

    class Noted(Waiter):
        def wait(self):
            seen.append(self.target.restarted)
            return "RUNNING"

    monkeypatch.setattr(readiness, "Waiter", Noted)
    ready.up(space())
    ready.up(space(revision="r2"))
    (app_folder / "app.py").write_text("print('two')\n", encoding="utf-8")
    last = space(revision="r3")
    ready.up(last)
    ready.up({**last, "probe_path": "/"})  # nothing was written: nothing will start
    assert seen == [False, True, False, False]
