"""What trials and services ask pulumi_docker for, what they refuse, and when they ask nothing."""

from importlib.metadata import version

import pytest
from pulumi import Output

from slipway.docker_host import plugin
from slipway.docker_host.health_check import HealthCheck, duration
from slipway.docker_host.host import VARIABLE, find_docker_host
from slipway.docker_host.image_trial import ImageTrial, ImageTrialArgs
from slipway.docker_host.service import DockerServiceArgs
from slipway.docker_host.services import DockerServices
from slipway.errors import ConfigError
from tests.components.recorder import OUTPUTS, clear_texts, record, unwrap
from toolchain.standins.docker.volumes import Volume

CONTAINER = "docker:index/container:Container"
IMAGE = "docker:index/remoteImage:RemoteImage"
REF = "registry.example/chat:1@sha256:" + "a" * 64
ENGINE = "unix:///run/engine.sock"
CANARY = "canary-8e21aa07"


@pytest.fixture(autouse=True)
def engine(tmp_path, monkeypatch):
    """A home with the plugin in it, and answers such as the plugin's."""
    folder = tmp_path / "home" / "plugins" / f"resource-docker-v{version('pulumi_docker')}"
    folder.mkdir(parents=True)
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in (VARIABLE, "PULUMI_DEBUG_PROVIDERS", "PULUMI_IGNORE_AMBIENT_PLUGINS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setitem(OUTPUTS, IMAGE, {"imageId": "sha256:id"})
    ports = [{"internal": 5000, "external": 32768, "ip": "127.0.0.1", "protocol": "tcp"}]
    monkeypatch.setitem(OUTPUTS, CONTAINER, {"ports": ports})
    monkeypatch.setitem(OUTPUTS, "docker:index/network:Network", {"name": "net-1"})
    monkeypatch.setitem(OUTPUTS, "docker:index/volume:Volume", {"name": "data-1"})


def trial_args(**changes):
    base = {"service": "chat-dev", "image": REF, "plan": "starter", "memory_mb": 512, "cpus": 0.5}
    return ImageTrialArgs(**{**base, **changes})


def recorded(make):
    """Runs a program with a Docker host."""
    return record(lambda: make(find_docker_host("host", ENGINE)))


def test_without_a_host_nothing_of_docker_exists():
    assert record(lambda: find_docker_host("host", "")).resources == {}


def test_the_environment_names_a_host_as_the_stack_does(monkeypatch):
    monkeypatch.setenv(VARIABLE, "ssh://me@machine")
    recorder = record(lambda: find_docker_host("host", "") and None)
    assert recorder["host"].inputs["host"] == "ssh://me@machine"
    recorder = record(lambda: find_docker_host("host", ENGINE) and None)
    assert recorder["host"].inputs["host"] == ENGINE


def test_a_host_without_the_plugin_is_refused_with_the_command_that_installs_it(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "elsewhere"))
    with pytest.raises(ConfigError, match=r"pulumi plugin install resource docker \d+\.\d+\.\d+"):
        plugin.require_plugin("it")
    program = tmp_path / "pulumi-resource-docker"
    program.touch(mode=0o755)
    plugin.require_plugin("it")
    monkeypatch.setenv("PULUMI_IGNORE_AMBIENT_PLUGINS", "true")
    with pytest.raises(ConfigError, match="unset it"):
        plugin.require_plugin("it")
    monkeypatch.setenv("PULUMI_DEBUG_PROVIDERS", "github:1,docker:2")
    plugin.require_plugin("it")


def test_a_trial_runs_the_digest_as_the_plan_would_and_hands_on_what_passed():
    def make(host):
        args = trial_args(env={"B": "2", "A": Output.from_input("1")}, health=HealthCheck.http(80))
        return {"ref": ImageTrial("t", args, host).ref}

    recorder = recorded(make)
    inputs = recorder["t-container"].inputs
    assert recorder["t-image"].inputs["name"] == REF
    assert recorder["t-image"].inputs["keepLocally"]
    assert inputs["image"] == "sha256:id"  # the id: a reference would differ at every run
    assert (inputs["memory"], inputs["memorySwap"], inputs["cpus"]) == (512, 512, "0.5")
    assert (inputs["networkMode"], inputs["start"], inputs["mustRun"]) == ("none", False, False)
    assert inputs["envs"] == ["A=1", "B=2"]
    assert "/health" in inputs["healthcheck"]["tests"][-1]
    assert {recorder[f"t-{role}"].provider for role in ("image", "container")} == {"host"}
    run = recorder["t-run"]
    assert (run.inputs["host"], run.inputs["container_id"]) == (ENGINE, "t-container-id")
    assert recorder.outputs["ref"] == REF
    assert (
        "healthcheck"
        not in recorded(lambda h: ImageTrial("t", trial_args(), h) and None)["t-container"].inputs
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"image": "registry.example/chat:1"}, "no digest"),
        ({"memory_mb": 4}, "4 MB"),
        ({"cpus": 0}, "0 CPU"),
        ({"timeout_seconds": 0}, "timeout_seconds 0"),
    ],
)
def test_a_trial_that_would_prove_nothing_is_refused(changes, said):
    with pytest.raises(ConfigError, match=said):
        trial_args(**changes)


