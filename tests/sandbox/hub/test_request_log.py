import pytest
from huggingface_hub import CommitOperationAdd, HfApi


def calls(hub, mark, part):
    return [
        (r.method, r.path.split("?")[0].replace(part, "ID"), r.status, r.mutates)
        for r in hub.log.requests(since_id=mark)
        if part in r.path
    ]


def test_an_upload_is_logged_call_by_call_with_what_it_changes(hub, api: HfApi, model):
    mark = hub.log.last_id()
    operations = [CommitOperationAdd("README.md", b"# x"), CommitOperationAdd("w.bin", b"\x00" * 9)]
    api.create_commit(model, operations, commit_message="x")
    assert calls(hub, mark, model) == [
        ("POST", "/api/models/ID/preupload/main", 200, False),
        ("POST", "/ID.git/info/lfs/objects/batch", 200, False),
        ("POST", "/ID.git/info/lfs/objects/verify", 200, False),
        ("POST", "/api/models/ID/commit/main", 200, True),
    ]
    (put,) = [r for r in hub.log.requests(since_id=mark) if r.method == "PUT"]
    assert put.path.startswith("/lfs-storage/")
    assert put.mutates
    assert (put.bytes_in, put.status) == (9, 200)
    yaml = [r for r in hub.log.requests(since_id=mark) if "validate-yaml" in r.path]
    assert [r.mutates for r in yaml] == [False]


def test_reading_by_git_changes_nothing_and_pushing_does(hub, git, model, tmp_path):
    mark = hub.log.last_id()
    url = f"{hub.url.replace('://', '://ada:hf_ada@')}/{model}"
    git("clone", "-q", url, str(tmp_path / "clone"))
    reading = calls(hub, mark, model)
    assert {call[0] for call in reading} == {"GET", "POST"}
    assert not any(mutates for *_, mutates in reading)
    mark = hub.log.last_id()
    git("push", "-q", "origin", "HEAD:refs/heads/b", folder=tmp_path / "clone")
    assert [call for call in calls(hub, mark, model) if call[3]] == [
        ("POST", "/ID/git-receive-pack", 200, True)
    ]


def test_a_request_is_in_the_log_when_its_answer_is_there(hub, model):
    with hub.http() as client:
        for number in range(30):
            mark = hub.log.last_id()
            client.request("HEAD" if number % 2 else "GET", f"/api/models/{model}?n={number}")
            assert [r.path for r in hub.log.requests(since_id=mark) if model in r.path] == [
                f"/api/models/{model}?n={number}"
            ]


def test_the_log_keeps_no_token_no_body_and_no_secret_of_a_query(hub, model):
    mark = hub.log.last_id()
    with hub.http() as client:
        client.post(f"/api/models/{model}/commit/main", content=b"canary-body")
        client.get("/nowhere?token=canary-token&signature=canary-s&plain=shown&api_key=canary-k")
    (logged,) = [r for r in hub.log.requests(since_id=mark) if r.path.startswith("/nowhere")]
    assert logged.path == "/nowhere?token=-&signature=-&plain=shown&api_key=-"
    assert "canary" not in str(hub.log.requests(since_id=mark))
    assert "hf_ada" not in str(hub.log.requests(since_id=mark))


def test_sizes_status_agent_and_time_are_those_of_the_exchange(hub, model):
    mark = hub.log.last_id()
    with hub.http() as client:
        headers = {"User-Agent": "unknown/None; hf_hub/2.4.0"}
        answer = client.get(f"/api/models/{model}", headers=headers)
    (logged,) = hub.log.requests(since_id=mark, platform="huggingface")
    assert logged.bytes_out == len(answer.content)
    assert (logged.status, logged.method, logged.agent) == (200, "GET", "unknown/None")
    assert 0 < logged.duration_ms < 30_000
    assert hub.log.requests(since_id=mark, platform="render") == []
    assert hub.log.requests(since_id=mark, mutates=True) == []


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_an_undeclared_route_counts_by_its_method(hub, method):
    mark = hub.log.last_id()
    with hub.http() as client:
        client.request(method, "/api/nowhere/at/all")
    assert [r.mutates for r in hub.log.requests(since_id=mark)] == [True]


def test_a_streamed_file_is_in_the_log_when_its_last_byte_is_there(hub, api: HfApi, model):
    api.create_commit(model, [CommitOperationAdd("w.bin", b"x" * 50)], commit_message="x")
    url = f"/{model}/resolve/main/w.bin"
    with hub.http() as client:
        for _ in range(40):
            mark = hub.log.last_id()
            client.get(url)
            assert [r.bytes_out for r in hub.log.requests(since_id=mark) if r.path == url] == [50]
