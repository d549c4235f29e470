import base64
import hashlib
import io
import json
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from huggingface_hub import (
    CommitOperationAdd,
    CommitOperationCopy,
    CommitOperationDelete,
    HfApi,
)
from huggingface_hub.errors import (
    BadRequestError,
    EntryNotFoundError,
    HfHubHTTPError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

CARD = "---\ntitle: Demo\nemoji: 🚀\ncolorFrom: red\ncolorTo: blue\nsdk: docker\n---\n"


def add(path, content):
    return CommitOperationAdd(path, content if isinstance(content, bytes) else content.encode())


def test_one_commit_lands_whole_and_is_announced_once(hub, api: HfApi, space):
    large = bytes(range(1, 256)) * 50_000  # 12 MiB
    parent = api.space_info(space).sha
    operations = [add("README.md", CARD), add("app/main.py", "print(1)\n"), add("data.txt", large)]
    commit = api.create_commit(
        space,
        operations,
        commit_message="first",
        commit_description="more",
        repo_type="space",
        parent_commit=parent,
    )
    assert commit.commit_url == f"{hub.url}/spaces/{space}/commit/{commit.oid}"
    assert hub.spaces.told_of(space, "committed") == [("committed", space, commit.oid)]
    assert hub.reader.head(space) == commit.oid
    assert hub.reader.read_file(space, commit.oid, "app/main.py") == b"print(1)\n"
    assert hub.reader.read_file(space, commit.oid, "data.txt") == large
    assert hub.reader.read_file(space, commit.oid, "absent") is None
    files = {file.path: file for file in api.list_repo_tree(space, repo_type="space")}
    assert files["data.txt"].lfs.sha256 == hashlib.sha256(large).hexdigest()
    assert files["data.txt"].size == len(large)
    assert files["README.md"].lfs is None
    head, first = api.list_repo_commits(space, repo_type="space")
    assert (head.commit_id, head.title, head.message) == (commit.oid, "first", "more")
    assert first.commit_id == parent


def test_a_large_file_outside_the_globs_is_added_to_gitattributes(api: HfApi, model, tmp_path):
    api.create_commit(model, [add("a name.dat", b"\x00\x01")], commit_message="binary")
    path = api.hf_hub_download(model, ".gitattributes", cache_dir=tmp_path)
    with open(path) as file:  # noqa: PTH123
        last = file.read().splitlines()[-1]
    assert last == "a[[:space:]]name.dat filter=lfs diff=lfs merge=lfs -text"


def test_unchanged_files_make_no_commit(hub, api: HfApi, space):
    operations = [add("a.txt", "same"), add("weights.bin", b"same")]
    first = api.create_commit(space, operations, commit_message="one", repo_type="space")
    operations = [add("a.txt", "same"), add("weights.bin", b"same")]
    second = api.create_commit(space, operations, commit_message="two", repo_type="space")
    assert second.oid == first.oid
    assert len(hub.spaces.told_of(space, "committed")) == 1


def test_a_stale_parent_is_refused_and_changes_nothing(hub, api: HfApi, space):
    stale = api.space_info(space).sha
    head = api.create_commit(space, [add("a", "1")], commit_message="a", repo_type="space").oid
    with pytest.raises(
        HfHubHTTPError, match="The branch was updated since you opened this page"
    ) as refused:
        api.create_commit(
            space, [add("b", "2")], commit_message="b", repo_type="space", parent_commit=stale
        )
    assert refused.value.response.status_code == 412
    assert api.space_info(space).sha == head
    assert len(hub.spaces.told_of(space, "committed")) == 1


def test_of_writers_with_one_parent_exactly_one_wins(hub, api: HfApi, space):
    parent = api.space_info(space).sha

    def write(number):
        try:
            return hub.api().create_commit(
                space,
                [add("who", str(number))],
                commit_message=str(number),
                repo_type="space",
                parent_commit=parent,
            )
        except HfHubHTTPError as error:
            return error.response.status_code

    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(write, range(6)))
    winners = [result for result in results if not isinstance(result, int)]
    assert len(winners) == 1
    assert [result for result in results if isinstance(result, int)] == [412] * 5
    assert api.space_info(space).sha == winners[0].oid
    assert (
        hub.reader.read_file(space, winners[0].oid, "who")
        == str(results.index(winners[0])).encode()
    )


