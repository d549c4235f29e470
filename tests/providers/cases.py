"""One case for each provider: what to give it, and how its platform is looked at from outside.

A platform's provider joins the contract suite by a function here and one line in `KINDS`.
"""

from dataclasses import dataclass
from typing import Any

from huggingface_hub.utils import get_session
from pulumi.dynamic import ResourceProvider
from requests import Session

from components.huggingface.providers.model_repo import ModelRepoProvider
from components.huggingface.providers.space import SpaceProvider
from components.huggingface.providers.space_ready import SpaceReadyProvider
from components.render.providers.deploy import DeployProvider
from components.render.providers.env_wiring import EnvWiringProvider
from components.render.providers.registry_credential import RegistryCredentialProvider
from components.render.providers.service import ServiceProvider
from tests.providers.conftest import TOKEN, Hub, sealed
from tests.providers.engine import UNKNOWN, Engine
from tests.providers.render_platform import IMAGE, KEY, OWNER, Render, sealed_for_render

SECRET = "canary-of-a-secret"


class Killed(BaseException):
    """The engine died: nothing catches this."""


@dataclass
class Case:
    """One provider and what to give it; `platform` has the log and the faults."""

    platform: Any
    provider: type[ResourceProvider]
    inputs: dict[str, Any]
    changes: list[dict[str, Any]]  # each of them is a reason to update
    unknowns: list[dict[str, Any]]  # as previews hand them over; each counts as a change

    token = ""
    token_variable = ""

    def engine(self) -> Engine:
        return Engine(self.provider)

    @property
    def sends_a_secret(self) -> bool:
        """Whether its creation sends SECRET to the platform."""
        return "secrets" in self.inputs or "token" in self.inputs

    def changed(self, changes):
        return {**self.inputs, **changes}


@dataclass
class HubCase(Case):
    """A repository on the Hub, or the wait for one."""

    platform: Hub
    kind: str = ""  # of the repository behind it

    token = TOKEN
    token_variable = "HF_TOKEN"
    replacing = ("repo_id", "acme/other")
    forgotten = frozenset({"sleep_seconds"})  # outputs that may go with the input
    calls_of_a_create = 6  # at least

    @property
    def owns(self) -> bool:
        return self.provider is not SpaceReadyProvider

    def named(self, _engine=None) -> str:
        """What stands in the path of every request about it, and in every error."""
        return self.inputs["repo_id"]

    def exists(self, _engine) -> bool:
        return self.platform.api.repo_exists(self.inputs["repo_id"], repo_type=self.kind)

    def forget(self, _engine) -> None:
        self.platform.api.delete_repo(self.inputs["repo_id"], repo_type=self.kind)

    def assert_whole(self, engine) -> None:
        """It is there once, with all that was declared."""
        assert set(self.inputs["manifest"]) <= set(self.platform.files(self.kind, engine.id))

    def assert_made_once(self, engine) -> None:
        self.assert_whole(engine)
        titles = self.platform.titles(self.kind, engine.id)
        assert len(titles) == 2, "the platform's own commit, and ours"


class HubKiller:
    """Ends the process, so to speak, when the answer to the n-th mutating call has come."""

    def __init__(self, nth):
        self.left = nth

    def __enter__(self):
        get_session().event_hooks["response"].append(self)
        return self

    def __exit__(self, *_):
        get_session().event_hooks["response"].remove(self)

    def __call__(self, response):
        if response.request.method in ("POST", "PUT", "DELETE"):
            self.left -= 1
            if self.left == 0:
                raise Killed


@dataclass
class RenderCase(Case):
    """Something on Render; `where` is its place in the API."""

    platform: Render
    where: str = "services"
    owns: bool = True
    calls_of_a_create: int = 1  # at least
    replacing: tuple[str, str] = ("owner", "tea-other")

    token = KEY
    token_variable = "RENDER_API_KEY"
    forgotten = frozenset({"instances", "health_path"})

    def named(self, engine=None) -> str:
        """What stands in the path of every request about it, and in every error."""
        if "service_id" in self.inputs:
            return self.inputs["service_id"]
        return engine.id if engine else self.inputs["name"]

    def exists(self, engine) -> bool:
        """By a list, which answers for what is gone as well."""
        if "service_id" in self.inputs:
            return any(self._of(each) == self.inputs["service_id"] for each in self._all())
        return any(self._of(each) == engine.id for each in self._all())

    def forget(self, engine) -> None:
        self.platform.call("DELETE", f"/{self.where}/{self.named(engine)}")

    def assert_whole(self, engine) -> None:
        """It is there once."""
        names = [each.get("service", each)["name"] for each in self._all()]
        assert names.count(engine.inputs["name"]) == 1
        assert self.exists(engine)

    def assert_made_once(self, engine) -> None:
        self.assert_whole(engine)
        if self.where == "services":
            assert len(self.platform.deploys(engine.id)) == 1, "the one that its creation began"

    def _all(self):
        return self.platform.call("GET", f"/{self.where}", params={"limit": 100})

    @staticmethod
    def _of(each):
        return each.get("service", each)["id"]


class RenderKiller:
    """Ends the process before the n-th mutating call leaves, or when its answer has come."""

    def __init__(self, nth, *, before=False):
        self.left = nth
        self.before = before
        self.send = Session.send

    def __enter__(self):
        killer = self

        def send(session, request, **options):
            if request.method in ("POST", "PUT", "PATCH", "DELETE"):
                killer.left -= 1
                if killer.left == 0 and killer.before:
                    raise Killed
            answer = killer.send(session, request, **options)
            if killer.left == 0 and not killer.before:
                raise Killed
            return answer

        Session.send = send
        return self

    def __exit__(self, *_):
        Session.send = self.send


