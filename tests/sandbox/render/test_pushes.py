"""Deploys that nobody asks the API for: by a push, by a deploy hook."""

from tests.sandbox.render.live import HOOK_KEY, Repository, files


def test_push_deploys_only_services_that_follow_the_branch_and_what_changed(
    render, repository, tmp_path
):
    repository.commit(files("one"))
    other = Repository(tmp_path / "other")
    other.commit(files("other"))
    follows, first = render.create("follows", repo=repository.url, buildFilter={
        "paths": ["src/**", "app.py"], "ignoredPaths": ["src/*.md"]})  # fmt: skip
    still, second = render.create("still", repo=repository.url, autoDeployTrigger="off")
    third, last = render.create("third", repo=other.url)
    for each, deploy in ((follows, first), (still, second), (third, last)):
        assert render.settled(each["id"], deploy)["status"] == "live"

    def push(content, message="test"):
        commit = repository.commit(content, message)
        return render.service.pushed(f"{repository.url}/", "main", commit)

    assert push({"src/notes.md": "x"}) == []
    assert push({"docs/a.txt": "x"}) == []
    assert push({"src/deep/a.py": "x"}, "quietly [skip render]") == []
    assert len(render.events(follows["id"], "commit_ignored")) == 3
    (deploy,) = push(files("two"))
    assert deploy.cause == "new_commit"
    assert render.settled(follows["id"], deploy.id)["status"] == "live"
    assert render.version(follows) == "two"
    assert render.version(still) == "one"


def test_hook_deploys_with_its_key_only_and_counts_as_a_change(render, service, repository):
    commit = repository.commit(files("two"))
    hook = f"{render.url}/deploy/{service['id']}"
    before = render.log.last_id()
    assert render.http.get(hook, params={"key": "wrong"}).status_code == 401
    assert render.http.post(hook).status_code == 401
    assert render.http.head(hook, params={"key": HOOK_KEY}).status_code == 501
    assert len(render.http.get(f"/services/{service['id']}/deploys").json()) == 1
    answer = render.http.get(hook, params={"key": HOOK_KEY, "ref": commit})
    assert answer.status_code == 200
    deploy = render.settled(service["id"], answer.json()["deploy"]["id"])
    assert (deploy["trigger"], deploy["commit"]["id"]) == ("deploy_hook", commit)
    assert render.version(service) == "two"
    logged = render.log.requests(since_id=before, mutates=True)
    assert [each.method for each in logged] == ["GET", "POST", "HEAD", "GET"]
    assert not any(HOOK_KEY in each.path for each in render.log.requests())
    missing = f"{render.url}/deploy/srv-none"
    assert render.http.post(missing, params={"key": HOOK_KEY}).status_code == 404
