"""Every field that the Hub's own client can send acts, or is refused by name: none is lost.

The fields are the parameters of the client's methods that change a repository or a Space, so a new
version of it brings its new ones here.
"""

import inspect
import json
from collections.abc import Callable, Iterator

import httpx
import pytest
from huggingface_hub import CommitOperationAdd, HfApi, Volume
from huggingface_hub.errors import HfHubHTTPError

from tests.sandbox.spaces.conftest import QUICK, REPO
from tests.sandbox.spaces.live_hub import TOKEN, LiveHub
from tests.sandbox.spaces.process_machine import ProcessMachine

# What says of whom is spoken, or never leaves the client.
PLACES = {"self", "token", "repo_id", "from_id", "to_id", "repo_type", "exist_ok", "missing_ok"}
PLACES |= {"operations", "num_threads", "run_as_future"}
ACTS = {
    "create_repo": "private visibility space_sdk space_hardware space_sleep_time space_secrets "
    "space_variables region",
    "update_repo_settings": "gated private visibility",
    "request_space_hardware": "hardware sleep_time",
    "set_space_sleep_time": "sleep_time",
    "add_space_secret": "key value description",
    "add_space_variable": "key value description",
    "delete_space_secret": "key",
    "delete_space_variable": "key",
    "restart_space": "factory_reboot",
    "pause_space": "",
    "move_repo": "",
    "delete_repo": "",
    "create_branch": "branch revision",
    "create_tag": "tag tag_message revision",
    "create_commit": "commit_message commit_description revision parent_commit",
    "create_webhook": "url watched domains secret",
    "update_webhook": "webhook_id url watched domains secret",
}
# What no part of acts, by method: what asks for it, and the word that the refusal names.
NEVER: dict[str, tuple[Callable[[HfApi], object], str]] = {
    "duplicate_repo": (
        lambda api: api.duplicate_repo(REPO, "acme/copy", repo_type="space"),
        "duplicate",
    ),
    "set_space_volumes": (
        lambda api: api.set_space_volumes(
            REPO, [Volume(type="model", source="acme/m", mount_path="/data")]
        ),
        "volumes",
    ),
    "delete_space_volumes": (lambda api: api.delete_space_volumes(REPO), "volumes"),
    "enable_space_dev_mode": (lambda api: api.enable_space_dev_mode(REPO), "dev mode"),
    "disable_space_dev_mode": (lambda api: api.disable_space_dev_mode(REPO), "dev mode"),
    "create_discussion": (
        lambda api: api.create_discussion(REPO, "t", repo_type="space"),
        "discussions",
    ),
    "create_pull_request": (
        lambda api: api.create_pull_request(REPO, "t", repo_type="space"),
        "discussions",
    ),
    "grant_access": (
        lambda api: api.grant_access(REPO, "bob", repo_type="space"),
        "user-access-request",
    ),
    "super_squash_history": (
        lambda api: api.super_squash_history(REPO, repo_type="space"),
        "super-squash",
    ),
}


def _commit(api: HfApi, **asked: object) -> object:
    added = [CommitOperationAdd("a.txt", b"a")]
    return api.create_commit(REPO, added, commit_message="m", repo_type="space", **asked)


def _create(api: HfApi, **asked: object) -> object:
    return api.create_repo("acme/new", repo_type="space", space_sdk="static", **asked)


