import pytest
from huggingface_hub import CommitOperationAdd, HfApi
from huggingface_hub.errors import HfHubHTTPError, RevisionNotFoundError

CARD = b"---\nlicense: mit\ntags: [a, b]\nlibrary_name: keras\nreleased: 2026-01-02\n---\n# Hi\n"


def commit(api, repo, files, message="x"):
    operations = [CommitOperationAdd(path, content) for path, content in files.items()]
    return api.create_commit(repo, operations, commit_message=message)


def test_info_tells_files_card_and_dates(api: HfApi, model):
    oid = commit(api, model, {"README.md": CARD, "w.bin": b"\x00" * 10}).oid
    info = api.model_info(model, files_metadata=True)
    assert (info.sha, info.author, info.private, info.gated) == (oid, "ada", False, False)
    assert {"license:mit", "a", "b", "keras"} <= set(info.tags)
    assert info.card_data["license"] == "mit"
    assert info.library_name == "keras"
    assert info.last_modified >= info.created_at.replace(microsecond=0)
    files = {file.rfilename: file for file in info.siblings}
    assert files["README.md"].size == len(CARD)
    assert files["README.md"].lfs is None
    assert files["w.bin"].size == files["w.bin"].lfs.size == 10


def test_info_without_metadata_names_files_only(hub, model):
    with hub.http() as client:
        siblings = client.get(f"/api/models/{model}").json()["siblings"]
    assert siblings == [{"rfilename": ".gitattributes"}]


def test_expand_returns_what_was_asked_for(api: HfApi, hub, model):
    info = api.model_info(model, expand=["sha", "tags"])
    assert info.sha
    assert info.siblings is None
    with pytest.raises(HfHubHTTPError) as later:
        api.model_info(model, expand=["safetensors"])
    assert later.value.response.status_code == 501
    with hub.http() as client:
        assert client.get(f"/api/models/{model}?expand=nonsense").status_code == 400


def test_a_tree_is_listed_in_pages_without_loss(api: HfApi, hub, model):
    commit(api, model, {f"d/{number:03}": b"x" for number in range(60)})
    paths = [entry.path for entry in api.list_repo_tree(model, recursive=True, expand=True)]
    assert paths == [".gitattributes", "d", *(f"d/{number:03}" for number in range(60))]
    with hub.http() as client:
        first = client.get(f"/api/models/{model}/tree/main/d?expand=true")
        assert len(first.json()) == 50
        second = client.get(first.links["next"]["url"])
        assert [entry["path"] for entry in second.json()] == [f"d/{n:03}" for n in range(50, 60)]
        assert "next" not in second.links


def test_expanding_names_the_commit_that_changed_each_path_last(api: HfApi, model):
    commit(api, model, {"a": b"1", "d/x": b"1"}, "one")
    commit(api, model, {"d/y": b"1"}, "two")
    entries = {e.path: e for e in api.list_repo_tree(model, recursive=True, expand=True)}
    titles = {path: entry.last_commit.title for path, entry in entries.items()}
    assert titles == {
        ".gitattributes": "initial commit",
        "a": "one",
        "d": "two",
        "d/x": "one",
        "d/y": "two",
    }


def test_a_missing_folder_is_an_entry_not_found(api: HfApi, model):
    with pytest.raises(HfHubHTTPError) as missing:
        list(api.list_repo_tree(model, "absent"))
    assert missing.value.response.headers["X-Error-Code"] == "EntryNotFound"


def test_paths_info_leaves_out_what_is_not_there(api: HfApi, model):
    commit(api, model, {"a/b": b"123", "w.bin": b"4"})
    found = {entry.path: entry for entry in api.get_paths_info(model, ["a", "w.bin", "nope"])}
    assert sorted(found) == ["a", "w.bin"]
    assert found["w.bin"].lfs.size == 1
    expanded = api.get_paths_info(model, "a/b", expand=True)
    assert expanded[0].last_commit.title == "x"


def test_branches_and_tags_come_and_go(api: HfApi, model):
    first = api.model_info(model).sha
    head = commit(api, model, {"a": b"1"}).oid
    api.create_branch(model, branch="feature/x", revision=first)
    api.create_tag(model, tag="v1", revision=first)
    api.create_tag(model, tag="v2", tag_message="second")
    refs = api.list_repo_refs(model)
    assert {ref.name: ref.target_commit for ref in refs.branches} == {
        "main": head,
        "feature/x": first,
    }
    assert {ref.name: ref.target_commit for ref in refs.tags} == {"v1": first, "v2": head}
    for revision, sha in (("feature/x", first), ("v1", first), ("v2", head), (head[:8], head)):
        assert api.model_info(model, revision=revision).sha == sha
        assert api.list_repo_files(model, revision=revision)
    for refused in (
        lambda: api.create_branch(model, branch="feature/x"),
        lambda: api.create_tag(model, tag="v1"),
        lambda: api.create_tag(model, tag="v2", tag_message="again"),
    ):
        with pytest.raises(HfHubHTTPError) as conflict:
            refused()
        assert conflict.value.response.status_code == 409
    api.create_branch(model, branch="feature/x", exist_ok=True)
    api.delete_branch(model, branch="feature/x")
    api.delete_tag(model, tag="v1")
    refs = api.list_repo_refs(model)
    assert [ref.name for ref in refs.branches] == ["main"]
    assert [ref.name for ref in refs.tags] == ["v2"]
    with pytest.raises(RevisionNotFoundError):
        api.delete_tag(model, tag="v1")


def test_the_default_branch_stays(api: HfApi, model):
    with pytest.raises(HfHubHTTPError) as refused:
        api.delete_branch(model, branch="main")
    assert refused.value.response.status_code == 400
    assert api.model_info(model).sha


def test_lists_show_own_and_public_repositories_by_author(hub, api: HfApi, model, space):
    assert model in [each.id for each in api.list_models(author="ada")]
    assert space in [each.id for each in hub.api("eve").list_spaces(author="ada")]
    assert list(api.list_models(author="eve", search=model)) == []


@pytest.mark.parametrize("name", ["tree", "resolve", "raw"])
def test_a_repository_may_be_called_like_a_word_of_the_address(api: HfApi, name):
    repo = api.create_repo(f"ada/{name}").repo_id
    commit(api, repo, {"tree/a.txt": b"a"})
    assert [each.path for each in api.list_repo_tree(repo, "tree")] == ["tree/a.txt"]
    assert api.file_exists(repo, "tree/a.txt")
    api.delete_repo(repo)
