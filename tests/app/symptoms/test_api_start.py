"""What the API refuses to start with, and what it says then."""

import json
import logging
import shutil
import socket

import pytest

from app.symptoms.src.api.__main__ import main
from app.symptoms.src.config import Settings, SettingsError
from tests.app.app_process import AppProcess, free_port
from tests.app.symptoms.conftest import APP, KEY


@pytest.fixture
def start(monkeypatch, capsys):
    """Starts the API in this process, for as long as it refuses; its status and last words."""
    handlers, level = logging.root.handlers[:], logging.root.level

    def refused(**variables):
        for name in ("API_KEY", "AUTH_REQUIRED", "REDIS_URL", "API_URL"):
            monkeypatch.delenv(name, raising=False)
        for name, value in {"API_PORT": str(free_port()), **variables}.items():
            monkeypatch.setenv(name, value)
        status = main()
        return status, json.loads(capsys.readouterr().out.splitlines()[-1])["message"]

    yield refused
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


def test_closed_without_a_key_it_does_not_start_and_names_both_remedies(start):
    status, said = start()
    assert status == 2
    assert "AUTH_REQUIRED is true and API_KEY is empty: give the Space the secret API_KEY" in said
    assert "AUTH_REQUIRED=false" in said


def test_a_pointer_of_git_lfs_is_no_model(start, trained, tmp_path):
    model = shutil.copytree(trained, tmp_path / "model")
    (model / "model.pkl").write_text("version https://git-lfs.github.com/spec/v1\nsize 1\n")
    status, said = start(AUTH_REQUIRED="false", MODEL_FOLDER=str(model))
    assert status == 1
    assert "git lfs pull" in said


def test_a_port_in_use_is_named_with_the_variable(start):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        status, said = start(AUTH_REQUIRED="false", API_PORT=port)
    assert status == 2
    assert f"port {port} of 127.0.0.1 can't be had" in said
    assert "API_PORT" in said


def test_as_the_image_starts_it_it_answers_logs_in_json_and_ends_when_asked(trained, tmp_path):
    port = free_port()
    variables = {"MODEL_FOLDER": str(trained), "API_PORT": str(port), "API_KEY": KEY}
    with AppProcess(["-m", "src.api"], APP, tmp_path, variables, port) as api:
        assert api.wait_until(200).json()["auth_required"] is True
        assert api.get("/logs").status_code == 401
        assert api.terminate() < 5
        lines = api.log_lines()
    assert KEY not in api.output()
    [refused] = [line for line in lines if line.get("path") == "/logs"]
    assert (refused["status_code"], refused["level"]) == (401, "warning")
    assert {"timestamp", "message", "method", "duration_ms"} <= set(refused)


def load(**variables):
    return Settings.load(variables)


def test_without_any_variable_everything_is_closed_and_inside():
    settings = load()
    assert settings.auth_required
    assert settings.api_host == "127.0.0.1"
    assert (settings.api_port, settings.ui_port) == (8000, 7860)
    assert settings.api_url == "http://localhost:8000"
    with pytest.raises(SettingsError):
        settings.required_key()


def test_the_key_is_asked_for_only_where_it_is_required():
    assert load(API_KEY=KEY).required_key() == KEY
    assert load(API_KEY=KEY, AUTH_REQUIRED="false").required_key() == ""
    assert load(AUTH_REQUIRED="no").required_key() == ""


def test_settings_never_show_the_key():
    assert KEY not in repr(load(API_KEY=KEY))


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("API_PORT", "0"),
        ("API_PORT", "65536"),
        ("UI_PORT", "http"),
        ("LOG_CAPACITY", "-1"),
        ("API_TIMEOUT_SECONDS", "1e3"),
        ("AUTH_REQUIRED", "perhaps"),
        ("LOG_LEVEL", "LOUD"),
        ("API_URL", "localhost:8000"),
        ("REDIS_URL", "http://localhost"),
    ],
)
def test_a_wrong_value_is_named(variable, value):
    with pytest.raises(SettingsError, match=variable):
        load(**{variable: value})


def test_an_address_that_may_hold_a_password_is_not_repeated():
    with pytest.raises(SettingsError) as refused:
        load(REDIS_URL="amqp://user:canary-password@host")
    assert "canary-password" not in str(refused.value)
