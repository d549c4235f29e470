"""The local equivalents of actions that a workflow would take from the internet."""

import os
import re
import subprocess
import sys

import pytest

from sandbox.github.runs.api.artifacts import artifacts_of
from sandbox.github.runs.planning.equivalents import find_actions, known_equivalents
from sandbox.github.runs.runners.runner import PROGRAMS
from sandbox.github.runs.running.programs.setup_python import _fits
from sandbox.github.runs.running.programs.setup_uv import requirement
from tests.sandbox.github.runs.conftest import in_both
from tests.sandbox.github.runs.repositories import git

pytest_generate_tests = in_both


def _job(steps: str) -> str:
    indented = "\n".join(f"      {line}" for line in steps.strip("\n").splitlines())
    return f"name: W\non: push\njobs:\n  job:\n    runs-on: ubuntu-latest\n    steps:\n{indented}\n"


def _ran(world, repository, steps: str, **files: str) -> str:
    """The log of a run that has to end well."""
    (run,) = world.push(repository, {"w.yml": _job(steps), **files})
    finished = world.finished(run, seconds=120)
    log = world.log(run, "job")
    assert finished.conclusion == "success", log
    return log


@pytest.mark.parametrize(
    ("depth", "commits", "others"), [("", "1", "no"), ("{fetch-depth: 0}", "3", "yes")]
)
def test_checkout_takes_the_pushed_commit(world, repository, depth, commits, others):
    world.push(repository, {"a": "1"}, ref="refs/heads/main")
    world.push(repository, {"b": "2"}, ref="refs/heads/other")
    git(world.repositories.folder / "work" / repository.replace("/", "-"), "checkout", "-q", "main")
    world.push(repository, {"a": "2"})
    steps = f"""
- run: test -z "$(ls -A)"
- uses: actions/checkout@v4
  with: {depth or "{}"}
- run: |
    echo "commits $(git rev-list --count HEAD) on $(git branch --show-current)"
    test "$(git rev-parse HEAD)" = "$GITHUB_SHA" && cat a
    git rev-parse -q --verify refs/remotes/origin/other && echo others yes || echo others no
    git remote get-url origin
    git status --porcelain
"""
    log = _ran(world, repository, steps)
    assert f"commits {commits} on main" in log
    assert f"others {others}" in log
    assert f"{world.inside_url}/{repository}" in log
    assert "actions/checkout@v4: local equivalent of actions/checkout" in log


@pytest.mark.parametrize("depth", ["", "fetch-depth: 0"])
def test_checkout_takes_a_clone_that_another_user_owns(world, repository, depth):
    # As where somebody who is not root runs the sandbox and the engine's containers are root's.
    steps = f"""
- uses: actions/checkout@v4
  with: {{{depth}}}
  env: {{GIT_TEST_ASSUME_DIFFERENT_OWNER: "1"}}
- run: test "$(git rev-parse HEAD)" = "$GITHUB_SHA" && cat a
"""
    assert "owned by another" in _ran(world, repository, steps, a="owned by another")


def test_a_full_clone_can_be_pushed_elsewhere_and_a_shallow_one_not(world, repository):
    world.push(repository, {"a": "1"})
    steps = """
- uses: actions/checkout@v4
- run: |
    git init -q --bare "$RUNNER_TEMP/hub.git"
    git -C "$RUNNER_TEMP/hub.git" config receive.shallowUpdate false
    git push "file://$RUNNER_TEMP/hub.git" HEAD:main && exit 1 || echo refused
- uses: actions/checkout@v4
  with: {fetch-depth: 0}
- run: git push "file://$RUNNER_TEMP/hub.git" HEAD:main && echo pushed
- run: echo "there $(git -C "$RUNNER_TEMP/hub.git" rev-parse main)"
"""
    log = _ran(world, repository, steps)
    assert "refused" in log
    assert "pushed" in log
    assert f"there {world.repositories.resolve(repository, 'main')}" in log


def test_checkout_keeps_the_token_where_git_finds_it_unless_told_otherwise(world, repository):
    steps = """
- uses: actions/checkout@v4
- run: git config --get-all http.$GITHUB_SERVER_URL/.extraheader | cut -c1-20
- uses: actions/checkout@v4
  with: {persist-credentials: false, path: inner}
- run: cd inner && ! git config --get-all http.$GITHUB_SERVER_URL/.extraheader && echo none
"""
    log = _ran(world, repository, steps)
    assert "AUTHORIZATION: basic" in log
    assert "\nnone" in log


