"""Protects all that is shown: an app that prints its environment gives nothing away."""

import json
import time
import urllib.parse

import pytest

from slipway.core.secrecy.masking import masked

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
        said = masked(line)
        assert secret not in said
        assert "[secret]" in said


BODY = [f"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ{each:02}" for each in range(12)]
PEM = "\n".join(
    ["-----BEGIN " + "RSA PRIVATE KEY-----", *BODY, "-----END " + "RSA PRIVATE KEY-----\n"]
)
ODD = 'pa"ss\\é wörd+/%\U0001f600 & <x>'


def test_values_that_are_known_are_masked_whatever_they_look_like():
    assert masked("key: tiger", ("tiger",)) == "key: [secret]"


@pytest.mark.parametrize(
    ("text", "values", "said"),
    [
        ("the key abcdef was sent", ["abcdef"], "the key [secret] was sent"),
        ("abcdef abcdef", ["abcdef"], "[secret] [secret]"),
        ("abcdefghi", ["abcdef", "abcdefghi"], "[secret]"),
        ("abcdefghi", ["abcdefghi", "abcdef"], "[secret]"),
        ("nothing here", ["abcdef"], "nothing here"),
        ("kept", ["", " "], "kept"),
        ("two lines\nabc\n", ["lines\nabc"], "two [secret]\n"),
    ],
)
def test_no_value_is_left_and_the_rest_is(text, values, said):
    assert masked(text, values) == said


@pytest.mark.parametrize(
    "written",
    [
        str,
        repr,
        json.dumps,
        lambda text: json.dumps(text, ensure_ascii=False),
        lambda text: json.dumps(json.dumps(text)),
        lambda text: json.dumps(text).replace("\\u00e9", "é"),  # half of it escaped
        urllib.parse.quote,
        lambda text: urllib.parse.quote(text, safe=""),
        urllib.parse.quote_plus,
        lambda text: " ".join(text.split()),
        lambda text: text.replace(" ", "\n  "),
        lambda text: text.encode().hex(),
    ],
)
@pytest.mark.parametrize("value", [ODD, PEM, f"{ODD}\r\n  and\tmore of {ODD}"])
def test_a_value_is_masked_however_it_is_written(written, value):
    said = masked(f"before {written(value)} after", (value,))
    assert "[secret]" in said
    for part in ("wörd", "w\\u00f6rd", "w%C3%B6rd", "MIIE", "2b2f25", "more of"):
        assert part not in said
    assert said.startswith("before ")
    assert said.endswith(" after")


def test_each_line_of_a_value_and_what_it_assigns_is_masked_alone():
    settings = "# for the shop\nexport SHOP_KEY='aQ7-zz-19x'\nDEBUG=1\npassword: long enough\n"
    assert masked("got aQ7-zz-19x\nlong enough\nDEBUG=1 or 1", (settings,)) == (
        "got [secret]\n[secret]\nDEBUG=1 or 1"
    )
    account = json.dumps({"type": "service_account", "private_key": PEM})
    for line in BODY:
        assert masked(f"bad key near {line}", (account,)) == "bad key near [secret]"
        assert masked(f"  | {line}", (PEM,)) == "  | [secret]"
    address = "postgres://shop:Zq8zmorethan@db.example/shop"
    assert masked("refused: Zq8zmorethan", (address,)) == "refused: [secret]"
    assert masked("at https://api.example/v1", ("https://api.example",)) == "at [secret]/v1"
    assert (
        masked("at https://other.example", ("https://api.example",)) == "at https://other.example"
    )


@pytest.mark.parametrize("value", ["true", "prod", "1", "on", "8080", "production", "LOCALHOST"])
def test_a_word_of_every_log_is_masked_only_where_it_stands_as_a_value(value):
    log = f"this is {value}, started {value} in 1 s on port 8080: {value}s truely on production"
    kept = masked(log, (value,))
    assert kept.replace("[secret]", value) == log
    assert kept.startswith(f"this is {value}, started {value} in 1 s")
    assert masked(f"KEY={value} {{'KEY': '{value}'}}", (value,)) == (
        "KEY=[secret] {'KEY': '[secret]'}"
    )


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(
    "written", [str, repr, json.dumps, lambda text: text.replace("\n", "\r\n")]
)
@pytest.mark.parametrize("cut", ["nothing", "the end", "the beginning"])
def test_of_a_private_key_no_line_is_left_whatever_part_of_it_is_seen(written, cut, known):
    text = written(PEM)
    if cut == "the end":
        text = text[: text.index(BODY[9]) + 30]
    elif cut == "the beginning":
        text = text[text.index(BODY[2]) :]
    said = masked(f"loading\n{text}\ndone in 2 s", (PEM,) if known else ())
    assert "MIIE" not in said
    assert "AQEFAASC" not in said
    assert said.startswith("loading")
    assert said.endswith("done in 2 s")
    assert "PRIVATE KEY" not in said


def test_it_is_cut_when_all_is_masked():
    for length in (7, 12, 40, 60):
        said = masked(f"invalid:  value\n{ODD}", (ODD,), length)
        assert said == "invalid: value [secret]"[:length]


def test_a_large_value_and_a_long_log_are_masked_in_time():
    lines = "\n".join(f"{each:064x}" for each in range(10**9, 10**9 + 1000))
    key = "-----BEGIN " + "PRIVATE KEY-----"
    log = "A" * 300_000 + key * 300 + key + "\\n" * 5000 + lines[5000:60_000] + "\\" * 5000
    log += "\\n" * 5000 + "-----END " + "PRIVATE KEY-----" + "\x1b]" * 5000 + "://a:" * 5000
    begun = time.monotonic()
    said = masked(log, (lines,))
    assert time.monotonic() - begun < 10
    assert "3b9aca64" not in said


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
    assert masked(line) == text
