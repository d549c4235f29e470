"""Webhooks of repositories: made, signed, delivered, kept and sent again."""

import hashlib
import hmac
import json
import threading

import github
import pytest

from tests.sandbox.github.live import JOB_TOKEN, READ_TOKEN, STRANGERS_TOKEN, live_github
from tests.sandbox.webhooks.conftest import eventually

SECRET = "It's a Secret to Everybody"


def made(gh, repository, receiver, *events, **config):
    config = {"url": receiver.url, "content_type": "json", "secret": SECRET, **config}
    sent = {"config": config, "events": list(events or ["push"])}
    answer = gh.http.post(f"/repos/{repository}/hooks", json=sent)
    assert answer.status_code == 201, answer.text
    receiver.next("ping")
    return answer.json()


def deliveries(gh, repository, hook, **query):
    return gh.http.get(f"/repos/{repository}/hooks/{hook}/deliveries", params=query).json()


def test_a_new_one_is_pinged_and_signed_over_the_raw_body(gh, repository, receiver):
    hook = made(gh, repository, receiver)
    ping = receiver.next("ping")
    headers = ping.headers
    digest = hmac.new(SECRET.encode(), ping.body, hashlib.sha256).hexdigest()
    assert headers["X-Hub-Signature-256"] == f"sha256={digest}"
    assert headers["X-GitHub-Hook-ID"] == str(hook["id"]) == str(ping.payload["hook_id"])
    assert headers["X-GitHub-Hook-Installation-Target-Type"] == "repository"
    assert headers["User-Agent"].startswith("GitHub-Hookshot/")
    assert ping.path == "/hook"
    assert ping.payload["repository"]["full_name"] == repository
    assert ping.payload["sender"]["login"] == gh.owner


