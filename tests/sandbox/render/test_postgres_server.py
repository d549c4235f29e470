"""A real PostgreSQL: who may do what, the private network, limits, and data that stay."""

import secrets
from collections.abc import Iterator
from dataclasses import replace

import httpx
import psycopg
import pytest

from sandbox.machine.docker_machine import DockerMachine
from tests.sandbox.render.live import OWNER, QUICK, LiveRender, until
from toolchain.engine.setup import ensure_engine
from toolchain.progress import Progress

pytestmark = [pytest.mark.machine]

TUNING = replace(QUICK, poll_seconds=0.1, watch_seconds=0.2, retry_seconds=1)
# Answers what it finds in its database, asked anew for every visitor.
ASKING = """
FROM python:3.11-slim
RUN pip install --no-cache-dir 'psycopg[binary]'
COPY app.py .
CMD ["python", "-u", "app.py"]
"""
ASKING_APP = """
import http.server, os, psycopg

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        try:
            with psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=5) as database:
                text = str(database.execute("select word from words").fetchone()[0])
        except psycopg.Error as error:
            text = type(error).__name__
        self.send_response(200)
        self.end_headers()
        self.wfile.write(text.encode())

http.server.HTTPServer(("0.0.0.0", int(os.environ["PORT"])), Handler).serve_forever()
"""


@pytest.fixture(scope="module")
def docker() -> Iterator[DockerMachine]:
    engine = ensure_engine(Progress())
    machine = DockerMachine(engine.address, sandbox_id=f"postgres-{secrets.token_hex(4)}")
    yield machine
    machine.remove_all()
    mine = {"label": f"slipway.sandbox={machine._sandbox_id}"}
    assert machine._client.volumes.list(filters=mine) == []
    assert machine._client.networks.list(filters=mine) == []
    machine.close()
    engine.release(Progress())


@pytest.fixture(scope="module")
def version(docker) -> str:
    """The newest PostgreSQL to be had here."""
    return next(str(each) for each in range(18, 10, -1) if not docker.why_not(f"postgres:{each}"))


@pytest.fixture
def render(tmp_path, docker) -> Iterator[LiveRender]:
    with started(tmp_path, docker) as live:
        yield live
        for each in live.http.get("/services").json():
            live.http.delete(f"/services/{each['service']['id']}")
        for each in live.http.get("/postgres").json():
            live.http.delete(f"/postgres/{each['postgres']['id']}")
        until(lambda: not live.addresses.ports(), seconds=60)


def started(folder, docker):
    return LiveRender(folder / "sandbox", docker, tuning=TUNING, bind_host=docker.bind_host)


def made(render, version, name="shop", **changes):
    body = {"name": name, "ownerId": OWNER, "plan": "basic_256mb", "version": version}
    answer = render.http.post("/postgres", json={**body, **changes})
    assert answer.status_code == 201, answer.text
    return available(render, answer.json()["id"])


def available(render, database):
    def look():
        found = render.http.get(f"/postgres/{database}").json()
        return found if found["status"] == "available" else None

    return until(look, seconds=300)


def info(render, database):
    return render.http.get(f"/postgres/{database['id']}/connection-info").json()


def ask(url, statement):
    with psycopg.connect(url, connect_timeout=5) as session:
        cursor = session.execute(statement)
        return cursor.fetchall() if cursor.description else None


def test_it_is_the_version_asked_for_and_belongs_to_an_ordinary_user(render, version):
    database = made(render, version, databaseName="shop", databaseUser="keeper")
    connection = info(render, database)
    url = connection["externalConnectionString"]
    [[number]] = ask(url, "show server_version")
    assert number.split(".")[0] == version
    assert ask(url, "select current_user, current_database()") == [
        ("keeper", database["databaseName"])
    ]
    assert ask(url, "select rolsuper from pg_roles where rolname = current_user") == [(False,)]
    assert ask(url, "show password_encryption") == [("scram-sha-256",)]
    assert ask(url, "show shared_buffers") == [("64MB",)]
    assert ask(url, "show max_connections") == [("100",)]
    wrong = url.replace(connection["password"], "wrong")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        ask(wrong, "select 1")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        ask(url.replace("keeper", "postgres"), "select 1")


@pytest.mark.long
def test_its_memory_is_limited_to_the_plans_and_its_log_holds_no_password(render, docker, version):
    database = made(render, version)
    container = docker._client.containers.get(docker._engine_name(f"render-{database['id']}"))
    assert container.attrs["HostConfig"]["Memory"] == 256 * 1024**2
    connection = info(render, database)
    with pytest.raises(psycopg.Error):
        ask(connection["externalConnectionString"], "select nonsense")
    log = container.logs().decode()
    assert "ready to accept connections" in log
    assert connection["password"] not in log
    assert "SCRAM-SHA-256$" not in log
    shown = repr(container.attrs)
    assert connection["password"] not in shown


@pytest.mark.long
def test_a_service_reaches_it_by_its_id_in_its_own_region_only(render, repository, version):
    database = made(render, version, region="frankfurt")
    connection = info(render, database)
    external = connection["externalConnectionString"]
    ask(external, "create table words (word text)")
    ask(external, "insert into words values ('soup')")
    repository.commit({"Dockerfile": ASKING, "app.py": ASKING_APP})
    internal = {"key": "DATABASE_URL", "value": connection["internalConnectionString"]}
    words = {}
    for name, region, variable in (
        ("near", "frankfurt", internal),
        ("far", "ohio", internal),
        ("out", "ohio", {"key": "DATABASE_URL", "value": external}),
    ):
        service, deploy = render.create(
            name, repo=repository.url, envVars=[variable], details={"region": region}
        )
        found = render.settled(service["id"], deploy, seconds=300)
        assert found["status"] == "live", render.logs(service["id"])
        words[name] = httpx.get(service["serviceDetails"]["url"], timeout=30).text
    assert words == {"near": "soup", "far": "OperationalError", "out": "soup"}


@pytest.mark.long
def test_data_outlive_suspending_another_plan_and_a_stop_of_the_sandbox(tmp_path, docker, version):
    with started(tmp_path, docker) as first:
        database = made(first, version)
        connection = info(first, database)
        url, path = connection["externalConnectionString"], f"/postgres/{database['id']}"
        ask(url, "create table kept as select 7 as number")
        first.http.post(f"{path}/suspend")
        until(lambda: first.http.get(path).json()["status"] == "suspended")
        with pytest.raises(psycopg.OperationalError):
            ask(url, "select 1")
        first.http.post(f"{path}/resume")
        available(first, database["id"])
        assert ask(url, "select number from kept") == [(7,)]
        first.http.patch(path, json={"plan": "basic_1gb"})
        until(lambda: first.http.get(path).json()["status"] != "updating_instance", seconds=60)
        available(first, database["id"])
        assert ask(url, "show shared_buffers") == [("256MB",)]
        assert ask(url, "select number from kept") == [(7,)]
    with pytest.raises(psycopg.OperationalError):
        ask(url, "select 1")
    with started(tmp_path, docker) as second:
        available(second, database["id"])
        assert info(second, database) == connection
        assert ask(url, "select number from kept") == [(7,)]
        assert second.http.delete(path).status_code == 204
        until(lambda: not second.addresses.ports(), seconds=60)
    mine = {"label": f"slipway.sandbox={docker._sandbox_id}"}
    assert docker._client.volumes.list(filters=mine) == []
