"""The doors a person uses: they return, run beside each other, and leave the checkout as it was."""

import json
import os
import re
import subprocess
import sys

import pytest

from tests.e2e.clone import Clone, get_json
from toolchain.progress import Progress
from toolchain.pulumi.cli import ensure_pulumi
from toolchain.pulumi.environment import local_backend, pulumi_environment

pytestmark = [pytest.mark.e2e, pytest.mark.machine, pytest.mark.long]


@pytest.fixture(scope="module")
def clones(tmp_path_factory):
    folder = tmp_path_factory.mktemp("doors")
    made = [Clone.make(folder / "one"), Clone.make(folder / "two", systems=None)]
    for clone in made:
        subprocess.run(["git", "init", "-q"], cwd=clone.folder, check=True)
        subprocess.run(["git", "add", "-A"], cwd=clone.folder, check=True)
    yield made
    for clone in made:
        ended = clone.sandbox("reset")
        assert ended.returncode == 0, ended.stdout + ended.stderr


def test_two_clones_come_up_at_once_and_do_not_see_each_other(clones):
    running = [clone.start("up", "dev") for clone in clones]
    said = [process.communicate(timeout=600)[0] for process in running]

    assert [process.returncode for process in running] == [0, 0], "\n".join(said)
    urls = [clone.outputs()["inference"]["url"] for clone in clones]
    assert len(set(urls)) == 2
    assert all(get_json(f"{url}/health")["model_loaded"] for url in urls)


def test_as_it_comes_it_raises_every_system_and_says_where_all_of_it_answers(clones):
    _, whole = clones
    whole.up()
    before = whole.last_request()
    said = whole.up().stdout
    assert re.search(r"^ +\d+ unchanged$", said, re.MULTILINE)
    assert [row for row in whole.requests(before) if row["mutates"]] == []
    outputs = whole.outputs()
    assert set(outputs["frigo"]) == {"app", "chat", "gpt"}
    assert set(outputs["repository"]) == {"page"}
    for system in ("frigo", "repository"):
        for name, url in outputs[system].items():
            line = rf"^{system}\.{name} +{re.escape(url)} +answers 200$"
            assert re.search(line, said, re.MULTILINE)


def test_a_second_up_of_the_same_clone_waits_for_the_first(clones):
    running = [clones[0].start("up", "dev") for _ in range(2)]
    said = [process.communicate(timeout=600)[0] for process in running]

    assert [process.returncode for process in running] == [0, 0], "\n".join(said)


def test_a_pipe_behind_up_ends_with_up_although_the_sandbox_stays(clones):
    clone = clones[0]
    clone.sandbox("down")
    command = f"{sys.executable} -m doors up dev 2>&1 | tail -1"

    ended = subprocess.run(
        ["sh", "-c", command],
        cwd=clone.folder,
        capture_output=True,
        text=True,
        timeout=600,
        check=True,
    )

    assert "answers 200" in ended.stdout
    assert clone.status()["running"]


def test_a_pipe_that_is_closed_early_leaves_the_engine_to_finish(clones):
    clone = clones[0]
    clone.up()
    state = clone.folder / ".slipway" / "state" / ".pulumi"
    before = set(state.rglob("*.history.json"))
    command = f"{sys.executable} -m doors up dev 2>&1 | head -1"
    subprocess.run(["sh", "-c", command], cwd=clone.folder, timeout=600, check=True)

    clone.up()  # waits for the one before, which goes on without its reader
    after = set(state.rglob("*.history.json")) - before
    assert [json.loads(each.read_text())["result"] for each in after] == ["succeeded"] * 2
    assert list((state / "locks").rglob("*.json")) == []


def test_a_copied_checkout_does_not_take_the_sandbox_of_the_first_for_its_own(clones, tmp_path):
    clone = clones[0]
    clone.up()
    copy = Clone(tmp_path / "copy")
    # Sockets and locks among them, as `cp -r` would.
    subprocess.run(["cp", "-r", clone.folder, copy.folder], check=True)
    refused = copy.sandbox("up", "dev")
    assert refused.returncode == 1
    assert f"is a copy of {clone.folder}/.slipway" in refused.stderr
    assert copy.sandbox("down").returncode != 0
    assert copy.sandbox("reset").returncode == 0
    assert get_json(clone.outputs()["inference"]["url"] + "/health")["model_loaded"]
    assert copy.sandbox("status", "--json").returncode == 0
    assert copy.identity()["name"] != clone.identity()["name"]


def test_the_checkout_is_as_it_was_after_every_door(clones):
    clone = clones[0]
    clone.up()
    for door in (("preview", "dev"), ("status",), ("requests",), ("down",), ("up", "dev")):
        assert clone.sandbox(*door).returncode == 0
    shown = subprocess.run(
        ["git", "status", "--porcelain"],
        cwd=clone.folder,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert [line for line in shown if not line.startswith("A ")] == []


def test_a_user_with_another_backend_and_passphrase_works_in_the_same_checkout(clones, tmp_path):
    clone = clones[0]
    stack = clone.folder / "Pulumi.dev.yaml"
    kept = stack.read_text()
    environment = {
        **os.environ,
        **pulumi_environment(ensure_pulumi(Progress()), tmp_path),
        "PULUMI_BACKEND_URL": local_backend(tmp_path),
        "PULUMI_CONFIG_PASSPHRASE": "a user's own",
        "HF_TOKEN": "hf_of_a_user",
        "HF_READ_TOKEN": "hf_of_a_user_too",
    }

    def pulumi(*arguments):
        return subprocess.run(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=clone.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    made = pulumi("stack", "init", "dev")
    assert made.returncode == 0, made.stderr
    shown = pulumi("preview", "--stack", "dev")
    stack.write_text(kept)  # its encryption salt is in there now, as Pulumi wants it
    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert "+ 7 to create" in shown.stdout


def test_a_command_that_is_not_there_and_a_broken_stack_file_are_told_in_a_sentence(clones):
    clone = clones[0]
    missing = clone.sandbox("run", "--", "no-such-command")
    assert missing.returncode == 1
    # What had to be started or waited for before may be said first.
    assert missing.stderr.splitlines()[-1] == "no-such-command: no such command on PATH"

    broken = clone.folder / "Pulumi.broken.yaml"
    broken.write_text("config: [\n")
    refused = clone.sandbox("preview", "dev")
    broken.unlink()
    assert refused.returncode == 1
    assert f"{broken} is not valid YAML" in refused.stderr
    assert "Traceback" not in refused.stderr
