"""YAML of strangers costs no more than its own length."""

import time

import pytest
import yaml

from sandbox.github.runs.planning.yaml_text import YamlError, parse_yaml
from sandbox.hub.repositories.card import front_matter, validate
from sandbox.hub.repositories.names import RepoKind
from sandbox.store.yaml_input import read_yaml

BILLION = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + level)}: &{chr(98 + level)} [{', '.join(['*' + chr(97 + level)] * 9)}]\n"
    for level in range(9)
)
HOSTILE = {
    "aliases": BILLION,
    "itself": "a: &a [*a]\n",
    "deep": f"a: {'[' * 5000}{']' * 5000}\n",
    "deep mappings": "{a: " * 2000 + "1" + "}" * 2000 + "\n",
    "long": "a: " + "b" * 1_000_000 + "\n",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_it_is_refused_in_a_moment_wherever_it_is_read(text):
    started = time.monotonic()
    with pytest.raises(yaml.YAMLError):
        read_yaml(text)
    assert front_matter(f"---\n{text}---\n") is None
    assert validate(f"---\n{text}---\n", RepoKind.MODEL).errors
    with pytest.raises(YamlError):
        parse_yaml(text.encode())
    assert time.monotonic() - started < 5


def test_ordinary_aliases_and_merges_work():
    text = "base: &base {a: 1, b: [1, 2]}\nother:\n  <<: *base\n  c: *base\n"
    assert read_yaml(text) == yaml.safe_load(text)
    assert read_yaml("") is None
