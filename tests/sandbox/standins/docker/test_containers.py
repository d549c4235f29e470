"""Containers as the official plugin would make, find, change and remove them; on a real engine."""

import json
import urllib.request

import pytest

from toolchain.standins.differences import changed, refreshed_inputs
from toolchain.standins.protocol import PluginError

pytestmark = pytest.mark.machine

SICK = {"tests": ["CMD-SHELL", "echo too cold; false"], "interval": "1s", "timeout": "5s"}
HEALTHY = {"tests": ["CMD", "true"], "interval": "1s", "timeout": "5s", "retries": 1}


def refreshed(kind, found, inputs):
    """State, and inputs as a refresh leaves them; None if it is gone."""
    now = kind.read(found.id, found.state)
    return now and (now.state, refreshed_inputs(kind, inputs, now.state))


def test_what_it_makes_is_what_was_asked_for_and_nothing_differs_afterwards(tidy):
    kind = tidy["Container"]
    volume = tidy["Volume"].create(tidy.inputs("data"))
    inputs = tidy.container(
        envs=["B=2", "A=1"],
        memory=64,
        memorySwap=64,
        cpus="0.5",
        networkMode="none",
        readOnly=True,
        restart="on-failure",
        maxRetryCount=2,
        user="1000",
        capabilities={"drops": ["CAP_NET_RAW"]},
        securityOpts=["no-new-privileges:true"],
        tmpfs={"/scratch": "size=1m"},
        hosts=[{"host": "elsewhere", "ip": "192.0.2.1"}],
        volumes=[{"containerPath": "/data", "volumeName": volume.id, "readOnly": True}],
        healthcheck={**HEALTHY, "interval": "1m30s", "startPeriod": "2s"},
        labels=[{"label": "one", "value": "1"}],
    )
    found = kind.create(inputs)
    about = tidy.client.containers.get(found.id).attrs
    host, config = about["HostConfig"], about["Config"]
    assert (host["Memory"], host["MemorySwap"], host["NanoCpus"]) == (64 << 20, 64 << 20, 5 * 10**8)
    assert (host["NetworkMode"], host["ReadonlyRootfs"], config["User"]) == ("none", True, "1000")
    assert host["RestartPolicy"] == {"Name": "on-failure", "MaximumRetryCount": 2}
    assert (host["CapDrop"], host["Tmpfs"]) == (["CAP_NET_RAW"], {"/scratch": "size=1m"})
    assert host["SecurityOpt"] == ["no-new-privileges:true"]
    assert host["ExtraHosts"] == ["elsewhere:192.0.2.1"]
    assert host["Binds"] == [f"{volume.id}:/data:ro"]
    assert {"A=1", "B=2"} <= set(config["Env"])
    assert config["Healthcheck"]["Interval"] == 90 * 10**9
    assert config["Labels"]["one"] == "1"

    assert changed(kind, found.state, inputs) == []
    assert changed(kind, found.state, {**inputs, "envs": ["A=1", "B=2"]}) == []
    state, found_inputs = refreshed(kind, found, inputs)
    assert changed(kind, state, inputs) == []
    assert found_inputs == inputs
    kind.delete(found.id, found.state)
    tidy["Volume"].delete(volume.id, volume.state)


def test_defaults_are_those_of_the_engine_and_no_difference(tidy):
    kind = tidy["Container"]
    inputs = tidy.container()
    found = kind.create(inputs)
    state, found_inputs = refreshed(kind, found, inputs)
    assert changed(kind, state, inputs) == []
    assert found_inputs == inputs
    kind.delete(found.id, state)
    kind.delete(found.id, state)  # absent is success
    assert refreshed(kind, found, inputs) is None


@pytest.mark.parametrize(
    ("property_", "value", "replaces"),
    [
        ("envs", ["A=2"], True),
        ("command", ["sleep", "5"], True),
        ("image", "sha256:other", True),
        ("cpus", "1", True),
        ("healthcheck", HEALTHY, True),
        ("memory", 32, False),
        ("restart", "always", False),
        ("waitTimeout", 9, False),
    ],
)
def test_a_change_is_seen_and_replaces_where_it_must(tidy, property_, value, replaces):
    kind = tidy["Container"]
    inputs = tidy.container(envs=["A=1"])
    found = kind.create(inputs)
    assert changed(kind, found.state, {**inputs, property_: value}) == [property_]
    assert (property_ in kind.replace) == replaces
    kind.delete(found.id, found.state)


def test_memory_and_restarts_change_while_it_runs(tidy):
    kind = tidy["Container"]
    inputs = tidy.container(memory=64, memorySwap=64)
    found = kind.create(inputs)
    wanted = {**inputs, "memory": 96, "memorySwap": 96, "restart": "always"}
    state = kind.update(found.id, found.state, wanted)
    host = tidy.client.containers.get(found.id).attrs["HostConfig"]
    assert (host["Memory"], host["RestartPolicy"]["Name"]) == (96 << 20, "always")
    assert changed(kind, state, wanted) == []
    kind.delete(found.id, state)


def test_a_stopped_container_is_drift_and_started_again(tidy):
    kind = tidy["Container"]
    inputs = tidy.container(wait=True, healthcheck=HEALTHY)
    found = kind.create(inputs)
    tidy.client.containers.get(found.id).stop(timeout=0)
    state, found_inputs = refreshed(kind, found, inputs)
    assert changed(kind, state, inputs) == ["mustRun"]
    assert found_inputs["mustRun"] is False
    state = kind.update(found.id, state, inputs)
    assert tidy.client.containers.get(found.id).status == "running"
    assert changed(kind, state, inputs) == []
    kind.delete(found.id, state)


