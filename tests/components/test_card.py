"""Protects the check of a README's front matter: what the Hub would refuse late is refused here."""

import pytest

from sandbox.hub.repositories import card as sandbox_card
from slipway.errors import ConfigError
from slipway.huggingface.space.card import read_card
from slipway.huggingface.space.licenses import LICENSES

ID = "acme/demo"


def readme(*lines):
    return "\n".join(["---", *lines, "---", "", "# Text", "---", "sdk: gradio", "---"])


def refusal(text, sdk="docker"):
    with pytest.raises(ConfigError) as caught:
        read_card(ID, text, sdk)
    assert f"Space {ID}: " in str(caught.value)
    return str(caught.value)


def test_the_port_is_read_and_is_7860_where_none_is_given():
    assert read_card(ID, readme("sdk: docker", "app_port: 8501"), "docker").app_port == 8501
    assert read_card(ID, readme("sdk: docker"), "docker").app_port == 7860


def test_a_licence_that_the_hub_does_not_list_is_refused_with_the_way_out():
    said = refusal(readme("sdk: docker", "license: my-own"))
    assert "license is 'my-own'" in said
    assert "'other' with license_name" in said
    refusal(readme("sdk: docker", "license: [mit, my-own]"))
    for allowed in ("license: mit", "license: [mit, apache-2.0]", "license: other", "license:"):
        read_card(ID, readme("sdk: docker", allowed), "docker")


def test_the_program_and_the_sandbox_read_the_same_licences():
    assert LICENSES == sandbox_card._LICENSES


def test_only_the_first_block_counts():
    assert read_card(ID, readme("sdk: docker"), "docker").sdk == "docker"


def test_line_ends_of_windows_are_read_as_well():
    assert read_card(ID, readme("sdk: docker").replace("\n", "\r\n"), "docker").sdk == "docker"


@pytest.mark.parametrize(
    "text",
    [None, "", "# Title\n", "\n---\nsdk: docker\n---\n", "---\nsdk: docker\n", "\ufeff"],
)
def test_without_a_block_at_the_very_beginning_the_remedy_is_shown(text):
    said = refusal(text)
    assert "README.md" in said
    assert "sdk: docker" in said
    assert "Missing configuration in README" in said


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + readme("sdk: docker"),
        readme("sdk: docker").replace("---", "--- "),
        readme("sdk: docker", "app_port:", "colorFrom:", "short_description:"),
    ],
    ids=["byte order mark", "blanks behind the dashes", "empty values"],
)
def test_what_the_hub_reads_is_read(text):
    assert read_card(ID, text, "docker").app_port == 7860


@pytest.mark.parametrize(
    ("line", "value", "rule"),
    [
        ("colorFrom: orange", "colorFrom is 'orange'", "red, yellow, green, blue"),
        ("colorTo: 7", "colorTo is 7", "must be one of"),
        (f"short_description: {'x' * 61}", "short_description is", "60 characters and has 61"),
        ("app_port: '7860'", "app_port is '7860'", "number from 1 to 65535"),
        ("app_port: 0", "app_port is 0", "number from 1 to 65535"),
        ("app_port: 65536", "app_port is 65536", "number from 1 to 65535"),
        ("short_description: 7", "short_description is 7", "text: put it in quotes"),
        ("pinned: x", "pinned is 'x'", "true or false"),
        ("hf_oauth: 'true'", "hf_oauth is 'true'", "true or false"),
        ("base_path: web", "base_path is 'web'", "begins with '/'"),
        ("header: big", "header is 'big'", "one of mini, default"),
        ("startup_duration_timeout: 5 hours", "is '5 hours'", "such as 30m or 1h"),
        ("custom_headers: {x-mine: a}", "custom_headers is", "cross-origin-opener-policy"),
        ("models: a/b", "models is 'a/b'", "a list"),
        ("preload_from_hub: [a/b c d e f]", "preload_from_hub is", "a list of repositories"),
        ("preload_from_hub: [config.json]", "preload_from_hub is", "a list of repositories"),
        ("app_port: true", "app_port is True", "number from 1 to 65535"),
    ],
)
def test_a_wrong_value_is_named_with_its_key_and_the_rule(line, value, rule):
    said = refusal(readme("sdk: docker", line))
    assert value in said
    assert rule in said


def test_the_last_allowed_values_pass():
    more = (
        "pinned: false",
        "base_path: /web",
        "header: mini",
        "startup_duration_timeout: 1h 30m",
        "custom_headers: {cross-origin-opener-policy: same-origin}",
        f"preload_from_hub: [a/b, a/b x.json, 'a/b x.json,y.bin {'0' * 40}']",
        "models: [a/b]",
    )
    lines = (
        *more,
        "sdk: docker",
        "app_port: 65535",
        f"short_description: {'x' * 60}",
        "colorTo: gray",
    )
    assert read_card(ID, readme(*lines), "docker").app_port == 65535


@pytest.mark.parametrize("line", ["sdk: gradio", "title: no sdk at all"])
def test_an_sdk_other_than_declared_is_refused(line):
    assert "it must be docker, as the Space is declared" in refusal(readme(line))


def test_a_block_that_is_no_yaml_is_refused_with_the_parsers_own_reason():
    assert "mapping values are not allowed" in refusal(readme("sdk: docker", "title: a: b"))


@pytest.mark.parametrize("line", ["- sdk", "just words", ""])
def test_a_block_that_holds_no_keys_is_refused(line):
    assert "must be keys and values" in refusal(readme(line))
