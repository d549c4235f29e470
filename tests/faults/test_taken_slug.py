"""Protects services that name each other: their addresses are guessed, then compared, then right.

They have their public names here, which a proxy leads to, so that a guess can be right as well.
"""

from collections import Counter

import pytest

from tests.faults.programs import TRIO
from tests.faults.project import Project
from tests.faults.public_names import NamedDoor, public_names
from tests.providers.render_platform import IMAGE, serve_render

pytestmark = [pytest.mark.e2e, pytest.mark.long]

KEYS = ("app", "chat", "gpt")


@pytest.fixture
def trio(tmp_path, monkeypatch):
    """Raises the three on a Render where others have these slugs already."""
    monkeypatch.setattr("sandbox.render.services.service.FrontDoor", NamedDoor)
    taken = set()
    with serve_render(tmp_path / "render", taken_slugs=taken.__contains__) as render:
        run = Project(tmp_path / "project", render.url, TRIO, f"{IMAGE}:1")
        with public_names(render.service._door, tmp_path) as environment:
            run.environment.update(environment)
            run.init()

            def up(*slugs):
                taken.update(slugs)
                run.up()
                services = {key: render.named(f"trio-{key}")[0] for key in KEYS}
                return run, render, services

            yield up


def urls_of(services):
    return {key: each["serviceDetails"]["url"] for key, each in services.items()}


def assert_wired(render, services, urls):
    env = {key: render.env(each["id"]) for key, each in services.items()}
    assert env["app"]["CHAT_API_URL"] == urls["chat"]
    assert env["app"]["IA_SERVICE_URL"] == urls["gpt"]
    assert env["chat"]["MAIN_APP_URL"] == env["gpt"]["MAIN_APP_URL"] == urls["app"]


def assert_settled(run, render, urls):
    assert run.outputs() == urls
    render.mark()
    run.unchanged()
    assert render.writes() == []


def test_where_every_guess_is_right_the_creations_are_the_only_writes_and_deploys(trio):
    run, render, services = trio()
    assert render.writes() == ["POST it"] * 3
    assert [len(render.deploys(each["id"])) for each in services.values()] == [1, 1, 1]
    urls = urls_of(services)
    assert urls == {key: f"https://trio-{key}.onrender.com" for key in KEYS}
    assert_wired(render, services, urls)
    assert_settled(run, render, urls)


def test_a_taken_name_costs_whoever_names_it_one_write_and_one_deploy(trio):
    run, render, services = trio("trio-chat")
    assert Counter(render.writes()) == {
        "POST it": 3,
        "PUT env-vars/CHAT_API_URL": 1,
        "POST deploys": 1,
    }
    deploys = {key: len(render.deploys(each["id"])) for key, each in services.items()}
    assert deploys == {"app": 2, "chat": 1, "gpt": 1}
    urls = urls_of(services)
    assert urls["chat"] != "https://trio-chat.onrender.com"
    assert_wired(render, services, urls)
    assert_settled(run, render, urls)


def test_all_three_names_taken_are_one_write_for_each_link_and_one_deploy_for_each(trio):
    run, render, services = trio(*(f"trio-{key}" for key in KEYS))
    counted = Counter(write.partition("/")[0] for write in render.writes())
    assert counted == {"POST it": 3, "PUT env-vars": 4, "POST deploys": 3}
    urls = urls_of(services)
    assert_wired(render, services, urls)
    assert_settled(run, render, urls)