def test_checkout_writes_the_folders_that_are_asked_for_and_says_what_it_does_not_do(
    world, repository
):
    files = {"docs/a.md": "a", "docs/deep/b.md": "b", "src/c.py": "c", "d.txt": "d"}
    steps = """
- uses: actions/checkout@v4
  with: {sparse-checkout: docs, filter: "blob:none", ssh-key: none-is-read}
- run: echo "cone" $(find . -name .git -prune -o -type f -print | sort)
- uses: actions/checkout@v4
  with: {sparse-checkout: "*.py\\n*.txt", sparse-checkout-cone-mode: false, path: inner}
- run: cd inner && echo "patterns" $(find . -name .git -prune -o -type f -print | sort)
- uses: actions/checkout@v4
  continue-on-error: true
  with: {github-server-url: "https://git.example.org", path: other}
"""
    log = _ran(world, repository, steps, **files)
    assert "cone ./d.txt ./docs/a.md ./docs/deep/b.md\n" in log
    assert "patterns ./d.txt ./src/c.py\n" in log
    assert "ssh-key is not used" in log
    assert "github-server-url: https://git.example.org is not the sandbox's GitHub" in log
    assert "Unexpected input" not in log


def test_a_later_push_changes_nothing_for_a_run(world, repository):
    steps = """
- run: until [ -e "$SLIPWAY_ARTIFACTS/go" ]; do sleep 0.1; done
- uses: actions/checkout@v4
- run: echo "content $(cat a)"
"""
    (first,) = world.push(repository, {"w.yml": _job(steps), "a": "old"})
    world.until(
        lambda: world.jobs(first)["job"].status == "in_progress" if world.jobs(first) else 0
    )
    (second,) = world.push(repository, {"a": "new"})
    for run in (first, second):
        artifacts = world.folder / "runs" / "artifacts" / str(run)
        artifacts.mkdir(parents=True, exist_ok=True)
        (artifacts / "go").touch()
    assert world.finished(first).conclusion == world.finished(second).conclusion == "success"
    assert "content old" in world.log(first, "job")
    assert "content new" in world.log(second, "job")


def test_setup_python_gives_a_python_of_the_jobs_own(world, repository):
    steps = """
- uses: actions/setup-python@v5
  id: py
  with: {python-version: "3.x"}
- run: |
    python -c 'import sys; print("own", sys.prefix != sys.base_prefix, sys.prefix)'
    test "$(command -v python)" = "${{ steps.py.outputs.python-path }}"
    python --version | grep -F "${{ steps.py.outputs.python-version }}"
- run: |
    test "$(command -v pip)" = "$(dirname "$(command -v python)")/pip"
    pip --version | grep -F "$(dirname "$(dirname "$(command -v python)")")"
    pip uninstall --quiet --yes pip && ! python -m pip --version
- {shell: python, run: "import sys; print('shell', sys.prefix != sys.base_prefix)"}
"""
    log = _ran(world, repository, steps)
    assert "own True" in log
    assert "shell True" in log
    assert f"own True {sys.prefix}" not in log
    assert "of this machine" in log


def test_setup_python_says_which_python_stands_in(world, repository):
    steps = """
- uses: actions/setup-python@v5
  with: {python-version: "3.99"}
- run: python --version
"""
    log = _ran(world, repository, steps)
    assert "##[warning]Python 3.99 is not installed on this machine" in log


@pytest.mark.parametrize(
    ("version", "wanted", "fits"),
    [
        ("3.11.7", "3.11", True),
        ("3.11.7", "3.1", False),
        ("3.12.0", "3.x", True),
        ("3.12.0", ">=3.11,<3.13", True),
        ("3.13.0", ">=3.11,<3.13", False),
        ("3.12.4", "~=3.11", True),
        ("3.12.4", "3.12.3", False),
        ("3.12.4", "pypy3.10", False),
    ],
)
def test_versions_that_fit(version, wanted, fits):
    assert _fits(version, wanted) is fits


@pytest.mark.parametrize(
    ("version", "wanted"),
    [
        ("", "uv"),
        ("latest", "uv"),
        ("0.5.1", "uv==0.5.1"),
        ("0.5.x", "uv==0.5.*"),
        ("0.x.x", "uv==0.*"),
        (">=0.4,<1", "uv>=0.4,<1"),
    ],
)
def test_versions_of_uv(version, wanted):
    assert requirement(version) == wanted


