"""The providers for Render, as the contract suite drives them."""

from dataclasses import dataclass

from requests import Session

from slipway.render.deploy.provider import DeployProvider
from slipway.render.registry_credential.provider import RegistryCredentialProvider
from slipway.render.service.env_wiring import EnvWiringProvider
from slipway.render.service.provider import ServiceProvider
from slipway.render.service.static_site_provider import StaticSiteProvider
from tests.providers.case import OUR_MARK, SECRET, Case, Killed
from tests.providers.engine import UNKNOWN, Engine
from tests.providers.render_platform import IMAGE, KEY, OWNER, Render, sealed_for_render


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
        # A registry credential's has the mark behind it.
        names = [each.get("service", each)["name"].partition(" (")[0] for each in self._all()]
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


def static_site(ask):
    repository = ask("repository")
    repository.commit(**{"index.html": "hello"})
    inputs = {
        "type": "static_site",
        "name": ask("service_name"),
        "owner": OWNER,
        "source": {"url": repository.url, "root_dir": ""},
        "build_command": None,
        "publish_path": ".",
        "env": {"MODE": "fast"},
        "auto_deploy": "off",
        "mark": OUR_MARK,
        "adopt": False,
        "delete_policy": "delete",
    }
    return RenderCase(
        ask("render"),
        StaticSiteProvider,
        inputs,
        [
            {"publish_path": "public"},
            {"build_command": "true"},
            {"auto_deploy": "commit"},
            {"env": {}},
            {"env": {"MODE": "slow", "MORE": "1"}},
        ],
        [
            {"env": UNKNOWN},
            {"env": {"MODE": UNKNOWN}},
            {"source": UNKNOWN},
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
        "mark": OUR_MARK,
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
