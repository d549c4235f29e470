"""Releases: tags, drafts, which is the latest, files, notes, and what workflows hear."""

import json

import pytest

from tests.sandbox.github.live import JOB_TOKEN, STRANGERS_TOKEN, TOKEN


@pytest.fixture
def releases(repository) -> str:
    return f"/repos/{repository}/releases"


def _told(gh) -> list[str]:
    told = [each for each in gh.runs.triggers if each.event == "release"]
    return [f"{each.payload['action']} {each.payload['release']['tag_name']}" for each in told]


def test_a_release_makes_its_tag_and_tells_of_both(gh, repository, releases):
    head = gh.http.get(f"/repos/{repository}/commits/main").json()["sha"]
    body = {"tag_name": "v1.0", "name": "One", "body": "Words", "target_commitish": "main"}
    made = gh.http.post(releases, json=body)
    assert made.status_code == 201, made.text
    assert gh.http.get(f"/repos/{repository}/git/ref/tags/v1.0").json()["object"]["sha"] == head
    assert _told(gh) == ["created v1.0", "published v1.0", "released v1.0"]
    told = gh.runs.triggers[-1]
    assert (told.ref, told.commit, told.actor) == ("refs/tags/v1.0", head, "slipway")
    assert ("push", "refs/tags/v1.0") in [(each.event, each.ref) for each in gh.runs.triggers]
    for place in (made.json()["url"], f"{releases}/latest", f"{releases}/tags/v1.0"):
        assert gh.http.get(place).json()["name"] == "One"
    again = gh.http.post(releases, json=body)
    assert (again.status_code, again.json()["errors"][0]["code"]) == (422, "already_exists")
    assert gh.http.post(releases, json={"tag_name": "a b"}).status_code == 422
    lost = gh.http.post(releases, json={"tag_name": "v9", "target_commitish": "nowhere"})
    assert lost.status_code == 422
    assert gh.http.delete(made.json()["url"]).status_code == 204
    assert _told(gh)[-1] == "deleted v1.0"
    assert gh.http.get(f"/repos/{repository}/git/ref/tags/v1.0").status_code == 200


def test_a_draft_is_for_who_may_write_and_tells_nobody(gh, repository, releases):
    made = gh.http.post(releases, json={"tag_name": "v2", "draft": True}).json()
    assert made["published_at"] is None
    assert _told(gh) == []
    assert gh.http.get(f"/repos/{repository}/git/ref/tags/v2").status_code == 404
    assert gh.http.get(f"{releases}/tags/v2").status_code == 404
    with gh.client(STRANGERS_TOKEN) as stranger:
        assert stranger.get(releases).json() == []
        assert stranger.get(made["url"]).status_code == 404
        assert stranger.post(releases, json={"tag_name": "v3"}).status_code == 403
    published = gh.http.patch(made["url"], json={"draft": False, "prerelease": True}).json()
    assert published["published_at"] is not None
    assert gh.http.get(f"{releases}/latest").status_code == 404, "a pre-release is not the latest"
    gh.http.patch(made["url"], json={"prerelease": False})
    assert _told(gh) == ["published v2", "edited v2", "released v2"]
    assert gh.http.get(f"{releases}/latest").json()["tag_name"] == "v2"
    gh.http.patch(made["url"], json={"draft": True})
    assert _told(gh)[-1] == "unpublished v2"


def test_which_release_is_the_latest_is_said_by_whoever_makes_it(gh, releases):
    def latest() -> str:
        return gh.http.get(f"{releases}/latest").json()["tag_name"]

    gh.http.post(releases, json={"tag_name": "v1"})
    gh.http.post(releases, json={"tag_name": "v2"})
    assert latest() == "v2"
    old = gh.http.post(releases, json={"tag_name": "v1.1", "make_latest": "false"}).json()
    gh.http.post(releases, json={"tag_name": "v3-rc", "prerelease": True})
    assert latest() == "v2"
    gh.http.patch(old["url"], json={"body": "later words"})
    assert latest() == "v2"
    gh.http.patch(old["url"], json={"make_latest": "true"})
    assert latest() == "v1.1"
    assert _told(gh)[-1] == "edited v1.1"
    assert "prereleased v3-rc" in _told(gh)


