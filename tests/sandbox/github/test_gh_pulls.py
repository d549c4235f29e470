"""`gh pr` as it is, against the sandbox: what each operation does, and what it prints."""

import pytest

from tests.sandbox.github.live import STRANGERS_TOKEN

PLACE = "/repos/slipway/one"
REPO = ("--repo", "slipway/one")


def branch(gh, name="work", path="app.py", base="main") -> None:
    """A branch with one commit, made through the API."""
    sha = gh.http.get(f"{PLACE}/git/ref/heads/{base}").json()["object"]["sha"]
    body = {"ref": f"refs/heads/{name}", "sha": sha}
    assert gh.http.post(f"{PLACE}/git/refs", json=body).status_code == 201
    gh.commit("one", path, "print('one')\n", branch=name)


@pytest.fixture
def proposed(gh, gh_tool, repository) -> str:
    """The number of an open pull request that `gh` made."""
    del repository
    branch(gh)
    texts = ("--title", "A change", "--body", "Because.")
    said = gh_tool("pr", "create", *REPO, "--head", "work", "--base", "main", *texts)
    assert said.strip().endswith("http://github.localhost/slipway/one/pull/1")
    return "1"


def pull(gh, number="1") -> dict:
    return gh.http.get(f"{PLACE}/pulls/{number}").json()


def names(items, key="name") -> list[str]:
    return [each[key] for each in items]


def named(value) -> str | None:
    return " ".join(value) if isinstance(value, tuple) else ""


# What is done to an open pull request, and what must be so of it afterwards.
OPERATIONS = [
    (("edit", "--title", "Other"), lambda p: p["title"] == "Other"),
    (("edit", "--body", "More"), lambda p: p["body"] == "More"),
    (("edit", "--base", "next"), lambda p: p["base"]["ref"] == "next"),
    (("edit", "--add-label", "bug"), lambda p: names(p["labels"]) == ["bug"]),
    (("edit", "--add-assignee", "@me"), lambda p: names(p["assignees"], "login") == ["slipway"]),
    (("ready", "--undo"), lambda p: p["draft"]),
    (("close", "--comment", "no"), lambda p: (p["state"], p["comments"]) == ("closed", 1)),
    (("comment", "--body", "hello"), lambda p: p["comments"] == 1),
    (("review", "--comment", "--body", "hm"), lambda p: p["state"] == "open"),
    (("lock",), lambda p: p["locked"]),
    (("merge", "--merge"), lambda p: p["merged"]),
    (("merge", "--rebase"), lambda p: p["merged"]),
]


@pytest.mark.parametrize(("arguments", "holds"), OPERATIONS, ids=named)
def test_what_it_does_has_happened(gh, gh_tool, proposed, arguments, holds):
    branch(gh, "next", "other.py")
    command, *options = arguments
    gh_tool("pr", command, proposed, *REPO, *options)
    assert holds(pull(gh)), pull(gh)


def test_what_was_undone_can_be_done_again(gh, gh_tool, proposed):
    gh_tool("pr", "close", proposed, *REPO)
    gh_tool("pr", "reopen", proposed, *REPO)
    gh_tool("pr", "ready", proposed, *REPO, "--undo")
    gh_tool("pr", "ready", proposed, *REPO)
    gh_tool("pr", "edit", proposed, *REPO, "--add-label", "bug,question")
    gh_tool("pr", "edit", proposed, *REPO, "--remove-label", "bug")
    gh_tool("pr", "lock", proposed, *REPO)
    gh_tool("pr", "unlock", proposed, *REPO)
    shown = pull(gh)
    assert (shown["state"], shown["draft"], shown["locked"]) == ("open", False, False)
    assert names(shown["labels"]) == ["question"]


def test_it_lists_by_state_label_author_and_words(gh, gh_tool, proposed):
    branch(gh, "second", "b.py")
    for option in ((), ("--draft",)):
        head = ("--head", "second" if option else "third")
        if not option:
            branch(gh, "third", "c.py")
        gh_tool("pr", "create", *REPO, *head, "--title", "Further", "--body", "", *option)
    gh_tool("pr", "edit", proposed, *REPO, "--add-label", "bug")
    gh_tool("pr", "close", "2", *REPO)

    def listed(*options: str) -> list[int]:
        return names(gh_tool.json("pr", "list", *REPO, *options, fields="number"), "number")

    assert listed() == [3, 1]
    assert listed("--state", "all") == [3, 2, 1]
    assert listed("--state", "closed") == [2]
    assert listed("--state", "merged") == []
    assert listed("--label", "bug") == [1]
    assert listed("--author", "@me") == [3, 1]
    assert listed("--author", "eve") == []
    assert listed("--head", "work") == [1]
    assert listed("--base", "next") == []
    assert listed("--draft") == [3]
    assert listed("--search", "further in:title") == [3]
    assert listed("--limit", "1") == [3]


