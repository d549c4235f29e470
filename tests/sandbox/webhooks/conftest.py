"""A GitHub per module, and a server per test that its webhooks reach."""

import time
from collections.abc import Callable
from itertools import count

import pytest

from tests.sandbox.github.live import live_github
from tests.sandbox.webhooks.receiver import receiving

_NUMBERS = count(1)


@pytest.fixture(scope="module")
def gh(tmp_path_factory):
    with live_github(tmp_path_factory.mktemp("sandbox")) as live:
        yield live


@pytest.fixture
def receiver():
    with receiving() as made:
        yield made


@pytest.fixture
def repository(gh) -> str:
    """A repository with one file on `main`, of this test's own."""
    return gh.repository(f"r{next(_NUMBERS)}", {"README.md": "#\n"})


def eventually(holds: Callable[[], object], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)
