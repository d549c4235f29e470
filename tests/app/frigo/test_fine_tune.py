"""Fine-tuning through the app: real steps, another text, other weights, and clear refusals."""

import hashlib
from dataclasses import replace

import gguf
import numpy as np
import pytest

from app.language_model import gguf_file
from tests.app.app_process import free_port
from tests.app.frigo.conftest import Chain

QUESTION, ANSWER = "Who owns this fridge?", "It belongs to Ada."
EXAMPLES = [{"question": QUESTION, "answer": ANSWER}]


@pytest.fixture
def kitchen(start, models_folder):
    """Services of this test's own: their weights change."""
    gpt = start("gpt", IA_MODEL="tiny", MODELS_FOLDER=str(models_folder))
    app_port = free_port()
    chat = start("chat", MAIN_APP_URL=f"http://127.0.0.1:{app_port}")
    app = start("app", app_port, CHAT_API_URL=chat.url, IA_SERVICE_URL=gpt.url)
    for server in (gpt, chat, app):
        server.wait_until(200)
    return Chain(app, chat, gpt)


def ask(kitchen):
    answer = kitchen.app.post("/api/chat", {"message": QUESTION})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.long
def test_the_loss_falls_and_the_taught_answer_is_served(kitchen, weights_sha256, tmp_path):
    before = ask(kitchen)
    assert kitchen.app.get("/api/finetune/status").json()["state"] == "idle"
    begun = kitchen.app.post("/api/finetune/start", {"examples": EXAMPLES, "rate": 3e-3})
    assert begun.status_code == 202, begun.text
    assert begun.json()["state"] == "running"
    refused = kitchen.app.post("/api/finetune/start", {"examples": EXAMPLES})
    assert refused.status_code == 409
    assert "running" in refused.json()["detail"]
    assert ask(kitchen)["reply"]  # it goes on serving
    done = kitchen.app.poll("/api/finetune/status", lambda answer: answer["state"] != "running")
    assert done["state"] == "done", done
    assert done["step"] == done["steps"] == 80
    assert done["loss_after"] < done["loss_before"] / 10
    assert done["rehearsed_loss_after"] < done["rehearsed_loss_before"] + 0.3  # little is forgotten
    after = ask(kitchen)
    assert before["reply"] != ANSWER
    assert after["reply"] == ANSWER
    assert before["sha256"] == done["sha256_before"] == weights_sha256
    [written] = tmp_path.glob("fine-tuned-*/fine-tuned.gguf")
    sha256 = hashlib.sha256(written.read_bytes()).hexdigest()
    assert after["sha256"] == done["sha256_after"] == sha256
    assert after["fine_tuned"]
    assert kitchen.gpt.get("/health").json()["sha256"] == sha256
    assert kitchen.gpt.peak_megabytes() < 256  # half of the smallest plan


def test_a_second_job_goes_on_from_the_first(kitchen):
    def teach(steps):
        body = {"examples": EXAMPLES, "steps": steps}
        assert kitchen.gpt.post("/api/finetune/start", body).status_code == 202
        return kitchen.gpt.poll("/api/finetune/status", lambda found: found["state"] != "running")

    first, second = teach(3), teach(3)
    assert second["sha256_before"] == first["sha256_after"]
    # float16 in the file: the same weights, rounded
    assert second["loss_before"] == pytest.approx(first["loss_after"], rel=0.02)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (None, "examples"),
        ({"examples": []}, "examples"),
        ({"examples": EXAMPLES * 17}, "examples"),
        ({"examples": [{"question": "a"}]}, "answer"),
        ({"examples": [{"question": "a", "answer": "\u4e00" * 399}]}, "tokens"),
        ({"examples": EXAMPLES, "steps": 301}, "steps"),
        ({"examples": EXAMPLES, "rate": 1}, "rate"),
        ({"examples": EXAMPLES, "epochs": 1}, "epochs"),
    ],
)
def test_what_cannot_be_taught_is_refused_by_name(chain, body, says):
    answer = chain.app.post("/api/finetune/start", body)
    assert answer.status_code == 422, answer.text
    assert says in answer.json()["detail"]
    assert chain.gpt.get("/api/finetune/status").json()["state"] == "idle"


def test_a_model_that_is_too_large_is_refused_with_the_remedy(start, trained, tmp_path):
    """The trained weights in a vocabulary of zeros: 18 MB that the engine really serves."""
    weights, shape, tokenizer = gguf_file.read(next(trained.glob("*.gguf")))
    rows = 70_000
    for name in ("token_embd.weight", "output.weight"):
        padding = np.zeros((rows - shape.vocabulary, shape.width), np.float32)
        weights[name] = np.concatenate([weights[name], padding])
    bias = np.full(rows - shape.vocabulary, -100, np.float32)  # never the likeliest token
    weights["output.bias"] = np.concatenate([weights["output.bias"], bias])
    tokenizer.vocabulary += [f"<unused{i}>" for i in range(rows - shape.vocabulary)]
    folder = tmp_path / "large-models" / "large"
    folder.mkdir(parents=True)
    larger = replace(shape, vocabulary=rows)
    gguf_file.write(folder / "large.gguf", weights, larger, tokenizer, "large")
    server = start("gpt", IA_MODEL="large", MODELS_FOLDER=str(folder.parent), MODEL_DELIVERY="lfs")
    server.wait_until(200)
    assert server.post("/api/generate", {"prompt": f"Q: {QUESTION}\nA:"}).json()["text"]
    answer = server.post("/api/finetune/start", {"examples": EXAMPLES})
    assert answer.status_code == 422
    assert "IA_MODEL=tiny" in answer.json()["detail"]


def test_quantised_weights_are_refused(start, trained, tmp_path):
    weights, shape, tokenizer = gguf_file.read(next(trained.glob("*.gguf")))
    folder = tmp_path / "quantised-models" / "small"
    folder.mkdir(parents=True)
    write_quantised(folder / "small.gguf", weights, shape, tokenizer)
    server = start("gpt", IA_MODEL="small", MODELS_FOLDER=str(folder.parent), MODEL_DELIVERY="lfs")
    server.wait_until(200)
    answer = server.post("/api/finetune/start", {"examples": EXAMPLES})
    assert answer.status_code == 422
    assert "Q8_0" in answer.json()["detail"]


def write_quantised(path, weights, shape, tokenizer):
    """The same model with Q8_0 matrices, as many published files have them."""
    original = gguf.GGUFWriter.add_tensor

    def add_tensor(self, name, tensor, **_):
        if tensor.ndim > 1:
            kind = gguf.GGMLQuantizationType.Q8_0
            return original(
                self, name, gguf.quants.quantize(tensor.astype(np.float32), kind), raw_dtype=kind
            )
        return original(self, name, tensor)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gguf.GGUFWriter, "add_tensor", add_tensor)
        gguf_file.write(path, weights, shape, tokenizer, "small")