FIELDS = (
    "additions,assignees,author,baseRefName,body,changedFiles,closed,closedAt,comments,commits,"
    "createdAt,deletions,files,headRefName,headRefOid,headRepository,headRepositoryOwner,id,"
    "isCrossRepository,isDraft,labels,latestReviews,maintainerCanModify,mergeCommit,"
    "mergeStateStatus,mergeable,mergedAt,mergedBy,milestone,number,potentialMergeCommit,"
    "reactionGroups,reviewDecision,reviewRequests,reviews,state,statusCheckRollup,title,"
    "updatedAt,url"
)


def test_every_field_it_shows_is_that_of_the_pull_request(gh, gh_tool, proposed):
    seen = gh_tool.json("pr", "view", proposed, *REPO, fields=FIELDS)
    shown = pull(gh)
    assert seen["id"] == shown["node_id"]
    assert (seen["headRefOid"], seen["headRefName"]) == (shown["head"]["sha"], "work")
    assert (seen["mergeable"], seen["mergeStateStatus"]) == ("MERGEABLE", "CLEAN")
    assert seen["potentialMergeCommit"]["oid"] == shown["merge_commit_sha"]
    assert [seen[key] for key in ("additions", "deletions", "changedFiles")] == [1, 0, 1]
    assert names(seen["files"], "path") == ["app.py"]
    assert names(seen["commits"], "oid") == [shown["head"]["sha"]]
    assert (seen["author"]["login"], seen["state"]) == ("slipway", "OPEN")
    assert (seen["headRepository"]["name"], seen["reviewDecision"]) == ("one", "")
    gh_tool("pr", "merge", proposed, *REPO, "--squash")
    merged = gh_tool.json("pr", "view", proposed, *REPO, fields="state,mergeCommit,mergedBy")
    assert merged["state"] == "MERGED"
    assert merged["mergeCommit"]["oid"] == pull(gh)["merge_commit_sha"]
    assert merged["mergedBy"]["login"] == "slipway"


def test_it_shows_difference_conversation_and_checks(gh, gh_tool, proposed):
    assert "+print('one')" in gh_tool("pr", "diff", proposed, *REPO)
    gh_tool("pr", "comment", proposed, *REPO, "--body", "First words")
    gh_tool("pr", "comment", proposed, *REPO, "--edit-last", "--body", "Better words")
    gh_tool(
        *("pr", "review", proposed, *REPO, "--approve", "--body", "Fine"), token=STRANGERS_TOKEN
    )
    said = gh_tool("pr", "view", proposed, *REPO, "--comments")
    assert "Better words" in said
    assert "First words" not in said
    assert "approved" in said.lower()
    assert "no checks reported" in gh_tool("pr", "checks", proposed, *REPO, code=1)
    sha = pull(gh)["head"]["sha"]
    for context, state in (("build", "success"), ("lint", "failure")):
        status = {"context": context, "state": state, "target_url": "http://127.0.0.1/x"}
        assert gh.http.post(f"{PLACE}/statuses/{sha}", json=status).status_code == 201
    checks = gh_tool("pr", "checks", proposed, *REPO, code=1)
    assert [line.split("\t")[:2] for line in sorted(checks.splitlines())] == [
        ["build", "pass"],
        ["lint", "fail"],
    ]


def test_a_review_it_asks_for_and_gets_lets_it_merge(gh, gh_tool, proposed):
    rule = {"type": "pull_request", "parameters": {"required_approving_review_count": 1}}
    rule["parameters"] |= dict.fromkeys(
        (
            *("dismiss_stale_reviews_on_push", "require_code_owner_review"),
            *("require_last_push_approval", "required_review_thread_resolution"),
        ),
        False,
    )
    body = {
        "name": "reviewed",
        "target": "branch",
        "enforcement": "active",
        "conditions": {"ref_name": {"include": ["refs/heads/main"], "exclude": []}},
        "rules": [rule],
    }
    assert gh.http.post(f"{PLACE}/rulesets", json=body).status_code == 201

    def decision() -> str:
        seen = gh_tool.json("pr", "view", proposed, *REPO, fields="reviewDecision")
        return seen["reviewDecision"]

    assert decision() == "REVIEW_REQUIRED"
    refused = gh_tool("pr", "merge", proposed, *REPO, "--merge", code=1)
    assert "not mergeable" in refused
    own = gh_tool("pr", "review", proposed, *REPO, "--approve", code=1)
    assert "your own pull request" in own
    gh_tool("pr", "review", proposed, *REPO, "--approve", token=STRANGERS_TOKEN)
    assert decision() == "REVIEW_REQUIRED"  # a stranger's does not count
    assert not pull(gh)["merged"]


