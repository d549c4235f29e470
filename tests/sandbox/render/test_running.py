"""What becomes of an instance that is live: health checks go on, the free plan sleeps."""

import time
from dataclasses import replace
from itertools import pairwise

import httpx
import pytest

from tests.sandbox.render.live import QUICK, LiveRender, app, files, until

EAGER = replace(
    QUICK,
    health_seconds=0.05,
    unwell_seconds=0.3,
    unwell_restart_seconds=2.0,
    free_idle_seconds=1.0,
)
HEALTH = {"details": {"healthCheckPath": "/health"}}


def live(render, repository, changed=None, **body):
    repository.commit(files("one") | (changed or {}))
    service, deploy = render.create(repo=repository.url, **body)
    assert render.settled(service["id"], deploy)["status"] == "live", render.logs(service["id"])
    return service, deploy


@pytest.fixture
def render(tmp_path, machine):
    with LiveRender(tmp_path / "eager", machine, tuning=EAGER) as running:
        yield running


def sick_while(path) -> str:
    """An app whose health check fails while a file is there."""
    return app("one").replace(
        "500 if self.path",
        f"500 if self.path == '/health' and os.path.exists({str(path)!r}) else 500 if self.path",
    )


def test_who_fails_its_health_checks_is_visited_by_nobody_until_they_pass(
    render, repository, tmp_path
):
    service, _ = live(render, repository, {"app.py": sick_while(tmp_path / "sick")}, **HEALTH)
    object.__setattr__(render.service.parts, "tuning", replace(EAGER, unwell_restart_seconds=600))
    (tmp_path / "sick").touch()
    until(lambda: render.app(service).status_code == 503)
    assert "fails its health checks" in render.app(service).text
    (tmp_path / "sick").unlink()
    until(lambda: render.app(service).status_code == 200)
    assert len(render.machine.runs) == 1


def test_who_fails_them_for_long_is_restarted_and_it_is_said(render, repository, tmp_path):
    service, deploy = live(render, repository, {"app.py": sick_while(tmp_path / "sick")}, **HEALTH)
    (tmp_path / "sick").touch()
    until(lambda: render.events(service["id"], "server_failed"))
    (tmp_path / "sick").unlink()
    until(lambda: len(render.machine.runs) > 1)
    until(lambda: len(render.machine.names()) == 1 and render.app(service).status_code == 200)
    failed = render.events(service["id"], "server_failed")[0]["reason"]
    assert "Health check at /health fails (last: status 500)" in failed["unhealthy"]
    assert any("Health check at" in line for line in render.logs(service["id"], level="error"))
    found = render.http.get(f"/services/{service['id']}/deploys").json()
    assert [(each["deploy"]["id"], each["deploy"]["status"]) for each in found] == [
        (deploy, "live")
    ]


def test_what_cannot_be_started_again_is_tried_later_whatever_is_wrong(
    render, repository, monkeypatch
):
    """A full disk, such as it is, is no error of the machine's own kind."""
    service, _ = live(render, repository)
    start, tries = render.machine.run, []

    def fails(*given, **named):
        tries.append(time.monotonic())
        if len(tries) <= 3:
            raise OSError(28, "No space left on device")
        return start(*given, **named)

    monkeypatch.setattr(render.machine, "run", fails)
    with pytest.raises(httpx.HTTPError):
        render.app(service, "/exit")
    until(lambda: len(tries) == 4)
    until(lambda: render.app(service).status_code == 200)
    between = [later - earlier for earlier, later in pairwise(tries)]
    assert min(between) >= EAGER.retry_seconds


def test_a_free_service_sleeps_while_nobody_visits_it_and_wakes_for_a_visitor(render, repository):
    service, deploy = live(render, repository, details={"plan": "free"})
    until(lambda: not render.machine.names())
    shown = render.http.get(f"/services/{service['id']}").json()
    assert shown["suspended"] == "not_suspended"
    assert render.version(service) == "one"
    found = render.http.get(f"/services/{service['id']}/deploys").json()
    assert [each["deploy"]["status"] for each in found] == ["live"]
    assert len(render.machine.builds) == 1
    until(lambda: not render.machine.names())
    assert render.http.post(f"/services/{service['id']}/restart").status_code < 300
    until(render.machine.names)
    assert deploy


def test_a_paid_service_and_a_visited_one_stay_awake(render, repository):
    paid, _ = live(render, repository)
    assert render.version(paid) == "one"
    first = render.machine.names()
    object.__setattr__(render.service.parts, "tuning", replace(EAGER, free_idle_seconds=0.0))
    looks = []
    running = render.service._life._running
    seen, running.look = running.look, lambda: (looks.append(1), seen())[1]
    until(lambda: len(looks) > 3)
    assert render.machine.names() == first


def test_a_deploy_of_a_sleeping_service_wakes_it(render, repository):
    service, _ = live(render, repository, details={"plan": "free"})
    until(lambda: not render.machine.names())
    repository.commit(files("two"))
    second = render.deploy(service["id"])
    assert render.settled(service["id"], second["id"])["status"] == "live"
    assert render.version(service) == "two"
