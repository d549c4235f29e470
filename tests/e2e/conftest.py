"""One clone and one sandbox for all end-to-end tests of a worker; removed at the end."""

import pytest

from tests.e2e.clone import Clone


@pytest.fixture(scope="session")
def clone(tmp_path_factory):
    made = Clone.make(tmp_path_factory.mktemp("clone"))
    yield made
    ended = made.sandbox("reset")
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.fixture(scope="session")
def raised(clone):
    """The clone with dev raised."""
    clone.up("dev")
    return clone
