"""What the Hub's clients rely on: words, codes and addresses that their own code reads."""

import hashlib
import re

import httpx
import pytest
from huggingface_hub import HfApi, RepoCard, hf_hub_download
from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError

LARGE = b"\x00large" * 100


def get(hub, path, who="ada", **more):
    with hub.http(who) as client:
        return client.get(path, **more)


def batch(hub, repo, **fields):
    oid = hashlib.sha256(LARGE).hexdigest()
    body = {"operation": "upload", "objects": [{"oid": oid, "size": len(LARGE)}], **fields}
    with hub.http() as client:
        return client.post(f"/{repo}.git/info/lfs/objects/batch", json=body)


@pytest.mark.parametrize("plural", ["models", "datasets", "spaces"])
@pytest.mark.parametrize("word", ["expand", "expand[]"])
def test_a_client_that_asks_for_xet_learns_that_there_is_none(hub, api, name, plural, word):
    space = {"space_sdk": "static"} if plural == "spaces" else {}
    api.create_repo(name, repo_type=plural[:-1], **space)
    answer = get(hub, f"/api/{plural}/{name}", params={word: "xetEnabled"})
    assert answer.status_code == 200
    assert answer.json() | {"_id": 0} == {"_id": 0, "id": name, "xetEnabled": False}


def test_both_spellings_of_the_hash_are_one(hub, api, name):
    api.create_repo(name)
    shapes = []
    for algorithm in ("sha256", "sha_256"):
        answer = batch(hub, name, hash_algo=algorithm)
        assert answer.status_code == 200
        shapes.append(sorted(answer.json()["objects"][0]["actions"]))
    assert shapes == [["upload", "verify"]] * 2
    assert batch(hub, name, hash_algo="md5").status_code == 400


def test_a_gated_repository_gives_its_files_to_members_alone(hub, api, git, name, tmp_path):
    api.create_repo(name)
    api.upload_file(path_or_fileobj=LARGE, path_in_repo="w.bin", repo_id=name)
    api.update_repo_settings(name, gated="auto")
    for path in (f"/{name}/resolve/main/w.bin", f"/{name}/raw/main/README.md"):
        stranger, anonymous = get(hub, path, "eve"), get(hub, path, None)
        assert (stranger.status_code, anonymous.status_code) == (403, 401)
        assert stranger.headers["X-Error-Code"] == anonymous.headers["X-Error-Code"] == "GatedRepo"
        assert (
            f"Access to model {name} is restricted and you are not in the authorized list"
            in (stranger.headers["X-Error-Message"])
        )
    with pytest.raises(GatedRepoError):
        hub.api("eve").hf_hub_download(name, "w.bin", local_dir=tmp_path)
    with pytest.raises(GatedRepoError):
        hub.api("eve").auth_check(name)
    api.auth_check(name)
    assert hub.api("eve").model_info(name).gated == "auto"
    assert "w.bin" in hub.api("eve").list_repo_files(name)
    assert batch(hub, name, operation="download").status_code == 200
    with hub.http("eve") as client:
        body = {"operation": "download", "objects": []}
        assert client.post(f"/{name}/info/lfs/objects/batch", json=body).status_code == 403
    url = f"{hub.url.replace('://', '://eve:hf_eve@')}/{name}"
    assert git("clone", "--quiet", url, str(tmp_path / "clone"), ok=False).returncode != 0
    api.hf_hub_download(name, "w.bin", local_dir=tmp_path)
    assert (tmp_path / "w.bin").read_bytes() == LARGE


def test_names_without_a_namespace_are_not_found(hub, api):
    assert api.revision_exists("gpt2", "main") is False
    assert api.file_exists("gpt2", "config.json") is False
    with pytest.raises(RepositoryNotFoundError):
        api.list_repo_commits("gpt2")
    for path in ("/api/datasets/x/tree/main", "/datasets/x/resolve/main/f", "/api/models/x/refs"):
        answer = get(hub, path)
        assert (answer.status_code, answer.headers["X-Error-Code"]) == (404, "RepoNotFound")


