"""Protects logs that are shown: an app that prints its environment gives nothing away."""

import pytest

from slipway.core.secrecy.shapes import shown

LETTERS = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCdEfGhIj"


@pytest.mark.parametrize(
    "secret",
    [
        "hf_" + LETTERS[:34],
        "ghp_" + LETTERS[:36],
        "rnd_" + LETTERS[:28],
        "sk-proj-" + LETTERS[:40],
        "AKIA" + "ABCDEFGHIJ234567",
    ],
)
def test_what_looks_like_a_credential_is_masked_wherever_it_stands(secret):
    for line in (f"TOKEN={secret}", f"https://user:{secret}@host", f"\x1b[31m{secret}\x1b[0m"):
        said = shown(line)
        assert secret not in said
        assert "[secret]" in said


def test_values_that_are_known_are_masked_whatever_they_look_like():
    assert shown("key: tiger", ("tiger",)) == "key: [secret]"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b[2K\x1b[1Gline", "line"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;https://x\x1b\\link", "link"),
        ("caf\u00e9 \U0001f600", "caf\u00e9 \U0001f600"),
    ],
)
def test_terminal_codes_go_and_text_stays(line, text):
    assert shown(line) == text
