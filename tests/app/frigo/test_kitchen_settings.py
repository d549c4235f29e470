"""What the environment decides: addresses of the others, and how open a service is."""

import httpx
import pytest

from app.frigo.kitchen.addresses import APP, CHAT, GPT, Locator, address
from app.frigo.kitchen.settings import ServerSettings, SettingsError
from app.frigo.kitchen.web import create_service


def nothing(_host):
    return False


def everything(_host):
    return True


@pytest.mark.parametrize(
    ("service", "local", "compose", "variable"),
    [
        (CHAT, "http://localhost:5001", "http://chat:5001", "CHAT_API_URL"),
        (GPT, "http://localhost:5002", "http://gpt:5002", "IA_SERVICE_URL"),
        (APP, "http://localhost:5000", "http://app:5000", "MAIN_APP_URL"),
    ],
)
def test_a_service_is_found_on_the_platform_in_compose_and_here(service, local, compose, variable):
    assert address(service, {}, nothing) == local
    assert address(service, {}, everything) == compose
    assert address(service, {variable: ""}, everything) == compose
    url = f"https://frigo-{service.host}.onrender.com"
    assert address(service, {variable: f" {url}/ "}, everything) == url
    others = {"CHAT_API_URL", "IA_SERVICE_URL", "MAIN_APP_URL"} - {variable}
    assert address(service, dict.fromkeys(others, "https://other.example"), nothing) == local


def test_only_the_services_own_name_is_looked_up():
    asked = []
    address(CHAT, {}, asked.append)
    assert asked == ["chat"]


@pytest.mark.parametrize(
    "url", ["frigo-chat.onrender.com", "chat:5001", "ftp://chat", "http://", "https://a:b@chat"]
)
def test_an_address_that_is_none_names_its_variable(url):
    with pytest.raises(SettingsError, match="CHAT_API_URL"):
        Locator(CHAT, {"CHAT_API_URL": url}, nothing)


def test_a_service_that_starts_later_is_found_at_once_and_for_good():
    there, asked = [False], []
    locator = Locator(CHAT, {}, lambda host: asked.append(host) or there[0])
    assert locator() == "http://localhost:5001"
    there[0] = True
    assert locator() == "http://chat:5001"
    there[0] = False  # removed, to be made anew: no other service stands in for it meanwhile
    so_far = len(asked)
    assert locator() == "http://chat:5001"
    assert len(asked) == so_far


def test_production_is_the_default_and_refuses_debug():
    assert ServerSettings.load(5000, {}).production
    assert not ServerSettings.load(5000, {"FLASK_ENV": "production"}).debug
    assert ServerSettings.load(5000, {"FLASK_ENV": "development"}).debug
    with pytest.raises(SettingsError, match="FLASK_DEBUG"):
        ServerSettings.load(5000, {"FLASK_ENV": "production", "FLASK_DEBUG": "1"})


def test_the_platforms_port_wins_over_the_services_own():
    assert ServerSettings.load(5001, {}).port == 5001
    assert ServerSettings.load(5001, {"PORT": "10000"}).port == 10000
    assert ServerSettings.load(5001, {}).host == "0.0.0.0"  # noqa: S104 - what the platform needs


@pytest.mark.parametrize(
    "variables",
    [
        {"PORT": "http"},
        {"PORT": "70000"},
        {"SERVER_THREADS": "1"},
        {"FLASK_ENV": "staging"},
        {"UPSTREAM_TIMEOUT_SECONDS": "0"},
    ],
)
def test_a_wrong_setting_stops_the_start_and_is_named(start, variables):
    server = start("chat", **variables)
    assert server.wait_for_exit() == 2
    [line] = server.log_lines()
    assert line["level"] == "critical"
    assert next(iter(variables)) in line["message"]


@pytest.mark.parametrize("debug", [True, False])
def test_the_text_of_an_unexpected_error_is_shown_while_debugging_only(debug, caplog):
    service = create_service("kitchen", ServerSettings(port=1, debug=debug), lambda: (200, {}))

    @service.get("/broken")
    def broken():
        raise RuntimeError("canary")

    answer = service.test_client().get("/broken")
    assert answer.status_code == 500
    assert ("canary" in answer.json["detail"]) is debug
    assert "unexpected error" in caplog.text


def test_an_unknown_route_and_a_wrong_method_are_json_too():
    service = create_service("kitchen", ServerSettings(port=1), lambda: (503, {"status": "no"}))
    client = service.test_client()
    assert client.get("/absent").json["detail"]
    assert client.get("/absent").status_code == 404
    assert client.post("/health").status_code == 405
    assert client.get("/health").status_code == 503
    assert client.get("/health").json["service"] == "kitchen"


def test_a_body_that_is_too_large_or_no_json_is_refused(chain):
    large = httpx.post(f"{chain.chat.url}/api/chat", content=b" " * 70_000, timeout=20)
    assert large.status_code == 413
    broken = httpx.post(f"{chain.chat.url}/api/chat", content=b"{", timeout=20)
    assert broken.status_code == 400
    assert broken.json()["detail"]


def test_a_port_that_is_taken_is_named(chain, start):
    port = int(chain.chat.url.rsplit(":", maxsplit=1)[1])
    server = start("chat", port)
    assert server.wait_for_exit() == 1
    assert f"port {port}" in server.log_lines()[-1]["message"]