def test_writers_without_a_parent_all_land_in_one_line(api: HfApi, hub, model):
    def write(number):
        return (
            hub.api().create_commit(model, [add(f"f{number}", "x")], commit_message=str(number)).oid
        )

    with ThreadPoolExecutor(6) as pool:
        oids = set(pool.map(write, range(6)))
    history = [commit.commit_id for commit in api.list_repo_commits(model)]
    assert set(history[:-1]) == oids
    assert len(history) == 7
    assert {f"f{number}" for number in range(6)} <= set(api.list_repo_files(model))


def test_files_and_folders_are_deleted_and_copied(api: HfApi, model):
    api.create_commit(
        model,
        [add("keep", "1"), add("old/a", "2"), add("old/b/c", "3"), add("w.bin", b"4")],
        commit_message="add",
    )
    api.create_commit(
        model,
        [
            CommitOperationDelete("old/"),
            CommitOperationCopy("keep", "copy"),
            CommitOperationCopy("w.bin", "v.bin"),
        ],
        commit_message="change",
    )
    files = api.list_repo_files(model)
    assert sorted(files) == [".gitattributes", "copy", "keep", "v.bin", "w.bin"]
    api.delete_file("keep", model)
    assert not api.file_exists(model, "keep")
    with pytest.raises(EntryNotFoundError):
        api.create_commit(model, [CommitOperationDelete("keep")], commit_message="again")


def test_a_file_may_take_a_folders_place_and_the_other_way_round(api: HfApi, model):
    api.create_commit(model, [add("x/y", "1"), add("z", "2")], commit_message="one")
    api.create_commit(model, [add("x", "3"), add("z/q", "4")], commit_message="two")
    assert sorted(api.list_repo_files(model)) == [".gitattributes", "x", "z/q"]


def test_upload_folder_deletes_what_its_patterns_match_but_never_gitattributes(
    api: HfApi, model, tmp_path
):
    folder = tmp_path / "payload"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "new.txt").write_text("new")
    api.create_commit(model, [add("sub/old.txt", "o"), add("other", "o")], commit_message="x")
    api.upload_folder(repo_id=model, folder_path=folder, delete_patterns="*")
    assert sorted(api.list_repo_files(model)) == [".gitattributes", "sub/new.txt"]


def test_gitignore_sent_along_is_honoured(api: HfApi, model, tmp_path):
    (tmp_path / ".gitignore").write_text("*.log\nbuild/\n")
    (tmp_path / "build").mkdir()
    for path in ("a.log", "build/x", "kept.txt"):
        (tmp_path / path).write_text("x")
    api.upload_folder(repo_id=model, folder_path=tmp_path)
    assert sorted(api.list_repo_files(model)) == [".gitattributes", ".gitignore", "kept.txt"]


def test_a_bad_card_is_refused_before_and_at_the_commit(hub, api: HfApi, space):
    bad = CARD.replace("colorTo: blue", "colorTo: mauve")
    with pytest.raises(ValueError, match=r'"colorTo" must be one of \[red'):
        api.create_commit(space, [add("README.md", bad)], commit_message="x", repo_type="space")

    content = base64.b64encode(bad.encode()).decode()
    lines = [
        {"key": "header", "value": {"summary": "x"}},
        {"key": "file", "value": {"path": "README.md", "content": content, "encoding": "base64"}},
    ]
    with hub.http() as client:
        body = "\n".join(json.dumps(line) for line in lines)
        answer = client.post(f"/api/spaces/{space}/commit/main", content=body)
    assert answer.status_code == 400
    assert "must be one of" in answer.json()["error"]
    assert not hub.spaces.told_of(space, "committed")


@pytest.mark.parametrize("path", ["../x", "a/../../x", "/x", ".git/config", "a//b", "a/.GIT/x", ""])
def test_a_path_that_leads_out_is_refused(hub, model, path):
    line = (
        '{"key":"header","value":{"summary":"x"}}\n{"key":"file","value":{"path":%s,"content":""}}'
    )

    with hub.http() as client:
        answer = client.post(f"/api/models/{model}/commit/main", content=line % json.dumps(path))
    assert answer.status_code == 400


def test_an_lfs_file_that_was_never_uploaded_cannot_be_committed(hub, model):
    line = (
        '{"key":"header","value":{"summary":"x"}}\n'
        '{"key":"lfsFile","value":{"path":"w.bin","algo":"sha256","oid":"%s","size":3}}'
    )
    with hub.http() as client:
        answer = client.post(f"/api/models/{model}/commit/main", content=line % ("a" * 64))
    assert answer.status_code == 400
    assert "pointed to a file that does not exist" in answer.json()["error"]


