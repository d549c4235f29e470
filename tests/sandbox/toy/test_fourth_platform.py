"""A fourth platform is a folder and one line: what `docs/architecture.md` says, done."""

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from sandbox.apps.addresses import AddressBook
from sandbox.http.faults import Answer, Faults
from sandbox.http.request_log import RequestLog
from sandbox.machine.no_machine import NoMachine
from sandbox.server.home import Home
from sandbox.server.options import Options
from sandbox.server.platforms import PLATFORMS, compose
from tests.sandbox.toy.platform import toy

FOLDER = Path(__file__).parent
ARCHITECTURE = Path(__file__).parents[3] / "docs" / "architecture.md"


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


def client(home, **options):
    platforms = compose(
        home,
        Options(**options),
        NoMachine(),
        AddressBook(home.open_database()),
        {**PLATFORMS, "toy": toy},  # the one line
    )
    [made] = [each for each in platforms if each.name == "toy"]
    token = {"authorization": f"Bearer {home.identity().hub_token}"}
    return made, TestClient(made.app, base_url=f"http://127.0.0.1:{made.port}", headers=token)


def test_it_keeps_what_it_is_given_and_refuses_in_its_own_words(home):
    _, ours = client(home)
    assert ours.post("/notes", content="milk").status_code == 201
    _, again = client(home)
    assert again.get("/notes").json() == ["milk"]
    stranger = again.get("/notes", headers={"authorization": "Bearer x"})
    assert (stranger.status_code, stranger.json()) == (401, {"oops": "who are you?"})
    assert again.get("/other").json() == {"oops": "The sandbox does not imitate GET /other"}
    assert len(again.get("/notes").headers["x-toy"]) == 8


def test_log_faults_quotas_port_and_version_come_with_the_sandbox(home):
    first, ours = client(home, quotas={"toy.calls": 2})
    database = home.open_database()
    Faults(database).set("toy", Answer(502), path="/notes")
    statuses = [ours.get("/notes").status_code for _ in range(4)]
    assert statuses == [502, 200, 200, 429]
    logged = [(each.path, each.status) for each in RequestLog(database).requests(platform="toy")]
    assert logged == [("/notes", status) for status in statuses]
    assert first.port == client(home)[0].port
    assert first.port not in {each.port for each in compose_others(home)}
    versions = database.query("SELECT version FROM schema_versions WHERE store = 'toy_notes'")
    assert [row["version"] for row in versions] == [1]


def compose_others(home):
    return compose(home, Options(), NoMachine(), AddressBook(home.open_database()))


def test_these_are_the_files_it_needed_and_the_page_names_the_same():
    needed = {path.name for path in FOLDER.glob("*.py") if not path.name.startswith("test_")}
    assert needed == {"platform.py", "app.py", "records.py"}
    page = ARCHITECTURE.read_text()
    section = page[page.index("## A fourth platform") : page.index("## A sixth system")]
    named = set(re.findall(r"`sandbox/P/(\w+\.py)`", section))
    assert named == needed