@pytest.mark.parametrize("private", [False, True])
def test_a_moved_repository_is_found_under_its_old_name(hub, api, git, name, tmp_path, private):
    api.create_repo(name, private=private)
    api.upload_file(path_or_fileobj=b"{}", path_in_repo="config.json", repo_id=name)
    api.move_repo(name, f"{name}-new")
    with httpx.Client(base_url=hub.url, headers={"Authorization": "Bearer hf_ada"}) as client:
        moved = client.head(f"/{name}/resolve/main/config.json?download=1")
        assert moved.status_code == 307
        assert moved.headers["Location"] == f"/{name}-new/resolve/main/config.json?download=1"
    assert api.model_info(name).id == f"{name}-new"
    kept = hf_hub_download(
        name, "config.json", endpoint=hub.url, token="hf_ada", cache_dir=tmp_path
    )
    assert kept.endswith("config.json")
    api.upload_file(path_or_fileobj=b"[1]", path_in_repo="config.json", repo_id=name)
    api.upload_file(path_or_fileobj=LARGE, path_in_repo="w.bin", repo_id=name)
    url = f"{hub.url.replace('://', '://ada:hf_ada@')}/{name}"
    git("clone", "--quiet", url, str(tmp_path / "clone"))
    at = ("-C", str(tmp_path / "clone"))
    git(*at, "commit", "--quiet", "--allow-empty", "-m", "under the old name")
    git(*at, "push", "--quiet", "origin", "main")
    assert api.list_repo_commits(f"{name}-new")[0].title == "under the old name"
    seen = get(hub, f"/api/models/{name}", "eve", follow_redirects=False).status_code
    assert seen == (404 if private else 307)  # nobody learns a private one's name


def test_an_old_name_is_whose_it_is_given_to(hub, api, name):
    api.create_repo(name)
    api.move_repo(name, f"{name}-b")
    api.move_repo(f"{name}-b", name)
    assert get(hub, f"/api/models/{name}", follow_redirects=False).status_code == 200
    api.move_repo(name, f"{name}-c")
    api.create_repo(name)
    assert api.model_info(name).id == name
    api.delete_repo(name)
    assert get(hub, f"/api/models/{name}", follow_redirects=False).status_code == 404
    api.delete_repo(f"{name}-c")
    assert get(hub, f"/api/models/{name}-b", follow_redirects=False).status_code == 404


def test_ids_are_one_whatever_their_case(hub, api, name):
    spelt = f"{name}-CaSe"
    api.create_repo(spelt)
    other = f"{name}-case"
    api.upload_file(path_or_fileobj=LARGE, path_in_repo="w.bin", repo_id=other)
    assert "w.bin" in api.list_repo_files(spelt)
    assert api.model_info(other).id == spelt
    with hub.http() as client:
        body = {"name": other.partition("/")[2]}
        assert client.post("/api/repos/create", json=body).status_code == 409
    api.create_repo(f"{name}-x")
    with hub.http() as client:
        body = {"fromRepo": f"{name}-x", "toRepo": other}
        assert client.post("/api/repos/move", json=body).status_code == 409
    api.move_repo(spelt, other)  # its own name in other letters
    assert api.model_info(spelt).id == other


def test_a_backslash_is_a_letter_of_a_path_but_not_at_its_beginning(hub, api, name):
    api.create_repo(name)
    inner = "folder/..\\..\\file"
    api.upload_file(path_or_fileobj=b"x", path_in_repo=inner, repo_id=name)
    assert inner in api.list_repo_files(name)
    file = {"path": "..\\ddd", "sample": "", "size": 1}
    with hub.http() as client:
        body = {"files": [file]}
        assert client.post(f"/api/models/{name}/preupload/main", json=body).status_code == 422
        body = {"files": [{**file, "path": "../ddd"}]}
        assert client.post(f"/api/models/{name}/preupload/main", json=body).status_code == 400


def test_a_folder_goes_without_its_slash(api, name):
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete  # noqa: PLC0415

    api.create_repo(name)
    add = [CommitOperationAdd("1/a", b"a"), CommitOperationAdd("1/b/c", b"c")]
    api.create_commit(name, add, commit_message="add")
    api.create_commit(name, [CommitOperationDelete("1")], commit_message="gone")
    assert api.list_repo_files(name) == [".gitattributes"]


