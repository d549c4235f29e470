"""Render on a real engine: Dockerfiles as they stand, images by reference, static sites."""

import secrets
import shutil
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from sandbox.machine.contract import BuildRequest
from sandbox.machine.docker_machine import DockerMachine
from sandbox.render.services.plans import PLANS
from tests.sandbox.render.live import OWNER, QUICK, LiveRender, Repository, until
from toolchain.engine.address import EngineAddress
from toolchain.engine.setup import ensure_engine
from toolchain.progress import Progress

pytestmark = pytest.mark.machine

CANARY = "canary-5d1c9e7a-secret"
TUNING = replace(QUICK, poll_seconds=0.1, watch_seconds=0.2)
SITE = """
FROM busybox
ARG GREETING
RUN mkdir /www && echo "built with $GREETING" > /www/built
COPY page /www/index.html
CMD ["sh", "-c", "env > /www/env; cat /etc/secrets/token > /www/token; httpd -f -p $PORT -h /www"]
"""
EATER = """
FROM debian:bookworm-slim
CMD ["perl", "-e", "my @kept; while (1) { push @kept, 'x' x 10_000_000 }"]
"""


@pytest.fixture(scope="module")
def engine() -> Iterator[EngineAddress]:
    with ensure_engine(Progress()) as held:
        yield held.address


@pytest.fixture(scope="module")
def docker(engine) -> Iterator[DockerMachine]:
    machine = DockerMachine(engine, sandbox_id=f"render-{secrets.token_hex(4)}")
    yield machine
    machine.remove_all()
    machine.close()


@pytest.fixture
def render(tmp_path, docker) -> Iterator[LiveRender]:
    with LiveRender(
        tmp_path / "sandbox", docker, tuning=TUNING, bind_host=docker.bind_host
    ) as live:
        yield live
        for each in live.http.get("/services").json():
            live.http.delete(f"/services/{each['service']['id']}")
        until(lambda: not live.addresses.ports(), seconds=60)


def test_dockerfile_gets_its_arguments_port_secret_files_and_the_plans_limits(
    render, docker, repository
):
    repository.commit({"Dockerfile": SITE, "page": "hello\n"})
    service, deploy = render.create(
        repo=repository.url,
        envVars=[
            {"key": "GREETING", "value": "good morning"},
            {"key": "PORT", "value": "5000"},
            {"key": "API_URL", "value": f"{render.url}/v1"},
        ],
        secretFiles=[{"name": "token", "content": CANARY}],
        details={"plan": "standard", "healthCheckPath": "/index.html"},
    )
    found = render.settled(service["id"], deploy, seconds=120)
    assert found["status"] == "live", render.logs(service["id"])
    assert render.app(service).text == "hello\n"
    assert render.app(service, "/built").text == "built with good morning\n"
    assert render.app(service, "/token").text == CANARY
    seen = dict(line.split("=", 1) for line in render.app(service, "/env").text.splitlines())
    assert seen["PORT"] == "5000"
    assert seen["RENDER"] == "true"
    assert seen["RENDER_SERVICE_ID"] == service["id"]
    assert seen["RENDER_GIT_COMMIT"] == found["commit"]["id"]
    assert docker.inside_host in seen["API_URL"]
    shown = render.http.get(f"/services/{service['id']}").json()["serviceDetails"]
    assert shown["openPorts"] == [{"port": 5000, "protocol": "TCP"}]
    container = docker._client.containers.get(render.service.parts.serving.get(1).container_id)
    cpus, memory = PLANS["standard"].limits()
    assert container.attrs["HostConfig"]["Memory"] == memory
    assert container.attrs["HostConfig"]["NanoCpus"] == int(cpus * 1e9)


@pytest.mark.long
def test_image_by_reference_is_pulled_with_its_digest_and_a_new_tag_needs_a_deploy(
    render, engine, docker, tmp_path
):
    registry = engine.buildkit.registry
    for tag, text in (("one", "one"), ("two", "two")):
        context = tmp_path / tag
        context.mkdir()
        (context / "Dockerfile").write_text(
            f"FROM busybox\nRUN mkdir /www && echo {text} > /www/index.html\n"
            'CMD ["sh", "-c", "httpd -f -p $PORT -h /www"]\n'
        )
        docker.build(BuildRequest(context=context, tag=f"shop:{tag}"), lambda _line: None)
    reference = f"{registry}/slipway-{docker._sandbox_id}/shop"
    image = {"ownerId": OWNER, "imagePath": f"{reference}:one"}
    service, deploy = render.create(image=image)
    found = render.settled(service["id"], deploy, seconds=60)
    assert found["status"] == "live", render.logs(service["id"])
    assert found["image"]["sha"].startswith("sha256:")
    assert render.app(service).text == "one\n"
    others = [render.create(f"shop-{number}", image=image) for number in range(3)]
    for other, its_deploy in others:
        assert render.settled(other["id"], its_deploy, seconds=60)["status"] == "live"
        assert render.app(other).text == "one\n"
    assert docker._images.identifier(f"{reference}:one") is None  # only our own names stay
    second = render.deploy(service["id"], imageUrl=f"{reference}:two")
    newer = render.settled(service["id"], second["id"], seconds=60)
    assert newer["image"]["sha"] != found["image"]["sha"]
    assert render.app(service).text == "two\n"
    pinned = render.deploy(service["id"], imageUrl=f"{reference}@{found['image']['sha']}")
    assert render.settled(service["id"], pinned["id"], seconds=60)["status"] == "live"
    assert render.app(service).text == "one\n"
    unknown = render.deploy(service["id"], imageUrl=f"{reference}:three")
    assert render.settled(service["id"], unknown["id"], seconds=60)["status"] == "update_failed"
    assert "three" in render.events(service["id"], "image_pull_failed")[0]["imageURL"]
    assert render.app(service).text == "one\n"


