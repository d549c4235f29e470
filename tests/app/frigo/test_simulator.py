"""The traffic simulator sends what it says it sends, and the counts are those of the answers."""

import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from app.frigo.kitchen.simulator import Simulator
from app.frigo.kitchen.web import ServiceError


@pytest.fixture
def site():
    """Counts requests; answers with the statuses in `answers`, in turn, after `pause` seconds."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            server.arrived.append(time.monotonic())
            self.rfile.read(int(self.headers["Content-Length"]))
            time.sleep(server.pause)
            self.send_response(server.answers[(len(server.arrived) - 1) % len(server.answers)])
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            """Keeps the test output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.arrived, server.answers, server.pause = [], [200], 0.0
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def simulator(site):
    simulator = Simulator(f"http://127.0.0.1:{site.server_port}/api/chat", 5)
    yield simulator
    simulator.stop()


def finished(simulator):
    deadline = time.monotonic() + 10
    while simulator.status()["running"]:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return simulator.status()


def test_the_counts_are_those_of_the_answers(simulator, site):
    site.answers = [200, 502, 200, 200]
    begun = simulator.start({"rate_per_second": 10, "seconds": 0.8})
    assert begun["running"]
    assert begun["planned"] == 8
    status = finished(simulator)
    assert len(site.arrived) == status["sent"] == 8
    assert (status["answered"], status["failed"]) == (6, 2)
    assert status["statuses"] == {"200": 6, "502": 2}
    assert status["median_ms"] > 0


def test_requests_keep_the_rate(simulator, site):
    simulator.start({"rate_per_second": 10, "seconds": 1})
    finished(simulator)
    gaps = [later - earlier for earlier, later in zip(site.arrived, site.arrived[1:], strict=False)]
    assert sum(gaps) / len(gaps) == pytest.approx(0.1, rel=0.3)


def test_a_slow_site_gets_no_more_than_four_at_once(simulator, site):
    site.pause = 1.0
    simulator.start({"rate_per_second": 10, "seconds": 1})
    status = finished(simulator)
    assert status["sent"] < 10
    assert status["sent"] + status["skipped"] == 10
    assert status["answered"] == status["sent"]


def test_a_site_that_is_gone_is_counted_as_such():
    simulator = Simulator("http://127.0.0.1:9/api/chat", 1)
    simulator.start({"rate_per_second": 10, "seconds": 0.2})
    status = finished(simulator)
    assert status["statuses"] == {"no answer": 2}
    assert status["failed"] == 2


def test_only_one_simulation_runs_and_it_can_be_stopped(simulator, site):
    simulator.start({"rate_per_second": 2, "seconds": 600})
    with pytest.raises(ServiceError) as refused:
        simulator.start({})
    assert refused.value.status == 409
    status = simulator.stop()
    assert not status["running"]
    assert status["sent"] < 20
    arrived = len(site.arrived)
    simulator.start({"rate_per_second": 10, "seconds": 0.1})
    assert finished(simulator)["sent"] == 1
    assert len(site.arrived) == arrived + 1


@pytest.mark.parametrize(
    "body",
    [
        {"rate_per_second": 0},
        {"rate_per_second": 11},
        {"seconds": 601},
        {"seconds": True},
        {"questions": []},
        {"questions": [""]},
    ],
)
def test_a_simulation_out_of_bounds_is_refused(simulator, body):
    with pytest.raises(ServiceError) as refused:
        simulator.start(body)
    assert refused.value.status == 422
    assert not simulator.status()["running"]


def test_simulated_questions_go_through_all_services_and_leave_no_history(chain):
    before = chain.app.get("/api/history").json()["exchanges"]
    started = chain.app.post("/api/simulator/start", {"rate_per_second": 10, "seconds": 0.5})
    assert started.status_code == 202
    status = chain.app.poll("/api/simulator/status", lambda answer: not answer["running"])
    assert status["answered"] == status["sent"] == 5
    generated = [line for line in chain.gpt.log_lines() if line.get("path") == "/api/generate"]
    assert len(generated) >= 5
    assert chain.app.get("/api/history").json()["exchanges"] == before