def test_one_that_need_not_run_is_left_alone(tidy):
    kind = tidy["Container"]
    inputs = tidy.container(mustRun=False, start=False)
    found = kind.create(inputs)
    assert tidy.client.containers.get(found.id).status == "created"
    state, found_inputs = refreshed(kind, found, inputs)
    assert (changed(kind, state, inputs), found_inputs) == ([], inputs)
    kind.delete(found.id, state)


def test_the_log_of_one_that_is_to_end_is_kept(tidy):
    kind = tidy["Container"]
    inputs = tidy.container(
        mustRun=False, attach=True, logs=True, command=["sh", "-c", "echo done; exit 3"]
    )
    found = kind.create(inputs)
    assert (found.state["containerLogs"], found.state["exitCode"]) == ("done\n", 3)
    kind.delete(found.id, found.state)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"command": ["sh", "-c", "echo no flour; exit 3"]}, ["exit code 3", "no flour"]),
        (
            {"command": ["tail", "/dev/zero"], "memory": 8, "memorySwap": 8},
            ["exit code 137", "more memory", "8 MB"],
        ),
        (
            {"waitTimeout": 2},
            ["not healthy after 2 s", "too cold"],
        ),
        ({"healthcheck": None}, ["no health check"]),
        (
            {"envs": ["KEY=canary-51c9"], "command": ["sh", "-c", "env; exit 1"]},
            ["KEY=(KEY)"],
        ),
    ],
)
def test_one_that_fails_says_why_without_its_variables_and_is_gone(tidy, given, said):
    inputs = tidy.container(**{"wait": True, "waitTimeout": 60, "healthcheck": SICK, **given})
    with pytest.raises(PluginError) as caught:
        tidy["Container"].create(inputs)
    for words in (inputs["name"], inputs["image"], *said):
        assert words in str(caught.value)
    assert "canary" not in str(caught.value)


def test_a_deployment_that_is_cancelled_waits_no_longer_and_leaves_nothing(tidy):
    tidy.cancelled.set()
    with pytest.raises(PluginError, match="Cancelled"):
        tidy["Container"].create(tidy.container(wait=True, waitTimeout=600, healthcheck=SICK))


def test_a_port_of_the_engine_s_choice_is_said_and_no_difference(tidy):
    kind = tidy["Container"]
    inputs = tidy.container(
        command=[
            "sh",
            "-c",
            "mkdir /w && echo '{\"a\": 1}' > /w/index.html && httpd -f -p 80 -h /w",
        ],
        ports=[{"internal": 80, "ip": "127.0.0.1"}],
        wait=True,
        healthcheck={**HEALTHY, "tests": ["CMD", "wget", "-qO-", "http://127.0.0.1/"]},
    )
    found = kind.create(inputs)
    [port] = found.state["ports"]
    with urllib.request.urlopen(f"http://127.0.0.1:{port['external']}/", timeout=5) as page:
        assert json.load(page) == {"a": 1}
    state, found_inputs = refreshed(kind, found, inputs)
    assert (changed(kind, state, inputs), found_inputs) == ([], inputs)
    fixed = {**inputs, "ports": [{"internal": 80, "ip": "127.0.0.1", "external": 1}]}
    assert changed(kind, state, fixed) == ["ports"]
    kind.delete(found.id, state)


def test_containers_of_one_network_find_each_other_by_their_alias(tidy):
    network = tidy["Network"].create(tidy.inputs("net"))
    kind = tidy["Container"]

    def joined(alias):
        return [{"name": network.state["name"], "aliases": [alias]}]

    page = "mkdir /w && echo found > /w/index.html && httpd -f -p 5001 -h /w"
    chat = tidy.container(
        "chat",
        command=["sh", "-c", page],
        networksAdvanced=joined("chat"),
        wait=True,
        healthcheck={**HEALTHY, "tests": ["CMD", "wget", "-qO-", "http://127.0.0.1:5001/"]},
    )
    made = kind.create(chat)
    asks = tidy.container(
        "app",
        command=["wget", "-qO-", "http://chat:5001/"],
        networksAdvanced=joined("app"),
        mustRun=False,
        attach=True,
        logs=True,
    )
    asked = kind.create(asks)
    assert asked.state["containerLogs"] == "found\n"
    assert changed(kind, made.state, chat) == []
    assert network.state["name"] in [each["networkName"] for each in made.state["networkDatas"]]
    for found in (asked, made):
        kind.delete(found.id, found.state)
    tidy["Network"].delete(network.id, network.state)


def test_data_in_a_volume_outlives_its_container(tidy):
    volume = tidy["Volume"].create(tidy.inputs("data"))
    kind = tidy["Container"]
    mount = [{"containerPath": "/data", "volumeName": volume.id}]

    def run(name, words):
        inputs = tidy.container(
            name,
            command=["sh", "-c", words],
            volumes=mount,
            mustRun=False,
            attach=True,
            logs=True,
        )
        found = kind.create(inputs)
        kind.delete(found.id, found.state)
        return found.state["containerLogs"]

    run("writes", "echo kept > /data/it")
    assert run("reads", "cat /data/it") == "kept\n"
    tidy["Volume"].delete(volume.id, volume.state)
    tidy["Volume"].delete(volume.id, volume.state)  # absent is success
