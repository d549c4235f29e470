"""Deploys that nobody asks the API for: by a push, by a deploy hook."""

from sandbox.render.deploys.notices import Notices
from sandbox.store.database import Database
from tests.sandbox.render.live import HOOK_KEY, LiveRender, Repository, files, until


def deploys(render, service) -> list[str]:
    found = render.http.get(f"/services/{service['id']}/deploys", params={"limit": 100}).json()
    return [each["deploy"]["id"] for each in found]


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
        before = deploys(render, follows)
        render.service.pushed(f"{repository.url}/", "main", repository.commit(content, message))
        return [each for each in deploys(render, follows) if each not in before]

    assert push({"src/notes.md": "x"}) == []
    assert push({"docs/a.txt": "x"}) == []
    assert push({"src/deep/a.py": "x"}, "quietly [skip render]") == []
    assert len(render.events(follows["id"], "commit_ignored")) == 3
    (deploy,) = push(files("two"))
    assert render.settled(follows["id"], deploy)["status"] == "live"
    assert render.version(follows) == "two"
    assert render.version(still) == "one"


def test_a_push_that_was_noted_and_not_looked_at_deploys_once_at_the_next_start(
    tmp_path, machine, repository
):
    repository.commit(files("one"))
    with LiveRender(tmp_path, machine) as render:
        service, first = render.create("web", repo=repository.url)
        render.settled(service["id"], first)
        known = deploys(render, service)
    commit = repository.commit(files("two"))
    Notices(Database(tmp_path / "state.sqlite")).add(
        repository.url, "main", commit, checks_passed=False
    )
    for _ in range(2):
        with LiveRender(tmp_path, machine) as render:
            until(lambda: len(deploys(render, service)) > len(known))
            (new,) = [each for each in deploys(render, service) if each not in known]
            ended = render.settled(service["id"], new)
            assert (ended["status"], ended["commit"]["id"]) == ("live", commit)


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
