"""A sandbox answers under its own names alone."""

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from sandbox.http.asked_host import asked_host
from sandbox.server.hosts import KnownHosts


@pytest.fixture
def client():
    return TestClient(KnownHosts(PlainTextResponse("ok"), "host.docker.internal"))


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:8000",
        "127.0.0.1",
        "[::1]:8000",
        "[::1]",
        "172.17.0.1:8000",
        "localhost:8000",
        "Api.GitHub.localhost",
        "localhost.:8000",
        "host.docker.internal:8000",
    ],
)
def test_addresses_and_names_that_stay_on_this_machine_are_answered(client, host):
    assert client.get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "localhost.evil", "", "a:b:c"],
)
def test_every_other_name_is_refused_before_a_platform_sees_it(client, host):
    answer = client.get("/", headers={"host": host})
    assert answer.status_code == 421
    assert "localhost" in answer.text


@pytest.mark.parametrize(
    ("host", "reached_under"),
    [("host.docker.internal:8000", "host.docker.internal"), ("127.0.0.1:8000", "127.0.0.1")],
)
def test_who_asks_from_a_container_is_told_addresses_that_lead_somewhere_there(host, reached_under):
    async def answer(scope, receive, send):
        await PlainTextResponse(asked_host())(scope, receive, send)

    served = TestClient(KnownHosts(answer, "host.docker.internal"))
    assert served.get("/", headers={"host": host}).text == reached_under
    assert asked_host() == "127.0.0.1"


@pytest.mark.parametrize(
    ("client", "reached_under"),
    [("10.2.0.7", "10.2.0.1"), ("127.0.0.1", "127.0.0.1"), ("testclient", "10.2.0.1")],
)
def test_this_machine_is_told_loopback_under_the_address_of_containers_too(client, reached_under):
    async def answer(scope, receive, send):
        await PlainTextResponse(asked_host())(scope, receive, send)

    served = TestClient(KnownHosts(answer, "10.2.0.1"), client=(client, 50000))
    assert served.get("/", headers={"host": "10.2.0.1:8000"}).text == reached_under


@pytest.mark.parametrize(
    "origin", ["http://127.0.0.1:7860", "http://localhost:3000", "http://a.localhost"]
)
def test_scripts_of_pages_on_this_machine_are_answered(client, origin):
    assert client.get("/", headers={"host": "localhost", "origin": origin}).status_code == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://localhost.evil", ""])
def test_scripts_of_other_pages_are_refused(client, origin):
    assert client.get("/", headers={"host": "localhost", "origin": origin}).status_code == 403
