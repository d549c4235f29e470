"""Frigo on a Docker host: its images tried before Render sees them, and all of it served there."""

import json
import secrets
import socket
from contextlib import ExitStack

import docker
import pytest

from tests.e2e.clone import Clone, get_json, post_json
from toolchain.engine.setup import ensure_engine
from toolchain.progress import Progress

pytestmark = [pytest.mark.e2e, pytest.mark.machine, pytest.mark.long]

QUESTION = {"message": "How do I make a tomato soup?", "history": []}
CHAT = "app/frigo/chat/app_chat.py"


class Host:
    """The engine, as far as it holds what a clone's programs made there."""

    def __init__(self, client, clone):
        self.client = client
        self._name = clone.identity()["name"]
        self._owner = f"slipway.made-for={self._name}"

    def containers(self, stack):
        mine = {"label": [self._owner, f"slipway.stack=slipway/{stack}"]}
        return self.client.containers.list(all=True, ignore_removed=True, filters=mine)

    def of(self, stack, part):
        [found] = [each for each in self.containers(stack) if f"frigo-{part}-" in each.name]
        return found

    def images(self):
        names = [
            name
            for image in self.client.images.list()
            for name in [*image.tags, *(image.attrs.get("RepoDigests") or [])]
        ]
        return [name for name in names if self._name in name]

    def everything(self, stack):
        mine = {"label": [self._owner, f"slipway.stack=slipway/{stack}"]}
        networks = self.client.networks.list(filters=mine)
        return self.containers(stack) + networks + self.client.volumes.list(filters=mine)


@pytest.fixture(scope="module")
def engine():
    with ensure_engine(Progress()) as running:
        yield running


@pytest.fixture(scope="module")
def client(engine):
    made = docker.DockerClient(base_url=engine.address.docker_host)
    yield made
    made.close()


@pytest.fixture(scope="module")
def kitchen(tmp_path_factory, client):
    """A clone with dev raised; once it is reset the engine must hold nothing of it."""
    made = Clone.make(tmp_path_factory.mktemp("tried"), systems="frigo")
    host = None
    try:
        made.up("dev")
        host = Host(client, made)
        yield made
    finally:
        ended = made.sandbox("reset")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert host.everything("dev") == []
    assert host.images() == []


@pytest.fixture(scope="module")
def host(client, kitchen):
    return Host(client, kitchen)


def trials(clone, stack="dev"):
    shown = clone.pulumi("stack", "export", "--stack", stack)
    assert shown.returncode == 0, shown.stderr
    resources = json.loads(shown.stdout)["deployment"]["resources"]
    return [each["outputs"] for each in resources if each["type"].endswith("docker:TrialRun")]


def mutating(clone, since):
    return [(row["method"], row["path"]) for row in clone.requests(since) if row["mutates"]]


def test_each_image_ran_as_its_plan_would_run_it_and_stands_still_now(kitchen, host):
    passed = trials(kitchen)
    services = {f"frigo-{part}-dev" for part in ("app", "chat", "gpt")}
    assert {each["service"] for each in passed} == services
    for each in passed:
        about = host.client.containers.get(each["container_id"]).attrs
        limits = about["HostConfig"]
        assert (limits["Memory"], limits["MemorySwap"]) == (512 << 20, 512 << 20)
        assert (limits["NanoCpus"], limits["NetworkMode"]) == (5 * 10**8, "none")
        assert not about["State"]["Running"]
        assert about["State"]["StartedAt"] > about["Created"]
        assert each["healthy_after_seconds"] > 0
    status = {each["name"] for each in kitchen.status()["services"]}
    assert services <= status


def test_what_passed_is_not_tried_again(kitchen, host):
    before = {each.id: each.attrs["State"]["StartedAt"] for each in host.containers("dev")}
    assert " unchanged" in kitchen.up().stdout
    after = {each.id: each.attrs["State"]["StartedAt"] for each in host.containers("dev")}
    assert (len(before), after) == (3, before)


DOWNLOADS = "import urllib.request\nurllib.request.urlopen('http://weights.example/')\n"
TOO_LARGE = "print('heating the oven', flush=True)\nfat = b'x' * (900 << 20)\n"
REFUSALS = [
    (DOWNLOADS, ["exit code 1", "asked for the network", "bake the model in"]),
    # Once more: what failed must not be taken for done by the next run.
    (DOWNLOADS, ["exit code 1", "asked for the network"]),
    (TOO_LARGE, ["exit code 137", "more than 512 MB", "heating the oven"]),
]


