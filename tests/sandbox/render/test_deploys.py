"""The deploy machine: a new version serves once it is healthy, a bad one never does."""

import re
import socket
from dataclasses import replace

import httpx
import pytest

from sandbox.render.deploys import worker
from tests.sandbox.render.live import ENDLESS, QUICK, LiveRender, app, files, gated, until
from tests.sandbox.spaces.process_machine import ENDED_BECAUSE
from tests.sandbox.spaces.silent_build import lives, silent

CRASH = "print('no model found', flush=True)\nraise SystemExit(7)\n"
HANG = "import time\nprint('thinking', flush=True)\nwhile True: time.sleep(0.05)\n"
FULL = "raise SystemExit(138)\n"
OOM = "print('loading weights', flush=True)\nraise SystemExit(137)\n"
WRONG_PORT = """
import http.server, os
http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler).serve_forever()
"""


def live(render, repository, version="one", **body):
    repository.commit(files(version))
    service, deploy = render.create(repo=repository.url, **body)
    assert render.settled(service["id"], deploy)["status"] == "live", render.logs(service["id"])
    return service, deploy


def test_creating_deploys_the_newest_commit_of_the_default_branch(render, repository):
    repository.commit(files("old"))
    commit = repository.commit(files("one"), message="Say one")
    service, deploy = render.create(repo=repository.url)
    found = render.settled(service["id"], deploy)
    assert found["status"] == "live"
    assert (found["commit"]["id"], found["commit"]["message"]) == (commit, "Say one")
    assert found["finishedAt"] > found["startedAt"] >= found["createdAt"]
    assert render.version(service) == "one"
    assert service["branch"] == "main"
    assert service["slug"] == "web"
    lines = render.logs(service["id"])
    assert "hello from one" in lines
    assert "==> Your service is live" in lines


def test_old_version_serves_until_the_new_one_is_healthy(render, repository, tmp_path):
    service, first = live(render, repository)
    gate = tmp_path / "gate"
    waiting = gated(gate)
    repository.commit({"app.py": waiting + app("two")})
    second = render.deploy(service["id"])
    assert second["status"] == "build_in_progress"
    render.until(service["id"], second["id"], {"update_in_progress"})
    assert render.version(service) == "one"
    gate.touch()
    assert render.settled(service["id"], second["id"])["status"] == "live"
    assert render.version(service) == "two"
    former = render.http.get(f"/services/{service['id']}/deploys/{first}").json()
    assert former["status"] == "deactivated"
    until(lambda: len(render.machine.names()) == 1)


@pytest.mark.parametrize(
    ("bad", "said", "reason"),
    [
        (CRASH, "Exited with status 7", {"nonZeroExit": 7}),
        (HANG, "No open ports detected", {"timedOutSeconds": 2}),
        (OOM, "Out of memory (used over 512Mi)", {"oomKilled": {"memoryLimit": "512Mi"}}),
        (FULL, ENDED_BECAUSE, {"evicted": True, "evictionReason": ENDED_BECAUSE}),
        (WRONG_PORT, "No open ports detected", {"timedOutSeconds": 2}),
        (app("sick"), "(last: status 500)", {"timedOutSeconds": 2}),
        ("", "Application exited early", {"earlyExit": True}),
    ],
    ids=["crash", "hang", "out of memory", "full disk", "wrong port", "status 500", "early exit"],
)
def test_bad_release_fails_with_its_reason_and_the_old_one_keeps_serving(
    render, repository, bad, said, reason
):
    service, first = live(render, repository, details={"healthCheckPath": "/health"})
    if "timedOutSeconds" in reason:
        render.give_up_after(2)
    repository.commit({"app.py": bad})
    deploy = render.deploy(service["id"])
    found = render.settled(service["id"], deploy["id"])
    assert found["status"] == "update_failed"
    assert found["finishedAt"] is not None
    assert any(said in line for line in render.logs(service["id"], level="error"))
    ended = render.events(service["id"], "deploy_ended")[0]
    assert ended["deployId"] == deploy["id"]
    assert reason.items() <= ended["reason"]["failure"].items()
    assert render.version(service) == "one"
    kept = render.http.get(f"/services/{service['id']}/deploys/{first}").json()
    assert kept["status"] == "live"
    assert len(render.machine.names()) == 1