def test_it_follows_a_clone_s_branch(gh, gh_tool, repository, tmp_path):
    gh_tool("repo", "clone", repository, "work")
    clone = tmp_path / "work"
    gh_tool.git(clone, "checkout", "-q", "-b", "topic")
    (clone / "a.txt").write_text("a\n")
    gh_tool.git(clone, "add", ".")
    gh_tool.git(clone, "commit", "-q", "-m", "Add a")
    gh_tool.git(clone, "push", "-q", "-u", "origin", "topic")
    gh_tool("pr", "create", "--fill", folder=clone)
    again = gh_tool("pr", "create", "--fill", folder=clone, code=1)
    assert "already exists" in again
    status = gh_tool("pr", "status", folder=clone)
    assert "#1  Add a [topic]" in status
    gh_tool.git(clone, "checkout", "-q", "main")
    gh_tool("pr", "checkout", "1", folder=clone)
    assert gh_tool.git(clone, "branch", "--show-current").strip() == "topic"
    gh_tool("pr", "merge", "--squash", "--delete-branch", folder=clone)
    assert pull(gh)["merged"]
    assert gh.service.require(repository).git.branch_head("topic") is None


def test_a_fork_proposes(gh, gh_tool, repository, tmp_path):
    gh_tool("repo", "fork", repository, "--clone=false", token=STRANGERS_TOKEN)
    gh_tool("repo", "clone", "eve/one", "fork", token=STRANGERS_TOKEN)
    fork = tmp_path / "fork"
    (fork / "a.txt").write_text("a\n")
    for command in (
        ("checkout", "-q", "-b", "idea"),
        ("add", "."),
        ("commit", "-q", "-m", "An idea"),
    ):
        gh_tool.git(fork, *command)
    gh_tool.run("git", "push", "-q", "origin", "idea", token=STRANGERS_TOKEN, at=fork)
    gh_tool(
        *("pr", "create", *REPO, "--head", "eve:idea", "--title", "An idea", "--body", ""),
        token=STRANGERS_TOKEN,
    )
    seen = gh_tool.json("pr", "view", "1", *REPO, fields="isCrossRepository,headRepositoryOwner")
    assert seen["isCrossRepository"]
    assert seen["headRepositoryOwner"]["login"] == "eve"
    gh_tool("pr", "edit", "1", *REPO, "--add-reviewer", "slipway")
    asked = gh_tool.json("pr", "view", "1", *REPO, fields="reviewRequests")["reviewRequests"]
    assert names(asked, "login") == ["slipway"]
    assert "Requesting a code review from you\n  #1  An idea" in gh_tool("pr", "status", *REPO)
    gh_tool("pr", "review", "1", *REPO, "--request-changes", "--body", "Not yet")
    seen = gh_tool.json("pr", "view", "1", *REPO, fields="reviewRequests,latestReviews")
    assert seen["reviewRequests"] == []
    assert names(seen["latestReviews"], "state") == ["CHANGES_REQUESTED"]
    refused = gh_tool("pr", "merge", "1", *REPO, "--merge", token=STRANGERS_TOKEN, code=1)
    assert "admin rights" in refused
    gh_tool("pr", "merge", "1", *REPO, "--merge")
    assert pull(gh)["merged"]


REFUSED = [
    (("view", "99"), "Could not resolve to a PullRequest with the number of 99."),
    (("merge", "1", "--merge", "--match-head-commit", "0" * 40), "Head branch was modified"),
    (("edit", "1", "--base", "nowhere"), "base: invalid"),
    (("edit", "1", "--add-reviewer", "slipway"), "pull request author"),
]


@pytest.mark.parametrize(("arguments", "said"), REFUSED, ids=named)
def test_what_cannot_be_is_said(gh, gh_tool, proposed, arguments, said):
    del proposed
    assert said in gh_tool("pr", *arguments, *REPO, code=1)
    assert pull(gh)["state"] == "open"
