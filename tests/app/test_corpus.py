"""The synthetic text: reproducible, distinct, without a trace of its templates."""

import re

from app.language_model import corpus


def test_the_same_seed_gives_the_same_text_and_another_seed_does_not():
    first, again, other = (corpus.documents(seed, 30_000) for seed in (1, 1, 2))
    assert corpus.sha256(first) == corpus.sha256(again) != corpus.sha256(other)


def test_documents_are_distinct_and_fully_expanded():
    texts = corpus.documents(1, 230_000)
    assert len(texts) == len(set(texts)) > 1000
    assert 230_000 <= sum(map(len, texts)) < 231_000
    for text in texts:
        assert not re.search(r"[\[\]{}|]|  | [.,]|\s$", text), text
        assert text[0].isupper()


def test_held_out_documents_are_not_trained_on():
    train, held_out = corpus.split(corpus.documents(1, 50_000))
    assert not set(train) & set(held_out)
    assert 0.04 < len(held_out) / len(train) < 0.09


def test_both_subjects_are_there():
    text = " ".join(corpus.documents(1, 50_000))
    for word in ("Space", "secret", "rollback", "health check", "fridge", "omelette"):
        assert word in text
