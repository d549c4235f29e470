"""Every documented setting of a repository acts or is refused with 501: none is taken and lost."""

import pytest

# As GitHub's REST documentation lists them ("Update a repository", "Create a repository").
ACTS = {
    "description": "another",
    "homepage": "http://example.localhost",
    "private": True,
    "visibility": "private",
}
ASKS_FOR_MORE = {
    "has_issues": False,
    "has_discussions": True,
    "is_template": True,
    "archived": True,
    "allow_squash_merge": False,
    "allow_merge_commit": False,
    "allow_rebase_merge": False,
    "allow_auto_merge": True,
    "allow_update_branch": True,
    "allow_forking": False,
    "delete_branch_on_merge": True,
    "use_squash_pr_title_as_default": True,
    "squash_merge_commit_title": "PR_TITLE",
    "squash_merge_commit_message": "BLANK",
    "merge_commit_title": "PR_TITLE",
    "merge_commit_message": "PR_BODY",
    "web_commit_signoff_required": True,
    "security_and_analysis": {"secret_scanning": {"status": "enabled"}},
}
OF_NEW_ONES = {"gitignore_template": "Python", "license_template": "mit", "team_id": 7}
# What clients send along though they want nothing: the platform's defaults, in both directions.
HARMLESS = {
    "has_issues": True,
    "has_wiki": False,
    "has_projects": False,
    "has_downloads": True,
    "allow_squash_merge": True,
    "allow_merge_commit": True,
    "allow_rebase_merge": True,
    "allow_auto_merge": False,
    "delete_branch_on_merge": False,
    "archived": False,
    "is_template": False,
    "web_commit_signoff_required": False,
    "allow_forking": True,
}


@pytest.mark.parametrize("key", ACTS)
def test_what_acts_is_shown_by_the_next_answer(gh, repository, key):
    assert gh.http.patch(f"/repos/{repository}", json={key: ACTS[key]}).status_code == 200
    assert gh.http.get(f"/repos/{repository}").json()[key] == ACTS[key]


@pytest.mark.parametrize("key", ASKS_FOR_MORE)
def test_what_does_not_act_is_refused_by_name_and_nothing_is_made_or_changed(gh, repository, key):
    before = gh.http.get(f"/repos/{repository}").json()
    asked = {key: ASKS_FOR_MORE[key], "description": "changed"}
    answer = gh.http.patch(f"/repos/{repository}", json=asked)
    assert (answer.status_code, key in answer.json()["message"]) == (501, True)
    assert gh.http.get(f"/repos/{repository}").json() == before
    answer = gh.http.post("/user/repos", json={"name": "never-made", **asked})
    assert (answer.status_code, key in answer.json()["message"]) == (501, True)
    owner = repository.partition("/")[0]
    assert gh.http.get(f"/repos/{owner}/never-made").status_code == 404


@pytest.mark.parametrize("key", OF_NEW_ONES)
def test_what_does_not_act_for_a_new_one_is_refused_too(gh, key):
    answer = gh.http.post("/user/repos", json={"name": "never-made", key: OF_NEW_ONES[key]})
    assert (answer.status_code, key in answer.json()["message"]) == (501, True)


def test_what_clients_send_along_is_no_wish(gh, repository):
    assert gh.http.patch(f"/repos/{repository}", json=HARMLESS).status_code == 200
