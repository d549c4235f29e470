"""What a person reads who made a mistake: one sentence on one object with what to do.

Through a real engine, in a program of somebody's own that does nothing about errors.
"""

import pytest

from tests.providers.conftest import TOKEN, hub, running_hub

__all__ = ["hub", "running_hub"]
pytestmark = [pytest.mark.e2e, pytest.mark.long]

PROGRAM = """
import json
from pathlib import Path

from slipway import DeployArgs, Image, Space, SpaceArgs, WebService, WebServiceArgs
from slipway import payload_from_folder

declared = json.loads(Path("declared.json").read_text())
Space("space", SpaceArgs(repo_id="acme/mistaken", payload=payload_from_folder(declared["folder"])))
WebService("app", WebServiceArgs(
    name="mistaken", image=Image(ref="ghcr.io/acme/shop:1"), **declared["service"]
))
"""
RIGHT = {"folder": "app", "service": {}}
MISTAKES = {  # what is declared, what the environment has, and what is said
    "no such folder": (
        {"folder": "nowhere"},
        {},
        "Payload nowhere: no such folder. Name the folder of the application.",
    ),
    "a value of another type": (
        {"service": {"env": ["A"]}},
        {},
        "Render service mistaken: env is ['A']; it must be a mapping.",
    ),
    "no front matter": (
        {"folder": "bare"},
        {},
        "Space acme/mistaken: README.md has no front matter; begin it with a block of",
    ),
    "no token": ({}, {"HF_TOKEN": ""}, "Export HF_TOKEN, or store it in this stack with"),
    "a revoked token": (
        {},
        {"HF_TOKEN": "hf_revoked"},
        "The token is missing, wrong or expired: check HF_TOKEN.",
    ),
}


@pytest.fixture
def mistaken(project, hub):
    run = project(PROGRAM, RIGHT)
    for folder, card in (("app", "---\nsdk: docker\n---\n"), ("bare", "no front matter\n")):
        (run.sources / folder).mkdir()
        (run.sources / folder / "README.md").write_text(card)
        (run.sources / folder / "Dockerfile").write_text("FROM scratch\n")
    run.environment |= {"HF_ENDPOINT": hub.url, "HF_TOKEN": TOKEN}
    return run


def test_each_mistake_is_one_sentence_with_what_to_do(mistaken):
    right = dict(mistaken.environment)
    for name, (declared, environment, said) in MISTAKES.items():
        mistaken.declare(RIGHT | declared)
        mistaken.environment |= right | environment
        # Of these the platform alone knows the last.
        command = ("up", "--yes", "--skip-preview") if "revoked" in name else ("preview",)
        ran = mistaken.pulumi(*command)
        assert not ran.ok, name
        diagnostics = ran.said.partition("Diagnostics:")[2]
        assert said in diagnostics, ran.said
        assert "Traceback" not in ran.said, ran.said
        about = [line for line in diagnostics.splitlines() if "mistaken" in line or said in line]
        assert len([line for line in about if "error:" in line]) == 1, diagnostics