def test_a_release_nobody_listens_in_is_not_live_though_the_engines_proxy_is_slow_to_say_so(
    render, repository, monkeypatch
):
    service, _ = live(render, repository)
    run = render.machine.run

    def behind_a_proxy(request):
        container = run(request)
        own = ("127.0.0.1", container.host_port)
        return replace(container, host_port=proxy.getsockname()[1], own_address=own)

    # Accepts, and has not noticed yet that there is nobody to pass it on to.
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        monkeypatch.setattr(render.machine, "run", behind_a_proxy)
        render.give_up_after(2)
        repository.commit({"app.py": HANG})
        deploy = render.deploy(service["id"])
        assert render.settled(service["id"], deploy["id"])["status"] == "update_failed"
        assert render.version(service) == "one"
        render.give_up_after(60)
        repository.commit(files("two"))
        deploy = render.deploy(service["id"])
        assert render.settled(service["id"], deploy["id"])["status"] == "live"


def test_last_words_of_a_crashed_release_are_in_the_log_between_the_deploys_times(
    render, repository
):
    service, _ = live(render, repository)
    repository.commit({"app.py": CRASH})
    deploy = render.deploy(service["id"])
    found = render.settled(service["id"], deploy["id"])
    lines = render.logs(
        service["id"], type="app", startTime=found["createdAt"], endTime=found["finishedAt"]
    )
    assert "no model found" in lines
    assert "hello from one" not in lines


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"build.py": "print('no such package')\nraise SystemExit(4)"}, "no such package"),
        ({"dockerfile": "./missing/Dockerfile"}, "missing/Dockerfile"),
        ({"dockerfile": "../Dockerfile"}, None),
    ],
    ids=["failing step", "no Dockerfile", "path out of the repository"],
)
def test_failed_build_keeps_what_serves_and_says_why(render, repository, change, said):
    service, _ = live(render, repository)
    path = change.pop("dockerfile", None)
    repository.commit(change)
    if path is not None:
        details = {"envSpecificDetails": {"dockerfilePath": path}}
        answer = render.http.patch(f"/services/{service['id']}", json={"serviceDetails": details})
        assert answer.status_code == (400 if said is None else 200)
        if said is None:
            return
    deploy = render.deploy(service["id"])
    assert render.settled(service["id"], deploy["id"])["status"] == "build_failed"
    assert any(said in line for line in render.logs(service["id"], type="build"))
    ended = render.events(service["id"], "deploy_ended")[0]
    assert ended["reason"]["buildFailed"]["id"].startswith("bld-")
    assert render.version(service) == "one"


def test_deploy_asked_for_during_another_waits_and_only_the_newest_waits(
    render, repository, tmp_path
):
    repository.commit(files("one"))
    gate = tmp_path / "gate"
    slow = gated(gate)
    repository.commit(files("one", build_py=slow))
    service, first = render.create(repo=repository.url)
    url = f"/services/{service['id']}/deploys"
    for _ in range(2):
        answer = render.http.post(url, json={})
        assert (answer.status_code, answer.content) == (202, b"")
    queued = render.http.get(url, params={"status": "queued", "limit": 1}).json()[0]["deploy"]
    canceled = render.http.get(url, params={"status": "canceled"}).json()
    assert len(canceled) == 1
    gate.touch()
    assert render.settled(service["id"], queued["id"])["status"] == "live"
    first_one = render.http.get(f"{url}/{first}").json()
    assert first_one["status"] == "deactivated"
    started = [each["deployId"] for each in render.events(service["id"], "deploy_started")]
    assert started == [queued["id"], first]


@pytest.mark.parametrize("told", ["cancel", "suspend", "delete"])
def test_a_silent_build_ends_within_a_second_of_being_told(render, repository, tmp_path, told):
    service, _ = live(render, repository)
    repository.commit({"build.py": silent(tmp_path / "pid")})
    deploy = render.deploy(service["id"])
    until((tmp_path / "pid").exists)
    if told == "cancel":
        render.http.post(f"/services/{service['id']}/deploys/{deploy['id']}/cancel")
    elif told == "suspend":
        render.http.post(f"/services/{service['id']}/suspend")
    else:
        render.http.delete(f"/services/{service['id']}")
    until(lambda: not lives(tmp_path / "pid"), seconds=3)  # one, and what a busy computer adds
    until(lambda: render.machine.building == 0)