def test_an_upload_whose_bytes_are_others_is_refused(hub, model):
    oid = hashlib.sha256(b"right").hexdigest()
    batch = {"operation": "upload", "objects": [{"oid": oid, "size": 5}]}
    with hub.http() as client:
        answer = client.post(f"/{model}.git/info/lfs/objects/batch", json=batch)
        actions = answer.json()["objects"][0]["actions"]
        wrong = put(actions["upload"]["href"], b"wrong")
        verified = client.post(actions["verify"]["href"], json={"oid": oid, "size": 5})
        assert (wrong, verified.status_code) == (422, 404)
        assert put(actions["upload"]["href"], b"right") == 200
        verified = client.post(actions["verify"]["href"], json={"oid": oid, "size": 5})
        assert verified.status_code == 200
        again = client.post(f"/{model}.git/info/lfs/objects/batch", json=batch).json()
        assert "actions" not in again["objects"][0]


def put(href, content):
    """As the client does: without a token."""

    return httpx.put(href, content=content, trust_env=False).status_code


def test_an_upload_address_cannot_be_forged_or_reused_for_another_object(hub, model):
    oid = hashlib.sha256(b"right").hexdigest()
    batch = {"operation": "upload", "objects": [{"oid": oid, "size": 5}]}
    with hub.http() as client:
        answer = client.post(f"/{model}.git/info/lfs/objects/batch", json=batch)
        href = answer.json()["objects"][0]["actions"]["upload"]["href"]
        assert put(href.replace(oid, "b" * 64), b"x") == 403
        assert put(href.split("?")[0], b"x") == 403
        assert client.get(href).status_code == 403, "an upload address downloads nothing"


def test_in_memory_files_take_the_same_way(api: HfApi, model, tmp_path):
    content = b"\x00" * 100
    api.upload_file(path_or_fileobj=io.BytesIO(content), path_in_repo="m.bin", repo_id=model)
    path = api.hf_hub_download(model, "m.bin", cache_dir=tmp_path)
    with open(path, "rb") as file:  # noqa: PTH123
        assert file.read() == content


def test_strangers_and_missing_branches_get_the_clients_own_exceptions(hub, api: HfApi, model):
    eve = hub.api("eve")
    with pytest.raises(HfHubHTTPError, match="create_pr=1") as refused:
        eve.create_commit(model, [add("x", "1")], commit_message="x")
    assert refused.value.response.status_code == 403
    with pytest.raises(RevisionNotFoundError):
        api.create_commit(model, [add("x", "1")], commit_message="x", revision="nope")
    with pytest.raises(RepositoryNotFoundError):
        api.create_commit(f"{model}-nope", [add("x", "1")], commit_message="x")
    with pytest.raises(HfHubHTTPError) as pull:
        api.create_commit(model, [add("x", "1")], commit_message="x", create_pr=True)
    assert pull.value.response.status_code == 501


def test_a_commit_beside_main_builds_nothing(hub, api: HfApi, space):
    api.create_branch(space, branch="try/it", repo_type="space")
    commit = api.create_commit(
        space, [add("x", "1")], commit_message="x", repo_type="space", revision="try/it"
    )
    assert not hub.spaces.told_of(space, "committed")
    assert api.repo_info(space, repo_type="space", revision="try/it").sha == commit.oid
    assert api.list_repo_files(space, repo_type="space", revision="try/it")[-1] == "x"


def test_a_bad_request_is_the_clients_bad_request(api: HfApi, model):
    with pytest.raises(BadRequestError):
        api.create_branch(model, branch="b", revision="no-such-start")


def test_a_folder_goes_with_or_without_a_slash_after_its_name(api: HfApi, model):
    api.create_commit(model, [add("1/a", "a"), add("2/b", "b")], commit_message="x")
    gone = [CommitOperationDelete("1", is_folder=False), CommitOperationDelete("2/")]
    api.create_commit(model, gone, commit_message="y")
    assert api.list_repo_files(model) == [".gitattributes"]


def test_refusals_are_worded_as_the_hubs_clients_match_them(api: HfApi, hub, model):
    api.create_branch(model, branch="side")
    with hub.http() as client:
        again = client.post(f"/api/models/{model}/branch/side")
        main = client.delete(f"/api/models/{model}/branch/main")
    assert "Reference refs/heads/side already exists" in again.text
    assert "Cannot delete refs/heads/main" in main.text
    other = api.create_repo("ada/taken").repo_id
    with pytest.raises(HfHubHTTPError, match=f"A model repository called {other} already exists"):
        api.move_repo(model, other)
    api.delete_repo(other)
