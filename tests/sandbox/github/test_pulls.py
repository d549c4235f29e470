"""Pull requests: what they show, what their branches do to them, what lets them be merged."""

import httpx
import pytest

from tests.sandbox.github.live import JOB_TOKEN, OWNER, STRANGER, STRANGERS_TOKEN

PLACE = "/repos/slipway/one"


@pytest.fixture
def proposed(gh, clone) -> dict:
    """An open pull request of one commit."""
    propose(clone, "work", "app.py", "print('one')\n")
    return opened(gh, "work")


@pytest.fixture
def eve(gh):
    with gh.client(STRANGERS_TOKEN) as client:
        yield client


def propose(clone, branch, path, content) -> str:
    clone.git("checkout", "-q", "-B", branch, "origin/main")
    commit = clone.commit(path, content, f"Change {path}")
    clone.git("push", "-q", "--force", "origin", branch)
    return commit


def opened(gh, head, base="main", client=None, **more) -> dict:
    body = {"title": "A change", "head": head, "base": base, "body": "Because.", **more}
    answer = (client or gh.http).post(f"{PLACE}/pulls", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def got(gh, number) -> dict:
    return gh.http.get(f"{PLACE}/pulls/{number}").json()


def told(gh, event="pull_request") -> list[str]:
    return [each.payload["action"] for each in gh.runs.triggers if each.event == event]


def test_it_shows_what_it_would_change_and_can_be_fetched(gh, clone, proposed):
    number = proposed["number"]
    sizes = ("commits", "additions", "deletions", "changed_files", "mergeable_state")
    assert [proposed[key] for key in sizes] == [1, 1, 0, 1, "clean"]
    [file] = gh.http.get(f"{PLACE}/pulls/{number}/files").json()
    assert (file["filename"], file["status"], file["patch"]) == (
        "app.py",
        "added",
        "@@ -0,0 +1 @@\n+print('one')",
    )
    [commit] = gh.http.get(f"{PLACE}/pulls/{number}/commits").json()
    assert commit["sha"] == proposed["head"]["sha"]
    as_diff = {"accept": "application/vnd.github.diff"}
    assert "+print('one')" in gh.http.get(f"{PLACE}/pulls/{number}", headers=as_diff).text
    clone.git("fetch", "-q", "origin", f"pull/{number}/head:seen", f"pull/{number}/merge:trial")
    assert clone.git("rev-parse", "seen") == proposed["head"]["sha"]
    parents = clone.git("rev-list", "--parents", "-1", "trial").split()[1:]
    assert parents == [proposed["base"]["sha"], proposed["head"]["sha"]]
    [of_commit] = gh.http.get(f"{PLACE}/commits/{commit['sha']}/pulls").json()
    assert of_commit["number"] == number
    assert clone.refused("origin", f"+origin/main:refs/pull/{number}/head").count("read-only") == 1


def test_its_event_brings_the_trial_merge_and_its_head(gh, proposed):
    [trigger] = [each for each in gh.runs.triggers if each.event == "pull_request"]
    assert trigger.ref == f"refs/pull/{proposed['number']}/merge"
    assert trigger.commit == proposed["merge_commit_sha"]
    assert (trigger.head.branch, trigger.head.commit, trigger.head.paths) == (
        "work",
        proposed["head"]["sha"],
        ["app.py"],
    )
    assert trigger.payload["pull_request"]["head"]["sha"] == proposed["head"]["sha"]
    [target] = [each for each in gh.runs.triggers if each.event == "pull_request_target"]
    assert (target.ref, target.commit) == ("refs/heads/main", proposed["base"]["sha"])


def test_it_follows_its_branches_until_it_is_closed(gh, clone, proposed):
    number = proposed["number"]
    newer = clone.commit("app.py", "print('two')\n", "More")
    clone.git("push", "-q", "origin", "work")
    followed = got(gh, number)
    assert (followed["head"]["sha"], followed["commits"]) == (newer, 2)
    gh.commit("one", "app.py", "print('elsewhere')\n")  # on main: both added the file
    conflicting = got(gh, number)
    assert (conflicting["mergeable"], conflicting["mergeable_state"]) == (False, "dirty")
    refused = gh.http.put(f"{PLACE}/pulls/{number}/merge", json={})
    assert (refused.status_code, refused.json()["message"]) == (
        405,
        "Pull Request is not mergeable",
    )
    clone.git("push", "-q", "origin", ":work")
    assert got(gh, number)["state"] == "closed"
    reopened = gh.http.patch(f"{PLACE}/pulls/{number}", json={"state": "open"})
    assert reopened.status_code == 422
    # What conflicts has no merge to run: nobody is told of its end.
    assert told(gh) == ["opened", "synchronize"]


@pytest.mark.parametrize(
    ("method", "parents", "subject"),
    [
        ("merge", 2, "Merge pull request #1 from slipway/work"),
        ("squash", 1, "A change (#1)"),
        ("rebase", 1, "Change b.py"),
    ],
)
def test_each_method_brings_the_changes_to_the_base(gh, clone, method, parents, subject):
    propose(clone, "work", "a.py", "a\n")
    clone.commit("b.py", "b\n", "Change b.py")
    clone.git("push", "-q", "origin", "work")
    number = opened(gh, "work")["number"]
    gh.commit("one", "other.txt", "meanwhile")
    body = {"merge_method": method, "sha": got(gh, number)["head"]["sha"]}
    merged = gh.http.put(f"{PLACE}/pulls/{number}/merge", json=body)
    assert merged.status_code == 200, merged.text
    clone.git("fetch", "-q", "origin")
    assert clone.git("rev-parse", "origin/main") == merged.json()["sha"]
    assert len(clone.git("rev-list", "--parents", "-1", "origin/main").split()) == 1 + parents
    assert clone.git("log", "-1", "--format=%s", "origin/main") == subject
    files = set(clone.git("ls-tree", "--name-only", "origin/main").split())
    assert files == {"README.md", "a.py", "b.py", "other.txt"}
    after = got(gh, number)
    assert (after["state"], after["merged"], after["merged_by"]["login"]) == (
        "closed",
        True,
        OWNER,
    )
    assert gh.http.get(f"{PLACE}/pulls/{number}/merge").status_code == 204
    again = gh.http.put(f"{PLACE}/pulls/{number}/merge", json={})
    assert again.status_code == 405
    assert told(gh)[-1] == "closed"
    [last] = [e for e in gh.runs.triggers if e.event == "push"][-1:]
    assert (last.ref, last.commit) == ("refs/heads/main", merged.json()["sha"])


def test_a_push_that_brings_its_commits_merges_it(gh, clone, proposed):
    clone.git("push", "-q", "origin", "work:main")
    after = got(gh, proposed["number"])
    assert (after["merged"], after["merge_commit_sha"]) == (True, proposed["head"]["sha"])


def ruleset(gh, *rules, **more):
    body = {
        "name": "reviewed",
        "enforcement": "active",
        "conditions": {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}},
        "rules": list(rules),
        **more,
    }
    assert gh.http.post(f"{PLACE}/rulesets", json=body).status_code == 201


