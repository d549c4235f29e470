"""Frigo with a database: conversations outlive the app, and the password is found nowhere."""

import json
import time
import urllib.request

import pytest

from tests.e2e.clone import Clone, get_json
from tests.e2e.leaks import in_files

pytestmark = [pytest.mark.e2e, pytest.mark.machine, pytest.mark.long]

QUESTION = {"message": "What goes with leeks?", "history": []}
# What the sandbox's platforms must themselves remember; closed to other users.
OWN_STORE = ("identity.json", "passphrase", "sandbox.db", "sandbox.db-wal", "sandbox.db-shm")
VERBOSE = ("-v=9", "--logtostderr", "--logflow", "--non-interactive", "--stack", "dev")


@pytest.fixture(scope="module")
def kitchen(tmp_path_factory):
    made = Clone.make(tmp_path_factory.mktemp("kitchen"), systems="frigo")
    here = "  slipway:frigo:\n"
    made.put_stack_value("dev", here, f"{here}    database: true\n")
    try:
        assert made.sandbox("run", "--", "true").returncode == 0
        assert made.pulumi("stack", "select", "--create", "--stack", "dev").returncode == 0
        # By hand the first time: `make up` does not show what the engine says at its most verbose.
        ended = made.pulumi("up", "--yes", "--skip-preview", *VERBOSE)
        assert ended.returncode == 0, ended.stderr[-3000:]
        (made.folder / ".slipway" / "verbose.log").write_text(ended.stdout + ended.stderr)
        made.up("dev")
        yield made
    finally:
        made.sandbox("reset")


def render(clone, method, path):
    """A call as a person makes it with the API key."""
    endpoint = clone.status()["render"]
    key = clone.identity()["render_key"]
    request = urllib.request.Request(
        endpoint + path, method=method, headers={"Authorization": f"Bearer {key}"}
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.loads(response.read() or b"null")


# One person's: a history is its session's, and that is known by a cookie.
BROWSER = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())


def the_app(clone):
    return clone.outputs()["frigo"]["app"]


def questions(clone):
    with BROWSER.open(the_app(clone) + "/api/history", timeout=60) as response:
        found = json.load(response)
    assert found["store"] == "postgres"
    return [each["question"] for each in found["exchanges"]]


def ask(clone):
    body, kind = json.dumps(QUESTION).encode(), {"Content-Type": "application/json"}
    request = urllib.request.Request(the_app(clone) + "/api/chat", body, kind)
    with BROWSER.open(request, timeout=60) as response:
        answer = json.load(response)
    assert answer["kept"] is True
    return answer


def until_it_answers(clone, seconds=120):
    deadline = time.monotonic() + seconds
    while True:
        try:
            return questions(clone)
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.5)


def test_a_conversation_is_kept_in_the_database(kitchen):
    before = len(questions(kitchen))
    ask(kitchen)
    assert questions(kitchen)[0] == QUESTION["message"]
    assert len(questions(kitchen)) == before + 1
    assert get_json(the_app(kitchen) + "/health")["history"] == "postgres"


def test_a_second_up_changes_nothing_and_mutates_nothing(kitchen):
    before = kitchen.last_request()
    assert " unchanged" in kitchen.up().stdout
    assert [row for row in kitchen.requests(before) if row["mutates"]] == []


def test_the_conversation_outlives_a_restart_of_the_app(kitchen):
    ask(kitchen)
    kept = questions(kitchen)
    app = next(each for each in kitchen.status()["services"] if each["name"] == "frigo-app-dev")
    render(kitchen, "POST", f"/services/{app['id']}/restart")
    deadline = time.monotonic() + 120
    while kitchen.status()["services"] and _container(kitchen) == app["container"]:
        assert time.monotonic() < deadline
        time.sleep(0.5)
    assert until_it_answers(kitchen) == kept


def _container(clone):
    found = clone.status()["services"]
    return next(each["container"] for each in found if each["name"] == "frigo-app-dev")


def test_the_conversation_outlives_a_stop_of_the_sandbox(kitchen):
    ask(kitchen)
    kept = questions(kitchen)
    assert kitchen.sandbox("down").returncode == 0
    before = kitchen.last_request()
    kitchen.up()
    assert [row for row in kitchen.requests(before) if row["mutates"]] == []
    assert until_it_answers(kitchen) == kept


def test_the_database_password_is_in_no_state_and_in_no_log(kitchen):
    [listed] = render(kitchen, "GET", "/postgres")
    info = render(kitchen, "GET", f"/postgres/{listed['postgres']['id']}/connection-info")
    secrets = {"password": info["password"]}
    refreshed = kitchen.pulumi("refresh", "--yes", *VERBOSE)
    assert refreshed.returncode == 0, refreshed.stderr[-3000:]
    home = kitchen.folder / ".slipway"
    (home / "verbose-refresh.log").write_text(refreshed.stdout + refreshed.stderr)
    assert listed["postgres"]["id"] in (home / "verbose.log").read_text()

    assert in_files(home, secrets, skip=OWN_STORE) == []
    shown = kitchen.pulumi("stack", "export", "--show-secrets", "--stack", "dev")
    assert "sealed:" in shown.stdout
    assert info["password"] not in shown.stdout
