"""What a publisher's token may do: write the content of one repository, for an hour."""

import pytest

from sandbox.hub.publishing.tokens import LIFETIME, PublisherTokens

COMMIT = (
    '{"key": "header", "value": {"summary": "Push"}}\n'
    '{"key": "file", "value": {"path": "weights.txt", "content": "1 2 3"}}\n'
)


@pytest.fixture
def token(cloud, model) -> str:
    return cloud.exchange(cloud.identity(), model).json()["access_token"]


@pytest.fixture
def mine(cloud, token):
    return cloud.http(token)


def test_it_reads_and_writes_its_own_repository(mine, model):
    pushed = mine.post(f"/api/models/{model}/commit/main", content=COMMIT)
    assert pushed.status_code == 200, pushed.text
    assert mine.get(f"/{model}/resolve/main/weights.txt").text == "1 2 3"
    [newest, *_] = mine.get(f"/api/models/{model}/commits/main").json()
    assert [each["user"] for each in newest["authors"]] == ["[OIDC]"]
    assert mine.post(f"/api/models/{model}/tag/main", json={"tag": "v1"}).status_code == 201


def test_it_is_a_strangers_everywhere_else(cloud, mine, model):
    hidden = cloud.create(f"hidden-{model.partition('/')[2]}", private=True)
    seen = cloud.create(f"seen-{model.partition('/')[2]}")
    assert mine.get(f"/api/models/{hidden}").status_code == 404
    assert mine.post(f"/api/models/{hidden}/commit/main", content=COMMIT).status_code == 404
    assert mine.get(f"/api/models/{seen}").status_code == 200
    assert mine.post(f"/api/models/{seen}/commit/main", content=COMMIT).status_code == 403
    for new in ({"name": "new"}, {"name": "new", "organization": cloud.owner}):
        assert mine.post("/api/repos/create", json=new).status_code == 403
    assert hidden not in {each["id"] for each in mine.get("/api/models").json()}


def test_it_administers_nothing(mine, model):
    namespace, name = model.split("/")
    address = {"name": name, "organization": namespace}
    assert mine.request("DELETE", "/api/repos/delete", json=address).status_code == 403
    moved = {"fromRepo": model, "toRepo": f"{namespace}/elsewhere"}
    assert mine.post("/api/repos/move", json=moved).status_code == 403
    opened = mine.put(f"/api/models/{model}/settings", json={"private": False})
    assert opened.status_code == 403
    assert mine.get("/api/whoami-v2").status_code == 403


def test_a_spaces_secrets_and_hardware_are_not_its_own(cloud):
    space = cloud.create("app", type="space", sdk="static")
    cloud.trust(f"spaces/{space}")
    answer = cloud.exchange(cloud.identity(), f"spaces/{space}")
    mine = cloud.http(answer.json()["access_token"])
    below = f"/api/spaces/{space}"
    assert mine.get(f"{below}/runtime").status_code == 200
    secret = {"key": "KEY", "value": "canary"}
    assert mine.post(f"{below}/secrets", json=secret).status_code == 403
    assert mine.post(f"{below}/restart").status_code == 403
    assert mine.post(f"{below}/commit/main", content=COMMIT).status_code == 200


def test_a_deleted_repository_takes_its_publishers_and_a_new_one_of_its_name_trusts_nobody(
    cloud, model
):
    namespace, name = model.split("/")
    token = cloud.exchange(cloud.identity(), model).json()["access_token"]
    owner = cloud.http(cloud.hub_token)
    address = {"name": name, "organization": namespace}
    assert owner.request("DELETE", "/api/repos/delete", json=address).status_code == 200
    assert f" {model} " not in cloud.settings.listing()
    cloud.create(name, private=True)
    assert cloud.http(token).get(f"/api/models/{model}").status_code == 404
    assert cloud.exchange(cloud.identity(), model).status_code == 400


def test_a_renamed_repository_goes_on_trusting(cloud, model):
    moved = {"fromRepo": model, "toRepo": f"{model}-moved"}
    assert cloud.http(cloud.hub_token).post("/api/repos/move", json=moved).status_code == 200
    assert cloud.exchange(cloud.identity(), f"{model}-moved").status_code == 200


def test_it_ends_after_an_hour():
    now = [0.0]
    tokens = PublisherTokens(lambda: now[0])
    token = tokens.issue("uid")
    now[0] = LIFETIME - 1.0
    assert tokens.repository_of(token) == "uid"
    now[0] = LIFETIME
    assert tokens.repository_of(token) is None
    assert tokens.repository_of(f"{token}x") is None


def test_a_token_that_is_nobodys_is_told_so(cloud, model):
    assert cloud.http("hf_jwt_x").get(f"/api/models/{model}").status_code == 401
