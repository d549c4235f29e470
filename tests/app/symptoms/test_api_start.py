"""What the API refuses to start with, and what it says then."""

import shutil
import socket

import pytest

from app.symptoms.src.config import Settings, SettingsError
from tests.app.symptoms.conftest import KEY, RunningApi


def test_closed_without_a_key_it_does_not_start_and_names_both_remedies(trained, tmp_path):
    with RunningApi(trained, tmp_path) as api:
        assert api.wait_for_exit() == 2
        [line] = api.log_lines()
        assert "AUTH_REQUIRED is true and API_KEY is empty" in line["message"]
        assert "AUTH_REQUIRED=false" in line["message"]


def test_a_pointer_of_git_lfs_is_no_model(trained, tmp_path):
    model = shutil.copytree(trained, tmp_path / "model")
    (model / "model.pkl").write_text("version https://git-lfs.github.com/spec/v1\nsize 1\n")
    with RunningApi(model, tmp_path, AUTH_REQUIRED="false") as api:
        assert api.wait_for_exit() == 1
        assert "git lfs pull" in api.log_lines()[-1]["message"]


def test_a_port_in_use_is_named_with_the_variable(trained, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        with RunningApi(trained, tmp_path, AUTH_REQUIRED="false", API_PORT=port) as api:
            assert api.wait_for_exit() == 2
            said = api.log_lines()[-1]["message"]
    assert f"port {port} of 127.0.0.1 can't be had" in said
    assert "API_PORT" in said


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