def service(name, **changes):
    return DockerServiceArgs(**{"name": name, "image": REF, "port": 5000, **changes})


def services(**parts):
    return recorded(
        lambda host: {key: DockerServices("all", parts, host)[key].url for key in list(parts)[:1]}
    )


def test_services_share_one_network_under_their_names_and_publish_on_loopback_alone():
    recorder = services(
        app=service("app", publish=0, after=["chat"]),
        chat=service("chat", publish=None, health=HealthCheck.http(5001)),
    )
    app, chat = (recorder[f"all-{key}-container"].inputs for key in ("app", "chat"))
    assert app["networksAdvanced"] == [{"name": "net-1", "aliases": ["app"]}]
    assert chat["networksAdvanced"] == [{"name": "net-1", "aliases": ["chat"]}]
    assert app["ports"] == [{"internal": 5000, "ip": "127.0.0.1"}]
    assert "ports" not in chat
    assert (app["wait"], chat["wait"]) == (False, True)
    assert app["image"] == "sha256:id"
    assert recorder.outputs["app"] == "http://127.0.0.1:32768"


def test_a_port_the_engine_has_not_chosen_yet_leaves_the_address_open(monkeypatch):
    monkeypatch.setitem(OUTPUTS, CONTAINER, {"ports": [{"internal": 5000, "ip": "127.0.0.1"}]})

    def make(host):
        made = DockerServices("all", {"app": service("app", publish=0)}, host)
        return {"known": Output.from_input(made["app"].url.is_known())}

    assert recorded(make).outputs["known"] is False


def test_a_service_s_secrets_stand_nowhere_in_clear():
    recorder = services(db=service("db", secrets={"PASSWORD": CANARY}, env={"A": "1"}))
    for each in recorder.resources.values():
        assert not [text for text in clear_texts(each.inputs) if CANARY in text]
    envs = [unwrap(each) for each in unwrap(recorder["all-db-container"].inputs["envs"])]
    assert envs == ["A=1", f"PASSWORD={CANARY}"]


def test_data_lies_in_a_volume_of_its_own():
    recorder = services(db=service("db", volumes={"/data": "data"}, protect=True))
    assert recorder["all-db-container"].inputs["volumes"] == [
        {"containerPath": "/data", "volumeName": "data-1"}
    ]
    assert recorder["all-db-data"].protect


def of_volume(logical="all", stack="dev", **changes):
    """A volume and its container, as that stack declares them."""
    args = service("db", **{"volumes": {"/data": "data"}, **changes})

    def program():
        DockerServices(logical, {"db": args}, find_docker_host("host", ENGINE))

    recorder = record(program, stack=stack)
    return recorder[f"{logical}-db-data"], recorder[f"{logical}-db-container"]


def test_a_volume_outlives_its_service_unless_its_data_may_go():
    assert of_volume()[0].retained
    assert not of_volume(delete_data=True)[0].retained


def test_a_volume_of_a_renamed_stack_or_of_before_it_had_this_name_is_not_made_anew():
    volume, container = of_volume()
    assert set(Volume.replace) & set(volume.inputs) <= volume.ignored
    assert "name" in container.ignored


def test_a_renamed_component_finds_its_volume_and_two_stacks_share_none():
    (first, holder), (renamed, next_holder) = of_volume(), of_volume("shop")
    assert renamed.inputs["name"] == first.inputs["name"] == "slipway-dev-db.data"
    # Not while the other one still runs: a host has a container's name once.
    assert next_holder.inputs["name"] == holder.inputs["name"] == "slipway-dev-db"
    names = {each.inputs["name"] for each in of_volume(stack="other")}
    assert not names & {first.inputs["name"], holder.inputs["name"]}


def test_a_container_without_data_has_no_name_to_clash():
    assert "name" not in services(db=service("db"))["all-db-container"].inputs


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "Chat_1"}, "small letters"),
        ({"port": 0}, "port 0"),
        ({"publish": 70000}, "70000"),
        ({"restart": "sometimes"}, "sometimes"),
        ({"env": {"A": "1"}, "secrets": {"A": CANARY}}, "both"),
        ({"volumes": {"data": "data"}}, "begin with '/'"),
    ],
)
def test_a_service_that_can_not_work_is_refused_without_its_secrets(changes, said):
    with pytest.raises(ConfigError, match=said) as refusal:
        service(**{"name": "chat", **changes})
    assert CANARY not in str(refusal.value)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"a": service("x"), "b": service("x")}, "declared twice"),
        ({"a": service("a", after=["z"])}, "comes after z"),
        ({"a": service("a", after=["b"]), "b": service("b", after=["a"])}, "each would wait"),
    ],
)
def test_services_that_can_not_start_together_are_refused(parts, said):
    with pytest.raises(ConfigError, match=said):
        services(**parts)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0s"), (5, "5s"), (60, "1m0s"), (90, "1m30s"), (3661, "1h1m1s")]
)
def test_durations_are_written_as_the_engine_gives_them_back(seconds, text):
    assert duration(seconds) == text


def test_an_empty_health_check_is_refused():
    with pytest.raises(ConfigError, match="empty command"):
        HealthCheck(command=())
    with pytest.raises(ConfigError, match="retries 0"):
        HealthCheck(command=("true",), retries=0)
