"""What a trial says of each way an image can fail, and that it leaves nothing running."""

import pytest

from slipway.docker_host import trial_provider as trial_run
from slipway.docker_host.trial import Subject, Trial, TrialFailedError
from slipway.docker_host.trial_provider import OUTPUTS, TrialRunProvider

SUBJECT = Subject(service="chat", image="r/chat@sha256:ab", plan="starter", memory_mb=512, cpus=0.5)
STARTING = {"Running": True, "Health": {"Status": "starting"}}
HEALTHY = {"Running": True, "Health": {"Status": "healthy"}}
SICK = {"Running": True, "Health": {"Status": "unhealthy", "Log": [{"Output": "a\nHTTP 503\n"}]}}
ENDED = {"Running": False, "ExitCode": 1, "Health": {"Status": "unhealthy"}}


class Engine:
    """In place of a DockerEngine: one state after the other, the last one for ever."""

    def __init__(self, *states, log=()):
        self.states, self.log, self.calls = list(states), list(log), []

    def start(self, id_):
        self.calls.append(("start", id_))

    def stop(self, id_):
        self.calls.append(("stop", id_))

    def container(self, _id):
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        return state and {"State": state}

    def log_tail(self, _id, lines):
        return self.log[-lines:]


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr("slipway.docker_host.trial._POLL_SECONDS", 0)


def refusal(*states, seconds=5, log=()):
    engine = Engine(*states, log=log)
    with pytest.raises(TrialFailedError) as caught:
        Trial(engine, "id", SUBJECT).run(seconds)
    assert engine.calls == [("start", "id"), ("stop", "id")]
    return str(caught.value)


def test_one_that_becomes_healthy_has_passed_and_is_stopped():
    engine = Engine(STARTING, SICK, HEALTHY)
    assert Trial(engine, "id", SUBJECT).run(5) >= 0
    assert engine.calls == [("start", "id"), ("stop", "id")]


@pytest.mark.parametrize(
    ("states", "log", "said"),
    [
        ([STARTING, ENDED], ["no flour"], ["exit code 1 before", "no flour", "docker run --rm"]),
        (
            [{**ENDED, "ExitCode": 137, "OOMKilled": True}],
            ["loading"],
            ["OOMKilled, exit code 137", "more than 512 MB", "smaller model"],
        ),
        (
            # The engine was not told of the memory before it was told of the end.
            [{**ENDED, "ExitCode": 137, "OOMKilled": False}],
            ["loading"],
            ["killed (exit code 137)", "more than 512 MB", "smaller model"],
        ),
        (
            [{**ENDED, "Error": "exec: no such file"}],
            [],
            ["(exec: no such file)", "it logged nothing"],
        ),
        (
            [ENDED],
            ["socket.gaierror: [Errno -3] Temporary failure in name resolution"],
            ["asked for the network", "bake the model in"],
        ),
        ([{"Running": True}], [], ["no health check", "HEALTHCHECK"]),
        ([None], [], ["vanished", "pulumi refresh"]),
    ],
)
def test_a_failure_names_the_image_the_plan_the_reason_and_the_remedy(states, log, said):
    if states == [None]:
        engine = Engine(None)
        with pytest.raises(TrialFailedError) as caught:
            Trial(engine, "id", SUBJECT).run(5)
        text = str(caught.value)
    else:
        text = refusal(*states, log=log)
    for words in ("r/chat@sha256:ab", "of chat", "plan starter", "512 MB", "0.5 CPU", *said):
        assert words in text


def test_one_that_is_never_healthy_says_what_its_check_said():
    text = refusal(SICK, seconds=0)
    assert "never became healthy; its health check says: HTTP 503." in text


def test_a_refused_connection_to_a_neighbour_is_no_question_for_the_network():
    assert "network, which" not in refusal(ENDED, log=["chat: Connection refused"])


PROPS = {
    "host": "unix:///engine.sock",
    "container_id": "one",
    "ref": "r/chat:1@sha256:ab",
    "service": "chat",
    "plan": "starter",
    "memory_mb": 512.0,
    "cpus": 0.5,
    "timeout_seconds": 5.0,
}


@pytest.fixture
def runs(monkeypatch):
    made = []
    monkeypatch.setattr(
        trial_run, "DockerEngine", lambda address: made.append(address) or Engine(HEALTHY)
    )
    return made


def test_only_another_container_or_size_is_tried_again(runs):
    provider = TrialRunProvider()
    created = provider.create(PROPS)
    assert (created.id, len(runs)) == ("trial:one", 1)
    state = created.outs
    assert provider.diff(created.id, state, PROPS).changes is False
    renamed = {**PROPS, "ref": "r/chat:2@sha256:ab"}
    assert provider.diff(created.id, state, renamed).changes
    after = provider.update(created.id, state, renamed).outs
    assert (after["ref"], after["healthy_after_seconds"]) == (
        renamed["ref"],
        state["healthy_after_seconds"],
    )
    assert len(runs) == 1
    for change in ({"container_id": "two"}, {"memory_mb": 256.0}, {"cpus": 1.0}):
        runs.clear()
        assert provider.diff(created.id, state, {**PROPS, **change}).changes
        provider.update(created.id, state, {**PROPS, **change})
        assert len(runs) == 1
    runs.clear()
    assert provider.diff(created.id, state, {**PROPS, "timeout_seconds": 9.0}).changes is False
    provider.delete(created.id, state)
    assert runs == []


def test_reading_back_asks_nobody_and_separates_what_was_given(runs):
    state = {**PROPS, "healthy_after_seconds": 1.5}
    read = TrialRunProvider().read("trial:one", state)
    assert (read.outs, read.inputs) == (state, PROPS)
    assert set(OUTPUTS) == set(state) - set(PROPS)
    assert runs == []