def test_files_of_a_release_are_kept_and_handed_out(gh, repository, releases):
    made = gh.http.post(releases, json={"tag_name": "v1"}).json()
    upload = made["upload_url"].partition("{")[0]
    content, kind = b"\x00model\xff" * 1000, {"content-type": "application/x-model"}
    with gh.client(TOKEN) as http:
        http.event_hooks = {"response": []}  # the description knows uploads at another host
        sent = http.post(upload, params={"name": "a model.bin"}, content=content, headers=kind)
        assert sent.status_code == 201, sent.text
        twice = http.post(upload, params={"name": "a.model.bin"}, content=b"x", headers=kind)
        assert twice.json()["errors"][0]["code"] == "already_exists"
        asset = sent.json()
        assert (asset["name"], asset["size"]) == ("a.model.bin", len(content))
        raw = {"accept": "application/octet-stream"}
        assert http.get(asset["url"], headers=raw).content == content
        page = asset["browser_download_url"]
        assert http.get(page).content == content
        latest = page.replace("/download/v1/", "/latest/download/")
        assert http.get(latest).content == content
    listed = gh.http.get(f"{releases}/{made['id']}/assets").json()
    assert [each["download_count"] for each in listed] == [3]
    assert gh.http.patch(asset["url"], json={"label": "The model"}).json()["label"] == "The model"
    assert gh.http.delete(asset["url"]).status_code == 204
    assert gh.http.get(asset["url"]).status_code == 404
    with gh.client(TOKEN) as http:
        http.event_hooks = {"response": []}
        http.post(upload, params={"name": "b"}, content=b"x")
    kept = gh.folder / "github-releases"
    assert [each.read_bytes() for each in kept.rglob("*") if each.is_file()] == [b"x"]
    assert gh.http.delete(f"/repos/{repository}").status_code == 204
    assert [each for each in kept.rglob("*") if each.is_file()] == []


def test_notes_name_what_was_merged_since_the_release_before(gh, repository, releases):
    gh.http.post(releases, json={"tag_name": "v1"})
    name = repository.partition("/")[2]
    head = gh.http.get(f"/repos/{repository}/commits/main").json()["sha"]
    ref = {"ref": "refs/heads/work", "sha": head}
    assert gh.http.post(f"/repos/{repository}/git/refs", json=ref).status_code == 201
    gh.commit(name, "new.txt", "new", branch="work")
    body = {"title": "A new file", "head": "work", "base": "main"}
    pull = gh.http.post(f"/repos/{repository}/pulls", json=body).json()
    assert gh.http.put(f"/repos/{repository}/pulls/{pull['number']}/merge").status_code == 200
    notes = gh.http.post(f"{releases}/generate-notes", json={"tag_name": "v2"}).json()
    assert f"* A new file by @slipway in {pull['html_url']}" in notes["body"]
    assert notes["body"].endswith(f"{gh.url}/{repository}/compare/v1...v2")
    made = gh.http.post(releases, json={"tag_name": "v2", "generate_release_notes": True}).json()
    assert (made["name"], made["body"]) == ("v2", notes["body"])
    third = gh.http.post(f"{releases}/generate-notes", json={"tag_name": "v3"}).json()
    assert "A new file" not in third["body"]


def test_what_a_job_releases_starts_no_workflow(gh, releases):
    with gh.client(JOB_TOKEN) as job:
        assert job.post(releases, json={"tag_name": "v1"}).status_code == 201
    assert _told(gh) == []


def test_gh_makes_shows_and_removes_releases(gh_tool, repository, tmp_path):
    (tmp_path / "model.bin").write_bytes(b"weights")
    at = ("--repo", repository)
    made = gh_tool("release", "create", "v1", "model.bin", "-t", "One", "-n", "Words", *at)
    assert "/releases/tag/v1" in made
    gh_tool("release", "create", "v2-rc", "--prerelease", "--notes", "", *at)
    gh_tool("release", "create", "v3", "--draft", "--generate-notes", *at)
    fields = "tagName,name,body,isDraft,isPrerelease,assets,author,url"
    seen = gh_tool.json("release", "view", "v1", *at, fields=fields)
    assert (seen["name"], seen["body"], seen["isDraft"]) == ("One", "Words", False)
    assert [each["name"] for each in seen["assets"]] == ["model.bin"]
    assert gh_tool.json("release", "view", *at, fields="tagName") == {"tagName": "v1"}
    assert gh_tool.json("release", "view", "v3", *at, fields="isDraft") == {"isDraft": True}
    listed = gh_tool("release", "list", *at)
    assert [line.split("\t")[1:3] for line in listed.splitlines()] == [
        ["Draft", "v3"],
        ["Pre-release", "v2-rc"],
        ["Latest", "v1"],
    ]
    gh_tool("release", "download", "v1", "--dir", "got", *at)
    assert (tmp_path / "got" / "model.bin").read_bytes() == b"weights"
    gh_tool("release", "edit", "v3", "--draft=false", *at)
    gh_tool("release", "upload", "v3", "model.bin", *at)
    assert gh_tool.json("release", "view", *at, fields="tagName,assets")["tagName"] == "v3"
    gh_tool("release", "delete", "v2-rc", "--yes", "--cleanup-tag", *at)
    tags = json.loads(gh_tool("api", f"repos/{repository}/releases", "--jq", "[.[].tag_name]"))
    assert tags == ["v3", "v1"]
