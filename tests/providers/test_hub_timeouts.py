"""Protects whoever waits on a Hub that takes a call and never answers: every read ends."""

import pytest
from huggingface_hub.utils import get_session

from sandbox.http.faults import HoldAfter, HoldBefore
from slipway.errors import ApiError
from slipway.huggingface.hub import transport
from slipway.huggingface.hub.client import HubClient
from slipway.huggingface.hub.history import read_history
from slipway.huggingface.space.client import SpaceClient
from slipway.huggingface.space.provider import SpaceProvider
from tests.faults.project import wait_until
from tests.providers.conftest import TOKEN
from tests.providers.engine import Engine

READS = {
    "repository": lambda client, repo_id: client.repository("space", repo_id),
    "tree": lambda client, repo_id: client.tree("space", repo_id, "main"),
    "history": lambda client, repo_id: read_history(client, "space", repo_id),
    "tags": lambda client, repo_id: client.tags("space", repo_id),
    "variables": lambda client, repo_id: SpaceClient(client).variables(repo_id),
    "secrets": lambda client, repo_id: SpaceClient(client).secrets(repo_id),
    "runtime": lambda client, repo_id: SpaceClient(client).runtime(repo_id),
}


@pytest.mark.parametrize("held", [HoldBefore(), HoldAfter()], ids=["before", "after"])
@pytest.mark.parametrize("read", READS.values(), ids=READS)
@pytest.mark.timeout(60)
def test_a_held_answer_is_waited_for_no_longer_than_is_said(
    hub, space_inputs, read, held, monkeypatch
):
    engine = Engine(SpaceProvider)
    engine.up(space_inputs())
    monkeypatch.setattr(transport, "RETRIES", 0)
    client = HubClient(hub.url, TOKEN)
    monkeypatch.setattr(get_session(), "timeout", 0.05)
    read_it = hub.fault(held, path=engine.id, times=None)
    with pytest.raises(ApiError, match=r"no usable answer .*Timeout"):
        read(client, engine.id)
    wait_until(lambda: hub.faults.hits(read_it))  # nobody waited for the Hub to write it down
