"""The main job: `up` raises a system that answers, and changes it by just what changed."""

import hashlib
import json
import time
from dataclasses import dataclass

import pytest

from tests.e2e.clone import get_json, post_json

pytestmark = [pytest.mark.e2e, pytest.mark.machine]

PROMPT = {"prompt": "Q: How do I set a secret?\nA:", "max_new_tokens": 24}
WEIGHTS = "app/language_model/build/tiny-phi.gguf"


def generate(clone, stack="dev"):
    return post_json(clone.outputs(stack)["inference"]["url"] + "/generate", PROMPT)


@dataclass(frozen=True)
class FirstRaise:
    """What was true of dev before any test changed it."""

    answer: dict
    models: list[dict]
    fetched: list[str]  # file names that the build took from the model's repository


@pytest.fixture(scope="module", autouse=True)
def first(raised):
    fetched = [
        row["path"].rsplit("/", 1)[-1]
        for row in raised.requests()
        if "/tiny-phi-dev/resolve/" in row["path"] and row["method"] == "GET"
    ]
    return FirstRaise(generate(raised), raised.status()["models"], fetched)


def test_the_model_that_was_trained_here_writes_the_answer(raised, first):
    assert first.answer["text"].strip()
    assert first.answer["model"] == "slipway/tiny-phi-dev"
    assert first.answer["sha256"] == sha256(raised.folder / WEIGHTS)
    [model] = [each for each in first.models if each["id"] == "slipway/tiny-phi-dev"]
    assert first.answer["revision"] == model["head"]


def test_the_build_fetches_exactly_the_weights_and_the_start_nothing(raised, first):
    assert first.fetched == ["tiny-phi.gguf"]

    before = raised.last_request()
    raised.sandbox("down")
    raised.up()
    assert generate(raised)["text"]
    assert [row["path"] for row in raised.requests(before) if "/resolve/" in row["path"]] == []


def test_a_second_up_changes_nothing_and_mutates_nothing(raised):
    before = raised.last_request()
    ended = raised.up()

    assert "7 unchanged" in ended.stdout
    assert [row for row in raised.requests(before) if row["mutates"]] == []


@pytest.mark.long
def test_stopping_and_starting_brings_the_same_app_back_under_the_same_address(raised):
    url, space = raised.outputs()["inference"]["url"], raised.space("slipway/inference-dev")
    raised.sandbox("down")
    assert not raised.status()["running"]
    before = raised.last_request()

    raised.up()

    assert raised.outputs()["inference"]["url"] == url
    assert raised.space("slipway/inference-dev")["serving"] == space["serving"]
    assert [row for row in raised.requests(before) if row["mutates"]] == []
    assert get_json(url + "/health")["model_loaded"]


def test_one_changed_file_is_sent_alone_and_never_ready_before_it_answers(raised):
    server = raised.folder / "app/inference/app/inference_server.py"
    text = server.read_text()
    version = get_json(raised.outputs()["inference"]["url"] + "/health")["version"]
    assert text.count(f'"{version}"') == 1
    server.write_text(text.replace(f'"{version}"', '"99.0.0"'))
    old = raised.space("slipway/inference-dev")["serving"]
    before = raised.last_request()

    raised.up()

    assert get_json(raised.outputs()["inference"]["url"] + "/health")["version"] == "99.0.0"
    assert raised.writes(before) == [("POST", "/api/spaces/slipway/inference-dev/commit/main")]
    space = raised.space("slipway/inference-dev")
    assert space["serving"] == space["head"] != old
    assert changed_files(raised, space["head"]) == ["app/inference_server.py"]


@pytest.mark.long
def test_other_weights_change_the_text_and_the_sum_after_a_refresh(raised, tmp_path):
    before = generate(raised)
    assert raised.up().returncode == 0  # not looked at without a refresh
    push_other_weights(raised, tmp_path)
    assert generate(raised)["sha256"] == before["sha256"]

    ended = raised.pulumi("up", "--yes", "--refresh", "--skip-preview", "--stack", "dev")

    assert ended.returncode == 0, ended.stdout + ended.stderr
    after = generate(raised)
    assert after["sha256"] == sha256(tmp_path / "tiny-phi.gguf") != before["sha256"]
    assert after["revision"] != before["revision"]
    assert after["text"] != before["text"]


@pytest.mark.long
def test_prod_stands_beside_dev_with_the_values_of_its_file(raised):
    raised.up("prod")

    variables = {name: hub_variables(raised, name) for name in ("inference-dev", "inference")}
    assert variables["inference-dev"]["HYBRID_REMOTE_GENERATION"] == "false"
    assert variables["inference-dev"]["LOG_LEVEL"] == "DEBUG"
    assert variables["inference"]["HYBRID_REMOTE_GENERATION"] == "true"
    assert variables["inference"]["LOG_LEVEL"] == "INFO"
    assert raised.space("slipway/inference")["hardware"] == "cpu-upgrade"
    assert raised.space("slipway/inference-dev")["hardware"] == "cpu-basic"
    answer = generate(raised, "prod")
    assert (answer["engine"], answer["model"]) == ("remote", "slipway/tiny-phi")
    assert generate(raised)["model"] == "slipway/tiny-phi-dev"


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def changed_files(clone, commit):
    shown = clone.sandbox(
        "run",
        "--",
        "sh",
        "-c",
        'git clone -q "$HF_ENDPOINT/spaces/slipway/inference-dev" "$0" && '
        'git -C "$0" show --format= --name-only "$1"',
        str(clone.folder / f"space-{time.monotonic_ns()}"),
        commit,
    )
    assert shown.returncode == 0, shown.stderr
    return shown.stdout.split()


def push_other_weights(clone, folder):
    """Trains a few steps from another seed and pushes the result as a pipeline would."""
    trained = clone.sandbox(
        "run",
        "--",
        "python",
        str(clone.folder / "app/language_model/train.py"),
        "--out",
        str(folder),
        "--steps",
        "20",
        "--seed",
        "5",
    )
    assert trained.returncode == 0, trained.stderr
    pushed = clone.sandbox(
        "run",
        "--",
        "hf",
        "upload",
        "slipway/tiny-phi-dev",
        str(folder / "tiny-phi.gguf"),
        "tiny-phi.gguf",
    )
    assert pushed.returncode == 0, pushed.stdout + pushed.stderr


def hub_variables(clone, name):
    shown = clone.sandbox(
        "run",
        "--",
        "python",
        "-c",
        "import json, sys; from huggingface_hub import HfApi; print(json.dumps({k: v.value for k, v"
        " in HfApi().get_space_variables(sys.argv[1]).items()}))",
        f"slipway/{name}",
    )
    assert shown.returncode == 0, shown.stderr
    return json.loads(shown.stdout.splitlines()[-1])
