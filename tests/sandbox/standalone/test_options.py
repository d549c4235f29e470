"""What whoever starts a sandbox decides arrives at its platforms; a mistake is told."""

import argparse

import pytest
from starlette.testclient import TestClient

from sandbox.apps.addresses import AddressBook
from sandbox.machine.no_machine import NoMachine
from sandbox.server.home import Home
from sandbox.server.options import Options, User, add_flags, from_flags
from sandbox.server.platforms import compose
from toolchain.progress import SetupError

PAGE_EXAMPLE = """
paid = false
nulls = "strict"
clock_speed = 60.0
quotas = {"hub.api" = 2}

[[users]]
name = "ada"
organizations = ["lab"]

[[users]]
name = "eve"
hub_tokens = {hf_of_eve = "read"}
github_tokens = {ghp_of_eve = ["repo"]}
"""


def flags(*words):
    parser = argparse.ArgumentParser()
    add_flags(parser)
    return from_flags(parser.parse_args(words))


def clients(home, options):
    home.keep_ports(options.ports)
    platforms = compose(home, options, NoMachine(), AddressBook(home.open_database()))
    return {
        each.name: TestClient(each.app, base_url=f"http://127.0.0.1:{each.port}")
        for each in platforms
    }


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "sandbox.toml"
    path.write_text(PAGE_EXAMPLE)
    return path


def test_users_of_a_file_have_their_own_tokens_and_the_first_one_the_homes(tmp_path, config):
    home = Home(tmp_path / "home")
    served = clients(home, flags("--config", str(config), "--organization", "team"))
    identity = home.identity()
    hub = served["hub"]
    ada = hub.get("/api/whoami-v2", headers={"authorization": f"Bearer {identity.hub_token}"})
    assert ada.json()["name"] == "ada"
    assert [each["name"] for each in ada.json()["orgs"]] == ["lab", "team"]
    assert not ada.json()["isPro"]
    eve = {"authorization": "Bearer hf_of_eve"}
    assert hub.get("/api/whoami-v2", headers=eve).json()["name"] == "eve"
    new = {"name": "demo", "type": "model"}
    assert hub.post("/api/repos/create", json=new, headers=eve).status_code == 403
    there = {"authorization": "Bearer ghp_of_eve"}
    assert served["github"].get("/user", headers=there).json()["login"] == "eve"
    key = {"authorization": f"Bearer {identity.render_key}"}
    assert served["render"].get("/v1/users", headers=key).json()["name"] == "ada"


def test_quotas_are_the_callers_and_windows_end_sooner_on_a_fast_clock(tmp_path):
    slow = Options(quotas={"hub.api": 2})
    hub = clients(Home(tmp_path / "slow"), slow)["hub"]
    assert [hub.get("/api/models").status_code for _ in range(3)] == [200, 200, 429]
    now = [0.0]
    fast = Options(clock_speed=60).clock(lambda: now[0])
    now[0] = 5.0
    assert fast() == 300.0


def test_a_port_that_was_chosen_is_kept(tmp_path):
    home = Home(tmp_path)
    drawn = home.identity().render_port
    clients(home, flags("--port", "hub=20123"))
    assert (home.port("hub"), home.identity().hub_port, home.port("render")) == (
        20123,
        20123,
        drawn,
    )
    clients(home, flags())
    assert home.port("hub") == 20123


def test_without_a_card_render_creates_nothing_and_without_an_engine_it_says_so(tmp_path):
    body = {"name": "x", "ownerId": "own-x", "type": "web_service", "image": {"ownerId": "own-x"}}
    body["image"]["imagePath"] = "docker.io/acme/x:1"
    body["serviceDetails"] = {"runtime": "image", "plan": "starter"}
    for given, status in ((flags("--no-card"), 402), (flags(), 503)):
        home = Home(tmp_path / str(status))
        key = {"authorization": f"Bearer {home.identity().render_key}"}
        render = clients(home, given)["render"]
        answer = render.post("/v1/services", json=body, headers=key)
        assert answer.status_code == status, answer.text
        assert render.get("/v1/services", headers=key).json() == []
        pg = {"name": "d", "ownerId": "own-x", "plan": "free", "version": "16"}
        assert render.post("/v1/postgres", json=pg, headers=key).status_code == 503


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--port", "hub"), "NAME=NUMBER"),
        (("--port", "hub=70000"), "cannot listen on 70000"),
        (("--quota", "hub.api=many"), "NAME=NUMBER"),
        (("--clock-speed", "-1"), "above 0"),
        (("--config", "/nowhere.toml"), "cannot be read"),
    ],
)
def test_a_flag_that_means_nothing_is_told_in_a_sentence(words, said):
    with pytest.raises(SetupError, match=said) as refused:
        flags(*words)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("colour = 1", "no option is called colour"),
        ("[[users]]\nnmae = 'a'", "no key of a user is called nmae"),
        ("[[users]]\norganizations = []", "no name"),
        ("[[users]]\nname = 'a'\nhub_tokens = {t = 'own'}", "read or write"),
        ("nulls = 'maybe'", "faithful or strict"),
        ("jobs = 'anywhere'", "containers or host"),
        ("users = 3", "users"),
        ("users = []", "at least one"),
        ("ports = {hub = 0}", "cannot listen on 0"),
        ("=", "cannot be read"),
    ],
)
def test_a_file_that_means_nothing_is_told_with_its_name(config, text, said):
    config.write_text(text)
    with pytest.raises(SetupError, match=said) as refused:
        flags("--config", str(config))
    assert str(config) in str(refused.value)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (Options(quotas={"hub.apii": 1}), "hub has no quota called apii; it has api, pages"),
        (Options(quotas={"render.reeds": 1}), "it has datastore_creates"),
        (Options(quotas={"gitlab.api": 1}), "gitlab is no platform"),
        (Options(ports={"hug": 8001}), "hug is no platform"),
    ],
)
def test_what_no_platform_has_is_refused_with_what_there_is(tmp_path, options, said):
    with pytest.raises(SetupError, match=said):
        compose(Home(tmp_path), options, NoMachine(), AddressBook(Home(tmp_path).open_database()))


