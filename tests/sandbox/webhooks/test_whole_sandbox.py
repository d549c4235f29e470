"""Webhooks as a whole sandbox wires them: both platforms send."""

import httpx
import pytest
from huggingface_hub import HfApi, WebhookWatchedItem

from tests.sandbox.keyless.whole_sandbox import whole_sandbox
from tests.sandbox.webhooks.receiver import receiving


@pytest.fixture
def receiver():
    with receiving() as made:
        yield made


def test_what_both_platforms_send(tmp_path, receiver):
    with whole_sandbox(tmp_path) as sandbox:
        headers = {"Authorization": f"Bearer {sandbox.github_token}"}
        place = f"{sandbox.github}/api/v3"
        with httpx.Client(headers=headers, trust_env=False, timeout=30) as client:
            name = client.post(f"{place}/user/repos", json={"name": "told"}).json()["full_name"]
            config = {"url": receiver.url, "content_type": "json"}
            hook = {"config": config, "events": ["issues"]}
            assert client.post(f"{place}/repos/{name}/hooks", json=hook).status_code == 201
            receiver.next("ping")
            client.post(f"{place}/repos/{name}/issues", json={"title": "one"})
        assert receiver.next("issues").payload["issue"]["html_url"].startswith(sandbox.github)
        api = HfApi(endpoint=sandbox.hub, token=sandbox.hub_token)
        watched = [WebhookWatchedItem(type="user", name=sandbox.owner)]
        api.create_webhook(url=receiver.url, watched=watched, secret="hush")
        api.create_repo(f"{sandbox.owner}/told")
        receiver.until(lambda received: len(received) == 3)
        told = receiver.received[-1]
        assert told.headers["X-Webhook-Secret"] == "hush"
        assert told.payload["repo"]["url"]["web"] == f"{sandbox.hub}/{sandbox.owner}/told"
