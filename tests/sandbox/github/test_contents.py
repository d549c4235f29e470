"""Files through the API."""

import base64
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.sandbox.github.live import TOKEN


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.fixture
def contents(repository) -> str:
    return f"/repos/{repository}/contents"


def test_a_file_is_made_changed_and_deleted_with_the_sha_it_had(gh, contents):
    path = f"{contents}/a%20folder/fi%C3%A4.txt"
    made = gh.http.put(path, json={"message": "new", "content": encoded("one")})
    assert made.status_code == 201
    sha = made.json()["content"]["sha"]
    found = gh.http.get(path).json()
    assert found["path"] == "a folder/fiä.txt"
    assert base64.b64decode(found["content"]) == b"one"
    assert found["sha"] == sha
    change = {"message": "change", "content": encoded("two")}
    assert gh.http.put(path, json=change).status_code == 422
    assert gh.http.put(path, json={**change, "sha": "0" * 40}).status_code == 409
    changed = gh.http.put(path, json={**change, "sha": sha})
    assert changed.status_code == 200
    assert gh.http.get(found["download_url"]).text == "two"
    stale = gh.http.request("DELETE", path, json={"message": "gone", "sha": sha})
    assert stale.status_code == 409
    query = {"message": "gone", "sha": changed.json()["content"]["sha"]}
    assert gh.http.delete(path, params=query).status_code == 200
    assert gh.http.get(path).status_code == 404
    assert gh.http.delete(path, params=query).status_code == 404


def test_a_commit_says_who_wrote_it(gh, contents, repository):
    ada = {"name": "Ada", "email": "ada@example.com", "date": "2026-01-02T03:04:05Z"}
    body = {"message": "by Ada", "content": encoded("x"), "author": ada}
    commit = gh.http.put(f"{contents}/x", json=body).json()["commit"]
    assert commit["author"] == ada
    assert commit["committer"]["name"] == "slipway"
    newest = gh.http.get(f"/repos/{repository}/commits").json()[0]
    assert newest["sha"] == commit["sha"]
    assert newest["committer"]["login"] == "slipway"
    assert newest["author"] is None


def test_a_folder_is_listed_and_a_file_sent_raw(gh, contents):
    gh.commit("one", "d/a.txt", "A")
    gh.commit("one", "d/e/b.txt", "B")
    listed = {each["name"]: each["type"] for each in gh.http.get(f"{contents}/d").json()}
    assert listed == {"a.txt": "file", "e": "dir"}
    assert {each["name"] for each in gh.http.get(contents).json()} == {"README.md", "d"}
    accept = {"accept": "application/vnd.github.raw+json"}
    assert gh.http.get(f"{contents}/d/a.txt", headers=accept).text == "A"
    readme = gh.http.get(contents.replace("contents", "readme")).json()
    assert readme["name"] == "README.md"


def test_a_ref_says_from_where_to_read_and_a_branch_where_to_write(gh, contents, repository):
    before = gh.service.resolve(repository, "main")
    gh.http.post(f"/repos/{repository}/git/refs", json={"ref": "refs/heads/a/b", "sha": before})
    gh.commit("one", "new.txt", "new", branch="a/b")
    new = f"{contents}/new.txt"
    assert gh.http.get(new).status_code == 404
    assert gh.http.get(new, params={"ref": "a/b"}).status_code == 200
    assert gh.http.get(new, params={"ref": before}).status_code == 404
    assert gh.http.get(new, params={"ref": "nowhere"}).status_code == 404
    body = {"message": "x", "content": "eA==", "branch": "nowhere"}
    assert gh.http.put(f"{contents}/x", json=body).status_code == 404


@pytest.mark.parametrize("path", ["a/../b", ".git/config", "a//b", "README.md/below"])
def test_paths_that_lead_nowhere_are_refused(gh, contents, path):
    url = f"{gh.url}/api/v3{contents}/".replace("//api", "//api") + path.replace("..", "%2E%2E")
    body = {"message": "x", "content": "eA=="}
    assert gh.http.put(url, json=body).status_code == 422


def test_content_must_be_base64_and_a_body_json(gh, contents):
    body = {"message": "x", "content": "*"}
    assert gh.http.put(f"{contents}/x", json=body).status_code == 422
    assert gh.http.put(f"{contents}/x", content=b"{").status_code == 400
    assert gh.http.put(f"{contents}/x", content=b"[]").status_code == 400


def test_a_workflow_file_needs_the_workflow_scope(gh, contents):
    body = {"message": "x", "content": "eA=="}
    path = f"{contents}/.github/workflows/ci.yml"
    with gh.client("ghp_public_repositories_alone") as client:
        assert client.put(path, json=body).status_code == 404
        assert client.put(f"{contents}/other.yml", json=body).status_code == 201
    assert gh.http.put(path, json=body).status_code == 201


def test_of_many_changes_to_the_same_state_one_is_made(gh, contents, repository):
    sha = gh.http.get(f"{contents}/README.md").json()["sha"]

    def change(number: int) -> int:
        body = {"message": "x", "content": encoded(str(number)), "sha": sha}
        return gh.http.put(f"{contents}/README.md", json=body).status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(change, range(8))) == [200, *[409] * 7]
    assert len(gh.http.get(f"/repos/{repository}/commits").json()) == 2


def test_commits_to_different_files_at_once_are_all_kept(gh, contents, clone):
    def commit(number: int) -> None:
        gh.commit("one", f"{number}.txt", str(number))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(commit, range(16)))
    clone.git("pull", "--quiet", "--ff-only")
    assert {path.name for path in clone.folder.glob("*.txt")} == {f"{n}.txt" for n in range(16)}
    assert len(gh.http.get(contents).json()) == 17


def test_an_empty_repository_takes_its_first_file(gh):
    gh.repository("fresh")
    assert gh.http.get("/repos/slipway/fresh/contents").status_code == 404
    assert gh.http.get("/repos/slipway/fresh/commits").status_code == 409
    gh.commit("fresh", "first.txt", "1")
    assert len(gh.http.get("/repos/slipway/fresh/commits").json()) == 1


def test_links_and_submodules_are_named_as_such(gh, clone, contents):
    (clone.folder / "link").symlink_to("README.md")
    clone.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},sub")
    clone.git("add", "link")
    clone.git("commit", "--quiet", "-m", "both")
    clone.git("push", "--quiet", gh.git_url("one", TOKEN), "main")
    link = gh.http.get(f"{contents}/link").json()
    assert (link["type"], link["target"]) == ("symlink", "README.md")
    kinds = {each["name"]: each["type"] for each in gh.http.get(contents).json()}
    assert kinds["sub"] == "submodule"