@pytest.mark.long
def test_static_site_is_built_by_its_command_and_served_from_its_folder(render, repository):
    repository.commit({"site/about.html": "about\n", "site/.keep": "", "readme": "not served"})
    body = {
        "type": "static_site",
        "name": "front",
        "ownerId": OWNER,
        "repo": repository.url,
        "envVars": [{"key": "BACKEND", "value": "http://backend.example"}],
        "serviceDetails": {
            "buildCommand": 'mkdir dist && cp site/* dist/ && echo "$BACKEND" > dist/index.html',
            "publishPath": "dist",
        },
    }
    answer = render.http.post("/services", json=body).json()
    service = answer["service"]
    found = render.settled(service["id"], answer["deployId"], seconds=120)
    assert found["status"] == "live", render.logs(service["id"])
    assert render.app(service).text == "http://backend.example\n"
    assert render.app(service, "/about").text == "about\n"
    assert render.app(service, "/readme").status_code == 404
    assert render.app(service, "/../../etc/passwd").status_code == 404
    repository.commit({"site/about.html": "newer\n"})
    wrong = {"serviceDetails": {"publishPath": "nowhere"}}
    render.http.patch(f"/services/{service['id']}", json=wrong)
    deploy = render.deploy(service["id"])
    assert render.settled(service["id"], deploy["id"], seconds=120)["status"] == "build_failed"
    assert any("nowhere does not exist" in line for line in render.logs(service["id"]))
    assert render.app(service, "/about").text == "about\n"


@pytest.mark.long
def test_app_that_needs_more_than_its_plans_memory_fails_its_deploy_with_that_reason(
    render, repository
):
    repository.commit({"Dockerfile": EATER})
    service, deploy = render.create(repo=repository.url)
    assert render.settled(service["id"], deploy, seconds=120)["status"] == "update_failed"
    failure = render.events(service["id"], "deploy_ended")[0]["reason"]["failure"]
    assert failure["oomKilled"] == {"memoryLimit": "512Mi"}


@pytest.mark.long
def test_app_on_another_port_than_told_fails_its_deploy(render, repository):
    render.give_up_after(2)
    dockerfile = 'FROM busybox\nCMD ["httpd", "-f", "-p", "5000"]\n'
    repository.commit({"Dockerfile": dockerfile})
    service, deploy = render.create(repo=repository.url)
    assert render.settled(service["id"], deploy, seconds=120)["status"] == "update_failed"
    assert any("No open ports detected" in line for line in render.logs(service["id"]))
    put = render.http.put(f"/services/{service['id']}/env-vars/PORT", json={"value": "5000"})
    assert put.status_code == 200
    render.give_up_after(60)
    second = render.deploy(service["id"])
    assert render.settled(service["id"], second["id"], seconds=60)["status"] == "live"


def test_live_app_comes_back_after_a_stop_without_a_deploy_and_deletion_leaves_nothing(
    tmp_path, docker
):
    repository = Repository(tmp_path / "repo")
    repository.commit({"Dockerfile": SITE, "page": "back\n"})
    options = {"tuning": TUNING, "bind_host": docker.bind_host}
    with LiveRender(tmp_path / "sandbox", docker, **options) as first:
        service, deploy = first.create(
            "back", repo=repository.url, secretFiles=[{"name": "token", "content": CANARY}]
        )
        assert first.settled(service["id"], deploy, seconds=120)["status"] == "live"
    with pytest.raises(httpx.ConnectError):
        first.app(service)
    shutil.rmtree(repository.folder)
    with LiveRender(tmp_path / "sandbox", docker, **options) as second:
        until(lambda: second.app(service).status_code == 200, seconds=60)
        assert second.app(service).text == "back\n"
        assert len(second.http.get(f"/services/{service['id']}/deploys").json()) == 1
        assert second.http.delete(f"/services/{service['id']}").status_code == 204
        until(lambda: not second.addresses.ports(), seconds=60)
    client = docker._client
    label = {"label": f"slipway.sandbox={docker._sandbox_id}"}
    names = [each.name for each in client.containers.list(all=True, filters=label)]
    names += [each.name for each in client.networks.list(filters=label)]
    names += [tag for image in client.images.list(filters=label) for tag in image.tags]
    assert [name for name in names if "back" in name or service["id"] in name] == []
