"""Protects the Render web services: what they register, what stays secret, what they refuse."""

import pulumi
import pytest

from slipway.core.secrecy.sealing import unseal
from slipway.errors import ConfigError
from slipway.render.service.web_service import (
    DeployArgs,
    Image,
    Repository,
    WebService,
    WebServiceArgs,
    predicted_url,
)
from slipway.render.service.web_services import WebServices
from tests.components.recorder import id_of, is_secret, record, unwrap

CANARY = "canary-secret-41c7"
TOKEN = "rnd_canaryofthekey"
HOOK_KEY = "canaryHookKey1"
DYNAMIC = "pulumi-python:dynamic/render"
SOURCE = Repository(url="https://github.com/acme/shop")
SERVICE_ID = id_of(f"{DYNAMIC}:WebService", "shop-service")
IMAGE = "ghcr.io/acme/shop@sha256:" + "a" * 64


@pytest.fixture(autouse=True)
def token(monkeypatch):
    monkeypatch.setenv("RENDER_API_KEY", TOKEN)
    monkeypatch.delenv("RENDER_API_URL", raising=False)


def args(**changes):
    declared = {
        "name": "shop",
        "repository": SOURCE,
        "env": {"MODE": "fast"},
        "secrets": {"API_KEY": CANARY},
        **changes,
    }
    return WebServiceArgs(**declared)


def build(options=None, **changes):
    def program():
        service = WebService("shop", args(**changes))
        return {"url": service.url, "page": service.page, "hook": service.deploy_hook}

    return record(program, **(options or {}))


FRIGO = {
    "app": {"CHAT_API_URL": "chat", "IA_SERVICE_URL": "gpt"},
    "chat": {"MAIN_APP_URL": "app"},
    "gpt": {"MAIN_APP_URL": "app"},
}


def build_frigo(links=None):
    def program():
        made = WebServices(
            "frigo",
            {
                key: WebServiceArgs(name=f"frigo-{key}", repository=SOURCE, links=names)
                for key, names in (links or FRIGO).items()
            },
        )
        return {key: made[key].url for key in made.services}

    return record(program)


# --- one service


def test_it_registers_the_service_and_its_deploy_below_itself_and_starts_no_process_for_them():
    recorder = build()
    assert {name: each.type for name, each in recorder.resources.items()} == {
        "shop": "slipway:render:WebService",
        "shop-service": f"{DYNAMIC}:WebService",
        "lineage": "pulumi-python:dynamic/core:Lineage",
        "shop-deploy": f"{DYNAMIC}:Deploy",
    }
    assert {recorder[f"shop-{role}"].parent for role in ("service", "deploy")} == {"shop"}


def test_secrets_are_registered_sealed_and_no_value_stands_anywhere_in_clear():
    recorder = build(secret_files={"key.json": CANARY}, deploy_hook_key=HOOK_KEY)
    for key, name in (("secrets", "API_KEY"), ("secret_files", "key.json")):
        given = recorder["shop-service"].inputs[key]
        assert is_secret(given) or is_secret(given[name])
        assert unseal(TOKEN, unwrap(unwrap(given)[name])) == CANARY
    for text in (CANARY, TOKEN, HOOK_KEY):
        assert text not in repr(recorder.resources)


def test_what_is_derived_from_secrets_is_kept_secret_in_the_state():
    hidden = build()["shop-service"].secret_outputs
    assert hidden >= {"secrets", "secret_files", "salt", "secrets_digests", "secret_files_digests"}


def test_unchanged_secrets_are_registered_unchanged():
    first, second = (build()["shop-service"].inputs["secrets"] for _ in range(2))
    assert unwrap(first) == unwrap(second)


def test_the_port_is_handed_to_the_app():
    assert build(port=5000)["shop-service"].inputs["env"] == {"MODE": "fast", "PORT": "5000"}
    assert build()["shop-service"].inputs["env"] == {"MODE": "fast"}


def test_the_service_is_told_all_that_was_declared():
    inputs = build(
        {"stack": "prod"},
        plan="Pro Plus",
        region="oregon",
        workspace="acme",
        health_path="/health",
        instances=2,
        pre_deploy_command="migrate",
        command="run",
        adopt=True,
        delete_policy="suspend",
    )["shop-service"].inputs
    told = {
        "type": "web_service",
        "name": "shop",
        "owner": "acme",
        "region": "oregon",
        "plan": "pro_plus",
        "health_path": "/health",
        "instances": 2,
        "pre_deploy_command": "migrate",
        "command": "run",
        "auto_deploy": "off",
        "adopt": True,
        "delete_policy": "suspend",
        "source": {
            "url": "https://github.com/acme/shop",
            "root_dir": "",
            "dockerfile_path": "./Dockerfile",
            "docker_context": ".",
        },
    }
    assert {key: inputs[key] for key in told} == told
    assert inputs["mark"].startswith("slipway/prod@lineage-id.")


