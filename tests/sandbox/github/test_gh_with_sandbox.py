"""`./with-sandbox gh …`: the program on PATH, unmodified, in the environment of commands."""

import json
import subprocess
from pathlib import Path

import pytest

from doors.environment import sandbox_environment
from doors.home import Home


@pytest.fixture
def run(gh, gh_program, tmp_path, monkeypatch):
    """Runs a program as a command of a sandbox whose GitHub is this test's."""
    monkeypatch.setenv("GIT_CONFIG_COUNT", "2")  # a user's own settings stay
    for number, (key, value) in enumerate((("user.name", "me"), ("user.email", "me@localhost"))):
        monkeypatch.setenv(f"GIT_CONFIG_KEY_{number}", key)
        monkeypatch.setenv(f"GIT_CONFIG_VALUE_{number}", value)
    monkeypatch.setenv("GH_TOKEN", "gho_the-users-own")
    monkeypatch.setenv("GH_HOST", "github.com")
    # A proxy that would answer nobody: what is on this machine must not go through it.
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("HOME", str(tmp_path))
    home = Home(tmp_path / ".slipway", tmp_path)
    home.identity()
    path = home.folder / "identity.json"
    identity = json.loads(path.read_text())
    port = int(gh.url.rpartition(":")[2])
    path.write_text(json.dumps({**identity, "github_port": port, "github_token": gh.token}))
    environment = sandbox_environment(home, {"PATH": f"{Path(gh_program).parent}:/usr/bin:/bin"})

    def done(*command: str, code: int = 0, at: Path = tmp_path, **more: str) -> str:
        said = subprocess.run(
            command,
            env={**environment, **more},
            cwd=at,
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert said.returncode == code, (command, said.stdout, said.stderr)
        assert "the-users-own" not in said.stdout + said.stderr
        return said.stdout + said.stderr

    return done


def test_it_reaches_the_sandbox_and_works_in_clones(gh, run, repository, tmp_path):
    assert run("sh", "-c", "gh api user --jq .login").strip() == "slipway"
    run("gh", "secret", "set", "A", "--repo", repository, "--body", "hush")
    assert gh.service.secrets(repository, None) == {"A": "hush"}
    for name, command in (
        ("by-gh", ("gh", "repo", "clone", repository)),
        ("by-git", ("git", "clone", "-q", f"http://github.localhost/{repository}")),
        ("by-address", ("git", "clone", "-q", f"{gh.url}/{repository}")),
    ):
        run(*command, name)
        clone = tmp_path / name
        (clone / f"{name}.txt").write_text("x\n")
        run("git", "checkout", "-q", "-b", name, at=clone)
        run("git", "add", ".", at=clone)
        run("git", "commit", "-q", "-m", f"Add {name}", at=clone)
        run("git", "push", "-q", "-u", "origin", name, at=clone)
        made = run("gh", "pr", "create", "--fill", at=clone)
        assert "/slipway/one/pull/" in made
        assert f"Add {name}" in run("gh", "pr", "view", at=clone)
    assert len(json.loads(run("gh", "pr", "list", "-R", repository, "--json", "number"))) == 3


def test_it_reaches_nothing_else(gh, run):
    said = run("gh", "api", "--hostname", "github.com", "user", code=1)
    assert "api.github.com" in said  # which the sandbox, as its proxy, did not lead to
    assert gh.token not in said


def test_without_the_program_it_says_so(run):
    programs = run("sh", "-c", "command -v gh").strip()
    said = run(programs, "pr", "list", code=127, PATH=f"{Path(programs).parent}:/nowhere")
    assert "Install GitHub's command line" in said
