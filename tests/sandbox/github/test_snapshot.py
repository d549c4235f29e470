"""The snapshot that `make up` pushes: the working tree's tracked files, none of it touched."""

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from doors.home import Home
from doors.snapshot import ensure_repository, push_snapshot
from tests.sandbox.github.conftest import Clone
from tests.sandbox.github.live import OWNER, TOKEN

REPOSITORY = f"{OWNER}/slipway"


@pytest.fixture
def checkout(tmp_path) -> Clone:
    made = Clone(tmp_path / "checkout")
    made.folder.mkdir()
    made.git("init", "--quiet", "--initial-branch=work")
    made.commit(".gitignore", ".slipway/\n*.log\n")
    made.commit("app/main.py", "print(1)\n")
    made.commit(" odd\nname.txt", "odd")
    return made


@pytest.fixture
def home(gh, checkout) -> Home:
    """A sandbox of the checkout whose GitHub is the one of the test."""
    made = Home(checkout.folder / ".slipway", checkout.folder)
    made.identity()
    path = made.folder / "identity.json"
    known = json.loads(path.read_text())
    port = int(gh.url.rpartition(":")[2])
    path.write_text(json.dumps({**known, "github_port": port, "github_token": TOKEN}))
    return made


def files(gh, branch: str) -> dict[str, str]:
    store = gh.service.require(REPOSITORY).git
    commit = store.branch_head(branch)
    return {
        each.path: store.blob(each.oid).decode()
        for each in store.walk(commit, recursive=True)
        if each.kind == "file"
    }


def fingerprint(folder: Path) -> dict[str, str]:
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def test_a_preview_before_anything_was_raised_finds_an_empty_repository(gh, home):
    assert ensure_repository(home) is None
    assert gh.service.require(REPOSITORY).git.branch_head("main") is None
    assert ensure_repository(home) is None  # there is one already
    assert "pushed" in push_snapshot(home, "dev")


def test_it_holds_tracked_files_with_their_changes_and_touches_nothing(gh, home, checkout):
    (checkout.folder / "app/main.py").write_text("print(2)\n")
    checkout.git("rm", "--quiet", "--cached", ".gitignore")
    checkout.git("add", ".gitignore")
    (checkout.folder / "untracked.txt").write_text("mine alone")
    (checkout.folder / "run.log").write_text("noise")
    before = fingerprint(checkout.folder / ".git")
    said = push_snapshot(home, "dev")
    assert said.startswith(f"GitHub: pushed the tracked files as they are to {REPOSITORY} dev (")
    assert files(gh, "dev") == {
        ".gitignore": ".slipway/\n*.log\n",
        "app/main.py": "print(2)\n",
        " odd\nname.txt": "odd",
    }
    assert fingerprint(checkout.folder / ".git") == before
    assert gh.http.get(f"/repos/{REPOSITORY}").json()["default_branch"] == "dev"


def test_the_same_files_are_not_pushed_twice(gh, home):
    push_snapshot(home, "dev")
    head = gh.service.resolve(REPOSITORY, "dev")
    last = gh.log.last_id()
    assert f"dev holds the tracked files as they are already ({head[:7]})" in push_snapshot(
        home, "dev"
    )
    assert gh.service.resolve(REPOSITORY, "dev") == head
    assert not gh.log.requests(since_id=last, mutates=True)


def test_a_change_goes_on_top_of_what_others_have_pushed(gh, home, checkout):
    push_snapshot(home, "dev")
    theirs = gh.commit("slipway", "model.txt", "trained", branch="dev")
    checkout.commit("app/main.py", "print(3)\n")
    push_snapshot(home, "dev")
    store = gh.service.require(REPOSITORY).git
    assert store.commit(store.resolve("dev")).parents == (theirs,)
    assert files(gh, "dev")["app/main.py"] == "print(3)\n"


def test_prod_is_main_and_becomes_the_default_branch(gh, home):
    push_snapshot(home, "dev")
    push_snapshot(home, "prod")
    store = gh.service.require(REPOSITORY).git
    assert store.default_branch() == "main"
    # The same files need no second commit.
    assert store.resolve("main") == store.resolve("dev")


def test_a_checkout_without_git_gives_all_that_is_not_ignored(gh, home, checkout):
    shutil.rmtree(checkout.folder / ".git")
    (checkout.folder / "run.log").write_text("noise")
    assert "the files that are not ignored" in push_snapshot(home, "dev")
    assert set(files(gh, "dev")) == {".gitignore", "app/main.py", " odd\nname.txt"}
    assert not (checkout.folder / ".git").exists()


def test_a_shallow_clone_will_do(gh, home, checkout, tmp_path):
    shallow = tmp_path / "shallow"
    source = checkout.folder.as_uri()
    subprocess.run(["git", "clone", "--quiet", "--depth=1", source, str(shallow)], check=True)
    shutil.copytree(home.folder, shallow / ".slipway")
    shutil.rmtree(home.folder)
    push_snapshot(Home(shallow / ".slipway", shallow), "dev")
    assert set(files(gh, "dev")) == {".gitignore", "app/main.py", " odd\nname.txt"}


def test_what_forbids_the_push_is_said_and_stops_nothing(gh, home, checkout):
    push_snapshot(home, "prod")
    condition = {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}}
    body = {"name": "x", "enforcement": "active", "conditions": condition}
    rules = {"rules": [{"type": "update"}]}
    assert gh.http.post(f"/repos/{REPOSITORY}/rulesets", json=body | rules).status_code == 201
    checkout.commit("app/main.py", "print(4)\n")
    said = push_snapshot(home, "prod")
    assert "does not get this checkout's files" in said
    assert "Cannot update this protected ref." in said
    assert TOKEN not in said


def test_the_token_is_on_no_command_line(home, monkeypatch):
    commands = []
    real = subprocess.run

    def spied(command, **more):
        commands.append(" ".join(command))
        return real(command, **more)

    monkeypatch.setattr("doors.snapshot.subprocess.run", spied)
    push_snapshot(home, "dev")
    assert any(" push " in command for command in commands)
    assert not any(TOKEN in command for command in commands)
    kept = "".join(p.read_text(errors="replace") for p in home.folder.rglob("config"))
    assert TOKEN not in kept


def test_variables_of_a_git_that_runs_the_sandbox_do_not_lead_astray(gh, home, monkeypatch):
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere/index")
    push_snapshot(home, "dev")
    assert "app/main.py" in files(gh, "dev")