@pytest.mark.long
def test_setup_uv_gives_uv_and_an_environment_of_its_own(world, repository):
    steps = """
- id: uv
  uses: astral-sh/setup-uv@v6
  with: {version: 0.x, activate-environment: true, enable-cache: true}
- run: |
    echo "uv ${{ steps.uv.outputs.uv-version }} is $(uv --version)"
    test "$VIRTUAL_ENV" = "${{ steps.uv.outputs.venv }}"
    uv pip install --quiet idna && python -c 'import idna, sys; print("in", sys.prefix)'
    uvx --version
"""
    log = _ran(world, repository, steps)
    version = re.search(r"uv (\S+) of the package index", log)[1]
    assert f"uv {version} is uv {version}" in log
    assert "/.venv\n" in log
    assert "Unexpected input" not in log


def test_a_cache_is_saved_at_the_end_and_restored_by_the_next_run(world, repository):
    steps = """
- uses: actions/checkout@v4
- uses: actions/cache@v4
  id: cache
  with:
    path: |
      ~/.cache/things
      made
    key: things-${{ hashFiles('lock') }}
    restore-keys: things-
- run: echo "hit [${{ steps.cache.outputs.cache-hit }}] $(cat made/x ~/.cache/things/y 2>&1)"
- run: mkdir -p made ~/.cache/things && cat lock > made/x && echo home > ~/.cache/things/y
"""
    first = _ran(world, repository, steps, lock="one")
    assert "hit [] cat:" in first
    assert "Cache saved with key: things-" in first
    assert "hit [true] onehome" in _ran(world, repository, steps, other="x")
    assert "hit [false] onehome" in _ran(world, repository, steps, lock="two")


def test_artifacts_pass_between_jobs_and_stay_with_the_run(world, repository):
    text = """
      on: push
      jobs:
        make:
          runs-on: ubuntu-latest
          steps:
            - run: mkdir -p out/deep; echo 1 > out/a.txt; echo 2 > out/deep/b.txt; touch out/.h
            - uses: actions/upload-artifact@v4
              with: {name: result, path: out}
            - uses: actions/upload-artifact@v4
              with: {name: nothing, path: nowhere}
        use:
          needs: make
          runs-on: ubuntu-latest
          steps:
            - uses: actions/download-artifact@v4
              with: {name: result, path: got}
            - run: (cd got && find . -type f | sort && cat deep/b.txt)
    """
    (run,) = world.push(repository, {"a.yml": text})
    assert world.finished(run).conclusion == "success", world.log(run, "make")
    assert "./a.txt\n./deep/b.txt\n2" in world.log(run, "use")
    assert "##[warning]No files were found with the provided path: nowhere" in world.log(
        run, "make"
    )


def test_codecov_says_that_nothing_is_uploaded(world, repository):
    log = _ran(
        world, repository, "- run: echo '<x/>' > coverage.xml\n- uses: codecov/codecov-action@v3"
    )
    assert "coverage report coverage.xml: 5 bytes; nothing is uploaded from here" in log


def test_the_repositorys_own_actions_and_those_of_the_sandbox_are_used(world, repository):
    action = """
      runs:
        using: composite
        steps:
          - uses: codecov/codecov-action@v3
          - {run: "echo own ${{ inputs.what }}", shell: bash}
      inputs: {what: {default: x}}
    """
    shared = world.new_repository()
    world.push(shared, {"say/action.yml": action})
    steps = f"""
- uses: actions/checkout@v4
- uses: ./.github/actions/say
- uses: {shared}/say@main
  with: {{what: shared}}
"""
    files = {".github/actions/say/action.yml": action, "coverage.xml": ""}
    (run,) = world.push(repository, {"w.yml": _job(steps), **files})
    assert world.finished(run).conclusion == "success", world.log(run, "job")
    assert "own x" in world.log(run, "job")
    assert "own shared" in world.log(run, "job")
    assert f"from this sandbox's own repository {shared}" in world.log(run, "job")


