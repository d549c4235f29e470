"""Protects static sites and registry credentials on Render: what they register and refuse."""

import pytest

from slipway.core.secrecy.sealing import unseal
from slipway.errors import ConfigError
from slipway.render.registry_credential.registry_credential import (
    RegistryCredential,
    RegistryCredentialArgs,
)
from slipway.render.service.static_site import Repository, StaticSite, StaticSiteArgs
from tests.components.recorder import is_secret, record, unwrap

TOKEN = "rnd_canaryofthekey"
CANARY = "canary-of-the-registry"
SOURCE = Repository(url="https://github.com/acme/site", commit="abcdef0")


@pytest.fixture(autouse=True)
def token(monkeypatch):
    monkeypatch.setenv("RENDER_API_KEY", TOKEN)


def site(**changes):
    args = StaticSiteArgs(name="site", repository=SOURCE, **changes)
    return record(lambda: {"url": StaticSite("site", args).url})


def test_a_site_is_the_site_and_its_deploy():
    recorder = site(env={"API_URL": "https://x"}, publish_path="dist", build_command="make")
    assert {each.parent for each in recorder.resources.values()} == {"", "site"}
    inputs = recorder["site-site"].inputs
    assert inputs["source"] == {"url": SOURCE.url, "root_dir": ""}
    assert (inputs["publish_path"], inputs["build_command"]) == ("dist", "make")
    assert inputs["env"] == {"API_URL": "https://x"}
    assert recorder["site-deploy"].inputs["wanted_commit"] == "abcdef0"
    assert recorder.outputs == {"url": "https://it.onrender.com"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"env": {"1X": ""}}, "'1X'"),
        ({"probe_path": "x"}, "probe_path 'x'"),
        ({"auto_deploy": "x"}, "auto_deploy 'x'"),
        ({"delete_policy": "x"}, "delete_policy 'x'"),
    ],
)
def test_a_site_that_cannot_work_is_refused(changes, said):
    with pytest.raises(ConfigError, match=f"Render static site site: {said}"):
        StaticSiteArgs(name="site", repository=SOURCE, **changes)


def test_a_registry_token_is_registered_sealed_and_nowhere_else():
    def program():
        args = {"name": "ghcr", "registry": "GITHUB", "username": "ann", "token": CANARY}
        credential = RegistryCredential("ghcr", RegistryCredentialArgs(**args))
        return {"id": credential.credential_id}

    recorder = record(program)
    given = recorder["ghcr-credential"].inputs["token"]
    assert is_secret(given)
    assert unseal(TOKEN, unwrap(given)) == CANARY
    assert CANARY not in repr(recorder.resources)
    hidden = recorder["ghcr-credential"].secret_outputs
    assert hidden >= {"token", "salt", "token_digest"}
    assert recorder.outputs["id"] == "ghcr-credential-id"


@pytest.mark.parametrize(
    ("changes", "said"), [({"registry": "QUAY"}, "registry 'QUAY'"), ({"username": ""}, "username")]
)
def test_a_credential_that_cannot_work_is_refused(changes, said):
    args = {"name": "ghcr", "registry": "GITHUB", "username": "ann", "token": CANARY, **changes}
    with pytest.raises(ConfigError, match=said) as refusal:
        RegistryCredentialArgs(**args)
    assert CANARY not in str(refusal.value)