def space(ask):
    inputs = ask("space_inputs")()
    return HubCase(
        ask("hub"),
        SpaceProvider,
        inputs,
        [
            {"visibility": "private"},
            {"hardware": "t4-small"},
            {"hardware": "t4-small", "sleep_seconds": 600},
            {"variables": {"MODE": "slow", "BUILD_ARG": "1"}},
            {"variables": {}},
            {"secrets": sealed(API_KEY="another")},
            {"secrets": {}},
            {"secrets": sealed(API_KEY=SECRET, SECOND="more")},
            {"manifest": {path: d for path, d in inputs["manifest"].items() if path != "app.py"}},
        ],
        [
            {"variables": {**inputs["variables"], "MODE": UNKNOWN}},
            {"variables": UNKNOWN},
            {"secrets": {"API_KEY": UNKNOWN}},
            {"secrets": UNKNOWN},
        ],
        kind="space",
    )


def model_repo(ask):
    return HubCase(
        ask("hub"),
        ModelRepoProvider,
        ask("model_inputs")(),
        [{"visibility": "private"}],
        [{"visibility": UNKNOWN}],
        kind="model",
    )


def space_ready(ask):
    hub = ask("hub")
    below = Engine(SpaceProvider)
    below.up(ask("space_inputs")(variables={"REVISION": "r1"}))
    inputs = {
        "repo_id": below.outputs["repo_id"],
        "commit": below.outputs["commit"],
        "settings": below.outputs["settings"],
        "host": below.outputs["host"],
        "probe_path": "/health",
        "expect": {"revision": "r1"},
        "private": False,
        "timeout_seconds": 20,
    }
    hub.mark()
    return HubCase(
        hub,
        SpaceReadyProvider,
        inputs,
        [{"settings": "0" * 64}, {"probe_path": "/other"}, {"expect": {}}],
        [{"commit": UNKNOWN}, {"settings": UNKNOWN}, {"expect": {"revision": UNKNOWN}}],
        kind="space",
    )


def web_service(ask):
    inputs = ask("service_inputs")(owner=OWNER, secret_files=sealed_for_render(f="1"))
    return RenderCase(
        ask("render"),
        ServiceProvider,
        inputs,
        [
            {"plan": "standard"},
            {"source": {"image": f"{IMAGE}:2"}},
            {"health_path": "/health"},
            {"instances": 2},
            {"auto_deploy": "commit"},
            {"env": {}},
            {"env": {f"K{n}": "v" for n in range(12)}},
            {"secrets": sealed_for_render(API_KEY="another")},
            {"secrets": {}, "secret_files": sealed_for_render(g="2")},
        ],
        [
            {"env": UNKNOWN},
            {"env": {"MODE": UNKNOWN}},
            {"secrets": UNKNOWN},
            {"secrets": {"API_KEY": UNKNOWN}},
            {"source": UNKNOWN},
            {"source": {"image": UNKNOWN}},
        ],
    )


def registry_credential(ask):
    name = ask("service_name")
    inputs = {
        "name": name,
        "owner": OWNER,
        "registry": "GITHUB",
        "username": "ann",
        "token": sealed_for_render(token=SECRET)["token"],
        "adopt": False,
    }
    return RenderCase(
        ask("render"),
        RegistryCredentialProvider,
        inputs,
        [
            {"username": "bob"},
            {"token": sealed_for_render(token="another")["token"]},
            {"registry": "DOCKER"},
        ],
        [{"token": UNKNOWN}, {"username": UNKNOWN}],
        where="registrycredentials",
    )


def _made(ask, **changes):
    below = Engine(ServiceProvider)
    ask("render")
    below.up(ask("service_inputs")(owner=OWNER, **changes))
    return below


def env_wiring(ask):
    below = _made(ask, initial_env={"PEER_URL": "guess"})
    inputs = {
        "service_id": below.id,
        "env": {"PEER_URL": "https://peer", "OTHER_URL": "https://other"},
        "created_with": {"PEER_URL": "guess"},
        "kept": [],
    }
    return RenderCase(
        ask("render"),
        EnvWiringProvider,
        inputs,
        [{"env": {"PEER_URL": "https://third"}}, {"env": {}}],
        [{"env": UNKNOWN}, {"env": {"PEER_URL": UNKNOWN}}],
        owns=False,
    )


def deploy(ask):
    below = _made(ask)
    inputs = ask("deploy_inputs")(below)
    return RenderCase(
        ask("render"),
        DeployProvider,
        inputs,
        [
            {"revision": "two"},
            {"wiring": "w"},
            {"trigger": "t"},
            {"expect": {}},
            {"probe_path": "/"},
        ],
        [{"revision": UNKNOWN}, {"url": UNKNOWN}, {"expect": {"revision": UNKNOWN}}],
        owns=False,
    )


KINDS = {
    "Space": space,
    "ModelRepo": model_repo,
    "SpaceReady": space_ready,
    "RenderWebService": web_service,
    "RenderRegistryCredential": registry_credential,
    "RenderEnvWiring": env_wiring,
    "RenderDeploy": deploy,
}
OWNERS = ["Space", "ModelRepo", "RenderWebService", "RenderRegistryCredential"]  # make something
HUB_OWNERS = ["Space", "ModelRepo"]
