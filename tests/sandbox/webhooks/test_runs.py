"""Webhooks of workflow runs, jobs and checks."""

from functools import partial

import pytest

from sandbox.github.contract import Trigger
from sandbox.github.hooks.run_events import RunWebhooks
from sandbox.github.runs.records import RunRecords


@pytest.fixture(scope="module")
def records(gh):
    made = RunRecords(gh.database)
    RunWebhooks(gh.service.events, gh.service.registry, gh.service.accounts, gh.url).follow(made)
    return made


def test_a_run_from_the_queue_to_its_end(gh, repository, receiver, records):
    kinds = ["workflow_run", "workflow_job", "check_run", "check_suite"]
    sent = {"config": {"url": receiver.url, "content_type": "json"}, "events": kinds}
    assert gh.http.post(f"/repos/{repository}/hooks", json=sent).status_code == 201
    receiver.next("ping")
    sha = gh.service.resolve(repository, "main")
    trigger = Trigger(
        repository=repository, event="push", ref="refs/heads/main", commit=sha, actor=gh.owner
    )
    run = records.add_run(trigger, ".github/workflows/ci.yml", name="ci", title="t")
    job = records.add_job(run.id, 1, key="a", name="a", labels=["ubuntu-latest"])
    of_job, of_run = partial(records.set_job, job), partial(records.set_run, run.id)
    of_run(status="in_progress")
    of_job(status="in_progress")
    of_job(note="said on the way")
    of_job(status="completed", conclusion="success")
    of_run(status="completed", conclusion="success")
    receiver.until(lambda received: len(received) == 10)
    told = sorted((each.event, each.payload["action"]) for each in receiver.received[1:])
    assert told == [
        ("check_run", "completed"),
        ("check_run", "created"),
        ("check_suite", "completed"),
        ("workflow_job", "completed"),
        ("workflow_job", "in_progress"),
        ("workflow_job", "queued"),
        ("workflow_run", "completed"),
        ("workflow_run", "in_progress"),
        ("workflow_run", "requested"),
    ]
    ended = next(
        each.payload["workflow_run"]
        for each in receiver.received
        if each.event == "workflow_run" and each.payload["action"] == "completed"
    )
    assert (ended["head_sha"], ended["conclusion"]) == (sha, "success")


def test_the_write_that_is_told_fails_for_no_listener(records, gh, repository):
    def fail(*_told: object) -> None:
        raise RuntimeError

    gh.service.webhooks.listening, before = fail, gh.service.webhooks.listening
    try:
        sha = gh.service.resolve(repository, "main")
        trigger = Trigger(repository=repository, event="push", ref="r", commit=sha, actor="x")
        assert records.add_run(trigger, "a.yml", name="a", title="").status == "queued"
    finally:
        gh.service.webhooks.listening = before
