"""Webhooks of the Hub, by its own client, and what they are sent."""

import json

import pytest
from huggingface_hub import WebhookPayload, WebhookWatchedItem
from huggingface_hub.errors import HfHubHTTPError

from tests.sandbox.webhooks.receiver import receiving


@pytest.fixture
def receiver():
    with receiving() as made:
        yield made


def told(receiver, count):
    """What came, as the client's own server reads it."""
    receiver.until(lambda received: len(received) >= count)
    payloads = [json.loads(each.body) for each in receiver.received]
    return [WebhookPayload(**each) for each in payloads], payloads


def watch(api, receiver, kind, name, **more):
    item = WebhookWatchedItem(type=kind, name=name)
    return api.create_webhook(url=receiver.url, watched=[item], domains=["repo"], **more)


def test_made_listed_changed_and_gone(api, receiver, name):
    made = watch(api, receiver, "model", name, secret="hush")
    assert api.get_webhook(made.id) == made
    assert (made.url, made.domains, made.disabled) == (receiver.url, ["repo"], False)
    assert made.id in {each.id for each in api.list_webhooks()}
    changed = api.update_webhook(made.id, watched=[WebhookWatchedItem("org", "acme")])
    assert (changed.watched, changed.url) == ([WebhookWatchedItem("org", "acme")], receiver.url)
    assert api.disable_webhook(made.id).disabled is True
    assert api.enable_webhook(made.id).disabled is False
    api.delete_webhook(made.id)
    with pytest.raises(HfHubHTTPError) as refused:
        api.get_webhook(made.id)
    assert refused.value.response.status_code == 404


def test_from_creation_to_the_end_of_a_repository(api, receiver, name):
    first = name
    made = watch(api, receiver, "user", "ada", secret="hush")
    api.create_repo(first)
    old = api.repo_info(first).sha
    new = api.upload_file(path_or_fileobj=b"x", path_in_repo="x.txt", repo_id=first).oid
    api.create_tag(first, tag="v1")
    api.update_repo_settings(first, private=True)
    api.move_repo(first, f"{name}-2")
    api.delete_repo(f"{name}-2")
    payloads, raw = told(receiver, 6)
    by_scope = {(each.event.scope, each.event.action): each for each in payloads}
    assert set(by_scope) == {
        *(("repo", "create"), ("repo", "move"), ("repo", "delete")),
        *(("repo.content", "update"), ("repo.config", "update")),
    }
    refs = sorted(
        (each["ref"], each["oldSha"], each["newSha"])
        for payload in raw
        for each in payload.get("updatedRefs", ())
    )
    assert refs == [("refs/heads/main", old, new), ("refs/tags/v1", None, new)]
    assert by_scope["repo", "move"].movedTo.name == f"{name}-2"
    created = by_scope["repo", "create"]
    assert (created.repo.name, created.repo.type) == (first, "model")
    assert created.webhook.id == made.id
    assert [each["updatedConfig"] for each in raw if "updatedConfig" in each] == [{"private": True}]
    assert all(each.headers["X-Webhook-Secret"] == "hush" for each in receiver.received)
    api.delete_webhook(made.id)


def test_a_push_by_git_is_told(hub, git, api, receiver, name, tmp_path):
    api.create_repo(name)
    made = watch(api, receiver, "model", name)
    url = f"{hub.url.replace('://', '://ada:hf_ada@')}/{name}"
    git("clone", "--quiet", url, str(tmp_path / "clone"))
    at = ("-C", str(tmp_path / "clone"))
    git(*at, "push", "--quiet", "origin", "HEAD:refs/heads/work")
    [payload], _ = told(receiver, 1)
    assert payload.updatedRefs[0].ref == "refs/heads/work"
    assert "X-Webhook-Secret" not in receiver.received[0].headers
    api.delete_webhook(made.id)


def test_nobody_hears_of_what_they_may_not_see(hub, api, receiver, name):
    spy = watch(hub.api("eve"), receiver, "user", "ada")
    own = watch(api, receiver, "model", f"{name}-end")
    api.create_repo(name, private=True)
    api.create_repo(f"{name}-end")
    payloads, _ = told(receiver, 2)
    assert {each.repo.name for each in payloads} == {f"{name}-end"}
    with hub.http("eve") as client:
        assert client.get(f"/api/settings/webhooks/{own.id}").status_code == 404
        assert client.delete(f"/api/settings/webhooks/{own.id}").status_code == 404
    hub.api("eve").delete_webhook(spy.id)
    api.delete_webhook(own.id)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"url": "https://example.com/"}, 400),
        ({"secret": "a\r\nX-Other: b"}, 400),
        ({"watched": []}, 400),
        ({"watched": [{"type": "planet", "name": "mars"}]}, 400),
        ({"domains": ["repo", "weather"]}, 400),
        ({"domains": ["discussion"]}, 501),
        ({"jobSourceId": "x"}, 501),
    ],
)
def test_what_is_refused(hub, receiver, body, status):
    whole = {"url": receiver.url, "watched": [{"type": "user", "name": "ada"}], "secret": "hush-"}
    with hub.http() as client:
        refused = client.post("/api/settings/webhooks", json={**whole, **body})
        assert refused.status_code == status
        assert "hush-" not in refused.text
    with hub.http("reader") as client:
        assert client.post("/api/settings/webhooks", json=whole).status_code == 403
    with hub.http(None) as client:
        assert client.get("/api/settings/webhooks").status_code == 401
