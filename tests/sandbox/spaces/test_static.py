"""Static Spaces: a commit's files at the public address, no container, nothing to restart."""

import httpx
import pytest

from sandbox.hub.http.errors import BadRequestError
from sandbox.hub.spaces.settings import Kind
from tests.sandbox.spaces.conftest import REPO, until

CARD = "---\nsdk: static\n---\n"
PAGE = "<!doctype html><html><head><title>hi</title></head><body>one</body></html>"


def publish(world, page: str = PAGE, **more: str) -> None:
    world.commit({"README.md": CARD, "index.html": page, **more})
    until(lambda: page.partition("<body>")[2] in world.get().text)


def test_files_are_served_without_a_container(world):
    world.create(sdk="static")
    publish(world, **{"style.css": "body {}"})
    runtime = world.wait("RUNNING")
    assert runtime["hardware"] == {"current": None, "requested": None}
    assert "sha" not in runtime
    assert "gcTimeout" not in runtime
    assert world.get("/style.css").headers["content-type"] == "text/css"
    assert not world.machine.builds
    assert not world.machine.runs


def test_new_commit_replaces_the_files(world):
    world.create(sdk="static")
    publish(world, **{"old.txt": "old"})
    publish(world, PAGE.replace("one", "two"))
    assert world.get("/old.txt").status_code == 404


def test_variables_are_in_the_page_and_secrets_are_not(world):
    world.create(
        sdk="static",
        variables=[{"key": "API", "value": "https://x</script>"}],
        secrets=[{"key": "TOKEN", "value": "very-secret"}],
    )
    publish(world)
    text = world.get().text
    assert '<head><script>window.huggingface={variables:{"SPACE_CREATOR_USER_ID":' in text
    assert '"API":"https://x<\\/script>"' in text
    assert "very-secret" not in text
    world.service.put(REPO, Kind.VARIABLE, {"key": "API", "value": "changed"})
    until(lambda: '"API":"changed"' in world.get().text)


def test_there_is_no_listing_and_no_way_out_of_the_folder(world):
    world.create(sdk="static")
    publish(world, **{"data/a.txt": "a"})
    assert world.get("/data/a.txt").text == "a"
    assert world.get("/data/").status_code == 404
    assert world.get("/../../state.sqlite").status_code == 404
    assert world.get("/%2e%2e/%2e%2e/state.sqlite").status_code == 404


def test_without_its_page_there_is_no_app_file(world):
    world.create(sdk="static")
    world.commit({"README.md": CARD, "other.html": PAGE})
    world.wait("NO_APP_FILE")
    assert world.get().status_code == 503


@pytest.mark.parametrize("action", ["pause", "restart"])
def test_nothing_of_a_static_space_can_be_paused_or_restarted(world, action):
    world.create(sdk="static")
    with pytest.raises(BadRequestError, match="static"):
        getattr(world.service, action)(REPO)


def test_static_space_comes_back_after_a_stop_of_the_sandbox(world):
    world.create(sdk="static")
    publish(world)
    address = world.url()
    world.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(address)
    world.start()
    until(lambda: world.get().status_code == 200)
    assert world.url() == address


def test_readme_decides_that_a_docker_space_becomes_static(world):
    world.running("one")
    publish(world)
    until(lambda: not world.machine.names())
