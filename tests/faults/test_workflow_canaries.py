"""Protects every secret in what GitHub keeps and shows of this project's own workflows.

Twenty secrets, of which eighteen are drawn by the stack that is deployed and none is known to
GitHub, which would hide it. A pull request is previewed, merged and deployed; then every log,
check, annotation, artifact, page, comment and snapshot that GitHub serves is searched for each of
them in every way to write it. What a workflow shows in all of these ways is found in each place.
"""

import io
import json
import os
from collections import Counter

import pytest

from doors.serving import JOBS_VARIABLE
from doors.story.acts import Story
from doors.story.narration import Narration
from doors.story.stage import staged
from doors.story.waiting import until
from tests.e2e.leaks import encodings, holds
from tests.e2e.shown_by_github import shown

pytestmark = [pytest.mark.e2e, pytest.mark.long, pytest.mark.timeout(1800)]

NAMES = [f"CANARY_{number:02}" for number in range(18)]
BEFORE_VALUES = "    variables:\n"
# What a careless step does with a secret.
LEAKING = """\
name: Leaking
on: {{push: {{branches: [leak]}}}}
permissions: {{}}
jobs:
  leak:
    runs-on: ubuntu-latest
    steps:
      - run: |
          printf '%s\\n' '{forms}' | tee shown.txt
          printf '%s\\n' '::warning title=A title::{forms}'
          cp shown.txt "$GITHUB_STEP_SUMMARY"
      - uses: actions/upload-artifact@ea165f8d65b6e75b540449e92b4886f43607fa02
        with: {{name: shown, path: shown.txt}}
"""


@pytest.fixture(scope="module")
def played():
    """The story as far as dev is deployed, and what was secret in it."""
    with pytest.MonkeyPatch.context() as patch:
        for name in (JOBS_VARIABLE, "PATH", "NO_PROXY", "no_proxy"):  # the stage sets them
            patch.setenv(name, os.environ.get(name, ""))
        with staged(keep=False) as stage:
            keys = f"    keys: {json.dumps(NAMES)}\n"
            stage.change("Pulumi.dev.yaml", BEFORE_VALUES, f"{keys}{BEFORE_VALUES}")
            story = Story(stage, Narration(io.StringIO()))
            story.raise_both()
            story.merge_and_deploy(story.propose(), "dev")
            identity = stage.home.identity()
            asked = ("pulumi", "stack", "output", "--json", "--show-secrets", "--stack", "dev")
            drawn = json.loads(stage.run(*asked))
            secrets = {name: drawn[name] for name in NAMES}
            secrets["hub token"] = identity.hub_token
            secrets["GitHub token"] = identity.github_token
            yield stage, secrets


def test_none_of_twenty_is_in_anything_that_github_shows(played):
    stage, secrets = played
    assert len(secrets) == 20
    found = Counter()
    for place, content in shown(stage.github):
        found[place.split()[0]] += 1
        assert holds(content, secrets) == set(), place
    assert set(found) >= {"annotations", "artifact", "check", "comment", "log", "page", "snapshot"}
    assert found["log"] > 30  # each step's of each job
    assert found["artifact"] >= 8  # of the preview, the plan and the snapshot


def test_one_that_a_step_shows_is_found_in_each_place(played):
    stage, secrets = played
    forms = sorted(form.decode() for form in encodings(secrets["CANARY_07"]))
    assert len(forms) >= 6  # what URLs and JSON need not write otherwise is one form
    stage.git("checkout", "-q", "-b", "leak")
    workflow = stage.project / ".github" / "workflows" / "leaking.yml"
    workflow.write_text(LEAKING.format(forms=" ".join(forms)))
    commit = stage.commit("Leak", "leak")

    def ended():
        runs = stage.ask("GET", f"actions/runs?head_sha={commit}")["workflow_runs"]
        return next((each["conclusion"] for each in runs if each["conclusion"]), None)

    assert until(ended, "the leaking run") == "success"
    contents = dict(shown(stage.github))
    found = {place: holds(content, secrets) for place, content in contents.items()}
    hits = {place for place, names in found.items() if names}
    assert {name for names in found.values() for name in names} == {"CANARY_07"}
    assert all("Leaking" in place for place in hits)
    kinds = {"annotations", "artifact", "check", "log", "page"}  # a check names its steps
    assert {place.split()[0] for place in hits} == kinds
    for form in forms:
        assert all(form.encode() in contents[place] for place in hits), form
