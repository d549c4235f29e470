"""References, branches, commits and trees through the API."""

import pytest


@pytest.fixture
def refs(repository) -> str:
    return f"/repos/{repository}/git/refs"


def test_a_branch_is_made_moved_and_deleted(gh, repository, refs):
    first = gh.service.resolve(repository, "main")
    second = gh.commit("one", "x.txt", "x")
    made = gh.http.post(refs, json={"ref": "refs/heads/work", "sha": first})
    assert made.status_code == 201
    assert made.json()["object"]["sha"] == first
    assert gh.http.post(refs, json={"ref": "refs/heads/work", "sha": first}).status_code == 422
    assert gh.http.patch(f"{refs}/heads/work", json={"sha": second}).status_code == 200
    assert gh.http.patch(f"{refs}/heads/work", json={"sha": first}).status_code == 422
    forced = gh.http.patch(f"{refs}/heads/work", json={"sha": first, "force": True})
    assert forced.json()["object"]["sha"] == first
    assert gh.http.get(f"/repos/{repository}/git/ref/heads/work").json() == forced.json()
    assert gh.http.delete(f"{refs}/heads/work").status_code == 204
    assert gh.http.delete(f"{refs}/heads/work").status_code == 422
    assert gh.http.get(f"/repos/{repository}/git/ref/heads/work").status_code == 404


@pytest.mark.parametrize("ref", ["work", "refs/heads", "refs/heads/a b", "heads/main"])
def test_names_that_are_none_are_refused(gh, repository, refs, ref):
    sha = gh.service.resolve(repository, "main")
    assert gh.http.post(refs, json={"ref": ref, "sha": sha}).status_code == 422
    assert gh.http.post(refs, json={"ref": "refs/heads/x", "sha": "0" * 40}).status_code == 422


def test_branches_commits_and_trees_are_read(gh, repository):
    head = gh.commit("one", "d/x.txt", "x")
    base = f"/repos/{repository}"
    assert [each["name"] for each in gh.http.get(f"{base}/branches").json()] == ["main"]
    branch = gh.http.get(f"{base}/branches/main").json()
    assert branch["commit"]["sha"] == head
    assert branch["protected"] is False
    assert gh.http.get(f"{base}/branches/none").status_code == 404
    shas = [each["sha"] for each in gh.http.get(f"{base}/commits").json()]
    assert shas[0] == head
    of_path = gh.http.get(f"{base}/commits", params={"path": "d"}).json()
    assert [each["sha"] for each in of_path] == [head]
    assert gh.http.get(f"{base}/commits/main").json()["sha"] == head
    assert gh.http.get(f"{base}/commits/{head[:8]}").json()["sha"] == head
    assert gh.http.get(f"{base}/commits/none").status_code == 422
    tree = gh.http.get(f"{base}/git/trees/main", params={"recursive": 1}).json()["tree"]
    assert {each["path"] for each in tree} == {"README.md", "d", "d/x.txt"}
    flat = gh.http.get(f"{base}/git/trees/{head}").json()["tree"]
    assert {each["path"]: each["type"] for each in flat} == {"README.md": "blob", "d": "tree"}
    assert gh.http.get(f"{base}/git/trees/{'1' * 40}").status_code == 404
    sha = {"accept": "application/vnd.github.sha"}
    assert gh.http.get(f"{base}/commits/main", headers=sha).text == head


def test_a_tag_is_read_with_the_commit_that_it_means(gh, clone, repository):
    clone.git("tag", "-a", "v1", "-m", "one")
    clone.git("push", "--quiet", "origin", "v1")
    head = clone.git("rev-parse", "HEAD")
    tags = gh.http.get(f"/repos/{repository}/tags").json()
    assert [(each["name"], each["commit"]["sha"]) for each in tags] == [("v1", head)]
    ref = gh.http.get(f"/repos/{repository}/git/ref/tags/v1").json()
    assert ref["object"]["type"] == "tag"
    assert gh.service.resolve(repository, "v1") == head
    matching = gh.http.get(f"/repos/{repository}/git/matching-refs/tags/v").json()
    assert [each["ref"] for each in matching] == ["refs/tags/v1"]