# What does not act in a method where others do.
ASKS: dict[tuple[str, str], tuple[Callable[[HfApi], object], str]] = {
    ("create_repo", "resource_group_id"): (
        lambda api: _create(api, resource_group_id="0123456789abcdef01234567"),
        "resourceGroupId",
    ),
    ("create_repo", "region"): (lambda api: _create(api, region="eu"), "region"),
    ("create_repo", "space_volumes"): (
        lambda api: _create(
            api, space_volumes=[Volume(type="model", source="acme/m", mount_path="/data")]
        ),
        "volumes",
    ),
    ("create_commit", "create_pr"): (lambda api: _commit(api, create_pr=True), "create_pr"),
    ("create_commit", "_hot_reload"): (lambda api: _commit(api, _hot_reload=True), "hot_reload"),
    ("create_webhook", "job_id"): (
        lambda api: api.create_webhook(job_id="j", watched=[{"type": "user", "name": "ann"}]),
        "jobSourceId",
    ),
    ("create_webhook", "secrets"): (
        lambda api: api.create_webhook(
            job_id="j", watched=[{"type": "user", "name": "ann"}], secrets={"A": "1"}
        ),
        "secrets",
    ),
    ("update_webhook", "job_id"): (lambda api: _webhook(api, job_id="j"), "jobSourceId"),
    ("update_webhook", "secrets"): (
        lambda api: _webhook(api, job_id="j", secrets={"A": "1"}),
        "secrets",
    ),
}
# The client itself asks the Hub for what there is, and refuses what is not.
REFUSED_BY_THE_CLIENT = {("create_repo", "space_template")}
# Bodies of each address that changes something, as they act; no other word may stand in them.
BODIES = [
    ("POST", "/api/repos/create", {"type": "space", "sdk": "static", "name": "never-made"}),
    ("POST", "/api/repos/create", {"type": "model", "name": "never-made"}),
    ("DELETE", "/api/repos/delete", {"type": "space", "organization": "acme", "name": "demo"}),
    ("POST", "/api/repos/move", {"type": "space", "fromRepo": REPO, "toRepo": "acme/other"}),
    ("PUT", f"/api/spaces/{REPO}/settings", {"visibility": "private"}),
    ("POST", f"/api/spaces/{REPO}/hardware", {"flavor": "cpu-upgrade"}),
    ("POST", f"/api/spaces/{REPO}/sleeptime", {"seconds": 300}),
    ("POST", f"/api/spaces/{REPO}/secrets", {"key": "K", "value": "v"}),
    ("DELETE", f"/api/spaces/{REPO}/secrets", {"key": "K"}),
    ("POST", f"/api/spaces/{REPO}/variables", {"key": "K", "value": "v"}),
    ("DELETE", f"/api/spaces/{REPO}/variables", {"key": "K"}),
    ("POST", f"/api/spaces/{REPO}/branch/b", {}),
    ("POST", f"/api/spaces/{REPO}/tag/main", {"tag": "t"}),
    ("POST", f"/api/spaces/{REPO}/preupload/main", {"files": []}),
    ("POST", "/api/settings/webhooks", {"url": "http://127.0.0.1:9/", "watched": []}),
]


def _webhook(api: HfApi, **asked: object) -> object:
    return api.update_webhook(api.list_webhooks()[0].id, **asked)


@pytest.fixture(scope="module")
def hub(tmp_path_factory) -> Iterator[LiveHub]:
    folder = tmp_path_factory.mktemp("hub")
    machine = ProcessMachine(folder)
    with LiveHub(folder, machine, QUICK) as live:
        live.api.create_repo(REPO, repo_type="space", space_sdk="docker")
        watched = [{"type": "user", "name": "ann"}]
        live.api.create_webhook(url="http://127.0.0.1:9/", watched=watched)
        yield live
    machine.close()


@pytest.fixture
def http(hub) -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer {TOKEN}"}
    with httpx.Client(base_url=hub.url, headers=headers, trust_env=False) as client:
        yield client


def state(hub: LiveHub) -> object:
    """All that a change could have changed."""
    info = hub.api.space_info(REPO)
    return (
        [each.id for each in hub.api.list_spaces()],
        [each.id for each in hub.api.list_models()],
        (info.sha, info.private, info.runtime and info.runtime.raw),
        hub.api.list_repo_refs(REPO, repo_type="space"),
        hub.api.get_space_variables(REPO),
        hub.api.list_webhooks(),
    )


@pytest.mark.parametrize("method", [*ACTS, *NEVER])
def test_each_parameter_of_the_client_is_known_here(method):
    parameters = set(inspect.signature(getattr(HfApi, method)).parameters) - PLACES
    if method in NEVER:
        return
    asked = {field for each, field in {*ASKS, *REFUSED_BY_THE_CLIENT} if each == method}
    assert parameters == set(ACTS[method].split()) | asked, "say that it acts, or what asks for it"


