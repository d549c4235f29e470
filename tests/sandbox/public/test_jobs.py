"""A workflow that writes the platforms' hosts out runs as it stands, and its tokens stay here."""

import json

import pytest

from tests.sandbox.public.sandboxes import OWNER, Served, git, served_sandbox

pytestmark = pytest.mark.machine

# As public projects write them. `$HF_TOKEN` and the others are the repository's secrets.
STEPS = {
    "git-to-a-space": """
git config --global user.name robot && git config --global user.email robot@example.org
git push --force https://robot:$HF_TOKEN@huggingface.co/spaces/slipway/written-out HEAD:main
""",
    "curl-to-the-hub": """
curl -fsS -H "Authorization: Bearer $HF_TOKEN" https://huggingface.co/api/whoami-v2 | jq -er .name
""",
    "python-to-the-hub": """
env -u HF_ENDPOINT python3 - <<'END'
import json, os, urllib.request
asked = urllib.request.Request(
    "https://huggingface.co/api/whoami-v2",
    headers={"authorization": "Bearer " + os.environ["HF_TOKEN"]},
)
print("python", json.load(urllib.request.urlopen(asked))["name"])
END
""",
    "node-to-the-hub": """
node -e '
fetch("https://huggingface.co/api/whoami-v2", {
  headers: {authorization: `Bearer ${process.env.HF_TOKEN}`},
}).then(r => r.json()).then(j => console.log("node", j.name))'
""",
    "wget-to-the-hub": """
wget -qO- --header "Authorization: Bearer $HF_TOKEN" https://huggingface.co/api/whoami-v2
""",
    "curl-to-render": """
curl -fsS -H "Authorization: Bearer $RENDER_API_KEY" https://api.render.com/v1/services
""",
    "curl-to-the-api-of-github": """
curl -fsS -H "Authorization: Bearer $GITHUB_TOKEN" \\
  https://api.github.com/repos/$GITHUB_REPOSITORY/commits/$GITHUB_SHA | jq -er .sha
""",
    "a-file-of-the-repository": """
curl -fsS https://raw.githubusercontent.com/$GITHUB_REPOSITORY/main/README.md | grep written
""",
    "gh-as-it-is": """
gh api "repos/$GITHUB_REPOSITORY" --jq .full_name && gh run list --limit 1
""",
    "git-to-github": """
git clone -q https://x:$GITHUB_TOKEN@github.com/$GITHUB_REPOSITORY.git again && test -d again/.git
""",
    "an-app-by-its-name": """
curl -fsS -H "Authorization: Bearer $HF_TOKEN" https://slipway-door.hf.space/ | grep "behind it"
curl -sS https://slipway-door.hf.space/ | grep 404
""",
    "an-app-that-is-not-here": """
curl -sS -H "Authorization: Bearer $RENDER_API_KEY" https://$(echo some).onrender.com/ |
  grep -F "No app of this sandbox has the name some.onrender.com"
""",
    "the-hosts-of-the-context": """
test "$GITHUB_SERVER_URL" = https://github.com && test "$GITHUB_API_URL" = https://api.github.com
git remote get-url origin | grep -Fx "https://github.com/$GITHUB_REPOSITORY"
""",
}
REFUSED = {
    "ghcr.io": "curl -sS -u x:$GITHUB_TOKEN https://ghcr.io/v2/",
    "router.huggingface.co": 'curl -sS -H "Authorization: Bearer $HF_TOKEN" https://router.huggingface.co/v1/models',
}
OTHERS = "python3 -m pip download -q --no-deps -d /tmp/wheels idna && ls /tmp/wheels"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with served_sandbox(tmp_path_factory.mktemp("public") / "home") as made:
        yield made