def test_a_silent_build_ends_at_its_time_limit(tmp_path, machine, repository):
    repository.commit(files(build_py=silent(tmp_path / "pid")))
    with LiveRender(
        tmp_path / "sandbox", machine, tuning=replace(QUICK, build_seconds=1.0)
    ) as render:
        service, deploy = render.create(repo=repository.url)
        assert render.settled(service["id"], deploy)["status"] == "build_failed"
        assert "==> Build timed out" in render.logs(service["id"], type="build")
        assert not lives(tmp_path / "pid")


def test_canceled_build_ends_and_the_next_deploy_runs(render, repository):
    service, _ = live(render, repository)
    repository.commit({"build.py": ENDLESS})
    deploy = render.deploy(service["id"])
    until(lambda: "tick" in render.logs(service["id"], type="build"))
    url = f"/services/{service['id']}/deploys/{deploy['id']}/cancel"
    answer = render.http.post(url)
    assert (answer.status_code, answer.json()["status"]) == (200, "canceled")
    assert render.http.post(url).status_code == 400
    assert render.events(service["id"], "build_ended")[0]["buildStatus"] == "canceled"
    repository.commit(files("two", build_py=""))
    again = render.deploy(service["id"])
    assert render.settled(service["id"], again["id"])["status"] == "live"
    assert render.version(service) == "two"


def test_deploy_canceled_when_it_was_about_to_serve_never_does(render, repository, monkeypatch):
    service, _ = live(render, repository)
    repository.commit(files("two"))
    started = worker.start_instance

    def start_and_cancel(turn, *arguments, **options):
        instance = started(turn, *arguments, **options)
        url = f"/services/{service['id']}/deploys/{turn.deploy.id}/cancel"
        assert render.http.post(url).status_code == 200
        return instance

    monkeypatch.setattr(worker, "start_instance", start_and_cancel)
    deploy = render.deploy(service["id"])
    assert render.settled(service["id"], deploy["id"])["status"] == "canceled"
    until(lambda: len(render.machine.names()) == 1)
    assert render.version(service) == "one"


def test_deploy_of_a_commit_builds_that_commit(render, repository):
    service, _ = live(render, repository)
    wanted = repository.commit(files("two"))
    repository.commit(files("three"))
    deploy = render.deploy(service["id"], commitId=wanted[:12])
    found = render.settled(service["id"], deploy["id"])
    assert (found["status"], found["commit"]["id"]) == ("live", wanted)
    assert render.version(service) == "two"
    missing = render.deploy(service["id"], commitId="0" * 40)
    assert render.settled(service["id"], missing["id"])["status"] == "build_failed"
    assert any(
        "0000 does not exist" in each.replace("'", "") for each in render.logs(service["id"])
    )


def test_rollback_runs_the_former_image_without_a_build(render, repository):
    service, first = live(render, repository)
    repository.commit(files("two"))
    second = render.deploy(service["id"])
    render.settled(service["id"], second["id"])
    builds = len(render.machine.builds)
    answer = render.http.post(f"/services/{service['id']}/rollback", json={"deployId": first})
    assert answer.status_code == 201
    assert answer.json()["trigger"] == "rollback"
    assert render.settled(service["id"], answer.json()["id"])["status"] == "live"
    assert render.version(service) == "one"
    assert len(render.machine.builds) == builds
    bad = render.http.post(f"/services/{service['id']}/rollback", json={"deployId": "dep-none"})
    assert bad.status_code == 404


def test_images_of_old_deploys_go_but_the_last_few(render, repository):
    service, first = live(render, repository)
    for number in range(4):
        repository.commit(files(f"v{number}"))
        deploy = render.deploy(service["id"])
        assert render.settled(service["id"], deploy["id"])["status"] == "live"
    until(lambda: len(render.machine.tags()) == 3)
    answer = render.http.post(f"/services/{service['id']}/rollback", json={"deployId": first})
    assert answer.status_code == 400
    assert "no longer kept" in answer.json()["message"]
    assert render.version(service) == "v3"


