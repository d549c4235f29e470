"""Which model is served, by each way it can arrive, and what happens when it is not there."""

import json
import shutil

import pytest

from app.language_model import train
from tests.app.conftest import REPO, REVISION, lay_out
from tests.app.fake_hub import COMMIT, FakeHub

TOKEN = "hf_canary_of_the_start"
PROMPT = {"prompt": "Q: What is in the fridge?\nA:", "max_new_tokens": 12}


def complaint(server, code):
    """The last line of a service that refuses to run."""
    assert server.wait_for_exit() == code, server.output()
    line = server.log_lines()[-1]
    assert line["level"] == "critical"
    return line["message"]


def test_the_model_is_chosen_by_name(start, trained, tmp_path):
    for name in ("tiny", "other"):
        lay_out(trained, tmp_path / "models", name)
    description = tmp_path / "models" / "other" / "model.json"
    entry = json.loads(description.read_text()) | {"repo": "acme/other"}
    description.write_text(json.dumps(entry))
    for name, repo in (("tiny", REPO), ("other", "acme/other")):
        server = start("gpt", IA_MODEL=name, MODELS_FOLDER=str(tmp_path / "models"))
        assert server.wait_until(200).json()["model"] == repo
        server.terminate()


def test_an_unknown_model_stops_the_start_and_lists_the_choices(start, trained, tmp_path):
    for name in ("tiny", "other"):
        lay_out(trained, tmp_path / "models", name)
    server = start("gpt", IA_MODEL="gpt5", MODELS_FOLDER=str(tmp_path / "models"))
    says = complaint(server, 2)
    assert "IA_MODEL='gpt5'" in says
    assert "holds other, tiny" in says


def test_an_image_without_any_model_says_so(start, tmp_path):
    assert "no model" in complaint(start("gpt", MODELS_FOLDER=str(tmp_path)), 2)


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"MODEL_REPO": "acme/other"}, f"acme/other at {REVISION}, but the image holds {REPO}"),
        ({"MODEL_REVISION": COMMIT}, f"at {COMMIT}, but the image holds {REPO} at {REVISION}"),
        ({"MODEL_SHA256": "0" * 64}, f"but MODEL_SHA256 is {'0' * 64}"),
        ({"MODEL_DELIVERY": "post"}, "MODEL_DELIVERY='post'"),
        ({"IA_MODEL": "../tiny"}, "IA_MODEL='../tiny'"),
        ({"CONTEXT_TOKENS": "0"}, "CONTEXT_TOKENS='0'"),
    ],
)
def test_settings_that_contradict_the_image_stop_the_start(start, models_folder, variables, says):
    given = {"IA_MODEL": "tiny", "MODELS_FOLDER": str(models_folder)} | variables
    server = start("gpt", **given)
    contradicted = {"MODEL_REPO", "MODEL_REVISION", "MODEL_SHA256"} & set(variables)
    assert says in complaint(server, 1 if contradicted else 2)


def test_a_damaged_file_stops_the_start(start, models_folder):
    weights = models_folder / "tiny" / train.WEIGHTS_FILE
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    server = start("gpt", IA_MODEL="tiny", MODELS_FOLDER=str(models_folder))
    assert "sha256" in complaint(server, 1)


def test_a_file_from_git_lfs_is_served_under_the_commit_of_the_code(
    start, trained, tmp_path, weights_sha256
):
    folder = tmp_path / "models" / "tiny"
    folder.mkdir(parents=True)
    shutil.copy(trained / train.WEIGHTS_FILE, folder)
    variables = {"MODELS_FOLDER": str(folder.parent), "MODEL_DELIVERY": "lfs", "IA_MODEL": "tiny"}
    body = start("gpt", RENDER_GIT_COMMIT=COMMIT, **variables).wait_until(200).json()
    assert (body["sha256"], body["revision"]) == (weights_sha256, COMMIT)
    (folder / train.WEIGHTS_FILE).write_text(
        "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n"
    )
    assert "git lfs pull" in complaint(start("gpt", **variables), 1)


@pytest.fixture
def hub(trained):
    with FakeHub((trained / train.WEIGHTS_FILE).read_bytes(), token=TOKEN) as running:
        yield running


def downloading(hub, folder, **variables):
    return {
        "MODEL_DELIVERY": "download",
        "MODELS_FOLDER": str(folder),
        "IA_MODEL": "tiny",
        "HF_ENDPOINT": hub.url,
        "HF_TOKEN": TOKEN,
        "MODEL_REPO": "acme/tiny-phi",
        "DOWNLOAD_RETRY_SECONDS": "1",
    } | variables


