"""Training: it learns, it beats a model of word frequencies, a seed decides every byte."""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from app.language_model import bpe, corpus, gguf_file, phi, train

ROOT = Path(__file__).parents[2]
BUILT = Path(train.__file__).parent / "build" / train.WEIGHTS_FILE


def measured_again(weights_file, metrics):
    """Scores the written file on the held-out documents, as a reader of the card could."""
    weights, shape, tokenizer = gguf_file.read(weights_file)
    texts = corpus.documents(metrics["corpus_seed"], train.VARIANTS[metrics["variant"]].characters)
    assert corpus.sha256(texts) == metrics["corpus_sha256"]
    train_texts, held_out_texts = corpus.split(texts)
    return train.measure(weights, shape, tokenizer, train_texts, held_out_texts)


def test_a_few_steps_lower_the_loss():
    texts = corpus.documents(1, 10_000)
    tokenizer = bpe.train(texts, 300)
    shape = phi.Shape(vocabulary=300, width=32, layers=1, heads=1, feed_forward=64)
    variant = replace(train.VARIANTS["quick"], steps=80, length=32)
    tokens = train.as_tokens(texts, tokenizer)
    losses = train.fit(phi.init(shape, 0), shape, tokens, variant, 0)
    assert len(losses) == 80
    assert losses[0] == pytest.approx(np.log(300), rel=0.05)  # knows nothing yet
    assert np.mean(losses[-3:]) < losses[0] - 0.5


def test_the_quick_model_beats_word_frequencies(trained):
    metrics = json.loads((trained / "metrics.json").read_text())
    found = measured_again(trained / train.WEIGHTS_FILE, metrics)
    assert found.held_out_perplexity < found.unigram_perplexity / 3
    assert found.held_out_loss == pytest.approx(metrics["held_out_loss"], abs=0.01)


@pytest.mark.skipif(not BUILT.exists(), reason="run app/language_model/train.py first")
def test_the_full_model_has_the_perplexity_its_card_claims():
    metrics = json.loads(BUILT.with_name("metrics.json").read_text())
    found = measured_again(BUILT, metrics)
    assert found.held_out_loss == pytest.approx(metrics["held_out_loss"], abs=0.01)
    assert found.held_out_perplexity < found.unigram_perplexity / 20


def test_the_seed_decides_every_byte(tmp_path):
    def run(name, seed):
        command = [sys.executable, ROOT / "app/language_model/train.py", "--variant", "quick"]
        options = ["--steps", "2", "--seed", str(seed), "--out", tmp_path / name]
        done = subprocess.run(
            [*command, *options],
            check=True,
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"},
        )
        assert "step 2/2" in done.stdout
        return hashlib.sha256((tmp_path / name / train.WEIGHTS_FILE).read_bytes()).hexdigest()

    assert run("a", 7) == run("b", 7) != run("c", 8)


def test_the_model_card_has_the_front_matter_the_hub_wants(trained):
    metrics = json.loads((trained / "metrics.json").read_text())
    _, front_matter, body = (trained / "README.md").read_text().split("---\n", 2)
    card = yaml.safe_load(front_matter)
    assert card["license"] == "apache-2.0"
    assert card["pipeline_tag"] == "text-generation"
    assert "synthetic" in body
    for key in ("held_out_perplexity", "unigram_perplexity", "bits_per_character", "corpus_sha256"):
        assert str(metrics[key]) in body
