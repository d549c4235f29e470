"""The providers for Hugging Face, as the contract suite drives them."""

from dataclasses import dataclass

from huggingface_hub.utils import get_session

from slipway.huggingface.hub.transport import prepare_session
from slipway.huggingface.model_repo.provider import ModelRepoProvider
from slipway.huggingface.space.provider import SpaceProvider
from slipway.huggingface.space.ready_provider import SpaceReadyProvider
from tests.providers.case import SECRET, Case, Killed
from tests.providers.conftest import TOKEN, Hub, sealed
from tests.providers.engine import UNKNOWN, Engine


@dataclass
class HubCase(Case):
    """A repository on the Hub, or the wait for one."""

    platform: Hub
    kind: str = ""  # of the repository behind it

    token = TOKEN
    token_variable = "HF_TOKEN"
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

    hook = "response"

    def __init__(self, nth):
        self.left = nth

    def __enter__(self):
        prepare_session()  # or the first client that is made would put another one in its place
        get_session().event_hooks[self.hook].append(self)
        return self

    def __exit__(self, *_):
        get_session().event_hooks[self.hook].remove(self)

    def __call__(self, response):
        if response.request.method in ("POST", "PUT", "DELETE"):
            self.left -= 1
            if self.left == 0:
                raise Killed


class HubKillerBefore(HubKiller):
    """Dies before the n-th mutating call leaves."""

    hook = "request"

    def __call__(self, request):
        if request.method in ("POST", "PUT", "DELETE"):
            self.left -= 1
            if self.left == 0:
                raise Killed


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
