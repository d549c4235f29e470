"""How the stand-in calls GitHub: which host, as whom, again when, and what it says of a failure."""

import threading
import time

import pytest

from sandbox.http.faults import Answer, AnswerAfter, CutAfter, CutBefore
from slipway.core.credentials import PLACEHOLDER
from tests.sandbox.github.live import (
    PUBLIC_TOKEN,
    READ_TOKEN,
    SCOPELESS_TOKEN,
    STRANGERS_TOKEN,
)
from tests.sandbox.standins.github.small_engine import refusal
from tests.sandbox.standins.shelf import configure, served
from toolchain.standins.github import PLUGIN, rest
from toolchain.standins.github import connection as connection_module
from toolchain.standins.github.address import rest_root
from toolchain.standins.github.connection import connect
from toolchain.standins.protocol import PluginError


@pytest.fixture
def connection(hub):
    made = connect(properties(hub), threading.Event())
    made.rest.first_pause_seconds = 0.01
    return made


@pytest.fixture
def faults(hub):
    yield hub.faults
    hub.faults.clear()


def properties(hub, **other):
    return {"baseUrl": hub.url, "token": hub.token, "owner": hub.owner, **other}


def sent_by_the_stand_in(hub, method, repository):
    return [
        row
        for row in hub.log.requests()
        if row.agent == "slipway-github-stand-in"
        and row.method == method
        and repository in row.path.split("/")
    ]


@pytest.mark.parametrize(
    ("given", "root"),
    [
        ("http://127.0.0.1:8/", "http://127.0.0.1:8/api/v3"),
        ("http://127.0.0.1:8", "http://127.0.0.1:8/api/v3"),
        ("http://127.0.0.1:8/api/v3/", "http://127.0.0.1:8/api/v3"),
        ("http://localhost:8/api/v3", "http://localhost:8/api/v3"),
        ("http://github.localhost:8", "http://github.localhost:8/api/v3"),
        ("http://[::1]:8", "http://[::1]:8/api/v3"),
    ],
)
def test_the_api_lies_where_the_official_plugin_looks_for_it(given, root):
    assert rest_root(given) == root


@pytest.mark.parametrize(
    "given",
    [
        "https://api.github.com/",
        "https://github.com",
        "https://acme.ghe.com/",
        "http://192.168.0.7:80/",
        "http://127.0.0.1.example.org/",
        "http://localhost.example.org/",
        "http://127.0.0.1@example.org/",
        "http://0.0.0.0:8/",
    ],
)
def test_no_host_but_this_machine_is_ever_spoken_to(given):
    with pytest.raises(PluginError, match="official plugin"):
        rest_root(given)


@pytest.mark.parametrize("given", ["", "127.0.0.1:8", "ftp://127.0.0.1/", "http://"])
def test_what_is_no_address_is_told(given):
    with pytest.raises(PluginError, match="baseUrl"):
        rest_root(given)


def test_without_properties_the_environment_counts_and_github_itself_is_refused(hub, monkeypatch):
    for name in ("GITHUB_BASE_URL", "GITHUB_TOKEN", "GITHUB_OWNER"):
        monkeypatch.delenv(name, raising=False)
    with served(PLUGIN) as stub:
        assert "api.github.com" in refusal(lambda: configure(stub))
        monkeypatch.setenv("GITHUB_BASE_URL", hub.url)
        assert "export GITHUB_TOKEN" in refusal(lambda: configure(stub))
        monkeypatch.setenv("GITHUB_TOKEN", hub.token)
        configure(stub)  # the owner is the token's
        monkeypatch.setenv("GITHUB_OWNER", "nobody-here")
        said = refusal(lambda: configure(stub))
        assert "404" in said
        assert "owner is nobody-here" in said


def test_a_wrong_token_is_refused_at_once_and_never_shown(hub):
    with served(PLUGIN) as stub:
        token = "ghp_canary0123456789"
        said = refusal(lambda: configure(stub, **properties(hub, token=token)))
    assert "401 (Bad credentials)" in said
    assert "GITHUB_TOKEN" in said
    assert token not in said


