"""The story of a change, from its pull request to prod and its drift, as `make story` plays it."""

import io
import os
import re

import pytest

from doors.serving import JOBS_VARIABLE
from doors.story.acts import NEW, Story
from doors.story.narration import Narration
from doors.story.stage import staged
from tests.e2e.leaks import holds
from tests.e2e.shown_by_github import shown

pytestmark = [pytest.mark.e2e, pytest.mark.rare, pytest.mark.timeout(3600)]


def test_a_change_goes_from_its_pull_request_to_prod_and_its_drift_is_told(monkeypatch):
    for name in (JOBS_VARIABLE, "PATH", "NO_PROXY", "no_proxy"):  # the stage sets them
        monkeypatch.setenv(name, os.environ.get(name, ""))
    told = io.StringIO()
    with staged(keep=False) as stage:
        story = Story(stage, Narration(told))
        story.play()
        identity = stage.home.identity()
        secrets = {
            "hub": identity.hub_token,
            "github": identity.github_token,
            "passphrase": stage.home.passphrase_file.read_text(),
        }
        for place, content in shown(stage.github):
            assert holds(content, secrets) == set(), place
        folder = stage.folder
    said = told.getvalue()
    assert {"pull", "check", "deploy dev", "promotion", "deploy prod", "issue"} <= set(story.seen)
    assert f"prod says: {NEW}" in said
    assert re.search(r"Merging it is refused: 4\d\d", said)
    assert "The next look closed the issue" in said
    assert not folder.exists()
