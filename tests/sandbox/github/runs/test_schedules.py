"""Workflows that run at times: what cron says, whose time has come, and what runs by command."""

from datetime import UTC, datetime

import pytest

from sandbox.github.runs.calls.finding import WorkflowReader
from sandbox.github.runs.planning.workflow import WorkflowError
from sandbox.github.runs.schedules.asked import AskedSchedules
from sandbox.github.runs.schedules.cron import read_schedule
from sandbox.github.runs.schedules.scheduler import Scheduler
from sandbox.store.database import Database

NIGHTLY = """
    name: Nightly
    on:
      schedule:
        - cron: '30 5 * * *'
        - cron: '*/5 * * * *'
      push: {branches: [never]}
    jobs:
      a:
        runs-on: ubuntu-latest
        steps: [{run: 'echo "${{ github.event_name }}: ${{ github.event.schedule }}"'}]
"""
START = datetime(2026, 11, 27, 5, 22, 30, tzinfo=UTC).timestamp()  # a Friday


@pytest.mark.parametrize(
    ("cron", "moment", "expected"),
    [
        ("* * * * *", "2026-11-27T00:00", True),
        ("30 5 * * *", "2026-11-27T05:30", True),
        ("30 5 * * *", "2026-11-27T17:30", False),
        ("30 5,17 * * *", "2026-11-27T17:30", True),
        ("*/15 * * * *", "2026-11-27T00:45", True),
        ("*/15 * * * *", "2026-11-27T00:46", False),
        ("20/15 * * * *", "2026-11-27T00:35", True),
        ("20/15 * * * *", "2026-11-27T00:05", False),
        ("0 4-6/2 * * *", "2026-11-27T06:00", True),
        ("0 4-6/2 * * *", "2026-11-27T05:00", False),
        ("0 0 * * FRI", "2026-11-27T00:00", True),
        ("0 0 * * 1-4", "2026-11-27T00:00", False),
        ("0 0 * * sun", "2026-11-29T00:00", True),
        ("0 0 * nov *", "2026-11-27T00:00", True),
        ("0 0 * JAN-OCT *", "2026-11-27T00:00", False),
        ("0 0 1 * 5", "2026-11-27T00:00", True),  # of two restricted days one is enough
        ("0 0 1 * 5", "2026-12-01T00:00", True),
        ("0 0 1 * 5", "2026-12-02T00:00", False),
        ("0 0 1 * *", "2026-11-27T00:00", False),
    ],
)
def test_cron_of_five_fields(cron, moment, expected):
    assert read_schedule(cron).holds(datetime.fromisoformat(moment).replace(tzinfo=UTC)) is expected


def test_a_schedule_may_have_a_timezone():
    summer, winter = (datetime(2026, month, 1, 7, 0, tzinfo=UTC) for month in (7, 12))
    schedule = read_schedule("0 9 * * *", "Europe/Berlin")
    assert (schedule.holds(summer), schedule.holds(winter)) == (True, False)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("cron: '* * * *'", "has 4 fields"),
        ("cron: '60 * * * *'", "'60' is not in 0-59"),
        ("cron: '* * * * 7'", "'7' is not in 0-6"),
        ("cron: '*/0 * * * *'", "'*/0' is empty"),
        ("cron: '5-2 * * * *'", "'5-2' is empty"),
        ("cron: '@daily'", "has 1 fields"),
        ("cron: '0 0 L * *'", "'L' is not in 1-31"),
        ("cron: '0 0 * * *', timezone: Europe/Bonn", "no timezone 'Europe/Bonn'"),
        ("crn: '0 0 * * *'", "an entry has `cron`"),
    ],
)
def test_a_schedule_that_is_none_is_named_with_its_place(world, entry, said):
    text = (
        f"on:\n  schedule:\n    - {{{entry}}}\njobs: {{a: {{runs-on: x, steps: [{{run: echo}}]}}}}"
    )
    with pytest.raises(WorkflowError) as refused:
        WorkflowReader(world.repositories).read("a/b", "0" * 40, "", "x.yml", text.encode())
    assert "x.yml (Line: 3, Col: 7): Invalid cron expression: " in str(refused.value)
    assert said in str(refused.value)


class Clocked:
    """A scheduler of one world, whose time a test moves."""

    def __init__(self, world, tmp_path) -> None:
        self.now = START
        self.told = []
        self.asked = AskedSchedules(Database(tmp_path / "asked.sqlite"))
        self.scheduler = Scheduler(world.repositories, self.asked, self._run, lambda: self.now)
        self._world = world
        self.runs: list[int] = []

    def _run(self, trigger) -> None:
        self.told.append(trigger)
        self.runs += self._world.service.triggered(trigger)

    def after(self, minutes: float, repository: str) -> list[str]:
        """What a repository's workflows were told when so many more minutes have passed."""
        self.now += minutes * 60
        self.told.clear()
        self.scheduler.look()
        return [t.payload["schedule"] for t in self.told if t.repository == repository]


def test_what_is_due_runs_once_and_on_the_default_branch_alone(world, repository, tmp_path):
    world.push(repository, {"nightly.yml": NIGHTLY})
    other = {"other.yml": NIGHTLY.replace("*/5", "*/1")}
    world.push(repository, other, ref="refs/heads/work")
    time = Clocked(world, tmp_path)
    assert time.after(0, repository) == []
    assert time.after(2, repository) == []  # 5:24:30
    assert time.after(1, repository) == ["*/5 * * * *"]  # 5:25
    assert time.after(0.2, repository) == []
    assert time.after(5, repository) == ["30 5 * * *", "*/5 * * * *"]  # 5:30
    assert time.after(60, repository) == ["*/5 * * * *"], "what was missed ran more than once"
    run = world.finished(time.runs[0])
    assert (run.event, run.ref, run.actor) == ("schedule", "refs/heads/main", "acme")
    assert "schedule: */5 * * * *" in world.log(run.id, "a")
    world.push(repository, {"nightly.yml": NIGHTLY.replace("*/5 *", "0 0")})
    assert time.after(5, repository) == [], "it ran by what the file said before"


def test_nothing_runs_more_often_than_every_five_minutes(world, repository, tmp_path):
    world.push(repository, {"often.yml": NIGHTLY.replace("*/5", "*").replace("30 5", "0 0")})
    time = Clocked(world, tmp_path)
    ran = [bool(time.after(1, repository)) for _ in range(11)]
    assert ran == [True, *[False] * 4, True, *[False] * 4, True]


def test_a_workflow_runs_when_a_person_asks(world, repository, tmp_path):
    world.push(repository, {"nightly.yml": NIGHTLY})
    time = Clocked(world, tmp_path)
    time.asked.ask(repository, ".github/workflows/nightly.yml")
    assert time.after(0, repository) == ["30 5 * * *"]
    assert time.after(0, repository) == []