def test_an_image_that_can_not_run_there_never_reaches_render_however_often(kitchen, host):
    chat = kitchen.folder / CHAT
    text = chat.read_text()
    served = host.of("dev", "chat").id
    services = kitchen.status()["services"]
    [service] = [each["id"] for each in services if each["name"] == "frigo-chat-dev"]
    try:
        for code, said in REFUSALS:
            chat.write_text(code + text)
            before = kitchen.last_request()
            ended = kitchen.sandbox("up", "dev")
            assert ended.returncode != 0
            for words in ("frigo-chat-dev", "plan starter", "512 MB", "@sha256:", *said):
                assert words in ended.stdout, words
            assert [path for _, path in mutating(kitchen, before) if service in path] == []
    finally:
        chat.write_text(text)
    kitchen.up()
    assert host.of("dev", "chat").id != served
    assert get_json(kitchen.outputs()["frigo"]["chat"])["status"] == "ok"


def test_a_trial_s_container_that_was_removed_is_missed_and_tried_anew(kitchen, host):
    host.of("dev", "chat").remove(force=True)
    shown = kitchen.pulumi("refresh", "--yes", "--skip-preview", "--stack", "dev")
    assert shown.returncode == 0, shown.stdout + shown.stderr
    kitchen.up()
    assert host.of("dev", "chat").attrs["State"]["StartedAt"] > "0001"
    assert len(trials(kitchen)) == 3
    assert " unchanged" in kitchen.up().stdout


@pytest.fixture(scope="module")
def home(kitchen, host):
    """Frigo of another stack, served by the Docker host; destroyed at the end, which is checked."""
    kitchen.put_stack_value("prod", "slipway:protect: true", "slipway:protect: false")
    kitchen.put_stack_value(
        "prod",
        "names: frigo-{}\n",
        f"names: frigo-{{}}\n    host: docker\n    dockerPort: {free_ports(3)}\n",
    )
    kitchen.up("prod")
    yield kitchen
    ended = kitchen.pulumi("destroy", "--yes", "--skip-preview", "--stack", "prod")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert host.everything("prod") == []
    assert len(host.containers("dev")) == 3


def free_ports(number):
    """The first of so many free loopback ports in a row.

    Containers bind them minutes later: so they lie above those that sandboxes draw and below those
    that kernels give to passing connections, and another run hardly comes upon the same.
    """
    for _ in range(1000):
        first = 30000 + secrets.randbelow(2768 - number)
        with ExitStack() as held:
            try:
                for port in range(first, first + number):
                    held.enter_context(socket.socket()).bind(("127.0.0.1", port))
            except OSError:
                continue
            return first
    raise AssertionError("no free ports")


def test_served_there_the_parts_find_each_other_by_name_and_a_chat_is_answered(home, host):
    urls = home.outputs("prod")["frigo"]
    health = get_json(urls["app"] + "/health")
    assert (health["chat"], health["ai"]) == ("http://chat:5001", "http://gpt:5002")
    answer = post_json(urls["app"] + "/api/chat", QUESTION)
    assert answer["reply"].strip()
    assert answer["sha256"] == get_json(urls["gpt"])["sha256"]
    assert {each.status for each in host.containers("prod")} == {"running"}
    bound = [
        port["HostIp"]
        for each in host.containers("prod")
        for ports in each.attrs["NetworkSettings"]["Ports"].values()
        for port in ports or ()
    ]
    assert bound == ["127.0.0.1"] * 3


def test_a_second_up_of_what_is_served_there_changes_nothing(home):
    assert " unchanged" in home.up("prod").stdout


def test_a_container_removed_by_hand_is_found_by_refresh_and_repaired(home, host):
    lost = host.of("prod", "chat")
    lost.remove(force=True)
    ended = home.pulumi("refresh", "--yes", "--skip-preview", "--stack", "prod")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    home.up("prod")
    assert host.of("prod", "chat").id != lost.id
    assert post_json(home.outputs("prod")["frigo"]["app"] + "/api/chat", QUESTION)["reply"].strip()


def test_a_stopped_container_is_found_by_refresh_and_started_again(home, host):
    still = host.of("prod", "chat")
    still.stop(timeout=1)
    ended = home.pulumi("refresh", "--yes", "--skip-preview", "--stack", "prod")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    home.up("prod")
    assert (host.of("prod", "chat").id, host.of("prod", "chat").status) == (still.id, "running")
