from concurrent.futures import ThreadPoolExecutor

import huggingface_hub.constants
import pytest
from huggingface_hub import HfApi
from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, RepositoryNotFoundError


def test_a_new_model_holds_the_platforms_initial_commit(hub, api: HfApi, name):
    url = api.create_repo(name)
    assert url == f"{hub.url}/{name}"
    assert url.repo_id == name
    (commit,) = api.list_repo_commits(name)
    assert (commit.title, commit.authors) == ("initial commit", ["ada"])
    assert api.list_repo_files(name) == [".gitattributes"]


def test_a_new_space_is_handed_over_with_its_settings_and_a_card(hub, api: HfApi, name):
    api.create_repo(
        name,
        repo_type="space",
        space_sdk="docker",
        space_hardware="cpu-upgrade",
        space_sleep_time=600,
        space_secrets=[{"key": "TOKEN", "value": "s3cret"}],
        space_variables=[{"key": "MODE", "value": "dev", "description": "which"}],
    )
    ((_, _, settings),) = hub.spaces.told_of(name, "created")
    assert settings.sdk == "docker"
    assert settings.hardware == "cpu-upgrade"
    assert settings.sleep_time_seconds == 600
    assert list(settings.secrets) == [{"key": "TOKEN", "value": "s3cret"}]
    assert list(settings.variables) == [{"key": "MODE", "value": "dev", "description": "which"}]
    info = api.space_info(name)
    assert info.sdk == "docker"
    assert info.card_data["sdk"] == "docker"
    assert info.host == hub.spaces.host(name)[0]
    assert info.runtime.stage == "NO_APP_FILE"
    assert not hub.spaces.told_of(name, "committed"), "the initial commit builds nothing"


def test_creating_twice_is_a_conflict_that_exist_ok_forgives(hub, api: HfApi, space):
    with pytest.raises(HfHubHTTPError, match="You already created this space repo") as refused:
        api.create_repo(space, repo_type="space", space_sdk="docker")
    assert refused.value.response.status_code == 409
    assert "X-Error-Code" not in refused.value.response.headers
    again = api.create_repo(space, repo_type="space", space_sdk="docker", exist_ok=True)
    assert again == f"{hub.url}/spaces/{space}"
    assert len(hub.spaces.told_of(space, "created")) == 1


def test_a_model_and_a_space_may_share_a_name(api: HfApi, name):
    api.create_repo(name)
    api.create_repo(name, repo_type="space", space_sdk="static")
    assert api.repo_exists(name)
    assert api.repo_exists(name, repo_type="space")


def test_only_one_of_many_creators_wins(hub, name):
    def create(_number):
        with hub.http() as client:
            return client.post("/api/repos/create", json={"name": name.split("/")[1]}).status_code

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(create, range(8)))
    assert answers == [200] + [409] * 7


def test_a_free_plan_pays_for_docker_even_if_the_space_exists(hub, name, monkeypatch):
    # On this one way the client parses its own URL against the endpoint of its environment.
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", hub.url)
    poor, own = hub.api("poor"), name.replace("ada/", "poor/")
    with pytest.raises(HfHubHTTPError) as refused:
        poor.create_repo(own, repo_type="space", space_sdk="docker")
    assert refused.value.response.status_code == 402
    poor.create_repo(own, repo_type="space", space_sdk="static")
    again = poor.create_repo(own, repo_type="space", space_sdk="docker", exist_ok=True)
    assert again.repo_id == own


def test_a_foreign_namespace_is_forbidden(hub, name):
    for who, repo in (("eve", name), ("reader", name), ("ada", "nobody/x"), ("eve", "acme/x")):
        with pytest.raises(HfHubHTTPError, match="You don't have the rights") as refused:
            hub.api(who).create_repo(repo)
        assert refused.value.response.status_code == 403


def test_an_organization_belongs_to_its_members(api: HfApi, name):
    repo = name.replace("ada/", "acme/")
    assert api.create_repo(repo).repo_id == repo
    assert [model.id for model in api.list_models(author="acme", search=repo)] == [repo]


def test_a_deleted_repository_is_gone_and_deleting_again_says_so(hub, api: HfApi, space):
    folder = hub.registry.get("space", space).folder
    api.delete_repo(space, repo_type="space")
    assert not api.repo_exists(space, repo_type="space")
    assert hub.spaces.told_of(space, "deleted")
    assert not folder.exists()
    with pytest.raises(RepositoryNotFoundError):
        api.delete_repo(space, repo_type="space")
    api.delete_repo(space, repo_type="space", missing_ok=True)


def test_a_moved_repository_keeps_its_history_under_the_new_name(hub, api: HfApi, space):
    sha, target = api.repo_info(space, repo_type="space").sha, f"{space}-moved"
    api.move_repo(space, target, repo_type="space")
    assert api.repo_info(target, repo_type="space").sha == sha
    assert api.repo_info(space, repo_type="space").id == target  # the old name leads there
    assert hub.spaces.told_of(space, "moved") == [("moved", space, target)]


def test_moving_onto_a_taken_name_or_into_a_foreign_namespace_is_refused(api: HfApi, model):
    other = f"{model}-other"
    api.create_repo(other)
    with pytest.raises(HfHubHTTPError) as taken:
        api.move_repo(model, other)
    assert taken.value.response.status_code == 409
    with pytest.raises(HfHubHTTPError) as foreign:
        api.move_repo(model, model.replace("ada/", "eve/"))
    assert foreign.value.response.status_code == 403
    assert api.repo_exists(model)