def test_what_the_repository_ignores_is_not_uploaded(api, name, tmp_path):
    api.create_repo(name)
    api.upload_file(path_or_fileobj=b"nested/*\n", path_in_repo=".gitignore", repo_id=name)
    (tmp_path / "nested").mkdir()
    (tmp_path / "nested" / "file.bin").write_bytes(LARGE)
    (tmp_path / "kept.txt").write_text("x")
    api.upload_folder(folder_path=tmp_path, repo_id=name)
    assert set(api.list_repo_files(name)) == {".gitattributes", ".gitignore", "kept.txt"}


def test_cards_are_read_as_the_platform_reads_them(hub):
    def asked(content, accept="application/json", kind="model"):
        with hub.http() as client:
            body = {"content": content, "repoType": kind}
            return client.post("/api/validate-yaml", json=body, headers={"Accept": accept})

    bad = "\n\n---\nlicense: nonsense\n---\n"
    assert asked(bad).status_code == 400
    text = asked(bad, "text/plain")
    assert text.headers["content-type"].startswith("text/plain")
    assert text.text.startswith('- Error: "license" must be one of [')
    assert asked("---\nmodel-index: foo\n---\n").json()["errors"][0]["message"] == (
        '"model-index" must be an array'
    )
    assert asked("---\nmodel-index: []\nlicense: mit\n---\n").status_code == 200
    assert "(5:" in asked("\n---\na: 1\nb: [\n---\n").json()["errors"][0]["message"]


def test_a_bad_card_is_refused_before_it_is_uploaded(hub, api, name, monkeypatch):
    from huggingface_hub import repocard  # noqa: PLC0415

    monkeypatch.setattr(repocard.constants, "ENDPOINT", hub.url, raising=False)
    api.create_repo(name)
    card = RepoCard("---\nmodel-index: foo\n---\n", ignore_metadata_errors=True)
    with pytest.raises(ValueError, match=r"Error|Invalid"):
        api.upload_file(path_or_fileobj=str(card).encode(), path_in_repo="README.md", repo_id=name)
    assert "README.md" not in api.list_repo_files(name)


def test_messages_that_clients_match(hub, api, name):
    api.create_repo(name)
    api.create_repo(f"{name}-2")
    with hub.http() as client:

        def message(method, path, **body):
            return client.request(method, path, json=body).json()["error"]

        at = f"/api/models/{name}"
        stale = b'{"key":"header","value":{"summary":"s","parentCommit":"%s"}}' % (b"0" * 40)
        refused = client.post(f"{at}/commit/main", content=stale)
        assert (refused.status_code, refused.json()["error"]) == (
            412,
            "The branch was updated since you opened this page. Please refresh and try again.",
        )
        assert message("POST", f"{at}/branch/main") == "Reference refs/heads/main already exists"
        assert message("DELETE", f"{at}/branch/main") == "Cannot delete refs/heads/main"
        move = {"fromRepo": name, "toRepo": f"{name}-2"}
        taken = f"A model repository called {name}-2 already exists"
        assert message("POST", "/api/repos/move", **move) == taken
        kernel = client.post("/api/repos/create", json={"name": "k", "type": "kernel"})
        assert kernel.status_code == 501


def test_commits_are_formatted_where_that_is_asked_for(api, name):
    api.create_repo(name)
    api.upload_file(
        path_or_fileobj=b"x",
        path_in_repo="x",
        repo_id=name,
        commit_message="a <b>",
        commit_description="c\nd",
    )
    shown = api.list_repo_commits(name, formatted=True)[0]
    assert (shown.formatted_title, shown.formatted_message) == ("a &lt;b&gt;", "c<br>d")
    assert api.list_repo_commits(name)[0].formatted_title is None


@pytest.mark.parametrize("kind", ["Model", "Dataset", "Space"])
def test_an_unknown_expand_names_those_that_the_client_knows(hub, api, name, kind):
    from typing import get_args  # noqa: PLC0415

    from huggingface_hub import hf_api  # noqa: PLC0415

    kind_of = kind.lower()
    api.create_repo(name, repo_type=kind_of, **({"space_sdk": "static"} if kind == "Space" else {}))
    answer = get(hub, f"/api/{kind_of}s/{name}", params={"expand": "nonsense"})
    assert answer.status_code == 400
    said = answer.json()["error"]
    assert said.startswith("✖ Invalid option: expected one of ")
    assert said.endswith("\n  → at expand[0]")
    known = set(get_args(getattr(hf_api, f"Expand{kind}Property_T")))
    assert set(re.findall(r'"(\w[\w-]*)"', said)) == {*known, "xetEnabled", "gitalyUid"}


