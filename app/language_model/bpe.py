"""Byte-level byte-pair encoding with GPT-2's split rule, the tokenizer family of phi-2."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

END_OF_TEXT = "<|endoftext|>"
Pair = tuple[str, str]

# GPT-2's rule, with letters spelled `[^\W\d_]` because `re` does not know `\p{L}`.
_SPLIT = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d| ?[^\W\d_]+| ?\d+| ?(?:[^\s\w]|_)+|\s+(?!\S)|\s+")
_PRINTABLE = (*range(33, 127), *range(161, 173), *range(174, 256))


def _byte_units() -> list[str]:
    """GPT-2's table of 256 visible characters, one per byte value."""
    hidden = iter(range(256, 512))
    return [chr(byte if byte in _PRINTABLE else next(hidden)) for byte in range(256)]


_UNIT_OF = _byte_units()
_BYTE_OF = {unit: byte for byte, unit in enumerate(_UNIT_OF)}


def _units(word: str) -> list[str]:
    return [_UNIT_OF[byte] for byte in word.encode()]


def _merge(units: Sequence[str], pair: Pair) -> list[str]:
    """Joins every non-overlapping occurrence of `pair`, from the left."""
    joined: list[str] = []
    i = 0
    while i < len(units):
        width = 2 if tuple(units[i : i + 2]) == pair else 1
        joined.append("".join(units[i : i + width]))
        i += width
    return joined


def train(texts: Iterable[str], size: int) -> "Bpe":
    """Learns merges until the vocabulary, `END_OF_TEXT` included, has `size` entries.

    It stops earlier when no pair of neighbours occurs twice.
    """
    counts = Counter(word for text in texts for word in _SPLIT.findall(text))
    words = [_units(word) for word in counts]
    frequency = list(counts.values())
    pairs: Counter[Pair] = Counter()
    holders: defaultdict[Pair, set[int]] = defaultdict(set)
    for i, word in enumerate(words):
        for pair in pairwise(word):
            pairs[pair] += frequency[i]
            holders[pair].add(i)
    merges: list[Pair] = []
    while len(_UNIT_OF) + len(merges) + 1 < size:
        # Ties are broken by the text itself, so that the result does not depend on a hash seed.
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        if pairs[best] < 2:  # noqa: PLR2004 - a pair seen once teaches nothing
            break
        merges.append(best)
        for i in holders[best].copy():
            for pair in pairwise(words[i]):
                pairs[pair] -= frequency[i]
            words[i] = _merge(words[i], best)
            for pair in pairwise(words[i]):
                pairs[pair] += frequency[i]
                holders[pair].add(i)
        del pairs[best]
    return Bpe([*_UNIT_OF, *(a + b for a, b in merges), END_OF_TEXT], merges)


class Bpe:
    """A vocabulary and its merges, in order of rank."""

    def __init__(self, vocabulary: Sequence[str], merges: Sequence[Pair]) -> None:
        self.vocabulary = list(vocabulary)
        self.merges = list(merges)
        self._ids = {token: i for i, token in enumerate(vocabulary)}
        self._rank = {pair: i for i, pair in enumerate(merges)}
        self._words: dict[str, list[int]] = {}
        self.end_of_text = self._ids[END_OF_TEXT]

    def encode(self, text: str) -> list[int]:
        """Token ids of `text`; `END_OF_TEXT` inside it is read as ordinary characters."""
        return [token for word in _SPLIT.findall(text) for token in self._encode_word(word)]

    def _encode_word(self, word: str) -> list[int]:
        if word not in self._words:
            units = _units(word)
            while known := [pair for pair in pairwise(units) if pair in self._rank]:
                units = _merge(units, min(known, key=self._rank.__getitem__))
            self._words[word] = [self._ids[unit] for unit in units]
        return self._words[word]

    def decode(self, ids: Iterable[int]) -> str:
        """Text of `ids`; a broken UTF-8 sequence shows as U+FFFD, `END_OF_TEXT` as nothing."""
        units = "".join(self.vocabulary[i] for i in ids if i != self.end_of_text)
        return bytes(_BYTE_OF[unit] for unit in units).decode(errors="replace")
