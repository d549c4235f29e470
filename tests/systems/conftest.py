"""The real stack files, and the checkout as the program sees it."""

import json
from functools import cache
from pathlib import Path

import pytest
import yaml

from systems import symptoms_files
from systems.parts.trained import LANGUAGE_MODEL, RETRAINING_MODEL, TURNOVER_MODEL

CHECKOUT = Path(__file__).parents[2]


def _text(value):
    return value if isinstance(value, str) else json.dumps(value)


@cache
def configuration(stack):
    """Read once: many tests begin with it."""
    project = yaml.safe_load((CHECKOUT / "Pulumi.yaml").read_text(encoding="utf-8"))
    own = yaml.safe_load((CHECKOUT / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8"))
    defaults = {
        f"slipway:{key}": schema["default"]
        for key, schema in project["config"].items()
        if "default" in schema
    }
    return {key: _text(value) for key, value in {**defaults, **own["config"]}.items()}


@pytest.fixture
def stack_values():
    """Configuration of a stack as the engine hands it over: defaults, then the stack's own file."""

    return lambda stack: dict(configuration(stack))


@pytest.fixture(autouse=True)
def checkout(tmp_path, monkeypatch):
    """In the checkout, with tokens, and with weights that stand in for the trained ones."""
    monkeypatch.chdir(CHECKOUT)
    monkeypatch.setenv("HF_TOKEN", "canary-write-token")
    monkeypatch.setenv("HF_READ_TOKEN", "canary-read-token")
    monkeypatch.setenv("GITHUB_TOKEN", "canary-github-token")
    monkeypatch.setenv("FRIGO_ADMIN_KEY", "canary-admin-key")
    monkeypatch.setenv("FRIGO_SERVICE_KEY", "canary-service-key")
    weights = tmp_path / "weights"
    weights.mkdir()
    for model in (LANGUAGE_MODEL, RETRAINING_MODEL, TURNOVER_MODEL):
        for name in model.files.values():
            (weights / name).write_text(name, encoding="utf-8")
        monkeypatch.setitem(vars(model), "folder", weights)  # past the freeze
    symptoms_model = tmp_path / "symptoms-model"
    symptoms_model.mkdir()
    for name in ("model.pkl", "metadata.json"):
        (symptoms_model / name).write_text(name, encoding="utf-8")
    monkeypatch.setattr(symptoms_files, "MODEL", symptoms_model)
    monkeypatch.setattr(symptoms_files, "PREPARED", tmp_path / "symptoms")
    return weights