def by_pull(reviews, **more) -> dict:
    parameters = {
        "dismiss_stale_reviews_on_push": False,
        "require_code_owner_review": False,
        "require_last_push_approval": False,
        "required_review_thread_resolution": False,
        "required_approving_review_count": reviews,
        **more,
    }
    return {"type": "pull_request", "parameters": parameters}


def merge_refused(gh, number) -> str:
    answer = gh.http.put(f"{PLACE}/pulls/{number}/merge", json={})
    assert answer.status_code == 405, answer.text
    return answer.json()["message"]


def review(client, number, event, body="Words.") -> httpx.Response:
    return client.post(f"{PLACE}/pulls/{number}/reviews", json={"event": event, "body": body})


def test_a_stranger_s_approval_does_not_count_and_nobody_approves_their_own(gh, proposed, eve):
    number = proposed["number"]
    ruleset(gh, by_pull(1))
    assert "At least 1 approving review is required" in merge_refused(gh, number)
    assert got(gh, number)["mergeable_state"] == "blocked"
    assert review(gh.http, number, "APPROVE").status_code == 422
    assert review(eve, number, "APPROVE").status_code == 200
    assert "At least 1 approving review is required" in merge_refused(gh, number)


def test_an_approval_by_who_may_write_lets_it_be_merged(gh, clone, eve):
    fork = eve.post(f"{PLACE}/forks", json={}).json()
    assert (fork["full_name"], fork["fork"]) == ("eve/one", True)
    propose(clone, "work", "app.py", "1\n")
    clone.git("push", "-q", f"{gh.url.replace('://', f'://x:{STRANGERS_TOKEN}@')}/eve/one", "work")
    clone.git("push", "-q", "origin", ":work")
    pull = opened(gh, f"{STRANGER}:work", client=eve)
    assert pull["head"]["repo"]["full_name"] == "eve/one"
    ruleset(gh, by_pull(1, dismiss_stale_reviews_on_push=True))
    assert review(gh.http, pull["number"], "REQUEST_CHANGES").status_code == 200
    assert "Changes have been requested" in merge_refused(gh, pull["number"])
    assert review(gh.http, pull["number"], "APPROVE").status_code == 200
    clone.commit("app.py", "2\n", "More")  # which nobody has seen
    clone.git("push", "-q", f"{gh.url.replace('://', f'://x:{STRANGERS_TOKEN}@')}/eve/one", "work")
    states = [e["state"] for e in gh.http.get(f"{PLACE}/pulls/{pull['number']}/reviews").json()]
    assert states == ["CHANGES_REQUESTED", "DISMISSED"]
    assert "At least 1 approving review" in merge_refused(gh, pull["number"])
    assert review(gh.http, pull["number"], "APPROVE").status_code == 200
    strangers = eve.put(f"{PLACE}/pulls/{pull['number']}/merge", json={})
    assert strangers.status_code == 403
    assert gh.http.put(f"{PLACE}/pulls/{pull['number']}/merge", json={}).status_code == 200
    # Its event says that it is a fork's, by which its jobs get nothing.
    heads = {each.head.repository for each in gh.runs.triggers if each.head}
    assert heads == {"eve/one"}


