"""Protects what is declared from changes by hand: one refresh finds each, one `up` repairs it.

The rows are in `drift_table`; all objects are raised, changed and repaired in one go.
"""

import json
import re
from collections import defaultdict
from dataclasses import dataclass, field

import pytest

from slipway.render.service.settings import SOURCE_KEYS
from tests.faults.drift_table import COMPARED, OTHER_REPOSITORY, REPOSITORY, ROWS
from tests.faults.programs import DRIFTING
from tests.faults.project import Project
from tests.providers.render_platform import IMAGE, OWNER, Repository, serve_render

pytestmark = [pytest.mark.e2e, pytest.mark.long]

UNTOUCHED = "of-somebody-else"


@dataclass
class Story:
    """What happened to every object."""

    ids: dict[str, str] = field(default_factory=dict)  # of a row -> of its object
    shown: dict[str, str] = field(default_factory=dict)  # logical name -> what the refresh shows
    repaired: dict[str, list[str]] = field(default_factory=dict)  # of a row -> writes
    before: dict[str, dict] = field(default_factory=dict)
    after: dict[str, dict] = field(default_factory=dict)
    quiet: list[str] = field(default_factory=list)  # writes of the run after the repair


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drift")
    places = {REPOSITORY: folder / "shop", OTHER_REPOSITORY: folder / "other"}
    for place in places.values():
        make_repository(place)
    located = {url: f"file://{place}" for url, place in places.items()}
    with serve_render(folder / "render", located=lambda url: located.get(url, url)) as render:
        yield play(folder, render)


def play(folder, render):
    told = Story()
    mine, other = (login(render, name) for name in ("mine", "other"))
    declared = {"image": f"{IMAGE}:1", "login": mine, "repository": REPOSITORY}
    rows = [{"id": row.id, "kind": row.kind, "followed": row.followed} for row in ROWS]
    run = Project(folder / "project", render.url, DRIFTING, {**declared, "rows": rows})
    run.init()
    run.up()
    told.ids = {row.id: object_id(render, row) for row in ROWS}
    for row in ROWS:
        touch(render, row, told.ids[row.id])
    told.before = snapshots(render, told)
    for row in ROWS:
        method, path, body = json.loads(
            json.dumps(row.change).replace("@id", row.id).replace("@other", other)
        )
        place = f"/{where(row)}/{told.ids[row.id]}{path}"
        render.call(method, place, json=body)
    told.shown = blocks(run.must("refresh", "--preview-only", "--diff"))
    render.mark()
    run.up("--refresh")
    told.repaired = writes_by_row(render, told)
    told.after = snapshots(render, told)
    render.mark()
    run.unchanged()
    told.quiet = render.writes()
    return told


def make_repository(place):
    repository = Repository(place)
    place.mkdir()
    repository.git("init", "--quiet", "--initial-branch=main")
    for folder in ("one", "one/site", "one/two", "two"):
        (place / folder).mkdir()
    repository.commit(**{"one/Dockerfile": "FROM scratch\n", "one/site/index.html": "hello"})
    repository.git("branch", "other")


def login(render, name):
    body = {"name": name, "registry": "GITHUB", "username": "ann", "authToken": "x"}
    return render.call("POST", "/registrycredentials", json={**body, "ownerId": OWNER})["id"]


def where(row):
    return "registrycredentials" if row.kind == "login" else "services"


def object_id(render, row):
    if row.kind == "login":  # on Render its mark stands behind the name
        named = render.call("GET", f"/{where(row)}")
        (found,) = [each for each in named if each["name"].startswith(f"{row.id} (")]
        return found["id"]
    (found,) = render.call("GET", f"/{where(row)}", params={"name": row.id})
    return found.get("service", found)["id"]


def touch(render, row, identifier):
    """Somebody sets what nobody declares."""
    if row.kind == "login":
        return
    path = f"/services/{identifier}"
    render.call("PUT", f"{path}/env-vars/THEIRS", json={"value": UNTOUCHED})
    render.call("PATCH", path, json={"buildFilter": {"paths": [UNTOUCHED], "ignoredPaths": []}})
    if row.kind != "static":
        render.call("PUT", f"{path}/secret-files/theirs", json={"content": UNTOUCHED})
        details = {"serviceDetails": {"maxShutdownDelaySeconds": 77}}
        render.call("PATCH", path, json=details)


def snapshots(render, told):
    """Everything about every object that the platform tells, but for the time of its last write."""
    found = {}
    for row in ROWS:
        place = f"/{where(row)}/{told.ids[row.id]}"
        seen = {"itself": render.call("GET", place)}
        del seen["itself"]["updatedAt"]
        if row.kind != "login":
            seen["env"] = render.env(told.ids[row.id])
            files = render.call("GET", f"{place}/secret-files", params={"limit": 100})
            seen["files"] = {each["secretFile"]["name"]: each["secretFile"] for each in files}
        found[row.id] = seen
    return found


def blocks(said):
    """What the engine shows of each resource that differs, by its logical name."""
    parts = re.split(r"\n +~ pulumi-python:dynamic/render:", said)[1:]
    return {re.search(r"::([\w-]+)\]", part)[1]: part for part in parts}


def writes_by_row(render, told):
    rows = {identifier: row for row, identifier in told.ids.items()}
    found = defaultdict(list)
    for each in render.log.requests(since_id=render.since, mutates=True):
        _, _, _, identifier, *rest = each.path.split("/")
        found[rows[identifier]].append(f"{each.method} {'/'.join(rest) or 'it'}")
    return found


def of_row(told, row):
    """What the refresh shows of a row's objects."""
    return "\n".join(text for name, text in told.shown.items() if name.startswith(f"{row.id}-"))


@pytest.mark.parametrize("kind", COMPARED)
def test_every_compared_key_has_a_row(kind):
    rows = {row.key.partition(".")[0] for row in ROWS if row.kind == kind}
    source = {row.key for row in ROWS if row.kind in ("repository", kind)}
    if kind == "web":
        rows |= {key.partition(".")[0] for key in source}
        assert {f"source.{key}" for key in SOURCE_KEYS} <= source
    assert rows == set(COMPARED[kind])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_change_by_hand_is_found_by_one_refresh(story, row):
    shown = of_row(story, row)
    if not row.shown:
        assert shown == "", "the platform takes no such change, so there is nothing to find"
        return
    assert row.shown in shown
    assert UNTOUCHED not in shown
    assert "canary" not in shown


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_and_is_repaired_by_one_up_with_just_what_that_takes(story, row):
    deploys = ["POST deploys"] if row.shown and row.deploys and row.followed else []
    assert story.repaired.get(row.id, []) == [*row.writes, *deploys]
    assert story.after[row.id] == story.before[row.id]


def test_after_that_nothing_is_left_to_do(story):
    assert story.quiet == []


def test_every_row_has_an_object_of_its_own():
    assert len({row.id for row in ROWS}) == len(ROWS)