@pytest.fixture(scope="module")
def jobs(served: Served, tmp_path_factory):
    """The conclusion and the log of one job with a step for each."""
    of = served.identity
    name = "written-out"
    served.repository(name, secrets={"HF_TOKEN": of.hub_token, "RENDER_API_KEY": of.render_key})
    with served.hub() as client:
        card = {"type": "space", "name": name, "sdk": "static"}
        assert client.post("/api/repos/create", json=card).is_success
        card |= {"name": "door", "private": True}
        assert client.post("/api/repos/create", json=card).is_success
    env = {
        "HF_TOKEN": "${{ secrets.HF_TOKEN }}",
        "RENDER_API_KEY": "${{ secrets.RENDER_API_KEY }}",
        "GITHUB_TOKEN": "${{ github.token }}",
        "GH_TOKEN": "${{ github.token }}",
    }
    runs = {**STEPS, **REFUSED, "others": OTHERS}
    steps = [{"uses": "actions/checkout@v4", "with": {"fetch-depth": 0}}]
    steps += [
        {"name": key, "if": "always()", "run": f"{{ {text.strip()}\n}} && printf '\\ndid {key}\\n'"}
        for key, text in runs.items()
    ]
    job = {"runs-on": "ubuntu-latest", "steps": steps, "env": env}
    files = {
        ".github/workflows/w.yml": json.dumps({"on": "push", "jobs": {"job": job}}),
        "README.md": "---\nsdk: static\n---\nwritten out\n",
        "index.html": "<p>written out",
    }
    door = tmp_path_factory.mktemp("door")
    (door / "index.html").write_text("behind it")
    git(door, "init", "-q", "-b", "main")
    git(door, "add", "-A")
    git(door, "commit", "-qm", "door")
    remote = f"http://x:{of.hub_token}@127.0.0.1:{of.hub_port}/spaces/{OWNER}/door"
    git(door, "push", "-qf", remote, "main")
    commit = served.push(name, files, tmp_path_factory.mktemp("clone"))
    return *served.run(name, commit), commit


@pytest.mark.parametrize("step", [*STEPS, "others"])
def test_a_step_reaches_the_sandbox_by_the_platforms_own_names(jobs, step):
    _, log, _ = jobs
    assert f"\ndid {step}\n" in _plain(log), log


@pytest.mark.parametrize("host", REFUSED)
def test_a_host_that_is_not_imitated_refuses_by_name(jobs, host):
    _, log, _ = jobs
    assert f"{host} is a host of the real platform" in log, log


def test_what_was_pushed_to_the_written_out_host_is_on_the_sandbox_s_hub(served, jobs):
    *_, commit = jobs
    with served.hub() as client:
        assert client.get(f"/api/spaces/{OWNER}/written-out").json()["sha"] == commit


def test_no_token_is_in_the_log(served, jobs):
    _, log, _ = jobs
    assert served.identity.hub_token not in log
    assert served.identity.render_key not in log


WITHOUT_GIT = """
! command -v git && test ! -e .git && test -x run.sh && test "$(./run.sh)" = "of the commit"
test "$(readlink link)" = run.sh && test "$(ls other)" = README.md && echo "did without git"
"""


def test_without_git_in_its_image_a_job_has_the_files_that_the_api_gives(served, tmp_path):
    served.repository("bare", private=True)
    served.repository("other")
    served.push("other", {"README.md": "another one"}, tmp_path / "other")
    clone = tmp_path / "bare"
    clone.mkdir()
    (clone / "run.sh").write_text("#!/bin/sh\necho of the commit\n")
    (clone / "run.sh").chmod(0o755)
    (clone / "link").symlink_to("run.sh")
    other = {"repository": f"{OWNER}/other", "path": "other"}
    steps = [
        {"uses": "actions/checkout@v4"},
        {"uses": "actions/checkout@v4", "with": other},
        {"run": WITHOUT_GIT.strip()},
        {
            "uses": "actions/checkout@v4",
            "continue-on-error": True,
            "with": {"ref": "no-such", "path": "a"},
        },
        {"uses": "actions/checkout@v4", "with": {"submodules": True, "path": "b"}},
    ]
    job = {"runs-on": "ubuntu-latest", "container": "python:3.11-slim", "steps": steps}
    text = json.dumps({"on": "push", "jobs": {"job": job}})
    conclusion, log = served.run(
        "bare", served.push("bare", {".github/workflows/w.yml": text}, clone)
    )
    assert "did without git" in log, log
    assert "downloaded using the GitHub REST API" in log
    assert "does not give the files of slipway/bare at no-such: status 404" in log
    assert conclusion == "failure"
    assert "Input 'submodules' not supported" in log


def _plain(log: str) -> str:
    """A log without the time before each line."""
    return "\n".join(line.partition(" ")[2] for line in log.splitlines()) + "\n"
