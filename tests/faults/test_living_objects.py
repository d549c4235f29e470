"""Protects what is alive through a real engine: renames, moves and second states, on all platforms.

The engine's own order is what matters here: it creates under the new name first and deletes under
the old one last, in one run or in two.
"""

import uuid

import pytest

from tests.faults.programs import OWNED
from tests.providers.conftest import TOKEN, hub, running_hub
from tests.providers.render_platform import IMAGE

__all__ = ["hub", "running_hub"]

pytestmark = [pytest.mark.e2e, pytest.mark.long]


class Living:
    """What a project raised, looked at by the platforms' own clients."""

    def __init__(self, hub, render, name):
        self.hub, self.render, self.name = hub, render, name

    def ids(self):
        """The platforms' own ids: another one is another object, whatever it is called."""
        model = self.hub.api.list_models(author="acme", search=self.name)
        spaces = self.hub.api.list_spaces(author="acme", search=self.name)
        services = self.render.call("GET", "/services", params={"limit": 100})
        databases = self.render.call("GET", "/postgres", params={"limit": 100})
        logins = self.render.call("GET", "/registrycredentials")
        found = {
            "model": [(each.id, self._first(each.id, "model")) for each in model],
            "space": [(each.id, self._first(each.id, "space")) for each in spaces],
            "service": [each["service"]["id"] for each in services],
            "database": [each["postgres"]["id"] for each in databases],
            "login": [each["id"] for each in logins if self.name in each["name"]],
        }
        return {kind: sorted(ids) for kind, ids in found.items()}

    def _first(self, repo_id, kind):
        """What only a repository's own history has."""
        commits = self.hub.api.list_repo_commits(repo_id, repo_type=kind)
        return commits[-1].created_at.isoformat()


@pytest.fixture
def name():
    return f"own-{uuid.uuid4().hex[:10]}"


@pytest.fixture
def declared(name):
    return {
        "name": name,
        "logical": "one",
        "nested": False,
        "adopt": False,
        "model": "",
        "image": f"{IMAGE}:1",
        "kept": False,
        "version": "17",
    }


@pytest.fixture
def living(hub, render, name):
    yield Living(hub, render, name)
    for each in render.call("GET", "/postgres", params={"limit": 100}):
        render.call("DELETE", f"/postgres/{each['postgres']['id']}")


@pytest.fixture
def raised(project, hub, declared):
    def make(**changes):
        made = project(OWNED, {**declared, **changes})
        made.environment |= {
            "HF_ENDPOINT": hub.url,
            "HF_TOKEN": TOKEN,
            "HF_HUB_DISABLE_XET": "1",
        }
        for folder, files in {
            "app": {"README.md": "---\nsdk: docker\n---\n", "Dockerfile": "FROM scratch\n"},
            "model": {"README.md": "---\nlicense: mit\n---\n", "weights.txt": "one"},
        }.items():
            (made.sources / folder).mkdir()
            for path, text in files.items():
                (made.sources / folder / path).write_text(text, encoding="utf-8")
        return made

    return make


def test_a_renamed_and_then_nested_component_keeps_every_object(raised, living, declared):
    made = raised()
    made.up()
    before = living.ids()
    assert {len(ids) for ids in before.values()} == {1}
    for change in ({"logical": "two"}, {"logical": "two", "nested": True}):
        made.declare({**declared, **change})
        made.up()
        assert living.ids() == before, change
        # The old resource took its holder out of the login's name: Render tells only that somebody
        # wrote it, so the next run writes it once more.
        made.up("--refresh")
        made.unchanged()
    made.must("destroy", "--yes", "--skip-preview")
    assert living.ids() == {kind: [] for kind in before}


def test_a_renamed_stack_keeps_every_object_and_changes_nothing(raised, living):
    made = raised()
    made.up()
    before = living.ids()
    made.must("stack", "rename", "other")
    made.must("preview", "--expect-no-changes")
    made.must("destroy", "--yes", "--skip-preview")
    assert {len(ids) for ids in before.values()} == {1}
    assert not any(living.ids().values())


def test_a_second_backend_of_the_same_names_is_refused_and_what_it_adopts_is_its_own(
    raised, living, declared
):
    first, second = raised(), raised()
    first.up()
    before = living.ids()
    refused = second.pulumi("up", "--yes", "--skip-preview", "--continue-on-error")
    assert not refused.ok
    assert refused.said.count("Set adopt to take it over") >= 4, refused.said
    assert {key: ids for key, ids in living.ids().items() if key != "login"} == {
        key: ids for key, ids in before.items() if key != "login"
    }
    second.must("destroy", "--yes", "--skip-preview")
    assert living.ids() == before
    second.declare({**declared, "adopt": True})
    second.up()
    first.must("destroy", "--yes", "--skip-preview", "--exclude-protected")
    left = living.ids()
    for key in ("model", "space", "service", "database"):
        assert left[key] == before[key], key


def test_a_moved_model_keeps_what_was_trained_and_outlives_its_stack(raised, living, declared, hub):
    made = raised()
    made.up()
    name = declared["name"]
    trained = hub.push("model", f"acme/{name}", {"model.joblib": b"trained"})
    made.declare({**declared, "model": f"{name}-renamed"})
    assert "replace" not in made.up()
    assert hub.api.repo_info(f"acme/{name}-renamed").sha == trained
    made.unchanged()
    made.must("destroy", "--yes", "--skip-preview")
    assert hub.api.repo_info(f"acme/{name}-renamed").sha == trained
    assert [ids for kind, ids in living.ids().items() if kind != "model" and ids] == []


def test_another_version_takes_no_database_away_and_what_was_kept_is_taken_up_again(
    raised, living, declared
):
    made = raised(kept=True)
    made.up()
    before = living.ids()
    made.declare({**declared, "kept": True, "version": "16"})
    for command in (("preview",), ("up", "--yes", "--skip-preview")):
        refused = made.pulumi(*command)
        assert not refused.ok
        assert "its version is 17, 16 is declared" in refused.said
        assert "Traceback" not in refused.said
    assert living.ids() == before
    made.must("destroy", "--yes", "--skip-preview")
    assert {kind: ids for kind, ids in living.ids().items() if ids} == {
        "database": before["database"]
    }
    made.declare({**declared, "kept": False})
    made.up()
    assert living.ids()["database"] == before["database"]
    made.must("destroy", "--yes", "--skip-preview")
    assert not any(living.ids().values())