def test_lists_say_what_was_asked_for(hub, api, name):
    from huggingface_hub import CommitOperationAdd  # noqa: PLC0415

    api.create_repo(name, repo_type="space", space_sdk="static")
    card = b"---\nsdk: static\nmodels: [a/b]\n---\n"
    api.create_commit(
        name, [CommitOperationAdd("README.md", card)], commit_message="c", repo_type="space"
    )
    author = {"author": "ada", "search": name.partition("/")[2]}

    def keys(**asked):
        [found] = get(hub, "/api/spaces", params={**author, **asked}).json()
        return set(found)

    plain = keys()
    assert {"id", "likes", "private", "sdk", "tags", "createdAt"} <= plain
    assert not plain & {"cardData", "siblings", "sha", "models", "datasets", "runtime", "author"}
    assert keys(cardData="true") == {*plain, "cardData"}
    assert keys(full="true") >= {*plain, "cardData", "sha", "siblings", "lastModified", "author"}
    assert keys(linked="true") == {*plain, "models", "datasets"}
    assert keys(expand="sha") == {"_id", "id", "sha"}


def test_an_address_that_is_not_imitated_is_no_missing_repository(hub):
    answer = get(hub, "/api/spaces/semantic-search", params={"q": "x"})
    assert answer.status_code == 501


def test_who_i_am_has_a_picture(api: HfApi):
    me = api.whoami()
    assert me["avatarUrl"].startswith("data:image/svg+xml,")
    assert all(each["avatarUrl"] for each in me["orgs"])


def test_request_ids_come_back(hub):
    own = get(hub, "/api/whoami-v2", headers={"X-Request-Id": "custom-id"})
    assert own.headers["X-Request-Id"] == "custom-id"
    traced = get(hub, "/api/whoami-v2", headers={"X-Amzn-Trace-Id": "abc"})
    assert "abc" in traced.headers["X-Request-Id"]


def test_small_pictures_are_pushed_as_they_are_and_films_are_not(hub, api, git, name, tmp_path):
    api.create_repo(name, repo_type="space", space_sdk="static")
    url = f"{hub.url.replace('://', '://ada:hf_ada@')}/spaces/{name}"
    folder = tmp_path / "clone"
    git("clone", "--quiet", url, str(folder))
    at = ("-C", str(folder))
    (folder / "favicon.png").write_bytes(b"\x89PNG\x00" * 400)
    git(*at, "add", "favicon.png")
    git(*at, "-c", "filter.lfs.required=false", "commit", "--quiet", "-m", "small")
    git(*at, "push", "--quiet", "origin", "main")
    assert "favicon.png" in api.list_repo_files(name, repo_type="space")
    (folder / "demo.film").write_bytes(b"\x00film" * 334_000)
    git(*at, "add", "demo.film")
    git(*at, "commit", "--quiet", "-m", "film")
    refused = git(*at, "push", "origin", "main", ok=False)
    assert refused.returncode != 0
    assert "demo.film" in refused.stderr


def test_datasets_have_a_page(hub, api, name):
    api.create_repo(name, repo_type="dataset")
    with hub.http(None) as client:
        assert f'href="/datasets/{name}"' in client.get("/").text
        page = client.get(f"/datasets/{name}")
        assert page.status_code == 200
        assert f"/datasets/{name}/resolve/main/.gitattributes" in page.text


@pytest.mark.parametrize("limit", ["-1", "x", "1.5", ""])
def test_a_limit_that_is_no_number_of_items_is_refused(hub, limit):
    answer = get(hub, "/api/models", params={"limit": limit})
    assert answer.status_code == 400
    assert "limit" in answer.json()["error"]


def test_a_limit_of_nothing_gives_the_client_nothing(api, name):
    api.create_repo(name)
    assert list(api.list_models(author="ada", limit=0)) == []