def test_the_placeholder_of_a_token_asks_nobody():
    assert connection_module.PLACEHOLDER == PLACEHOLDER
    dead = {"baseUrl": "http://127.0.0.1:9", "token": PLACEHOLDER}
    assert connect({**dead, "owner": "acme"}, threading.Event()).owner == "acme"
    with pytest.raises(PluginError):
        connect({**dead, "token": "ghp_other", "owner": "acme"}, threading.Event())


@pytest.mark.parametrize(
    ("token", "status", "remedy"),
    [
        (READ_TOKEN, "403", "fine-grained one needs write access"),
        (SCOPELESS_TOKEN, "404", "it needs `repo`"),
        (PUBLIC_TOKEN, "404", "public_repo; it needs `repo`"),
        (STRANGERS_TOKEN, "404", "may not see it"),
    ],
)
def test_a_token_that_may_not_is_told_with_the_remedy(hub, declare, token, status, remedy):
    name = f"private-{token[-5:]}"
    hub.repository(name, private=True)
    with served(PLUGIN) as stub:
        configure(stub, **properties(hub, token=token))
        made = declare("ActionsVariable", stub)
        said = refusal(lambda: made.up(repository=name, variableName="A", value="canary-value"))
    assert f"POST /repos/{hub.owner}/{name}/actions/variables: GitHub answered {status}" in said
    assert remedy in said
    assert "canary-value" not in said
    assert token not in said


def test_a_token_without_the_scope_does_not_make_things_look_deleted(hub, declare):
    hub.repository("hidden", private=True)
    place = {"repository": "hidden", "secretName": "KEY"}
    secret = declare("ActionsSecret").up(**place, value="v")
    with served(PLUGIN) as stub:
        configure(stub, **properties(hub, token=SCOPELESS_TOKEN))
        secret.stub = stub
        assert "it needs `repo`" in refusal(secret.refresh)
        assert "it needs `repo`" in refusal(secret.destroy)


def test_an_unknown_repository_is_told_with_the_remedy(declare):
    made = declare("ActionsSecret")
    said = refusal(lambda: made.up(repository="nowhere", secretName="KEY", value="v"))
    assert "GET /repos/slipway/nowhere/actions/secrets/public-key: GitHub answered 404" in said
    assert "check owner and repository" in said


@pytest.mark.parametrize("trouble", [Answer(502), Answer(503, {}, "<html>"), CutBefore()])
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_passing_trouble_is_tried_again_where_twice_is_as_good_as_once(
    connection, hub, faults, repository, trouble, method
):
    path = (*connection.repository(repository), "actions", "variables")
    connection.rest.call("POST", *path, body={"name": "A", "value": "1"})
    faults.set("github", trouble, path=repository, method=method, times=2)
    if method == "GET":
        assert connection.rest.get(*path, "A")["value"] == "1"
    elif method == "PATCH":
        connection.rest.call(method, *path, "A", body={"value": "2"})
    elif method == "DELETE":
        connection.rest.delete(*path, "A")
    else:
        place = (*connection.repository(repository), "environments", "e")
        connection.rest.call(method, *place, body={})
    assert len(sent_by_the_stand_in(hub, method, repository)) == 3


def test_a_post_without_a_clear_answer_is_not_sent_again(connection, hub, faults, repository):
    path = (*connection.repository(repository), "actions", "variables")
    for trouble in (Answer(502), CutBefore()):
        faults.set("github", trouble, path=repository, method="POST")
        with pytest.raises(rest.UnclearError):
            connection.rest.call("POST", *path, body={"name": "A", "value": "1"})
    assert len(sent_by_the_stand_in(hub, "POST", repository)) == 2


