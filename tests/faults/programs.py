"""Programs that raise what `declared.json` says, by the project's own components."""

ONE_SERVICE = """
import json
from pathlib import Path

import pulumi

from slipway.render.registry_credential.registry_credential import (
    RegistryCredential,
    RegistryCredentialArgs,
)
from slipway.render.service.web_service import DeployArgs, Image, WebServiceArgs
from slipway.render.service.web_services import WebServices

declared = json.loads(Path("declared.json").read_text())
made = WebServices("one", {
    "app": WebServiceArgs(
        name=declared["name"],
        image=Image(ref=declared["image"]),
        env=declared["env"],
        secrets={"API_KEY": declared["secret"]},
        links={"SELF_URL": "app"},  # never as predicted here, so that it has to be wired
        health_path="/health",
        deploy=DeployArgs(timeout_seconds=60),
    )
})
RegistryCredential("login", RegistryCredentialArgs(
    name=declared["name"], registry="GITHUB", username="ann", token=declared["secret"]
))
pulumi.export("url", made["app"].url)
"""

DRIFTING = """
import json
from pathlib import Path

import pulumi

from slipway.render.registry_credential.registry_credential import (
    RegistryCredential,
    RegistryCredentialArgs,
)
from slipway.render.service.sources import Image, Repository
from slipway.render.service.static_site import StaticSite, StaticSiteArgs
from slipway.render.service.web_service import WebService, WebServiceArgs
from slipway.render.service.web_services import WebServices

declared = json.loads(Path("declared.json").read_text())
image = Image(ref=declared["image"], registry_credential=declared["login"])
built = Repository(url=declared["repository"], branch="main", root_dir="one")


def web(name, links=None, **source):
    return WebServiceArgs(
        name=name,
        plan="standard",
        env={"MODE": "fast"},
        secrets={"API_KEY": "canary-of-the-drifting"},
        secret_files={"key.pem": "canary-of-the-drifting"},
        health_path="/health",
        command="run",
        pre_deploy_command="migrate",
        instances=2,
        links=links or {},
        **source,
    )


for row in declared["rows"]:
    name, kind = row["id"], row["kind"]
    if kind == "login":
        RegistryCredential(name, RegistryCredentialArgs(
            name=name, registry="GITHUB", username="ann", token="canary-of-the-drifting"
        ))
    elif kind == "wired":
        WebServices(name, {"app": web(name, {"SELF_URL": "app"}, image=image)})
    # Without its deploy where that is not looked at: each wait is a process of its own.
    elif kind == "static":
        args = StaticSiteArgs(
            name=name, repository=built, build_command="make", publish_path="site",
            env={"MODE": "fast"},
        )
        if row["followed"]:
            StaticSite(name, args)
        else:
            StaticSite._site(pulumi.ComponentResource("test:test:Site", name), name, args)
    else:
        source = {"image": image} if kind == "web" else {"repository": built}
        WebService(name, web(name, **source), among_peers=not row["followed"])
"""

OWNED = """
import json
from pathlib import Path

import pulumi

from slipway.huggingface.model_repo.model_repo import ModelRepo, ModelRepoArgs
from slipway.huggingface.space.space import Space, SpaceArgs
from slipway.payload.files import payload_from_folder
from slipway.render.postgres.postgres import Postgres, PostgresArgs
from slipway.render.registry_credential.registry_credential import (
    RegistryCredential,
    RegistryCredentialArgs,
)
from slipway.render.service.web_service import DeployArgs, Image, WebService, WebServiceArgs

declared = json.loads(Path("declared.json").read_text())
name, prefix = declared["name"], declared["logical"]
below = None
if declared["nested"]:
    below = pulumi.ResourceOptions(parent=pulumi.ComponentResource("test:test:Group", "group"))

Space(f"{prefix}-space", SpaceArgs(
    repo_id=f"acme/{name}-space", payload=payload_from_folder(Path("app")),
    variables={"REVISION": "r1"}, probe_path="/health", adopt=declared["adopt"],
), below)
ModelRepo(f"{prefix}-model", ModelRepoArgs(
    repo_id=f"acme/{declared['model'] or name}", files=payload_from_folder(Path("model")),
    adopt=declared["adopt"],
), below)
WebService(f"{prefix}-app", WebServiceArgs(
    name=name, image=Image(ref=declared["image"]), adopt=declared["adopt"],
    deploy=DeployArgs(timeout_seconds=60),
), below)
Postgres(f"{prefix}-data", PostgresArgs(
    name=f"{name}-data", protect=False, delete_data=not declared["kept"],
    version=declared["version"], adopt=declared["adopt"],
), below)
RegistryCredential(f"{prefix}-login", RegistryCredentialArgs(
    name=name, registry="GITHUB", username="ann", token="canary-of-the-owned",
    adopt=declared["adopt"],
), below)
"""

TRIO = """
import json
from pathlib import Path

import pulumi

from slipway.render.service.web_service import DeployArgs, Image, WebServiceArgs
from slipway.render.service.web_services import WebServices

LINKS = {
    "app": {"CHAT_API_URL": "chat", "IA_SERVICE_URL": "gpt"},
    "chat": {"MAIN_APP_URL": "app"},
    "gpt": {"MAIN_APP_URL": "app"},
}
image = json.loads(Path("declared.json").read_text())
made = WebServices("trio", {
    key: WebServiceArgs(
        name=f"trio-{key}",
        image=Image(ref=image),
        env={"REVISION": "r1"},
        links=links,
        deploy=DeployArgs(expect={"revision": "r1"}, timeout_seconds=60),
    )
    for key, links in LINKS.items()
})
for key, service in made.services.items():
    pulumi.export(key, service.url)
"""

RELEASES = """
import json
from pathlib import Path

import pulumi

from slipway.render.service.web_service import DeployArgs, Image, WebService, WebServiceArgs

for name, image in json.loads(Path("declared.json").read_text()).items():
    service = WebService(name, WebServiceArgs(
        name=name,
        image=Image(ref=image),
        health_path=None if name == "hang" else "/cgi-bin/health",
        deploy=DeployArgs(retries=0, timeout_seconds=120),
    ))
    pulumi.export(name, service.url)
"""
