"""Protects the deploy hook: of this very service, from a key or a whole address, never shown."""

import pytest

from slipway.errors import ConfigError
from slipway.render.service.hook import deploy_hook_url

ID = "srv-0123456789abcdefghij"
KEY = "canaryKey01"
API = "https://api.render.com/v1"


@pytest.mark.parametrize("given", [KEY, f"https://api.render.com/deploy/{ID}?key={KEY}"])
def test_a_key_or_the_address_that_holds_it_make_the_hook(given):
    assert deploy_hook_url(API, ID, given) == f"https://api.render.com/deploy/{ID}?key={KEY}"


def test_the_hook_is_where_the_api_is():
    hook = deploy_hook_url("http://127.0.0.1:4000/v1", ID, KEY)
    assert hook == f"http://127.0.0.1:4000/deploy/{ID}?key={KEY}"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (f"https://api.render.com/deploy/srv-other?key={KEY}", "deploys srv-other"),
        (f"https://api.render.com/deploy/exs-0123?key={KEY}", "hook of a Blueprint"),
        (f"https://example.com/?key={KEY}", "deploys nothing"),
        (f"https://api.render.com/deploy/{ID}", "is no key"),
        (f"{KEY} {KEY}", "is no key"),
        ("", "is no key"),
    ],
)
def test_anything_else_is_refused_and_not_repeated(given, said):
    with pytest.raises(ConfigError, match=said) as refusal:
        deploy_hook_url(API, ID, given)
    assert KEY not in str(refusal.value)