@pytest.mark.parametrize(
    ("ask", "word"), [*ASKS.values(), *NEVER.values()], ids=[*map(".".join, ASKS), *NEVER]
)
def test_what_does_not_act_is_refused_by_name_and_changes_nothing(hub, ask, word):
    before = state(hub)
    with pytest.raises(HfHubHTTPError) as caught:
        ask(hub.api)
    assert caught.value.response.status_code == 501
    assert word in caught.value.response.text
    assert state(hub) == before


@pytest.mark.parametrize(("method", "path", "body"), BODIES, ids=[each[1] for each in BODIES])
def test_a_word_that_nobody_knows_is_refused_and_changes_nothing(hub, http, method, path, body):
    before = state(hub)
    answer = http.request(method, path, json={**body, "unheardOf": True})
    assert (answer.status_code, "unheardOf" in answer.text) == (400, True), answer.text
    assert state(hub) == before


@pytest.mark.parametrize("field", ["sdk", "hardware", "sleepTimeSeconds", "secrets", "variables"])
def test_what_is_for_spaces_is_refused_elsewhere(hub, http, field):
    before = state(hub)
    body = {"type": "model", "name": "never-made", field: "static"}
    answer = http.post("/api/repos/create", json=body)
    assert (answer.status_code, field in answer.text) == (400, True)
    assert state(hub) == before


@pytest.mark.parametrize(
    ("header", "file"),
    [({"unheardOf": 1}, {}), ({}, {"unheardOf": 1}), ({}, {"encoding": "rot13"})],
)
def test_a_commit_says_nothing_that_is_not_heard(hub, http, header, file):
    before = state(hub)
    lines = [
        {"key": "header", "value": {"summary": "m", **header}},
        {"key": "file", "value": {"path": "a", "content": "", **file}},
    ]
    answer = http.post(f"/api/spaces/{REPO}/commit/main", content="\n".join(map(json.dumps, lines)))
    assert answer.status_code == 400
    assert next(iter({**header, **file})) in answer.text
    assert state(hub) == before


def test_what_acts_at_creation_is_shown(hub):
    api = hub.api
    api.create_repo(
        "acme/whole",
        repo_type="space",
        space_sdk="docker",
        visibility="private",
        region="us",
        space_hardware="cpu-upgrade",
        space_sleep_time=3600,
        space_secrets=[{"key": "S", "value": "s3cret", "description": "why"}],
        space_variables=[{"key": "V", "value": "v", "description": "how"}],
    )
    info = api.space_info("acme/whole")
    assert (info.private, info.sdk) == (True, "docker")
    runtime = api.get_space_runtime("acme/whole")
    assert (runtime.requested_hardware, runtime.sleep_time) == ("cpu-upgrade", 3600)
    [secret] = api.get_space_secrets("acme/whole").values()
    assert (secret.key, secret.description) == ("S", "why")
    [variable] = api.get_space_variables("acme/whole").values()
    assert (variable.key, variable.value, variable.description) == ("V", "v", "how")
    api.delete_repo("acme/whole", repo_type="space")


def test_what_acts_later_is_shown(hub):
    api, name = hub.api, "acme/later"
    api.create_repo(name, repo_type="space", space_sdk="docker", private=True)
    assert api.space_info(name).private
    api.update_repo_settings(name, repo_type="space", private=False)
    assert not api.space_info(name).private
    api.update_repo_settings(name, repo_type="space", visibility="private")
    assert api.space_info(name).private
    runtime = api.request_space_hardware(name, "cpu-upgrade", sleep_time=600)
    assert (runtime.requested_hardware, runtime.sleep_time) == ("cpu-upgrade", 600)
    assert api.set_space_sleep_time(name, 700).sleep_time == 700
    api.add_space_secret(name, "S", "v", description="why")
    api.add_space_variable(name, "V", "v", description="how")
    assert api.get_space_secrets(name)["S"].description == "why"
    assert api.get_space_variables(name)["V"].description == "how"
    api.delete_space_secret(name, "S")
    api.delete_space_variable(name, "V")
    assert not api.get_space_secrets(name)
    assert not api.get_space_variables(name)
    api.delete_repo(name, repo_type="space")
    api.create_repo("acme/gated")
    api.update_repo_settings("acme/gated", gated="auto")
    assert api.model_info("acme/gated").gated == "auto"
    api.delete_repo("acme/gated")
