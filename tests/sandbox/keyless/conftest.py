"""One sandbox for all tests of a module; each has its own repositories on the Hub."""

import itertools
from collections.abc import Iterator

import pytest

from tests.sandbox.keyless.whole_sandbox import WholeSandbox, whole_sandbox

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory) -> Iterator[WholeSandbox]:
    with whole_sandbox(tmp_path_factory.mktemp("cloud") / "home") as made:
        yield made


@pytest.fixture
def model(cloud) -> str:
    """A private repository of its own that trusts `training`'s publish.yml on main."""
    name = cloud.create(f"model-{next(_NUMBERS)}", private=True)
    cloud.trust(name)
    return name