def test_a_javascript_action_of_the_repository_is_run_by_node(world, repository):
    action = "{name: Say, inputs: {what: {default: x}}, runs: {using: node20, main: say.js}}"
    program = """
      const fs = require('fs')
      console.log(`says ${process.env.INPUT_WHAT} from node`)
      fs.appendFileSync(process.env.GITHUB_OUTPUT, 'said=yes\\n')
    """
    steps = """
- uses: actions/checkout@v4
- {id: js, uses: ./say, with: {what: hello}}
- run: echo "output ${{ steps.js.outputs.said }}"
"""
    log = _ran(world, repository, steps, **{"say/action.yml": action, "say/say.js": program})
    assert "says hello from node" in log
    assert "output yes" in log


def test_every_equivalent_is_named_to_who_uses_another_one():
    found = find_actions([{"uses": "a/b@v1"}], lambda _path: None, lambda _name, _ref: None)
    assert all(name in found.missing[0] for name in known_equivalents())
    assert "actions/checkout" in known_equivalents()


def test_artifacts_belong_to_an_attempt_and_those_of_kept_jobs_go_on(world, repository):
    text = """
      on: push
      jobs:
        make:
          runs-on: ubuntu-latest
          steps:
            - run: echo "made in $GITHUB_RUN_ATTEMPT" > made
            - uses: actions/upload-artifact@v4
              with: {name: made, path: made}
        use:
          needs: make
          runs-on: ubuntu-latest
          steps:
            - run: echo "used in $GITHUB_RUN_ATTEMPT" > used
            - uses: actions/upload-artifact@v4
              with: {name: used, path: used}
            - uses: actions/download-artifact@v4
              with: {path: got}
            - run: cat got/*/* && ls got && test "$GITHUB_RUN_ATTEMPT" != 1
    """
    (run,) = world.push(repository, {"a.yml": text})
    assert world.finished(run).conclusion == "failure"

    def again(*, failed_only: bool) -> dict[str, str]:
        assert world.service.rerun(world.service.records.get(run), failed_only=failed_only)
        assert world.finished(run).conclusion == "success", world.log(run, "use")
        kept = artifacts_of(world.service.folder, world.service.records.get(run))
        assert len({each.id for each in kept}) == len(kept)
        return {each.name: next(each.folder.iterdir()).read_text().strip() for each in kept}

    assert again(failed_only=True) == {"made": "made in 1", "used": "used in 2"}
    assert "made in 1\nused in 2" in world.log(run, "use")
    assert again(failed_only=False) == {"made": "made in 3", "used": "used in 3"}
    assert "made in 3\nused in 3" in world.log(run, "use")


def test_a_reference_that_is_named_is_checked_out_as_it_is_now(tmp_path):
    def ran(*words: str) -> str:
        done = subprocess.run(["git", *words], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    origin, work = tmp_path / "acme" / "one", tmp_path / "work"
    ran("init", "-q", "--bare", "-b", "main", str(origin))
    at = ("-C", str(work), "-c", "user.name=ann", "-c", "user.email=ann@example.org")
    ran("init", "-q", "-b", "main", str(work))
    commits = []
    for number in range(2):
        ran(*at, "commit", "-q", "--allow-empty", "-m", str(number))
        commits.append(ran(*at, "rev-parse", "HEAD"))
    ran(*at, "tag", "v1")
    ran(*at, "push", "-q", str(origin), "main", "main:dev", "v1")
    inputs = {
        **dict.fromkeys(("WANTED_REPOSITORY", "WANTED_TOKEN", "WANTED_PATH", "WANTED_LFS"), ""),
        "WANTED_SUBMODULES": "",
        "WANTED_REF": "dev",
        "WANTED_DEPTH": "0",
        "WANTED_TAGS": "",
        "KEEPS_CREDENTIALS": "true",
        "GITHUB_SERVER_URL": f"file://{tmp_path}",
        "GITHUB_REPOSITORY": "acme/one",
        "GITHUB_REF": "refs/heads/main",
        "GITHUB_SHA": commits[0],
        "GITHUB_WORKSPACE": str(tmp_path / "job"),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "SLIPWAY_SOURCE": str(work),
    }
    program = PROGRAMS / "checkout.py"
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(program)],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), **inputs},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    job = ("-C", str(tmp_path / "job"))
    assert ran(*job, "rev-parse", "HEAD") == commits[1], "what the branch is now, not the run's"
    assert ran(*job, "tag") == "v1"
    assert "origin/main" in ran(*job, "branch", "-r", "--format=%(refname:short)").split()
