"""How GitHub speaks HTTP: headers, pages, conditional answers, limits, both forms of addresses."""

import httpx
import pytest

from sandbox.github.http.rate_limit import Limiter, Limits
from sandbox.http.faults import Answer
from tests.sandbox.github.live import OWNER, live_github


def test_the_api_is_served_with_and_without_its_prefix(gh, repository):
    with gh.client(gh.token, prefix="") as bare:
        short, long = bare.get(f"/repos/{repository}").json(), gh.http.get(f"/repos/{repository}")
        assert short["id"] == long.json()["id"]
        # Addresses lead back to the form that the caller used.
        assert short["url"] == f"{gh.url}/repos/{repository}"
        assert long.json()["url"] == f"{gh.url}/api/v3/repos/{repository}"
        assert short["html_url"] == long.json()["html_url"] == f"{gh.url}/{repository}"


def test_answers_name_the_host_that_the_caller_used(gh, repository):
    host = {"host": "api.github.localhost"}
    with gh.client(gh.token, prefix="") as bare:
        shown = bare.get(f"/repos/{repository}", headers=host).json()
    assert shown["url"] == f"http://api.github.localhost/repos/{repository}"
    assert shown["clone_url"] == f"http://github.localhost/{repository}.git"


def test_as_a_proxy_it_is_asked_by_whole_addresses(gh, repository):
    with httpx.Client(proxy=gh.url, trust_env=False) as client:
        shown = client.get(f"http://api.github.localhost/repos/{repository}").json()
    assert shown["url"] == f"http://api.github.localhost/repos/{repository}"
    assert gh.log.requests()[-1].path == f"/repos/{repository}"


def test_every_answer_says_who_the_caller_is_and_what_is_left(gh, repository):
    answer = gh.http.get(f"/repos/{repository}")
    assert "repo" in answer.headers["x-oauth-scopes"].split(", ")
    assert answer.headers["x-github-media-type"].startswith("github.v3")
    left = int(answer.headers["x-ratelimit-remaining"])
    following = gh.http.get(f"/repos/{repository}").headers
    assert int(following["x-ratelimit-remaining"]) == left - 1
    core = gh.http.get("/rate_limit").json()["resources"]["core"]
    assert core["remaining"] == left - 1  # asking costs nothing
    assert core["used"] + core["remaining"] == core["limit"]


def test_what_the_caller_knows_already_is_not_sent_again(gh, repository):
    first = gh.http.get(f"/repos/{repository}")
    known = {"if-none-match": first.headers["etag"]}
    same = gh.http.get(f"/repos/{repository}", headers=known)
    assert (same.status_code, same.content) == (304, b"")
    gh.http.patch(f"/repos/{repository}", json={"description": "other"})
    assert gh.http.get(f"/repos/{repository}", headers=known).status_code == 200


def test_lists_come_in_pages_that_lead_to_each_other(gh):
    for number in range(7):
        gh.repository(f"r{number}")
    names, url = [], f"/users/{OWNER}/repos?per_page=3"
    while url:
        answer = gh.http.get(url)
        names += [each["name"] for each in answer.json()]
        url = answer.links.get("next", {}).get("url")
    assert names == [f"r{number}" for number in range(7)]
    beyond = gh.http.get(f"/users/{OWNER}/repos?per_page=3&page=9")
    assert beyond.json() == []
    assert "next" not in beyond.links
    assert len(gh.http.get(f"/users/{OWNER}/repos?per_page=0&page=x").json()) == 7


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize("path", ["/repos/slipway/one/milestones", "/meta", "/zen"])
def test_what_is_not_imitated_is_said_aloud(gh, path):
    with gh.client(gh.token, prefix="") as client:
        for answer in (client.get(path), client.post(path, json={})):
            assert answer.status_code == 501
            assert "The sandbox does not imitate" in answer.json()["message"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("commits/main/pulls", 200),
        ("commits/main/comments", 501),
        ("branches/main/protection", 501),
        ("branches/main/protection/required_status_checks", 501),
        ("commits/none", 422),
        ("branches/none", 404),
    ],
)
def test_an_address_below_a_branch_or_commit_is_not_taken_for_its_name(
    gh, repository, path, status
):
    assert gh.http.get(f"/repos/{repository}/{path}").status_code == status


def test_a_method_that_an_address_does_not_know_is_not_imitated(gh, repository):
    assert gh.http.put(f"/repos/{repository}/branches").status_code == 501


@pytest.mark.parametrize("path", ["/nonsense", "/repos/{}/nonsense", "/api/v4/user"])
@pytest.mark.parametrize("prefix", ["/api/v3", ""])
def test_what_github_has_not_is_not_found(gh, repository, prefix, path):
    if not prefix and path == "/nonsense":
        return  # a page of somebody's
    with gh.client(gh.token, prefix=prefix) as client:
        answer = client.get(path.format(repository))
        assert answer.status_code == 404
        assert answer.json()["message"] == "Not Found"


def test_too_many_points_a_minute_are_the_secondary_limit(tmp_path):
    with live_github(tmp_path, limits=Limits(points=12)) as gh:
        base = f"/repos/{gh.repository('one')}"  # 5 points
        body = {"name": "A", "value": "1"}
        assert gh.http.post(f"{base}/actions/variables", json=body).status_code == 201
        assert gh.http.get(base).status_code == 200
        assert gh.http.get(base).status_code == 200
        refused = gh.http.delete(f"{base}/actions/variables/A")
        assert refused.status_code == 403
        assert "secondary rate limit" in refused.json()["message"]
        assert 0 < int(refused.headers["retry-after"]) <= 60
        with gh.client(None) as other:  # callers are counted apart; pages are not
            assert other.get(base).status_code == 200
        assert gh.http.get(f"{gh.url}/slipway/one").status_code == 200
        assert gh.service.variables("slipway/one", None) == {"A": "1"}


def test_the_hours_limit_ends_with_its_window():
    now = [1000.0]
    limiter = Limiter(Limits(anonymous=2), clock=lambda: now[0])
    scope = {
        "type": "http",
        "method": "GET",
        "headers": [],
        "path": "/user",
        "client": ("127.0.0.1", 1),
    }
    assert [limiter.count(scope).refusal for _ in range(2)] == [None, None]
    verdict = limiter.count(scope)
    headers = verdict.headers
    assert b"rate limit exceeded" in verdict.refusal.body
    assert headers["x-ratelimit-remaining"] == "0"
    now[0] = float(headers["x-ratelimit-reset"])
    assert limiter.count(scope).refusal is None


def test_trouble_is_injected_and_requests_are_recorded(gh, repository):
    last = gh.log.last_id()
    gh.faults.set("github", Answer(502, {"x-github-request-id": "-"}), path="/variables")
    body = {"name": "A", "value": "1"}
    assert gh.http.post(f"/repos/{repository}/actions/variables", json=body).status_code == 502
    assert gh.http.post(f"/repos/{repository}/actions/variables", json=body).status_code == 201
    logged = gh.log.requests(since_id=last, mutates=True)
    assert [each.status for each in logged] == [502, 201]


def test_the_same_folder_is_the_same_github(tmp_path):
    with live_github(tmp_path) as gh:
        repository = gh.repository("one", {"a.txt": "a"})
        gh.http.post(f"/repos/{repository}/actions/variables", json={"name": "A", "value": "1"})
    with live_github(tmp_path) as gh:
        assert gh.http.get(f"/repos/{repository}/contents/a.txt").status_code == 200
        assert gh.service.variables(repository, None) == {"A": "1"}
