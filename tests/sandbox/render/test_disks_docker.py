"""A disk on a real engine: what an app writes there is read by the release after it."""

import secrets
from collections.abc import Iterator
from dataclasses import replace

import pytest

from sandbox.machine.docker_machine import DockerMachine
from tests.sandbox.render.live import QUICK, LiveRender, until
from toolchain.engine.setup import ensure_engine
from toolchain.progress import Progress

pytestmark = [pytest.mark.machine]

TUNING = replace(QUICK, poll_seconds=0.1, watch_seconds=0.2)
COUNTING = """
FROM busybox
RUN mkdir /data && echo 0 > /data/index.html
CMD ["sh", "-c", "echo $RENDER_INSTANCE_ID >> /data/index.html; exec httpd -f -p $PORT -h /data"]
"""


@pytest.fixture(scope="module")
def docker() -> Iterator[DockerMachine]:
    engine = ensure_engine(Progress())
    machine = DockerMachine(engine.address, sandbox_id=f"disks-{secrets.token_hex(4)}")
    yield machine
    machine.remove_all()
    machine.close()
    engine.release(Progress())


@pytest.mark.long
def test_what_one_release_wrote_the_next_one_reads(tmp_path, docker, repository):
    repository.commit({"Dockerfile": COUNTING})
    options = {"tuning": TUNING, "bind_host": docker.bind_host}
    disk = {"name": "count", "mountPath": "/data"}
    mine = {"label": f"slipway.sandbox={docker._sandbox_id}"}
    with LiveRender(tmp_path / "sandbox", docker, **options) as first:
        service, deploy = first.create(repo=repository.url, details={"disk": disk})
        assert first.settled(service["id"], deploy, seconds=120)["status"] == "live"
        assert len(first.app(service).text.split()) == 2, "the image's own line and one start"
        second = first.deploy(service["id"])
        assert first.settled(service["id"], second["id"], seconds=120)["status"] == "live"
        assert len(first.app(service).text.split()) == 3
    with LiveRender(tmp_path / "sandbox", docker, **options) as again:
        until(lambda: again.app(service).status_code == 200, seconds=60)
        assert len(again.app(service).text.split()) == 4
        again.http.delete(f"/services/{service['id']}")
        until(lambda: not docker._client.volumes.list(filters=mine), seconds=60)