def test_the_platforms_own_example_of_a_signature():
    from sandbox.github.hooks.service import signatures  # noqa: PLC0415

    assert signatures(SECRET, b"Hello, World!")["X-Hub-Signature-256"] == (
        "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    )


def test_a_form_is_signed_as_it_is_sent(gh, repository, receiver):
    made(gh, repository, receiver, content_type="form")
    ping = receiver.next("ping")
    assert ping.headers["Content-Type"] == "application/x-www-form-urlencoded"
    digest = hmac.new(SECRET.encode(), ping.body, hashlib.sha256).hexdigest()
    assert ping.headers["X-Hub-Signature-256"] == f"sha256={digest}"
    assert ping.payload["zen"]


def test_without_a_secret_nothing_is_signed(gh, repository, receiver):
    hook = made(gh, repository, receiver, secret=None)
    assert "X-Hub-Signature-256" not in receiver.next("ping").headers
    assert "secret" not in hook["config"]


def test_a_push_says_what_it_brings(gh, repository, receiver):
    made(gh, repository, receiver)
    name = repository.partition("/")[2]
    before = gh.service.resolve(repository, "main")
    sha = gh.commit(name, "d/new.txt", "x")
    push = receiver.next("push").payload
    assert (push["ref"], push["before"], push["after"]) == ("refs/heads/main", before, sha)
    assert (push["created"], push["deleted"], push["forced"]) == (False, False, False)
    [commit] = push["commits"]
    assert (commit["id"], commit["added"], commit["modified"]) == (sha, ["d/new.txt"], [])
    assert push["head_commit"] == commit
    assert push["pusher"]["name"] == push["sender"]["login"] == gh.owner


def test_branches_come_and_go(gh, repository, receiver):
    made(gh, repository, receiver, "create", "delete", "push")
    sha = gh.service.resolve(repository, "main")
    gh.http.post(f"/repos/{repository}/git/refs", json={"ref": "refs/heads/a/b", "sha": sha})
    assert receiver.next("create").payload["ref"] == "a/b"
    first = receiver.next("push").payload
    assert (first["created"], first["commits"], first["head_commit"]["id"]) == (True, [], sha)
    gh.http.delete(f"/repos/{repository}/git/refs/heads/a/b")
    assert receiver.next("delete").payload["ref_type"] == "branch"
    last = receiver.next("push", 2).payload
    assert (last["deleted"], last["after"], last["head_commit"]) == (True, "0" * 40, None)


def test_issues_comments_pull_requests_and_statuses(gh, repository, receiver):
    kinds = ("issues", "issue_comment", "pull_request", "pull_request_review", "status")
    made(gh, repository, receiver, *kinds)
    issue = gh.http.post(f"/repos/{repository}/issues", json={"title": "one"}).json()
    gh.http.post(f"/repos/{repository}/issues/{issue['number']}/comments", json={"body": "hm"})
    assert receiver.next("issues").payload["issue"]["title"] == "one"
    assert receiver.next("issue_comment").payload["comment"]["body"] == "hm"
    sha = gh.service.resolve(repository, "main")
    gh.http.post(f"/repos/{repository}/statuses/{sha}", json={"state": "success"})
    assert receiver.next("status").payload["state"] == "success"
    gh.http.post(f"/repos/{repository}/git/refs", json={"ref": "refs/heads/w", "sha": sha})
    gh.commit(repository.partition("/")[2], "README.md", "w", branch="w")
    gh.commit(repository.partition("/")[2], "README.md", "main")
    pull = {"title": "p", "head": "w", "base": "main"}
    number = gh.http.post(f"/repos/{repository}/pulls", json=pull).json()["number"]
    opened = receiver.next("pull_request").payload  # which conflicts, and is told all the same
    assert (opened["action"], opened["pull_request"]["head"]["ref"]) == ("opened", "w")
    review = {"event": "COMMENT", "body": "look"}
    gh.http.post(f"/repos/{repository}/pulls/{number}/reviews", json=review)
    assert receiver.next("pull_request_review").payload["review"]["body"] == "look"


def test_only_what_was_asked_for_comes(gh, repository, receiver):
    hook = made(gh, repository, receiver, "issues")
    gh.commit(repository.partition("/")[2], "x", "x")
    gh.http.post(f"/repos/{repository}/issues", json={"title": "one"})
    receiver.next("issues")
    assert {each.event for each in receiver.received} == {"ping", "issues"}
    place = f"/repos/{repository}/hooks/{hook['id']}"
    assert gh.http.patch(place, json={"active": False}).json()["active"] is False
    gh.http.post(f"/repos/{repository}/issues", json={"title": "two"})
    gh.http.patch(place, json={"active": True, "add_events": ["push"]})
    gh.http.post(f"{place}/tests")
    receiver.next("push")
    assert [each.event for each in receiver.received].count("issues") == 1


def test_the_secret_is_in_no_answer_and_in_no_delivery(gh, repository, receiver):
    hook = made(gh, repository, receiver)
    place = f"/repos/{repository}/hooks/{hook['id']}"
    eventually(lambda: deliveries(gh, repository, hook["id"]))
    [delivery] = deliveries(gh, repository, hook["id"])
    answers = [
        gh.http.get(place),
        gh.http.get(f"/repos/{repository}/hooks"),
        gh.http.get(f"{place}/config"),
        gh.http.patch(f"{place}/config", json={"content_type": "form"}),
        gh.http.get(f"{place}/deliveries/{delivery['id']}"),
    ]
    assert all(each.status_code == 200 and SECRET not in each.text for each in answers)
    assert answers[3].json()["secret"] == "********"
    refused = {"config": {"url": "http://example.com/", "secret": SECRET}}
    assert SECRET not in gh.http.post(f"/repos/{repository}/hooks", json=refused).text
    body = receiver.next("ping").body
    assert SECRET.encode() not in body


def test_a_delivery_tells_what_was_sent_and_answered_and_goes_again(gh, repository, receiver):
    receiver.status = 503
    hook = made(gh, repository, receiver)
    place = f"/repos/{repository}/hooks/{hook['id']}"
    eventually(lambda: deliveries(gh, repository, hook["id"]))
    [item] = deliveries(gh, repository, hook["id"])
    assert (item["status_code"], item["event"], item["redelivery"]) == (503, "ping", False)
    whole = gh.http.get(f"{place}/deliveries/{item['id']}").json()
    assert whole["request"]["headers"]["X-GitHub-Delivery"] == item["guid"]
    assert whole["request"]["payload"]["hook_id"] == hook["id"]
    assert whole["response"]["payload"] == "thanks"
    assert gh.http.get(place).json()["last_response"]["status"] == "misconfigured"
    receiver.status = 204
    assert gh.http.post(f"{place}/deliveries/{item['id']}/attempts").status_code == 202
    eventually(lambda: len(deliveries(gh, repository, hook["id"])) == 2)
    newest = deliveries(gh, repository, hook["id"])[0]
    assert (newest["guid"], newest["redelivery"]) == (item["guid"], True)
    assert newest["status_code"] == 204
    assert gh.http.get(place).json()["last_response"]["status"] == "active"
    [first] = deliveries(gh, repository, hook["id"], per_page=1)
    assert first == newest


def test_no_redirect_is_followed(gh, repository, receiver):
    receiver.status, receiver.headers = 307, {"Location": f"{receiver.url}/elsewhere"}
    hook = made(gh, repository, receiver)
    eventually(lambda: deliveries(gh, repository, hook["id"]))
    assert deliveries(gh, repository, hook["id"])[0]["status_code"] == 307
    assert [each.path for each in receiver.received] == ["/hook"]


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/hook",
        "http://10.0.0.1/",
        "http://127.0.0.1.example.com/",
        "http://169.254.169.254/latest",
        "http://[::ffff:8.8.8.8]/",
        "http://user:word@localhost/",
        "ftp://localhost/",
        "http://localhost:notaport/",
        "http:///",
        "http://localhost/\u00e4",
        "",
    ],
)
def test_nothing_leaves_this_machine(gh, repository, url):
    answer = gh.http.post(f"/repos/{repository}/hooks", json={"config": {"url": url}})
    assert answer.status_code == 422
    assert gh.http.get(f"/repos/{repository}/hooks").json() == []


