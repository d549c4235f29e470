"""A webhook through its life against the sandbox's GitHub."""

import json

import pytest

from tests.sandbox.standins.github.sdk import misfits
from tests.sandbox.webhooks.receiver import receiving

SECRET = "the secret of a webhook"


@pytest.fixture
def receiver():
    with receiving() as made:
        yield made


def inputs(repository, receiver, **more):
    where = {"url": receiver.url, "contentType": "json", "secret": SECRET}
    return {"repository": repository, "events": ["push", "issues"], "configuration": where, **more}


def shown(hub, repository, made):
    return hub.http.get(f"/repos/{hub.owner}/{repository}/hooks/{made.id}").json()


def test_it_arrives_signs_and_stays_as_it_is(hub, repository, receiver, declare):
    wanted = inputs(repository, receiver)
    made = declare("RepositoryWebhook").up(**wanted)
    assert misfits(made.token, made.state) == []
    assert receiver.next("ping").headers["X-Hub-Signature-256"]
    assert made.plan() == (set(), set())
    assert made.refresh()
    assert made.plan(wanted) == (set(), set())
    reordered = {**wanted, "events": ["issues", "push"], "active": True}
    assert made.plan(reordered) == (set(), set())
    assert shown(hub, repository, made)["config"]["secret"] == "********"


def test_it_is_changed_and_found_changed(hub, repository, receiver, declare):
    made = declare("RepositoryWebhook").up(**inputs(repository, receiver))
    made.up(**inputs(repository, receiver, active=False, events=["push"]))
    now = shown(hub, repository, made)
    assert (now["active"], now["events"], now["config"]["secret"]) == (False, ["push"], "********")
    place = f"/repos/{hub.owner}/{repository}/hooks/{made.id}"
    hub.http.patch(f"{place}/config", json={"secret": "", "content_type": "form"})
    assert made.refresh()
    wanted = inputs(repository, receiver, active=False, events=["push"])
    assert made.plan(wanted) == ({"configuration"}, set())
    made.up(**wanted)
    assert shown(hub, repository, made)["config"]["content_type"] == "json"
    other = {**wanted, "repository": f"{repository}-other"}
    assert made.plan(other)[1] == {"repository"}


def test_it_is_adopted_and_goes(hub, repository, receiver, declare):
    made = declare("RepositoryWebhook").up(**inputs(repository, receiver))
    adopted = declare("RepositoryWebhook").adopt(f"{repository}/{made.id}")
    assert adopted.inputs["events"] == ["issues", "push"]
    assert SECRET not in json.dumps(adopted.state)
    made.destroy()
    made.destroy()
    assert not made.refresh()
    assert hub.http.get(f"/repos/{hub.owner}/{repository}/hooks").json() == []


def test_what_github_would_refuse_is_refused_before(repository, receiver, declare):
    webhook = declare("RepositoryWebhook")
    problems = [
        webhook.check(**{**inputs(repository, receiver), **wrong})[0][0]
        for wrong in (
            {"configuration": {"contentType": "json"}},
            {"configuration": {"url": receiver.url, "contentType": "xml"}},
            {"events": []},
        )
    ]
    assert problems == ["configuration", "configuration", "events"]
