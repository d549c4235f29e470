"""Pipelines of the public, hosts unchanged, in the sandbox: docs/hosts.md says how each ends."""

import time
from pathlib import Path

import pytest

from tests.sandbox.public.pipelines import CARD, PIPELINES, SERVICES, SPACES, Pipeline
from tests.sandbox.public.sandboxes import OWNER, Served, served_sandbox

pytestmark = [pytest.mark.machine, pytest.mark.long]

_SECONDS = 400.0


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with served_sandbox(tmp_path_factory.mktemp("public") / "home") as made:
        yield made


@pytest.fixture(scope="module")
def started(served: Served, tmp_path_factory) -> Served:
    """All of them are started, side by side."""
    folder = tmp_path_factory.mktemp("clones")
    with served.hub() as hub:
        for name in SPACES:
            made = hub.post(
                "/api/repos/create", json={"type": "space", "name": name, "sdk": "static"}
            )
            assert made.is_success, made.text
    for name, pipeline in PIPELINES.items():
        _start(served, name, pipeline, folder / name)
    return served


def _start(served: Served, name: str, pipeline: Pipeline, folder: Path) -> None:
    of = served.identity
    secrets = {"HF_TOKEN": of.hub_token, "RENDER_API_KEY": of.render_key}
    if name == "secrets":
        secrets["EXTRA"] = 'line one "of this"\nline two'
    served.repository(name, secrets=secrets)
    page = {"README.md": CARD.format(name=name), "index.html": f"<p>{name}"}
    served.push(name, page, folder)
    if name in SERVICES:
        service = _service(served, name)
        hook = f"https://api.render.com/deploy/{service}?key={of.render_hook_key}"
        served.secret(name, "HOOK", hook)
    files = {
        path if "/" in path else f".github/workflows/{path}": text
        for path, text in pipeline.files.items()
    }
    commit = served.push(name, files, folder)
    with served.github() as github:
        at = f"/repos/{OWNER}/{name}"
        if pipeline.starts == "release":
            asked = github.post(
                f"{at}/releases", json={"tag_name": "v1", "target_commitish": commit}
            )
            assert asked.is_success, asked.text
        if pipeline.starts == "dispatch":
            (file,) = pipeline.files
            body = {"ref": "main", "inputs": pipeline.inputs}
            asked = github.post(f"{at}/actions/workflows/{file}/dispatches", json=body)
            assert asked.is_success, asked.text


def _service(served: Served, name: str) -> str:
    """A static site of the repository, under the address that it would have on GitHub."""
    with served.render() as render:
        owner = render.get("/owners").json()[0]["owner"]["id"]
        body = {
            "type": "static_site",
            "name": name,
            "ownerId": owner,
            "repo": f"https://github.com/{OWNER}/{name}",
            "branch": "main",
            "autoDeploy": "no",
            "serviceDetails": {"publishPath": "."},
        }
        if name == "paged":
            body["envVars"] = [{"key": f"V{n}", "value": f"value {n} é"} for n in range(230)]
        made = render.post("/services", json=body)
        assert made.status_code == 201, made.text
        return str(made.json()["service"]["id"])


@pytest.mark.parametrize("name", PIPELINES)
def test_a_pipeline_ends_as_the_page_about_hosts_says(started, name):
    pipeline = PIPELINES[name]
    until = time.monotonic() + _SECONDS
    with started.github() as github:
        at = f"/repos/{OWNER}/{name}/actions"
        while True:
            runs = github.get(f"{at}/runs").json()["workflow_runs"]
            ended = {each["path"].partition("@")[0].rpartition("/")[2]: each for each in runs}
            over = all(each["status"] == "completed" for each in runs)
            if over and set(ended) >= set(pipeline.ends):
                break
            assert time.monotonic() < until, [(e["path"], e["status"]) for e in runs]
            time.sleep(0.3)
        log = "\n".join(_log(github, at, run["id"]) for run in runs)
    assert {file: run["conclusion"] for file, run in ended.items()} == pipeline.ends, log
    for text in pipeline.says:
        assert text in log
    for text in pipeline.keeps_silent:
        assert text not in _printed(log)
    assert started.identity.hub_token not in log
    assert started.identity.render_key not in log


def _log(github, at: str, run: int) -> str:
    jobs = github.get(f"{at}/runs/{run}/jobs").json()["jobs"]
    return "\n".join(
        github.get(f"{at}/jobs/{job['id']}/logs", follow_redirects=True).text for job in jobs
    )


def _printed(log: str) -> str:
    """A log without the scripts of its steps."""
    kept, inside = [], False
    for line in log.splitlines():
        inside = "##[group]" in line or (inside and "##[endgroup]" not in line)
        if not inside:
            kept.append(line)
    return "\n".join(kept)


@pytest.mark.parametrize("name", ["chain", "cloned", "defaulted", "orphaned", "released"])
def test_what_was_pushed_to_the_written_out_host_is_the_space_s(started, name):
    until = time.monotonic() + _SECONDS
    with started.hub() as hub:
        while f"<p>{name}" not in hub.get(f"/spaces/{OWNER}/{name}/resolve/main/index.html").text:
            assert time.monotonic() < until
            time.sleep(0.5)


def test_secrets_reached_the_space_whole(started):
    test_a_pipeline_ends_as_the_page_about_hosts_says(started, "secrets")
    with started.hub() as hub:
        kept = hub.get(f"/api/spaces/{OWNER}/secrets/secrets").json()
    assert sorted(kept) == ["EXTRA", "RENDER_API_KEY"]
