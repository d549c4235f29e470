"""Protects every secret at once: twenty, seven ways to write each, everywhere they could be.

One program hands secrets to every resource that takes any, the engine logs all it can, one run
follows a saved plan and one is refused by platforms that repeat what they were sent. Then state,
history, backups, plan, logs and diagnostics are searched.
"""

import json
import uuid

import pytest

from sandbox.http.faults import Answer
from tests.e2e.leaks import encodings, holds, in_files
from tests.providers.conftest import TOKEN, hub, running_hub
from tests.providers.render_platform import IMAGE, KEY

__all__ = ["hub", "running_hub"]
pytestmark = [pytest.mark.e2e, pytest.mark.long]

NAMES = [f"CANARY_{number:02}" for number in range(18)]
PROGRAM = """
import os

import pulumi

from slipway.huggingface.space.space import Space, SpaceArgs
from slipway.payload.files import payload_from_folder
from slipway.render.registry_credential.registry_credential import (
    RegistryCredential,
    RegistryCredentialArgs,
)
from slipway.render.service.web_service import DeployArgs, Image, WebService, WebServiceArgs

canaries = iter([os.environ[f"CANARY_{number:02}"] for number in range(18)])
name = os.environ["OBJECT"]


def some(number):
    return {f"SECRET_{each}": next(canaries) for each in range(number)}


Space("space", SpaceArgs(
    repo_id=f"acme/{name}", payload=payload_from_folder("app"), secrets=some(6),
    variables={"REVISION": "r1", "NOTE": os.environ.get("NOTE", "calm")}, probe_path="/health",
))
WebService("app", WebServiceArgs(
    name=name, image=Image(ref="IMAGE:1"), secrets=some(5),
    secret_files={f"key-{each}.pem": text for each, text in some(5).items()},
    deploy=DeployArgs(timeout_seconds=60),
))
for each in ("one", "two"):
    RegistryCredential(each, RegistryCredentialArgs(
        name=f"{name}-{each}", registry="GITHUB", username="ann", token=next(canaries),
    ))
pulumi.export("name", name)
""".replace("IMAGE", IMAGE)
VERBOSE = ("-v=9", "--logtostderr", "--logflow")


def drawn():
    """Each is a text that JSON, addresses and shells have to write otherwise."""
    return {name: f'{uuid.uuid4().hex}"/+é {uuid.uuid4().hex}' for name in NAMES}


def parts(secrets):
    """Each secret, and its ends: half of one that was cut off is given away as well."""
    ends = {f"{name}, one end": text[:16] for name, text in secrets.items()}
    return secrets | ends | {f"{name}, other end": text[-16:] for name, text in secrets.items()}


def echoes(canaries, hub, render):
    """(platform, path, what it repeats): what stands in the call, and the token it came with."""
    yield hub, "/secrets", [TOKEN, canaries[0]]  # one call for each; the first refusal ends it
    yield render, "/env-vars", [KEY, *canaries[6:11]]
    yield render, "/secret-files", [KEY, *canaries[11:16]]
    for each in render.call("GET", "/registrycredentials"):
        own = canaries[16 if "-one" in each["name"] else 17]
        yield render, f"/registrycredentials/{each['id']}", [KEY, own]


@pytest.fixture
def made(project, hub):
    found = project(PROGRAM, None)
    (found.sources / "app").mkdir()
    for path, text in {
        "README.md": "---\nsdk: docker\n---\n",
        "Dockerfile": "FROM scratch\n",
    }.items():
        (found.sources / "app" / path).write_text(text)
    found.environment |= {
        "HF_ENDPOINT": hub.url,
        "HF_TOKEN": TOKEN,
        "HF_HUB_DISABLE_XET": "1",
        "OBJECT": f"canaries-{uuid.uuid4().hex[:8]}",
    }
    return found


def test_none_of_twenty_is_anywhere_and_a_planted_one_would_be(made, hub, render):
    secrets = {"write token": TOKEN, "render key": KEY}
    said = ""
    for number in range(2):
        canaries = drawn()
        secrets |= {f"{name} {number}": text for name, text in canaries.items()}
        made.environment |= canaries
        plan = str(made.folder / "plan.json")
        said += made.must("preview", "--diff", "--save-plan", plan, *VERBOSE)
        said += made.must("up", "--yes", "--skip-preview", "--plan", plan, *VERBOSE)
    said += made.must("refresh", "--yes", "--skip-preview", *VERBOSE)
    said += made.must("stack", "export")

    canaries = drawn()
    made.environment |= canaries
    secrets |= parts({f"{name} refused": text for name, text in canaries.items()})
    for platform, path, repeated in echoes([*canaries.values()], hub, render):
        # So that a cut at 300 characters goes through the first of them.
        answered = " ".join(["invalid:".ljust(280, "x"), *repeated[::-1]])
        body = json.dumps({"message": answered, "error": str(repeated)})
        for method in ("POST", "PUT", "PATCH"):
            platform.fault(Answer(400, {}, body), path=path, method=method, times=None)
    refused = made.pulumi("up", "--yes", "--skip-preview", "--continue-on-error", *VERBOSE)
    assert not refused.ok
    assert refused.said.count("answered 400") >= 4
    said += refused.said
    for platform in (hub, render):
        platform.faults.clear()

    assert len(said) > 100_000
    assert holds(said.encode(), secrets) == set()
    folder = made.folder
    assert (folder / "plan.json").stat().st_size > 1000
    assert len(list(made.backend.rglob("*.history.json*"))) >= 3
    assert in_files(folder, secrets) == []

    forms = encodings(secrets["CANARY_00 0"])
    assert len(forms) >= 7
    for form in forms:
        (folder / "planted").write_bytes(b"x" + form + b"y")
        assert in_files(folder, secrets) == [(str(folder / "planted"), "CANARY_00 0")]
    made.must("destroy", "--yes", "--skip-preview")
