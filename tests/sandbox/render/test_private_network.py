"""The private network on a real engine: by name within a workspace's region, and nowhere else."""

import secrets
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from sandbox.machine.docker_machine import DockerMachine
from tests.sandbox.render.live import OWNER, QUICK, LiveRender, until, web
from toolchain.engine.setup import ensure_engine
from toolchain.progress import Progress

pytestmark = [pytest.mark.machine]

TUNING = replace(QUICK, poll_seconds=0.1, watch_seconds=0.2)
OTHER = "tea-11111111111111111111"
INNER = """
FROM busybox
RUN mkdir /www && echo secret recipe > /www/index.html
CMD ["sh", "-c", "httpd -f -p $PORT -h /www"]
"""
# Says what it gets from the address it was told, asked anew for every visitor.
OUTER = """
FROM python:3.11-slim
COPY app.py .
CMD ["python", "-u", "app.py"]
"""
ASKING = """
import http.server, os, urllib.request

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        try:
            said = urllib.request.urlopen(os.environ["PEER"], timeout=3).read()
        except OSError:
            said = b"none"
        self.send_response(200)
        self.end_headers()
        self.wfile.write(said)

http.server.HTTPServer(("0.0.0.0", int(os.environ["PORT"])), Handler).serve_forever()
"""


@pytest.fixture
def render(tmp_path) -> Iterator[LiveRender]:
    engine = ensure_engine(Progress())
    machine = DockerMachine(engine.address, sandbox_id=f"private-{secrets.token_hex(4)}")
    try:
        bind = machine.bind_host
        with LiveRender(tmp_path / "s", machine, tuning=TUNING, bind_host=bind) as live:
            yield live
    finally:
        machine.remove_all()
        machine.close()
        engine.release(Progress())


def live_service(render, repository, name, **body):
    answer = render.http.post("/services", json=web(name, repo=repository.url, **body))
    assert answer.status_code == 201, answer.text
    service, deploy = answer.json()["service"], answer.json()["deployId"]
    found = render.settled(service["id"], deploy, seconds=120)
    assert found["status"] == "live", render.logs(service["id"])
    return service


@pytest.mark.long
def test_services_find_each_other_by_name_in_their_region_and_workspace(render, repository):
    asking = {"outer/Dockerfile": OUTER, "outer/app.py": ASKING}
    repository.commit({"Dockerfile": INNER, **asking})
    region = {"region": "frankfurt"}
    inner = live_service(render, repository, "inner", type="private_service", details=region)
    peer = [{"key": "PEER", "value": f"http://{inner['serviceDetails']['url']}"}]
    heard = {}
    for name, owner, where in (
        ("near", OWNER, "frankfurt"),
        ("far", OWNER, "ohio"),
        ("foreign", OTHER, "frankfurt"),
    ):
        body = {"rootDir": "outer", "envVars": peer, "ownerId": owner}
        service = live_service(render, repository, name, details={"region": where}, **body)
        url = service["serviceDetails"]["url"]
        heard[name] = httpx.get(url, timeout=30).text.strip()
    assert heard == {"near": "secret recipe", "far": "none", "foreign": "none"}
    # What is released anew is found under the same name.
    again = render.deploy(inner["id"])
    assert render.settled(inner["id"], again["id"], seconds=120)["status"] == "live"
    near = next(each for each in render.http.get("/services").json()
                if each["service"]["name"] == "near")["service"]  # fmt: skip
    url = near["serviceDetails"]["url"]
    until(lambda: httpx.get(url, timeout=30).text.strip() == "secret recipe", seconds=10)