def test_checks_of_the_head_are_those_that_a_rule_waits_for(gh, proposed):
    rule = {
        "type": "required_status_checks",
        "parameters": {
            "required_status_checks": [{"context": "test"}],
            "strict_required_status_checks_policy": True,
        },
    }
    ruleset(gh, rule)
    number, sha = proposed["number"], proposed["head"]["sha"]
    assert 'Required status check "test" is expected.' in merge_refused(gh, number)
    body = {"state": "success", "context": "test"}
    assert gh.http.post(f"{PLACE}/statuses/{sha}", json=body).status_code == 201
    assert got(gh, number)["mergeable_state"] == "clean"
    gh.http.delete(f"{PLACE}/rulesets/1")
    gh.commit("one", "other.txt", "meanwhile")
    ruleset(gh, rule, name="again")
    assert "not up to date" in merge_refused(gh, number)
    updated = gh.http.put(f"{PLACE}/pulls/{number}/update-branch", json={})
    assert updated.status_code == 202
    assert got(gh, number)["commits"] == 2


def test_owners_of_changed_files_must_agree(gh, clone):
    gh.commit("one", ".github/CODEOWNERS", "* @slipway\n/docs/ @eve\n")
    clone.git("fetch", "-q", "origin")
    propose(clone, "work", "docs/a.md", "words\n")
    number = opened(gh, "work")["number"]
    ruleset(gh, by_pull(0, require_code_owner_review=True))
    assert merge_refused(gh, number).strip().endswith("code owner review from @eve.")


