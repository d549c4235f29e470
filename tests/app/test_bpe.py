"""The tokenizer by itself; test_engine_parity compares it with the engine's."""

import pytest

from app.language_model import bpe, corpus

AWKWARD = [
    "",
    " ",
    "plain words",
    "café naïve Zürich",
    "日本語のテキスト",
    "smile \U0001f600 flag \U0001f1eb\U0001f1f7",
    "tabs\tand\r\nlines\n\n\n  end ",
    "don't we'll I'd  3.14 x__y _z",
    "<|endoftext|> as text",
    "\x00\x7f\x80",
]


@pytest.fixture(scope="module")
def tokenizer():
    return bpe.train(corpus.documents(1, 20_000), 400)


@pytest.mark.parametrize("text", AWKWARD)
def test_decoding_gives_the_text_back(tokenizer, text):
    assert tokenizer.decode(tokenizer.encode(text)) == text


def test_merges_shorten_familiar_text(tokenizer):
    text = corpus.documents(2, 2_000)[0]
    assert len(tokenizer.encode(text)) < 0.6 * len(text)


def test_training_twice_gives_the_same_merges(tokenizer):
    again = bpe.train(corpus.documents(1, 20_000), 400)
    assert again.merges == tokenizer.merges
    assert len(again.vocabulary) == 400


def test_training_stops_when_no_pair_repeats():
    assert len(bpe.train(["ab cd"], 1000).vocabulary) == 257
