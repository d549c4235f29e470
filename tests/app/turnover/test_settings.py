"""Variables are checked at the start, and the message names the one that is wrong."""

import pytest

from app.turnover.src.settings import Settings, SettingsError

GOOD = {"HF_MODEL_REPO": "acme/turnover", "API_KEY": "key-canary"}


def test_who_sets_nothing_more_gets_an_api_that_asks_for_a_key():
    settings = Settings.load(GOOD)
    assert settings.auth_required
    assert not settings.debug
    assert (settings.log_level, settings.model_file) == ("INFO", "model/model.pkl")


def test_secrets_are_not_shown_with_the_settings():
    given = GOOD | {"HF_TOKEN": "token-canary", "DATABASE_URL": "postgresql://u:canary@h/d"}
    assert "canary" not in repr(Settings.load(given))


def test_empty_variables_are_none_at_all():
    empty = dict.fromkeys(("HF_MODEL_REVISION", "DEBUG", "LOG_LEVEL", "AUTH_REQUIRED"), "")
    assert Settings.load(GOOD | empty) == Settings.load(GOOD)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"HF_MODEL_REPO": ""}, "HF_MODEL_REPO"),
        ({"HF_MODEL_REPO": "turnover"}, "HF_MODEL_REPO"),
        ({"HF_MODEL_REPO": "https://hub/acme/turnover"}, "HF_MODEL_REPO"),
        ({"HF_MODEL_REPO": "../../etc"}, "HF_MODEL_REPO"),
        ({"API_KEY": ""}, "API_KEY"),
        ({"API_KEY": " "}, "API_KEY"),
        ({"AUTH_REQUIRED": "perhaps"}, "AUTH_REQUIRED"),
        ({"DEBUG": "2"}, "DEBUG"),
        ({"LOG_LEVEL": "LOUD"}, "LOG_LEVEL"),
        ({"HF_MODEL_SHA256": "abc"}, "HF_MODEL_SHA256"),
        ({"DATABASE_URL": "mysql://u:canary@h/d"}, "DATABASE_URL"),
    ],
)
def test_a_wrong_variable_is_named_and_no_secret_is_repeated(change, named):
    with pytest.raises(SettingsError, match=named) as refusal:
        Settings.load(GOOD | change)
    assert "canary" not in str(refusal.value)


def test_the_key_is_needed_exactly_where_it_is_asked_for():
    assert Settings.load({**GOOD, "API_KEY": "", "AUTH_REQUIRED": "false"}).api_key == ""