REFUSED = [
    ({"head": "none"}, 422, "head"),
    ({"base": "none"}, 422, "base"),
    ({"head": "main"}, 422, "No commits between main and main"),
    ({"title": " "}, 422, "title"),
    ({"head": "nobody:work"}, 422, "head"),
]


@pytest.mark.usefixtures("proposed")
@pytest.mark.parametrize(("fields", "status", "said"), REFUSED)
def test_what_cannot_be_proposed_is_refused(gh, fields, status, said):
    body = {"title": "x", "head": "work", "base": "main", **fields}
    answer = gh.http.post(f"{PLACE}/pulls", json=body)
    assert (answer.status_code, said in answer.text) == (status, True), answer.text


@pytest.mark.usefixtures("proposed")
def test_one_branch_is_proposed_once(gh):
    answer = gh.http.post(f"{PLACE}/pulls", json={"title": "x", "head": "work", "base": "main"})
    assert "A pull request already exists for slipway:work." in answer.text


def test_comments_on_lines_stand_where_the_difference_has_them(gh, proposed, eve):
    number = proposed["number"]
    place = f"{PLACE}/pulls/{number}"
    body = {"body": "Why?", "path": "app.py", "line": 1, "commit_id": proposed["head"]["sha"]}
    made = eve.post(f"{place}/comments", json=body)
    assert made.status_code == 201, made.text
    assert made.json()["diff_hunk"] == "@@ -0,0 +1 @@\n+print('one')"
    answered = gh.http.post(f"{place}/comments/{made.json()['id']}/replies", json={"body": "So."})
    assert answered.json()["in_reply_to_id"] == made.json()["id"]
    for wrong in ({"line": 9}, {"path": "none.py"}, {"body": " "}):
        assert eve.post(f"{place}/comments", json={**body, **wrong}).status_code == 422
    assert len(gh.http.get(f"{place}/comments").json()) == 2
    assert got(gh, number)["review_comments"] == 2
    assert told(gh, "pull_request_review_comment") == ["created", "created"]


def test_a_review_is_its_author_s_until_it_is_submitted(gh, proposed, eve):
    place = f"{PLACE}/pulls/{proposed['number']}/reviews"
    comments = [{"path": "app.py", "line": 1, "body": "Hm."}]
    pending = eve.post(place, json={"comments": comments}).json()
    assert (pending["state"], gh.http.get(place).json()) == ("PENDING", [])
    assert gh.http.get(f"{place}/{pending['id']}").status_code == 404
    said = eve.post(f"{place}/{pending['id']}/events", json={"event": "COMMENT"})
    assert said.status_code == 200, said.text
    assert [each["state"] for each in gh.http.get(place).json()] == ["COMMENTED"]
    dismissed = gh.http.put(f"{place}/{pending['id']}/dismissals", json={"message": "no"})
    assert dismissed.status_code == 422  # it was only a comment
    assert told(gh, "pull_request_review") == ["submitted"]


def test_reviewers_are_asked_until_they_answer(gh, proposed, eve):
    place = f"{PLACE}/pulls/{proposed['number']}"
    own = gh.http.post(f"{place}/requested_reviewers", json={"reviewers": [OWNER]})
    assert own.status_code == 422
    asked = gh.http.post(f"{place}/requested_reviewers", json={"reviewers": [STRANGER]})
    assert [each["login"] for each in asked.json()["requested_reviewers"]] == [STRANGER]
    review(eve, proposed["number"], "COMMENT")
    assert gh.http.get(f"{place}/requested_reviewers").json()["users"] == []


