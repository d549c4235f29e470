"""Three services that know each other: raised, wired, changed by just what changed."""

import urllib.request

import pytest

from tests.e2e.clone import Clone, get_json, post_json

pytestmark = [pytest.mark.e2e, pytest.mark.machine, pytest.mark.long]

QUESTION = {"message": "How do I make a tomato soup?", "history": []}


@pytest.fixture(scope="module")
def kitchen(tmp_path_factory):
    made = Clone.make(tmp_path_factory.mktemp("kitchen"), systems="frigo")
    try:
        made.up("dev")
        yield made
    finally:
        made.sandbox("reset")


def addresses(clone):
    return clone.outputs()["frigo"]


def mutating(clone, since):
    return [(row["method"], row["path"]) for row in clone.requests(since) if row["mutates"]]


def test_all_three_are_healthy_and_know_each_others_addresses(kitchen):
    urls = addresses(kitchen)
    app = get_json(urls["app"] + "/health")
    assert (app["status"], get_json(urls["chat"])["status"]) == ("ok", "ok")
    gpt = get_json(urls["gpt"])
    assert gpt["model_loaded"]
    port = {name: url.split(":")[2].split("/")[0] for name, url in urls.items()}
    assert app["chat"].endswith(f":{port['chat']}")
    assert app["ai"].endswith(f":{port['gpt']}")


def test_a_chat_goes_through_app_and_chat_to_the_model_that_was_pinned(kitchen):
    answer = post_json(addresses(kitchen)["app"] + "/api/chat", QUESTION)
    assert answer["reply"].strip()
    gpt = get_json(addresses(kitchen)["gpt"])
    assert (answer["sha256"], answer["revision"]) == (gpt["sha256"], gpt["revision"])
    [model] = kitchen.status()["models"]
    assert answer["revision"] == model["head"]


def test_a_second_up_changes_nothing_and_mutates_nothing(kitchen):
    before = kitchen.last_request()
    assert " unchanged" in kitchen.up().stdout
    assert mutating(kitchen, before) == []


def test_the_weights_were_fetched_once_and_by_the_build(kitchen):
    fetched = [
        row["path"]
        for row in kitchen.requests()
        if row["method"] == "GET" and row["path"].endswith(".gguf")
    ]
    assert len(fetched) == 1


def test_one_changed_value_is_one_write_and_one_deploy_of_one_service(kitchen):
    program = kitchen.folder / "systems" / "frigo.py"
    text = program.read_text()
    marked = "env=env, secrets=service"  # the chat's
    assert text.count(marked) == 1
    program.write_text(text.replace(marked, 'env={**env, "GREETING": "hi"}, secrets=service'))
    try:
        before = kitchen.last_request()
        kitchen.up()
        writes = kitchen.writes(before)
    finally:
        program.write_text(text)
    kitchen.up()
    assert [method for method, _ in writes] == ["PUT", "POST"]
    assert writes[0][1].endswith("/env-vars/GREETING")
    assert writes[1][1].endswith("/deploys")


def test_a_release_that_crashes_never_serves_and_says_why(kitchen):
    chat = kitchen.folder / "app/frigo/chat/app_chat.py"
    text = chat.read_text()
    # Only there: elsewhere its trial on the Docker host would have found it out before.
    crash = "import os\nif 'RENDER' in os.environ: raise SystemExit('the pantry is empty')\n"
    chat.write_text(crash + text)
    ended = kitchen.sandbox("up", "dev")
    assert ended.returncode != 0
    assert "the pantry is empty" in ended.stdout
    assert "update_failed" in ended.stdout
    assert get_json(addresses(kitchen)["chat"])["status"] == "ok"
    assert post_json(addresses(kitchen)["app"] + "/api/chat", QUESTION)["reply"].strip()

    chat.write_text(text)
    kitchen.up()
    assert get_json(addresses(kitchen)["chat"])["status"] == "ok"


def test_stopping_and_starting_brings_the_same_services_back_without_a_deploy(kitchen):
    urls = addresses(kitchen)
    kitchen.sandbox("down")
    with pytest.raises(OSError, match=r"."):
        urllib.request.urlopen(urls["gpt"], timeout=3)
    before = kitchen.last_request()
    kitchen.up()
    assert addresses(kitchen) == urls
    assert mutating(kitchen, before) == []
    assert post_json(urls["app"] + "/api/chat", QUESTION)["reply"].strip()
