"""actions/github-script by its equivalent: a script asks and changes this GitHub."""

import json
import shutil
import time

import pytest

from tests.sandbox.github.live import live_github

pytestmark = pytest.mark.long  # packages of npm

SCRIPT = """
const mine = require('./.github/words.js');
const {data} = await github.rest.issues.create({...context.repo, title: mine.title});
await core.summary.addRaw('made').write();
const said = await exec.getExecOutput('git', ['log', '-1', '--format=%s']);
return {number: data.number, event: context.eventName, said: said.stdout.trim()};
"""


@pytest.mark.skipif(shutil.which("npm") is None, reason="no npm here")
def test_a_script_uses_what_the_action_gives_it(tmp_path, act):
    steps = [
        {"uses": "actions/checkout@v4"},
        {"id": "first", "uses": "actions/github-script@v7", "with": {"script": SCRIPT}},
        {"run": "echo 'first ${{ steps.first.outputs.result }}'"},
        {
            "id": "text",
            "uses": "actions/github-script@v7",
            "with": {"result-encoding": "string", "script": "return 'plain text'"},
        },
        {"run": "echo 'then ${{ steps.text.outputs.result }}'"},
        {"uses": "actions/github-script@v7", "with": {"script": "throw new Error('on purpose')"}},
    ]
    job = {"runs-on": "ubuntu-latest", "permissions": {"issues": "write"}, "steps": steps}
    with live_github(tmp_path / "sandbox", act=act) as gh:
        gh.repository("one", {"README.md": "# one\n"})
        gh.commit("one", ".github/words.js", "exports.title = 'of a script';\n")
        text = json.dumps({"on": "push", "jobs": {"job": job}})
        gh.commit("one", ".github/workflows/w.yml", text)
        at = "/repos/slipway/one/actions"
        until = time.monotonic() + 180
        while not (run := _ended(gh, at)):
            assert time.monotonic() < until
            time.sleep(0.2)
        (found,) = gh.http.get(f"{at}/runs/{run['id']}/jobs").json()["jobs"]
        log = gh.http.get(f"{at}/jobs/{found['id']}/logs", follow_redirects=True).text
        assert 'first {"number":1,"event":"push","said":' in log, log
        assert "then plain text" in log
        assert "on purpose" in log
        assert run["conclusion"] == "failure"
        (issue,) = gh.http.get("/repos/slipway/one/issues").json()
        assert (issue["title"], issue["user"]["login"]) == ("of a script", "github-actions[bot]")


def _ended(gh, at: str) -> dict:
    """The only run, once it ended."""
    runs = gh.http.get(f"{at}/runs").json()["workflow_runs"]
    return next((each for each in runs if each["status"] == "completed"), {})