@pytest.mark.parametrize("trouble", [CutAfter(), AnswerAfter(502)])
def test_what_was_made_although_the_answer_was_lost_is_found(declare, faults, repository, trouble):
    def lose_the_next_answer():
        faults.set("github", trouble, path=repository, method="POST")

    place = {"repository": repository}
    lose_the_next_answer()
    variable = declare("ActionsVariable").up(**place, variableName="A", value="1")
    assert variable.state["value"] == "1"
    lose_the_next_answer()
    ruleset = declare("RepositoryRuleset").up(
        **place,
        name="main",
        target="branch",
        enforcement="active",
        rules={"deletion": True},
        conditions={"refName": {"includes": ["~ALL"], "excludes": []}},
    )
    assert ruleset.refresh()
    custom = {"protectedBranches": False, "customBranchPolicies": True}
    declare("RepositoryEnvironment").up(**place, environment="e", deploymentBranchPolicy=custom)
    lose_the_next_answer()
    policy = declare("RepositoryEnvironmentDeploymentPolicy")
    assert policy.up(**place, environment="e", branchPattern="main").refresh()


@pytest.mark.parametrize(
    "limit",
    [
        Answer(403, {"Retry-After": "1"}, '{"message": "secondary rate limit"}'),
        Answer(429, {"Retry-After": "1"}),
        Answer(403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "0"}),
    ],
)
def test_a_rate_limit_is_waited_out_as_asked(connection, faults, repository, limit):
    faults.set("github", limit, path=repository, method="POST")
    path = (*connection.repository(repository), "actions", "variables")
    began = time.monotonic()
    connection.rest.call("POST", *path, body={"name": "A", "value": "1"})
    assert time.monotonic() - began >= (1 if "Retry-After" in limit.headers else 0)


def test_a_rate_limit_by_the_hour_is_told_instead(connection, faults, repository):
    faults.set("github", Answer(429, {"Retry-After": "3000"}), path=repository)
    began = time.monotonic()
    with pytest.raises(rest.ApiError, match="in 3000 s"):
        connection.rest.call("GET", *connection.repository(repository))
    assert time.monotonic() - began < 5


def test_a_plain_refusal_is_not_taken_for_a_limit(connection, hub, faults, repository):
    faults.set("github", Answer(403, {}, '{"message": "Must have admin rights"}'), path=repository)
    with pytest.raises(rest.ApiError, match=r"403 .Must have admin rights"):
        connection.rest.call("PUT", *connection.repository(repository), "environments", "e")
    assert len(sent_by_the_stand_in(hub, "PUT", repository)) == 1


def test_a_cancel_ends_a_wait(connection, faults, repository):
    faults.set("github", Answer(429, {"Retry-After": "60"}), path=repository)
    threading.Timer(0.2, connection.rest.cancelled.set).start()
    began = time.monotonic()
    with pytest.raises(rest.ApiError):
        connection.rest.call("GET", *connection.repository(repository))
    assert time.monotonic() - began < 10


def test_a_redirect_is_not_followed(connection, faults, repository):
    moved = Answer(307, {"Location": "/repos/slipway/other"})
    faults.set("github", moved, path=repository, method="DELETE")
    with pytest.raises(rest.ApiError, match="present name"):
        connection.rest.delete(*connection.repository(repository), "actions", "secrets", "A")


def test_writes_go_one_by_one(connection, hub, repository):
    path = (*connection.repository(repository), "actions", "variables")
    send, running, most = connection.rest._request, [], []

    def watched(method, *rest_of_it):
        running.append(method)
        most.append(len(running))
        try:
            time.sleep(0.01)
            return send(method, *rest_of_it)
        finally:
            running.pop()

    connection.rest._request = watched
    threads = [
        threading.Thread(
            target=connection.rest.call,
            args=("POST", *path),
            kwargs={"body": {"name": f"A{number}", "value": "1"}},
        )
        for number in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 1
    assert hub.http.get(f"/repos/slipway/{repository}/actions/variables").json()["total_count"] == 8


def test_a_dead_github_is_told_with_the_remedy():
    dead = rest.Rest("http://127.0.0.1:1/api/v3", "ghp_canary", threading.Event(), 0.01)
    with pytest.raises(rest.ApiError, match="Check that it runs and GITHUB_BASE_URL") as caught:
        dead.call("POST", "user", "repos", body={})
    assert not isinstance(caught.value, rest.UnclearError)  # never sent
    assert "ghp_canary" not in str(caught.value)