def test_the_model_can_be_downloaded_at_the_start_and_is_kept(start, hub, tmp_path, weights_sha256):
    folder = tmp_path / "disk"
    server = start("gpt", **downloading(hub, folder))
    body = server.wait_until(200).json()
    assert (body["sha256"], body["revision"]) == (weights_sha256, COMMIT)
    assert server.post("/api/generate", PROMPT).json()["text"]
    assert TOKEN not in server.output()
    messages = [line["message"] for line in server.log_lines()]
    assert any("Model tiny downloaded successfully" in message for message in messages)
    asked = len(hub.requests)
    again = start("gpt", **downloading(hub, folder))
    assert again.wait_until(200).json()["sha256"] == weights_sha256
    assert len(hub.requests) == asked


def test_until_it_is_downloaded_the_service_is_not_ready_and_says_why(start, hub, tmp_path):
    hub.token = "hf_another"
    server = start("gpt", **downloading(hub, tmp_path / "disk"))
    server.wait_until(503)
    body = server.poll("/health", lambda found: "problem" in found)
    assert body["status"] == "loading"
    assert body["model_loaded"] is False
    assert "401" in body["problem"]
    assert "HF_TOKEN" in body["problem"]
    answer = server.post("/api/generate", PROMPT)
    assert answer.status_code == 503
    assert "401" in answer.json()["detail"]
    assert server.post("/api/finetune/start", {}).status_code == 503
    assert "hf_" not in server.output().replace("hf_hub", "")
    hub.token = TOKEN  # the Hub comes to its senses: no restart is needed
    assert server.wait_until(200).json()["model_loaded"]


def test_a_download_of_another_file_than_the_reviewed_one_ends_the_start(
    start, hub, tmp_path, weights_sha256
):
    folder = tmp_path / "disk"
    server = start("gpt", **downloading(hub, folder, MODEL_SHA256="0" * 64))
    assert f"SHA-256 {weights_sha256}, but MODEL_SHA256 is {'0' * 64}" in complaint(server, 1)
    assert not list(folder.rglob("*.gguf"))
    reviewed = downloading(hub, folder, MODEL_SHA256=weights_sha256)
    assert start("gpt", **reviewed).wait_until(200).json()["sha256"] == weights_sha256


def test_a_kept_file_that_is_not_the_reviewed_one_is_fetched_anew(
    start, hub, trained, tmp_path, weights_sha256
):
    folder = lay_out(trained, tmp_path / "disk", "tiny")
    description = folder / "tiny" / "model.json"
    entry = json.loads(description.read_text()) | {"repo": "acme/tiny-phi", "sha256": "0" * 64}
    description.write_text(json.dumps(entry))
    variables = downloading(hub, folder, MODEL_SHA256=weights_sha256)
    assert start("gpt", **variables).wait_until(200).json()["revision"] == COMMIT


def test_a_model_the_downloader_does_not_know_ends_the_start(start, hub, tmp_path):
    server = start("gpt", **downloading(hub, tmp_path / "disk", IA_MODEL="gpt5"))
    says = complaint(server, 1)
    assert "'gpt5'" in says
    assert all(name in says for name in ("gpt2", "phi", "tiny"))


def test_the_app_answers_by_itself_when_it_holds_a_model_and_no_ai_service_is_named(
    start, models_folder, weights_sha256
):
    variables = {"IA_MODEL": "tiny", "MODELS_FOLDER": str(models_folder), "MODEL_DELIVERY": "baked"}
    app = start("app", **variables)
    body = app.wait_until(200).json()
    assert (body["model_loaded"], body["sha256"], body["ai"]) == (True, weights_sha256, "here")
    answer = app.post("/api/ia/generate", PROMPT).json()
    assert answer["text"]
    assert answer["sha256"] == weights_sha256
    for refused in (app.post("/api/finetune/start", {}), app.get("/api/finetune/status")):
        assert refused.status_code == 501
        assert "LOCAL_MODEL" in refused.json()["detail"]


@pytest.mark.parametrize(
    "variables", [{"IA_SERVICE_URL": "http://127.0.0.1:9"}, {"LOCAL_MODEL": "false"}]
)
def test_a_model_in_the_apps_image_is_not_loaded_when_another_service_answers(
    start, models_folder, variables
):
    held = {"IA_MODEL": "tiny", "MODELS_FOLDER": str(models_folder), "MODEL_DELIVERY": "baked"}
    app = start("app", **(held | variables))
    body = app.wait_until(200).json()
    assert body["model_loaded"] is False
    assert body["ai"] != "here"
    assert not any(line["message"] == "model loaded" for line in app.log_lines())


def test_the_ai_service_starts_within_two_seconds_and_stops_at_once(start, models_folder):
    server = start("gpt", IA_MODEL="tiny", MODELS_FOLDER=str(models_folder))
    server.wait_until(200)
    assert server.post("/api/generate", PROMPT).status_code == 200
    assert server.terminate() < 2
    assert server.process.returncode == 0