def test_a_private_repository_does_not_exist_for_strangers(hub, api: HfApi, name, tmp_path):
    api.create_repo(name, private=True)
    assert hub.api("reader").repo_info(name).private
    for client in (hub.api("eve"), HfApi(endpoint=hub.url, token=False)):
        assert not client.repo_exists(name)
        with pytest.raises(RepositoryNotFoundError):
            client.hf_hub_download(name, ".gitattributes", cache_dir=tmp_path)
        assert name not in [model.id for model in client.list_models()]
    api.update_repo_settings(name, visibility="public")
    assert hub.api("eve").repo_exists(name)


def test_protected_is_for_spaces_alone(hub, api: HfApi, space, name):
    api.update_repo_settings(space, repo_type="space", visibility="protected")
    assert not hub.api("eve").repo_exists(space, repo_type="space")
    api.create_repo(name)
    with hub.http() as client:
        answer = client.put(f"/api/models/{name}/settings", json={"visibility": "protected"})
    assert answer.status_code == 400


def test_gating_shows_in_the_info(api: HfApi, model):
    api.update_repo_settings(model, gated="manual")
    assert api.model_info(model).gated == "manual"
    api.update_repo_settings(model, gated=False)
    assert api.model_info(model).gated is False


def test_a_gated_repositorys_files_are_its_members_alone(hub, api: HfApi, model, tmp_path):
    api.upload_file(path_or_fileobj=b"x" * 11_000_000, path_in_repo="big.bin", repo_id=model)
    api.update_repo_settings(model, gated="auto")
    for reader in (api, hub.api("reader")):
        reader.hf_hub_download(model, "big.bin", cache_dir=tmp_path / "own", force_download=True)
    strangers = {401: HfApi(endpoint=hub.url, token=False), 403: hub.api("eve")}
    for status, client in strangers.items():
        assert client.model_info(model).gated == "auto"
        assert "big.bin" in client.list_repo_files(model)
        for file in ("big.bin", ".gitattributes"):
            with pytest.raises(GatedRepoError) as refused:
                client.hf_hub_download(model, file, cache_dir=tmp_path / str(status))
            assert refused.value.response.status_code == status
    oid = api.get_paths_info(model, ["big.bin"])[0].lfs.sha256
    batch = {"operation": "download", "objects": [{"oid": oid, "size": 11_000_000}]}
    for who, status in ((None, 401), ("eve", 403), ("reader", 200)):
        with hub.http(who) as http:
            answer = http.get(f"/{model}/info/refs?service=git-upload-pack")
            assert answer.status_code == status
            assert http.get(f"/{model}/raw/main/.gitattributes").status_code == status
            found = http.post(f"/{model}.git/info/lfs/objects/batch", json=batch)
            assert found.status_code == status
    api.update_repo_settings(model, gated=False)
    hub.api("eve").hf_hub_download(model, "big.bin", cache_dir=tmp_path / "open")


def test_who_am_i(api: HfApi):
    me = api.whoami()
    assert me["name"] == "ada"
    assert [org["name"] for org in me["orgs"]] == ["acme"]
    assert me["auth"]["accessToken"]["role"] == "write"


def test_bad_and_missing_tokens_are_told_apart(hub, space):
    with pytest.raises(HfHubHTTPError, match="Invalid user token") as refused:
        HfApi(endpoint=hub.url, token="hf_wrong").whoami()
    assert refused.value.response.status_code == 401
    with hub.http(None) as anonymous:
        answer = anonymous.put(f"/api/spaces/{space}/settings", json={"visibility": "private"})
    assert (answer.status_code, answer.json()["error"]) == (401, "Invalid username or password.")


def test_a_read_token_may_read_but_not_write(hub, space):
    reader = hub.api("reader")
    assert reader.space_info(space).id == space
    with pytest.raises(HfHubHTTPError) as refused:
        reader.delete_repo(space, repo_type="space")
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("bad", ["-x", "x-", "a--b", "a..b", "x.git", "ä", "x" * 97, ""])
def test_names_the_client_would_refuse_are_refused_here_too(hub, bad):
    with hub.http() as client:
        answer = client.post("/api/repos/create", json={"name": bad})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/models/ada/x/discussions"),
        ("POST", "/api/models/ada/x/super-squash/main"),
        ("GET", "/api/collections/ada"),
        ("PATCH", "/api/models/ada/x"),
        ("GET", "/api/models/ada/x/xet-write-token/main"),
        ("GET", "/api/models?filter=text-generation"),
        ("GET", "/nowhere/at/all/of/this"),
    ],
)
def test_what_is_not_imitated_says_so(hub, method, path):
    with hub.http() as client:
        answer = client.request(method, path)
    assert answer.status_code == 501
    assert "does not imitate" in answer.json()["error"]
    assert answer.headers["X-Error-Message"] == answer.json()["error"]


def test_unknown_fields_are_never_dropped_silently(hub, name):
    with hub.http() as client:
        short = name.split("/")[1]
        later = client.post("/api/repos/create", json={"name": short, "template": "x"})
        unknown = client.post("/api/repos/create", json={"name": short, "colour": "red"})
    assert (later.status_code, unknown.status_code) == (501, 400)


def test_every_answer_names_its_request_and_the_limits_left(hub):
    with hub.http() as client:
        answers = [client.get("/api/whoami-v2"), client.get("/nowhere")]
    assert len({answer.headers["X-Request-Id"] for answer in answers}) == 2
    assert answers[0].headers["RateLimit"].startswith('"api";r=')
    assert answers[0].headers["RateLimit-Policy"] == '"fixed window";"api";q=2500;w=300'
    assert answers[1].headers["RateLimit"].startswith('"pages";r=')