def test_what_is_not_declared_is_not_told_so_that_it_stays_as_it_is():
    inputs = build()["shop-service"].inputs
    assert not {"health_path", "command", "pre_deploy_command", "instances"} & set(inputs)


def test_the_deploy_follows_what_the_service_says_and_what_the_caller_wants():
    deploy = DeployArgs(trigger="t1", expect={"ok": "true"}, retries=2, timeout_seconds=60)
    recorder = build(
        repository=Repository(url=SOURCE.url, commit="abcdef0"), health_path="/h", deploy=deploy
    )
    inputs = recorder["shop-deploy"].inputs
    told = {
        "service_id": SERVICE_ID,
        "url": "https://it.onrender.com",
        "first_deploy": "dep-first",
        "revision": "r1",
        "wiring": "",
        "trigger": "t1",
        "wanted_commit": "abcdef0",
        "wanted_digest": "",
        "probe_path": "/h",
        "expect": {"ok": "true"},
        "retries": 2,
        "timeout_seconds": 60,
        "secret_names": ["API_KEY"],
    }
    assert {key: inputs[key] for key in told} == told


@pytest.mark.parametrize("wrap", [str, pulumi.Output.from_input])
def test_the_digest_of_an_image_is_what_the_deploy_has_to_prove(wrap):
    recorder = record(
        lambda: {"url": WebService("shop", args(repository=None, image=Image(ref=wrap(IMAGE)))).url}
    )
    assert recorder["shop-service"].inputs["source"] == {"image": IMAGE}
    assert recorder["shop-deploy"].inputs["wanted_digest"] == "sha256:" + "a" * 64


def test_its_addresses_are_those_of_the_platform():
    outputs = build().outputs
    assert (outputs["url"], outputs["page"]) == ("https://it.onrender.com", "https://dashboard/it")
    assert outputs["hook"] is None


@pytest.mark.parametrize("protect", [True, False])
def test_protection_is_put_on_the_service_itself(protect):
    assert build(protect=protect)["shop-service"].protect is protect


def test_without_a_key_nothing_can_be_sealed_and_the_refusal_says_so(monkeypatch):
    monkeypatch.delenv("RENDER_API_KEY")
    with pytest.raises(ConfigError, match="Export RENDER_API_KEY"):
        build()


def test_the_hook_is_composed_from_the_service_and_the_key_and_is_a_secret():
    def program():
        hook = WebService("shop", args(deploy_hook_key=HOOK_KEY)).deploy_hook
        return {"hook": pulumi.Output.unsecret(hook), "secret": hook.is_secret()}

    outputs = record(program).outputs
    assert outputs["hook"] == f"https://api.render.com/deploy/{SERVICE_ID}?key={HOOK_KEY}"
    assert outputs["secret"] is True


# --- services that name each other


def test_services_that_name_each_other_are_made_with_predicted_addresses_and_no_circle():
    recorder = build_frigo()
    initial = {
        key: recorder[f"frigo-{key}-service"].inputs["initial_env"] for key in ("app", "chat")
    }
    assert initial == {
        "app": {
            "CHAT_API_URL": "https://frigo-chat.onrender.com",
            "IA_SERVICE_URL": "https://frigo-gpt.onrender.com",
        },
        "chat": {"MAIN_APP_URL": "https://frigo-app.onrender.com"},
    }


def test_each_deploy_comes_after_the_wiring_of_its_service():
    recorder = build_frigo()
    for key in FRIGO:
        assert recorder[f"frigo-{key}-deploy"].inputs["wiring"] == "w1"
        assert recorder[f"frigo-{key}-wiring"].inputs["service_id"] == id_of(
            f"{DYNAMIC}:WebService", f"frigo-{key}-service"
        )


def test_wiring_compares_the_real_addresses_with_those_the_service_was_made_with():
    inputs = build_frigo()["frigo-app-wiring"].inputs
    assert inputs["env"] == dict.fromkeys(FRIGO["app"], "https://it.onrender.com")
    assert inputs["created_with"]["CHAT_API_URL"] == predicted_url("frigo-chat")


def test_a_service_without_links_is_wired_with_nothing_so_that_the_last_one_can_go():
    recorder = build_frigo({"app": {}, "chat": {"MAIN_APP_URL": "app"}})
    assert recorder["frigo-app-wiring"].inputs["env"] == {}
    assert recorder["frigo-app-deploy"].inputs["wiring"] == "w1"


def test_links_to_nobody_and_links_without_peers_are_refused():
    with pytest.raises(ConfigError, match=r"links MAIN_APP_URL to 'ap'.*only app, chat"):
        build_frigo({"app": {}, "chat": {"MAIN_APP_URL": "ap"}})
    with pytest.raises(ConfigError, match="Declare them together with WebServices"):
        build(links={"MAIN_APP_URL": "app"})


