"""Loading: tried again while it may help, given up when it will not."""

import time

import pytest

from app.turnover.src.model_file import ModelRefusedError, ModelUnavailableError
from app.turnover.src.served_model import ModelNotLoadedError, ServedModel
from app.turnover.src.settings import Settings

SETTINGS = Settings(model_repo="acme/turnover", api_key="k")


def loading(*outcomes):
    """A served model whose fetches end so, one after the other, and the pauses between them."""
    left, pauses, seen = list(outcomes), [], []

    def fetch(settings):
        assert settings is SETTINGS
        if isinstance(outcome := left.pop(0), Exception):
            raise outcome
        return outcome

    def sleep(seconds):
        pauses.append(seconds)
        with pytest.raises(ModelNotLoadedError) as waiting:
            served.require()
        seen.append(str(waiting.value))

    served = ServedModel(SETTINGS, fetch, sleep)
    return served, pauses, seen


def test_it_tries_again_with_growing_pauses_and_says_why_it_is_not_there(model):
    failures = [ModelUnavailableError(f"404: Check HF_MODEL_REPO {n}") for n in range(7)]
    served, pauses, seen = loading(*failures, model)
    served.load()
    assert served.require() is served.loaded is model
    assert pauses == [2, 4, 8, 16, 32, 60, 60]
    assert [f"HF_MODEL_REPO {n}" in text for n, text in enumerate(seen)] == [True] * 7


def test_what_waiting_does_not_mend_is_told_at_once(model):
    served, pauses, _ = loading(ModelRefusedError("another file"), model)
    with pytest.raises(ModelRefusedError):
        served.load()
    assert (pauses, served.loaded) == ([], None)


def test_in_the_background_the_failure_reaches_whoever_ends_the_process():
    served, _, _ = loading(ModelRefusedError("another file"))
    heard = []
    served.load_in_background(heard.append)
    with pytest.raises(ModelNotLoadedError):
        served.require()
    for _ in range(500):
        if heard:
            break
        time.sleep(0.01)
    assert [str(each) for each in heard] == ["another file"]