def test_two_users_may_share_an_organization(tmp_path):
    users = (User(name="a", organizations=("lab",)), User(name="b", organizations=("lab",)))
    assert clients(Home(tmp_path), Options(users=users))


def test_jobs_run_on_this_machine_only_where_that_is_said(config):
    assert flags().jobs == "containers"
    assert flags("--jobs", "host").jobs == "host"
    config.write_text("jobs = 'host'")
    assert flags("--config", str(config)).jobs == "host"
    assert flags("--config", str(config), "--jobs", "containers").jobs == "containers"


STRICT = """
free = ["lab"]
workspaces = ["acme"]

[[users]]
name = "ada"
organizations = ["lab", "team"]
[users.hub_tokens]
hf_one = {team = ["repo.write"]}
hf_reading = {team = ["repo.content.read"]}
[users.github_tokens]
github_pat_secrets = {secrets = "write"}
github_pat_rules = {administration = "write"}
github_pat_looking = {secrets = "read"}
"""


@pytest.fixture
def strict(tmp_path):
    path = tmp_path / "strict.toml"
    path.write_text(STRICT)
    home = Home(tmp_path / "home")
    return home, clients(home, flags("--config", str(path), "--workspace", "side"))


def bearer(token):
    return {"authorization": f"Bearer {token}"}


def test_a_fine_grained_hub_token_has_its_rights_in_its_namespaces_alone(strict):
    _, served = strict
    hub, new = served["hub"], {"name": "m", "type": "model", "visibility": "private"}

    def make(token, organization):
        body = {**new, "organization": organization}
        return hub.post("/api/repos/create", json=body, headers=bearer(token)).status_code

    assert make("hf_one", "lab") == make("hf_one", None) == make("hf_reading", "team") == 403
    assert make("hf_one", "team") == 200
    assert hub.get("/api/models/team/m", headers=bearer("hf_reading")).status_code == 200
    said = hub.get("/api/whoami-v2", headers=bearer("hf_one")).json()
    token = said["auth"]["accessToken"]
    assert token["role"] == "fineGrained"
    [only] = token["fineGrained"]["scoped"]
    assert (only["entity"]["type"], only["entity"]["name"]) == ("org", "team")
    assert only["permissions"] == ["repo.write"]


def test_a_free_organization_beside_a_paid_one_gets_no_docker_space(strict):
    home, served = strict
    body = {"name": "s", "type": "space", "sdk": "docker"}
    asked = [
        served["hub"].post(
            "/api/repos/create",
            json={**body, "organization": organization},
            headers=bearer(home.identity().hub_token),
        )
        for organization in ("lab", "team", None)
    ]
    assert [each.status_code for each in asked] == [402, 503, 503]  # where no engine is


def test_a_render_key_reaches_every_workspace_that_was_asked_for(strict):
    home, served = strict
    key = bearer(home.identity().render_key)
    owners = [each["owner"] for each in served["render"].get("/v1/owners", headers=key).json()]
    assert [each["name"] for each in owners] == ["ada", "acme", "side"]
    assert len({each["id"] for each in owners}) == 3


def test_a_fine_grained_github_token_does_what_its_one_permission_says(strict):
    home, served = strict
    github = served["github"]
    made = github.post(
        "/user/repos", json={"name": "r"}, headers=bearer(home.identity().github_token)
    )
    assert made.status_code == 201
    rules = {"name": "x", "target": "branch", "enforcement": "active", "rules": []}
    asks = {
        "list": ("GET", "/repos/ada/r/actions/secrets", None),
        "delete": ("DELETE", "/repos/ada/r/actions/secrets/NONE", None),
        "variable": ("POST", "/repos/ada/r/actions/variables", {"name": "A", "value": "1"}),
        "environment": ("PUT", "/repos/ada/r/environments/dev", {}),
        "ruleset": ("POST", "/repos/ada/r/rulesets", rules),
        "inside": ("GET", "/repos/ada/r/environments/dev/secrets", None),
        "repository": ("GET", "/repos/ada/r", None),
    }

    def told(token):
        return {
            name: github.request(method, path, json=body, headers=bearer(token)).status_code
            for name, (method, path, body) in asks.items()
        }

    refused = dict.fromkeys(asks, 403) | {"repository": 200}
    assert told("github_pat_secrets") == refused | {"list": 200, "delete": 404}
    assert told("github_pat_looking") == refused | {"list": 200}
    assert told("github_pat_rules") == refused | {"environment": 200, "ruleset": 201}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('free = ["nobody"]', "nobody is called nobody"),
        ('workspaces = ["slipway"]', "a name of its own"),
        ('[[users]]\nname = "a"\nhub_tokens = {t = {a = ["all"]}}', "repo.content.read"),
        ('[[users]]\nname = "a"\ngithub_tokens = {t = {secrets = "admin"}}', "read or write"),
    ],
)
def test_a_strict_option_that_cannot_be_served_is_told(tmp_path, text, said):
    path = tmp_path / "wrong.toml"
    path.write_text(text)
    with pytest.raises(SetupError, match=said):
        flags("--config", str(path))
