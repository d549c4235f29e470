"""The report of what a real engine plans: on its JSON, on its events, and from a snapshot."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from report.comment import LIMIT, render_comment
from report.markdown import length
from report.plan import Operation
from report.reading import read_plan
from report.terminal import render_terminal
from slipway.core.credentials import PLACEHOLDER
from slipway.snapshot.redaction import redacted
from tests.e2e.leaks import holds
from tests.providers.render_platform import IMAGE, KEY, running_render
from toolchain.progress import Progress
from toolchain.pulumi.cli import ensure_pulumi
from toolchain.pulumi.environment import local_backend, pulumi_environment

__all__ = ["running_render"]
pytestmark = [pytest.mark.e2e, pytest.mark.long]

ROOT = Path(__file__).parents[2]
SECRET = "canary-of-the-reported-one"
HOSTILE = "`x` | <img src=x> @everyone --> [a](http://evil.example) $" + "{{ secrets.A }}"
PROGRAM = f"""
import os
import pulumi
from slipway.render.service.web_service import DeployArgs, Image, WebService, WebServiceArgs

HEAD = os.environ["REVISION_OF_THE_TEST"] == "head"

def service(name, **changes):
    args = dict(
        name="shown-" + name, image=Image(ref="{IMAGE}:1"), port=5000, region="frankfurt",
        env={{"REVISION": "r1"}}, secrets={{"API_KEY": os.environ["SECRET_OF_THE_TEST"]}},
        deploy=DeployArgs(expect={{"revision": "r1"}}, timeout_seconds=60),
    )
    WebService("shop-" + name, WebServiceArgs(**{{**args, **changes}}))

service("kept")
service("changed", env={{"REVISION": "r1", "MODE": {HOSTILE!r} if HEAD else "calm"}})
service("moved", region="oregon" if HEAD else "frankfurt")
service("added" if HEAD else "gone")
"""


class Project:
    """A project of its own against the sandbox's Render."""

    def __init__(self, folder: Path, url: str, passphrase: str = "") -> None:
        self.folder = folder / "project"
        self.folder.mkdir()
        python = f"{{name: python, options: {{virtualenv: {Path(sys.prefix)}}}}}"
        (self.folder / "Pulumi.yaml").write_text(f"name: slipway\nruntime: {python}\n")
        (self.folder / "__main__.py").write_text(PROGRAM)
        (self.folder / "slipway").symlink_to(ROOT / "slipway")
        (folder / "backend").mkdir()
        self._environment = {
            **os.environ,
            **pulumi_environment(ensure_pulumi(Progress()), folder / "state"),
            "PULUMI_BACKEND_URL": local_backend(folder / "backend"),
            "PULUMI_CONFIG_PASSPHRASE": passphrase,
            "RENDER_API_URL": url,
        }

    def run(self, *arguments, head=False, secret=SECRET, key=KEY, also=()):
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self.folder,
            env={
                **self._environment,
                **dict(also),
                "REVISION_OF_THE_TEST": "head" if head else "base",
                "SECRET_OF_THE_TEST": secret,
                "RENDER_API_KEY": key,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout


@pytest.fixture(scope="module")
def project(running_render, tmp_path_factory):
    made = Project(tmp_path_factory.mktemp("reported"), running_render.url)
    made.run("stack", "init", "dev")
    made.run("up", "--yes", "--skip-preview")
    yield made
    made.run("destroy", "--yes", "--skip-preview")


def test_what_the_engine_plans_is_told_alike_by_its_json_and_its_events(project):
    shown = project.run("preview", "--json", head=True)
    streaming = {"PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "1"}
    events = project.run("preview", "--json", head=True, also=streaming)
    by_json, by_events = read_plan(shown, "dev"), read_plan(events, "dev")
    if folder := os.environ.get("REPORT_RECORDS_TO"):
        (Path(folder) / "preview.json").write_text(shown)
        (Path(folder) / "events.jsonl").write_text(events)
    told = {(each.name, each.operation) for each in by_json.changes}
    assert told == {(each.name, each.operation) for each in by_events.changes}
    assert ("shop-added-service", Operation.CREATE) in told
    assert ("shop-gone-service", Operation.DELETE) in told
    assert ("shop-moved-service", Operation.REPLACE) in told
    assert ("shop-changed-service", Operation.UPDATE) in told
    assert not any(name.startswith("shop-kept") for name, _ in told)
    for plan in (by_json, by_events):
        comment = render_comment(plan)
        assert length(comment) < LIMIT
        assert holds((comment + render_terminal(plan)).encode(), {"s": SECRET, "k": KEY}) == set()
        assert "shop&#45;moved" in comment
        assert "@everyone" not in comment
        assert "<img" not in comment
    assert holds((shown + events).encode(), {"s": SECRET, "k": KEY}) == set()
    assert json.loads(shown)["steps"]


def test_a_stranger_s_preview_starts_from_the_snapshot_and_shows_what_the_owner_s_would(
    project, tmp_path
):
    exported = json.loads(project.run("stack", "export", "--show-secrets"))
    assert holds(json.dumps(exported).encode(), {"s": SECRET}) == set()  # sealed in the state too
    snapshot = json.dumps(redacted(exported, [KEY, SECRET]))
    assert holds(snapshot.encode(), {"s": SECRET, "k": KEY}) == set()
    (tmp_path / "snapshot.json").write_text(snapshot)
    stranger = Project(tmp_path, "http://127.0.0.1:9", PLACEHOLDER)  # nobody answers there
    stranger.run("stack", "init", "dev")
    stranger.run("stack", "import", "--file", str(tmp_path / "snapshot.json"))
    known = {"secret": PLACEHOLDER, "key": PLACEHOLDER}

    same = read_plan(stranger.run("preview", "--json", **known), "dev")
    assert list(same.changes) == []
    assert same.unchanged > 8
    theirs = read_plan(stranger.run("preview", "--json", head=True, **known), "dev")
    ours = read_plan(project.run("preview", "--json", head=True), "dev")
    assert _told(theirs) == _told(ours)
    rotated = {**known, "secret": "another value"}
    other = read_plan(stranger.run("preview", "--json", **rotated), "dev")
    assert {name for name, _ in _told(other)} > {"shop-kept-service"}


def _told(plan):
    return {(each.name, each.operation) for each in plan.changes}


def test_what_was_changed_outside_is_told_as_drift(project, running_render):
    service = running_render.named("shown-kept")[0]
    url = f"{running_render.url}/services/{service['id']}/env-vars/REVISION"
    answer = requests.put(
        url, json={"value": "theirs"}, headers={"Authorization": f"Bearer {KEY}"}, timeout=10
    )
    assert answer.ok, answer.text
    streaming = {"PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "1"}
    shown = project.run("refresh", "--preview-only", "--json", also=streaming)
    if folder := os.environ.get("REPORT_RECORDS_TO"):
        (Path(folder) / "drift.json").write_text(shown)
    assert ("shop-kept-service", Operation.UPDATE) in _told(read_plan(shown, "dev"))
