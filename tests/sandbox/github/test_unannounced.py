"""What was pushed is announced once, also by the sandbox after the one that was killed."""

import sqlite3

from sandbox.git.moves import Move
from sandbox.git.store import Person
from sandbox.git.writer import Draft, move_reference
from sandbox.github.http.clock import now
from sandbox.github.repositories.commit_writer import person_of
from sandbox.github.repositories.pending import Pending
from tests.sandbox.github.live import OWNER, live_github


def landed(gh, repository, head) -> str:
    """A commit that git has and nobody was told of."""
    store = gh.service.require(repository).git
    author: Person = person_of(gh.service.accounts.find(OWNER))
    created = Draft(store, head).write(now(), author)
    move_reference(store, Move("refs/heads/main", head, created))
    return created


def test_a_push_that_landed_before_the_kill_is_announced_at_the_next_start(tmp_path):
    heard = []
    moved = lambda *what, **_: heard.append(what)  # noqa: E731
    with live_github(tmp_path, branch_moved=moved) as gh:
        repository = gh.repository("one", {"a": "1"})
        found = gh.service.require(repository)
        head = found.git.branch_head("main")
        gh.runs.triggers.clear()
        heard.clear()
        Pending(gh.service.database).begin(found.id, OWNER, found.git.references())
        new = landed(gh, repository, head)
        for _ in range(2):
            gh.service.movements.recover()
            [trigger] = gh.runs.triggers
            told = (trigger.actor, trigger.before, trigger.commit, trigger.ref)
            assert told == (OWNER, head, new, "refs/heads/main")
            assert heard == [(repository, "main", new)]


def test_a_kill_after_the_runs_were_queued_leaves_the_pull_requests_to_be_told(tmp_path):
    told = []
    with live_github(tmp_path) as gh:
        repository = gh.repository("one", {"a": "1"})
        found, pending = gh.service.require(repository), Pending(gh.service.database)
        head = found.git.branch_head("main")
        gh.runs.triggers.clear()
        pending.begin(found.id, OWNER, found.git.references())
        new = landed(gh, repository, head)
        pending.tell(found.id, found.git.references())
        gh.service.movements.move_listeners.append(lambda *what: told.append(what))
        for _ in range(2):
            gh.service.movements.recover()
            assert gh.runs.triggers == []
            [(of, caller, move)] = told
            assert (of.id, caller.login) == (found.id, OWNER)
            assert move == Move("refs/heads/main", head, new)


def test_a_push_that_the_disk_did_not_let_be_announced_is_with_the_next_one(tmp_path):
    full, heard = [True], []

    def moved(*what, **_):
        if full:
            raise sqlite3.OperationalError("database or disk is full")
        heard.append(what)

    with live_github(tmp_path, branch_moved=moved) as gh:
        repository = gh.repository("one")
        gh.commit("one", "a", "1")
        assert heard == []
        full.clear()
        second = gh.commit("one", "a", "2")
        assert heard == [(repository, "main", second)]
        assert Pending(gh.service.database).all() == []