def test_labels_drafts_and_closing_are_told(gh, clone):
    propose(clone, "work", "a.py", "a\n")
    number = opened(gh, "work", draft=True)["number"]
    assert got(gh, number)["mergeable_state"] == "draft"
    assert merge_refused(gh, number) == "Pull Request is still a draft"
    gh.http.post(f"{PLACE}/issues/{number}/labels", json={"labels": ["deploys", "bug"]})
    gh.http.delete(f"{PLACE}/issues/{number}/labels/bug")
    assert [each["name"] for each in got(gh, number)["labels"]] == ["deploys"]
    gh.http.patch(f"{PLACE}/issues/{number}", json={"state": "closed"})
    gh.http.patch(f"{PLACE}/pulls/{number}", json={"state": "open", "title": "Another"})
    assert told(gh) == ["opened", "labeled", "labeled", "unlabeled", "closed", "edited", "reopened"]


def test_what_a_job_does_with_its_own_token_starts_nothing(gh, proposed):
    with gh.client(JOB_TOKEN) as job:
        before = len(gh.runs.triggers)
        place = f"{PLACE}/issues/{proposed['number']}"
        assert job.post(f"{place}/comments", json={"body": "plan"}).status_code == 201
        assert job.post(f"{place}/labels", json={"labels": ["x"]}).status_code == 200
        assert len(gh.runs.triggers) == before


def test_two_branches_are_compared(gh, proposed):
    gh.commit("one", "other.txt", "meanwhile")
    found = gh.http.get(f"{PLACE}/compare/main...work").json()
    assert (found["status"], found["ahead_by"], found["behind_by"]) == ("diverged", 1, 1)
    assert [each["filename"] for each in found["files"]] == ["app.py"]
    assert found["merge_base_commit"]["sha"] == proposed["base"]["sha"]
    assert gh.http.get(f"{PLACE}/compare/main...none").status_code == 404
    commit = gh.http.get(f"{PLACE}/commits/work").json()
    assert commit["stats"] == {"total": 1, "additions": 1, "deletions": 0}


def test_open_conversations_hold_up_a_merge_where_a_rule_says_so(gh, proposed, eve):
    number = proposed["number"]
    ruleset(gh, by_pull(0, required_review_thread_resolution=True))
    file = gh.http.get(f"{PLACE}/pulls/{number}/files").json()[0]["filename"]
    said = {"body": "Why?", "path": file, "line": 1, "commit_id": proposed["head"]["sha"]}
    comment = eve.post(f"{PLACE}/pulls/{number}/comments", json=said).json()
    reply = f"{PLACE}/pulls/{number}/comments/{comment['id']}/replies"
    assert gh.http.post(reply, json={"body": "Because."}).status_code == 201
    wanted = "A conversation must be resolved before this pull request can be merged."
    assert wanted in merge_refused(gh, number)
    assert got(gh, number)["mergeable_state"] == "blocked"

    def asked(query: str, client=gh.http, **variables) -> dict:
        url = f"{gh.url}/api/graphql"
        return client.post(url, json={"query": query, "variables": variables}).json()

    threads = asked(
        """query($n: Int!) {
          repository(owner: "slipway", name: "one") {
            pullRequest(number: $n) {
              reviewThreads(first: 9) {
                nodes { id isResolved path comments(first: 9) { totalCount } }
              }
            }
          }
        }""",
        n=number,
    )["data"]["repository"]["pullRequest"]["reviewThreads"]["nodes"]
    (thread,) = threads
    assert (thread["isResolved"], thread["path"]) == (False, file)
    assert thread["comments"]["totalCount"] == 2
    change = "mutation($id: ID!) { %s(input: {threadId: $id}) { thread { isResolved } } }"
    resolve = change % "resolveReviewThread"
    refused = asked(resolve, eve, id=thread["id"])
    assert refused["errors"][0]["type"] == "FORBIDDEN"
    assert wanted in merge_refused(gh, number)
    done = asked(resolve, id=thread["id"])["data"]["resolveReviewThread"]
    assert done == {"thread": {"isResolved": True}}
    assert got(gh, number)["mergeable_state"] == "clean"
    asked(change % "unresolveReviewThread", id=thread["id"])
    assert wanted in merge_refused(gh, number)
    asked(resolve, id=thread["id"])
    assert gh.http.put(f"{PLACE}/pulls/{number}/merge", json={}).status_code == 200