def test_a_container_reaches_no_port_that_is_none_of_the_sandboxs():
    from sandbox.webhooks.targets import Targets  # noqa: PLC0415

    targets = Targets("172.17.0.1", lambda: {8001})
    assert targets.refusal("http://localhost:2375/", "127.0.0.1") is None
    assert targets.refusal("http://localhost:8001/", "172.17.0.9") is None
    assert targets.refusal("http://172.17.0.1:8001/", "172.17.0.9") is None
    assert "2375" in (targets.refusal("http://localhost:2375/", "172.17.0.9") or "")
    assert targets.refusal("http://localhost:2375/", None) is not None


def test_events_that_never_happen_here_are_refused_by_name(gh, repository, receiver):
    def status(event):
        sent = {"config": {"url": receiver.url}, "events": [event]}
        return gh.http.post(f"/repos/{repository}/hooks", json=sent)

    assert status("pusch").status_code == 422
    missing = status("milestone")
    assert missing.status_code == 501
    assert "milestone" in missing.text
    assert status("*").status_code == 201


def test_the_same_twice_is_refused_and_who_does_not_administer_sees_none(gh, repository, receiver):
    hook = made(gh, repository, receiver)
    again = {"config": {"url": receiver.url}, "events": ["push"]}
    place = f"/repos/{repository}/hooks"
    assert gh.http.post(place, json=again).status_code == 422
    for token, refused in ((STRANGERS_TOKEN, 403), (READ_TOKEN, 403), (JOB_TOKEN, 403)):
        with gh.client(token) as client:
            assert client.get(place).status_code == refused
            assert client.post(place, json=again).status_code == refused
            assert client.get(f"{place}/{hook['id']}").status_code == refused
    other = gh.repository(f"{repository.partition('/')[2]}-2")
    assert gh.http.get(f"/repos/{other}/hooks/{hook['id']}").status_code == 404


def test_a_server_that_hangs_holds_up_no_request_and_no_other_webhook(tmp_path, receiver):
    with live_github(tmp_path) as gh:
        gh.service.webhooks.courier._seconds = 0.3
        repository = gh.repository("one", {"README.md": "#\n"})
        receiver.wait = threading.Event()
        hook = made(gh, repository, receiver)
        eventually(lambda: deliveries(gh, repository, hook["id"]))
        [late] = deliveries(gh, repository, hook["id"])
        assert (late["status_code"], late["status"]) == (504, "timed out")
        assert late["duration"] < 3


def test_what_was_not_sent_is_sent_at_the_next_start(tmp_path, receiver):
    with live_github(tmp_path) as gh:
        repository = gh.repository("one", {"README.md": "#\n"})
        hook = made(gh, repository, receiver)
        gh.service.webhooks.courier.stop()
        gh.commit("one", "x", "x")
        assert [each.event for each in receiver.received] == ["ping"]
    with live_github(tmp_path) as gh:
        receiver.next("push")
        eventually(lambda: len(deliveries(gh, repository, hook["id"])) == 2)


def test_what_is_kept_is_bounded_and_goes_with_the_repository(gh, repository, receiver):
    hook = made(gh, repository, receiver)
    store = gh.service.webhooks.deliveries
    for _ in range(120):
        store.add(str(hook["id"]), guid="g", event="push", payload={}, created=0)
    assert len(store.of(str(hook["id"]))) == 100
    gh.http.delete(f"/repos/{repository}")
    assert store.of(str(hook["id"])) == []


def test_pygithub(gh, repository, receiver):
    client = github.Github(
        base_url=f"{gh.url}/api/v3",
        auth=github.Auth.Token(gh.token),
        seconds_between_requests=0,
        seconds_between_writes=0,
        retry=None,
    )
    repo = client.get_repo(repository)
    config = {"url": receiver.url, "content_type": "json", "secret": SECRET}
    hook = repo.create_hook("web", config, events=["push", "issues"], active=True)
    receiver.next("ping")
    assert [each.id for each in repo.get_hooks()] == [hook.id]
    assert hook.config["secret"] == "********"
    hook.edit("web", config, events=["push"])
    assert repo.get_hook(hook.id).events == ["push"]
    hook.ping()
    receiver.next("ping", 2)
    hook.test()
    receiver.next("push")
    eventually(lambda: len(list(repo.get_hook_deliveries(hook.id))) == 3)
    newest = next(iter(repo.get_hook_deliveries(hook.id)))
    whole = repo.get_hook_delivery(hook.id, newest.id)
    assert (newest.status, whole.request.payload["ref"]) == ("OK", "refs/heads/main")
    assert json.loads(json.dumps(whole.response.payload)) == "thanks"
    hook.delete()
    assert list(repo.get_hooks()) == []
    client.close()