def test_one_name_for_two_services_is_refused():
    with pytest.raises(ConfigError, match="shop is declared twice"):
        record(lambda: WebServices("frigo", {"a": args(), "b": args()}))


# --- refusals


REFUSALS = [
    ({"name": "-shop"}, ["name '-shop'", "letter or digit at both ends"]),
    ({"region": "paris"}, ["region 'paris'", "frankfurt, ohio, oregon"]),
    ({"plan": "Premium"}, ["plan 'Premium'", "starter (0.5 CPU, 512 MB)"]),
    ({"plan": "Standard (9 CPU, 1MB RAM)"}, ["plan 'Standard (9 CPU, 1MB RAM)'"]),
    ({"repository": None}, ["exactly one of repository and image"]),
    ({"image": Image(ref=IMAGE)}, ["exactly one of repository and image"]),
    ({"repository": Repository(url="git@github.com:a/b")}, ["'git@github.com:a/b'", "https"]),
    ({"repository": Repository(url=SOURCE.url, commit="head")}, ["commit 'head'"]),
    ({"repository": None, "image": Image(ref="https://x/y")}, ["image 'https://x/y'"]),
    ({"repository": None, "image": Image(ref="x/y@sha256:12")}, ["image 'x/y@sha256:12'"]),
    ({"env": {"API_KEY": "x"}}, ["API_KEY is declared in env and in secrets"]),
    ({"env": {"PORT": "1"}, "port": 5000}, ["PORT is declared in env and in port"]),
    ({"env": {"1X": "x"}}, ["'1X'", "letters, digits and underscores"]),
    ({"env": {"RENDER_X": "x"}}, ["RENDER_X is set by Render itself"]),
    ({"env": {"SLIPWAY_STACK": "x"}}, ["SLIPWAY_STACK tells whose service"]),
    ({"secret_files": {"a/b": "x"}}, ["secret file 'a/b'"]),
    ({"port": 0}, ["port 0", "from 1 to 65535"]),
    ({"port": 18012}, ["port 18012"]),
    ({"port": 65536}, ["port 65536"]),
    ({"plan": "free", "instances": 2}, ["the free plan has one instance"]),
    ({"plan": "free", "pre_deploy_command": "x"}, ["no pre-deploy command"]),
    ({"instances": 0}, ["instances is 0", "1 to 100"]),
    ({"health_path": "health"}, ["health_path 'health'", "begin with '/'"]),
    ({"probe_path": "health"}, ["probe_path 'health'"]),
    ({"auto_deploy": "yes"}, ["auto_deploy 'yes'", "off, commit, checksPass"]),
    ({"delete_policy": "keep"}, ["delete_policy 'keep'"]),
    ({"deploy": DeployArgs(on_suspended="wait")}, ["on_suspended 'wait'"]),
    ({"deploy": DeployArgs(retries=9)}, ["retries is 9", "0 to 5"]),
    ({"deploy": DeployArgs(timeout_seconds=0)}, ["timeout_seconds is 0"]),
]


@pytest.mark.parametrize(("changes", "texts"), REFUSALS)
def test_what_cannot_work_is_refused_with_value_rule_and_remedy(changes, texts):
    with pytest.raises(ConfigError) as refusal:
        args(**changes)
    said = str(refusal.value)
    assert said.startswith(f"Render service {changes.get('name', 'shop')}: ")
    for text in texts:
        assert text in said
    assert CANARY not in said


@pytest.mark.parametrize(
    ("label", "plan"),
    [
        ("starter", "starter"),
        ("standard", "standard"),
        ("Standard (0.5 CPU, 512MB RAM)", "starter"),
        ("Standard (1 CPU, 2 GB)", "standard"),
        ("Pro Plus", "pro_plus"),
        ("pro-max", "pro_max"),
    ],
)
def test_a_label_means_the_plan_of_its_size_and_is_warned_about(label, plan):
    recorder = build(plan=label)
    assert recorder["shop-service"].inputs["plan"] == plan
    warned = [text for text in recorder.warnings if f"is taken for {plan}" in text]
    assert bool(warned) is (label != plan)


def test_that_the_free_plan_sleeps_is_said():
    assert any("it sleeps after 15 minutes" in text for text in build(plan="free").warnings)
    assert not build(plan="starter").warnings


def test_a_tag_that_may_move_is_warned_about_and_a_digest_is_not():
    warned = build(repository=None, image=Image(ref="ghcr.io/acme/shop:1")).warnings
    assert any("may change under its tag" in text for text in warned)
    assert not build(repository=None, image=Image(ref=IMAGE)).warnings
