"""The written file in the real engine: same tokens, same probabilities, same text every time."""

import httpx
import numpy as np
import pytest
import xllamacpp

from app.inference.app.generation import GenerateRequest, GenerationError
from app.inference.app.local_engine import LocalEngine, usable_cpus
from app.inference.app.model_file import ModelFile
from app.language_model import corpus, gguf_file, phi, train
from tests.app.test_bpe import AWKWARD

PROMPTS = ("The fridge holds eggs", "Q: What is a secret?\nA:", "Open the settings,", "For two")


@pytest.fixture(scope="module")
def weights_file(trained):
    return trained / train.WEIGHTS_FILE


@pytest.fixture(scope="module")
def engine_url(weights_file):
    params = xllamacpp.CommonParams()
    params.model.path = str(weights_file)
    params.n_ctx, params.n_parallel, params.port, params.verbosity = 256, 1, 0, -1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.cache_ram_mib, params.fit_params, params.warmup, params.ui = 0, False, False, False
    server = xllamacpp.Server(params)
    yield server.listening_address
    del server


def local_engine(weights_file):
    model = ModelFile(weights_file, "acme/tiny-phi", "0" * 40, "", 0, 256)
    return LocalEngine(model, context_tokens=1024, slots=2, threads=1)


def test_the_engine_splits_text_into_the_same_tokens(weights_file, engine_url):
    _, _, tokenizer = gguf_file.read(weights_file)
    # What the words spell the end of a text with is a control token to the engine alone.
    awkward = [text for text in AWKWARD if "<|" not in text and "\x00" not in text]
    for text in [*awkward, *corpus.documents(3, 4_000)]:
        found = httpx.post(f"{engine_url}/tokenize", json={"content": text}).json()["tokens"]
        assert found == tokenizer.encode(text), text


def test_the_engine_gives_tokens_the_probabilities_numpy_gives_them(weights_file, engine_url):
    weights, shape, tokenizer = gguf_file.read(weights_file)
    for prompt in PROMPTS:
        body = {"prompt": prompt, "n_predict": 1, "temperature": 0, "n_probs": 5}
        answer = httpx.post(f"{engine_url}/completion", json=body).json()
        top = answer["completion_probabilities"][0]["top_logprobs"]
        scores = phi.logits(weights, shape, np.array([tokenizer.encode(prompt)]))[0, -1]
        assert top[0]["id"] == int(scores.argmax())
        for token in top[1:]:
            by_engine = token["logprob"] - top[0]["logprob"]
            assert by_engine == pytest.approx(scores[token["id"]] - scores.max(), abs=0.02)


def test_greedy_text_is_the_same_in_every_engine(weights_file):
    for prompt in PROMPTS:
        request = GenerateRequest(prompt=prompt, max_new_tokens=24)
        first, second = (local_engine(weights_file).generate(request) for _ in range(2))
        assert first == second


def test_greedy_text_is_what_numpy_would_write(weights_file):
    weights, shape, tokenizer = gguf_file.read(weights_file)
    engine, compared = local_engine(weights_file), 0
    for prompt in PROMPTS:
        given = tokenizer.encode(prompt)
        tokens = list(given)
        while len(tokens) < len(given) + 12:
            scores = phi.logits(weights, shape, np.array([tokens]))[0, -1]
            best, runner_up = np.argsort(scores)[:-3:-1]
            # Behind a near tie the two may go different ways: the engine computes in float16.
            if scores[best] - scores[runner_up] < 0.05 or best == tokenizer.end_of_text:
                break
            tokens.append(int(best))
        text = tokenizer.decode(tokens[len(given) :])
        request = GenerateRequest(prompt=prompt, max_new_tokens=12)
        assert engine.generate(request).text.startswith(text)
        compared += len(tokens) - len(given)
    assert compared >= len(PROMPTS)


def test_a_seed_repeats_sampled_text_and_another_seed_changes_it(weights_file):
    engine = local_engine(weights_file)

    def sample(seed):
        request = GenerateRequest(prompt="The", max_new_tokens=40, temperature=1.2, seed=seed)
        return engine.generate(request).text

    assert sample(3) == sample(3)
    assert len({sample(seed) for seed in range(4)}) > 1


def test_generation_ends_at_a_stop_text(weights_file):
    engine = local_engine(weights_file)
    whole = engine.generate(GenerateRequest(prompt="The fridge", max_new_tokens=30)).text
    stop = whole[len(whole) // 2 :][:3]
    short = engine.generate(GenerateRequest(prompt="The fridge", max_new_tokens=30, stop=[stop]))
    assert short.text == whole[: whole.index(stop)]


def test_a_prompt_longer_than_the_context_is_the_callers_fault(weights_file):
    with pytest.raises(GenerationError, match="context") as caught:
        local_engine(weights_file).generate(GenerateRequest(prompt="egg " * 1000))
    assert caught.value.status == 422


def test_threads_follow_the_containers_quota(tmp_path):
    quota = tmp_path / "cpu.max"
    unlimited = usable_cpus(tmp_path / "absent")
    quota.write_text("max 100000\n")
    assert usable_cpus(quota) == unlimited
    quota.write_text("50000 100000\n")
    assert usable_cpus(quota) == 1


def test_a_file_of_another_architecture_is_refused(tmp_path, weights_file):
    other = tmp_path / "other.gguf"
    other.write_bytes(weights_file.read_bytes().replace(b"phi2", b"gpt2", 1))
    with pytest.raises(ValueError, match="architecture 'gpt2'"):
        gguf_file.read(other)
