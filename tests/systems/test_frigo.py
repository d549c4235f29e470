"""Frigo is refused before anything is created where its model cannot work."""

import pytest

from components.errors import ConfigError
from systems import frigo, own_model
from systems.frigo import FrigoSettings, preflight

SMALL = {
    "names": "frigo-{}",
    "model": "tiny",
    "model_repo": "tiny",
    "model_file": "tiny-phi.gguf",
    "train_here": True,
}
PHI = {**SMALL, "model": "phi", "train_here": False, "model_revision": "a" * 40}


@pytest.fixture(autouse=True)
def weights(monkeypatch):
    monkeypatch.setattr(frigo, "WEIGHTS", own_model.WEIGHTS)


def test_the_small_model_fits_the_smallest_paid_plan():
    preflight(FrigoSettings(**SMALL, plan="starter"))


def test_phi_2_is_refused_on_512_mb_with_the_remedy():
    with pytest.raises(ConfigError, match="512 MB") as refused:
        preflight(FrigoSettings(**PHI, plan="starter", model_megabytes=1740))
    assert "frigo-gpt" in str(refused.value)
    assert "smaller model" in str(refused.value)


def test_phi_2_fits_4_gb():
    preflight(FrigoSettings(**PHI, plan="pro", model_megabytes=1740))


def test_a_model_that_no_build_can_fetch_in_time_is_refused():
    with pytest.raises(ConfigError, match="minutes"):
        preflight(FrigoSettings(**PHI, plan="pro_ultra", model_megabytes=26_000))


def test_somebody_elses_model_needs_its_size():
    with pytest.raises(ConfigError, match="modelMegabytes is missing"):
        preflight(FrigoSettings(**PHI, plan="pro"))