def test_crashed_instance_is_started_again_and_said(render, repository):
    service, deploy = live(render, repository)
    with pytest.raises(httpx.HTTPError):
        render.app(service, "/exit")
    until(lambda: render.events(service["id"], "server_failed"))
    assert render.events(service["id"], "server_failed")[0]["reason"]["nonZeroExit"] == 3
    until(lambda: render.app(service).status_code == 200)
    assert len(render.http.get(f"/services/{service['id']}/deploys").json()) == 1
    assert render.settled(service["id"], deploy)["status"] == "live"


def test_monorepo_builds_from_its_root_directory(render, repository):
    repository.commit({f"apps/chat/{name}": text for name, text in files("chat").items()})
    service, deploy = render.create(repo=repository.url, rootDir="apps/chat")
    assert render.settled(service["id"], deploy)["status"] == "live"
    assert render.version(service) == "chat"
    assert service["rootDir"] == "apps/chat"


def test_old_deploys_and_events_go_and_values_nobody_can_return_to(tmp_path, machine, repository):
    tuning = replace(QUICK, kept_deploys=3, kept_events=8, kept_images=2)
    with LiveRender(tmp_path / "sandbox", machine, tuning=tuning) as render:
        variables = [{"key": "PASSWORD", "value": "of-the-first-deploys"}]
        service, first = live(render, repository, envVars=variables)
        ids = [first]
        for number in range(5):
            repository.commit(files(f"v{number}"))
            deploy = render.deploy(service["id"])["id"]
            assert render.settled(service["id"], deploy)["status"] == "live"
            ids.append(deploy)
        listed = f"/services/{service['id']}/deploys"

        def present() -> list[str]:
            return [each["deploy"]["id"] for each in render.http.get(listed).json()]

        until(lambda: present() == ids[:1:-1])  # the live one and the last three that ended
        deploys = render.service.parts.deploys
        number = render.service.find(service["id"]).number
        values = {each.id: dict(each.frozen.variables) for each in deploys.of(number)}
        assert values[ids[-1]]["PASSWORD"] == "of-the-first-deploys"
        assert values[ids[2]] == values[ids[3]] == {}, "their images are gone"
        assert len(render.service.parts.events.of(number, (), "", "9")) <= 8 + 2
        answer = render.http.post(f"/services/{service['id']}/rollback", json={"deployId": ids[-2]})
        assert render.settled(service["id"], answer.json()["id"])["status"] == "live"
        assert render.version(service) == "v3"


SLOW_TO_END = """
import os, pathlib, signal, time

def finish(*_):
    time.sleep(1.5)
    pathlib.Path(FILE).write_text("finished")
    os._exit(0)

signal.signal(signal.SIGTERM, finish)
"""


def test_an_old_instance_has_its_shutdown_delay_to_end_by_itself(render, repository, tmp_path):
    mark = tmp_path / "mark"
    content = files()
    content["app.py"] = f"FILE = {str(mark)!r}\n{SLOW_TO_END}\n{app('one')}"
    repository.commit(content)
    details = {"plan": "starter", "maxShutdownDelaySeconds": 20}
    service, deploy = render.create(repo=repository.url, details=details)
    assert render.settled(service["id"], deploy)["status"] == "live", render.logs(service["id"])
    repository.commit(files("two"))
    newer = render.deploy(service["id"])
    assert render.settled(service["id"], newer["id"])["status"] == "live"
    until(mark.exists)
    assert [each.stop_seconds for each in render.machine.runs] == [20, 20]


def test_a_deploy_names_its_commit_at_once(render, repository):
    service, _ = live(render, repository)
    commit = repository.commit(files("two"), message="Say two")
    place = f"/services/{service['id']}/deploys"
    made = render.http.post(place)
    assert made.status_code == 201
    named = made.json()["commit"]
    assert (named["id"], named["message"]) == (commit, "Say two")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", named["createdAt"])
    assert render.settled(service["id"], made.json()["id"])["status"] == "live"
    assert render.version(service) == "two"
    repository.commit(files("three"))
    older = render.http.post(place, json={"commitId": commit}).json()
    assert older["commit"]["message"] == "Say two"
    render.http.post(f"{place}/{older['id']}/cancel")
    assert render.http.get(f"{place}/{older['id']}").json()["commit"]["id"] == commit
