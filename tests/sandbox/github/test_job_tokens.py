"""The token of a job: for its repository, with its permissions, while it runs."""

import pytest

from sandbox.github.http.job_tokens import Grant, kind_of
from sandbox.github.runs.permissions import permissions_of
from tests.sandbox.github.live import OWNER

CONTENT = {"message": "x", "content": "eA=="}
STATUS = {"state": "success"}


@pytest.fixture
def calls(gh):
    """What a grant may do with a private repository: the answers' codes by the kind of call."""
    own = gh.repository("own", {"a.txt": "a"}, private=True)
    head = gh.http.get(f"/repos/{own}/commits/main").json()["sha"]

    def ask(permissions, repository=own):
        grant = Grant(repository=repository, permissions=permissions)
        with gh.job_tokens.given(grant) as token, gh.client(token) as client:
            return {
                "see": client.get(f"/repos/{own}").status_code,
                "read": client.get(f"/repos/{own}/contents/a.txt").status_code,
                "write": client.put(f"/repos/{own}/contents/x", json=CONTENT).status_code,
                "status": client.post(f"/repos/{own}/statuses/{head}", json=STATUS).status_code,
                "secret": client.get(f"/repos/{own}/actions/secrets").status_code,
            }

    return ask


@pytest.mark.parametrize(
    ("permissions", "read", "write", "status"),
    [
        (None, 200, 201, 201),
        ({"contents": "write", "statuses": "write"}, 200, 201, 201),
        ({"contents": "read"}, 200, 403, 403),
        ({"contents": "read", "statuses": "write"}, 200, 403, 201),
        ({"statuses": "write"}, 403, 403, 201),
        ({"contents": "none"}, 403, 403, 403),
        ({}, 403, 403, 403),
    ],
)
def test_a_job_does_what_its_permissions_say(calls, permissions, read, write, status):
    answers = calls(permissions)
    assert answers == {"see": 200, "read": read, "write": write, "status": status, "secret": 403}


def test_a_private_repository_that_is_another_jobs_is_not_found(calls):
    assert set(calls(None, repository=f"{OWNER}/another").values()) == {404}


def test_a_token_is_dead_with_its_job(gh, repository):
    with gh.job_tokens.given(Grant(repository=repository)) as token, gh.client(token) as client:
        assert client.get(f"/repos/{repository}").status_code == 200
    with gh.client(token) as client:
        assert client.get(f"/repos/{repository}").status_code == 401


@pytest.mark.parametrize(("level", "pushed"), [("write", True), ("read", False), ("none", False)])
def test_git_pushes_with_it_where_contents_may_be_written(gh, clone, repository, level, pushed):
    clone.commit("new.txt")
    grant = Grant(repository=repository, permissions={"contents": level})
    with gh.job_tokens.given(grant) as token:
        address = gh.git_url(repository.partition("/")[2], token)
        assert (clone.run("push", address, "HEAD:refs/heads/new").returncode == 0) is pushed


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/repos/a/b", "metadata"),
        ("/api/v3/repos/a/b/contents/x", "contents"),
        ("/repos/a/b/git/refs", "contents"),
        ("/repos/a/b/statuses/0123", "statuses"),
        ("/repos/a/b/commits/main/status", "statuses"),
        ("/repos/a/b/commits/main/check-runs", "checks"),
        ("/repos/a/b/commits/main", "contents"),
        ("/repos/a/b/actions/runs", "actions"),
        ("/repos/a/b/deployments/1/statuses", "deployments"),
        ("/repos/a/b/issues/1/comments", "issues"),
        ("/repos/a/b/pulls/1/merge", "pull-requests"),
        ("/repositories/7/environments/x", "actions"),
        ("/a/b.git/info/refs", "contents"),
    ],
)
def test_what_an_address_is_about(path, kind):
    assert kind_of(path) == kind


READS = {"contents": "read"}


@pytest.mark.parametrize(
    ("workflow", "job", "meant"),
    [
        ({}, {}, None),
        ({"permissions": READS}, {}, READS),
        ({"permissions": {"contents": "write"}}, {"permissions": READS}, READS),
        ({"permissions": READS}, {"permissions": {}}, {}),
        ({"permissions": {}}, {}, {}),
        ({"permissions": None}, {}, {}),
        ({"permissions": {"contents": "everything"}}, {}, {}),
    ],
)
def test_what_a_job_says_counts_before_what_its_workflow_does(workflow, job, meant):
    assert permissions_of(workflow, job) == meant


@pytest.mark.parametrize("level", ["read", "write"])
def test_all_is_all_kinds(level):
    meant = permissions_of({"permissions": f"{level}-all"}, {})
    assert set(meant.values()) == {level}
    assert {"contents", "statuses", "pull-requests", "id-token"} <= set(meant)
