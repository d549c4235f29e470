"""Every attribute that is managed on Render, changed behind the engine's back.

One row is one object of its own, with one change of somebody else's. The tests raise all of them,
change all of them, and look at what one refresh finds and one `up` repairs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from slipway.core.variable_names import MARK
from slipway.render.registry_credential.provider import COMPARED as LOGIN_COMPARED
from slipway.render.service.env_wiring import COMPARED as WIRING_COMPARED
from slipway.render.service.provider import COMPARED as SERVICE_COMPARED
from tests.providers.render_platform import IMAGE

REPOSITORY, OTHER_REPOSITORY = "https://git.example/acme/shop", "https://git.example/acme/other"
PATCH = "PATCH it"
_IMAGE = {"ownerId": "", "imagePath": f"{IMAGE}:1"}


@dataclass(frozen=True, kw_only=True)
class Row:
    """A managed attribute and somebody's change of it."""

    kind: str  # web, repository, static, login, wired
    key: str  # as the provider compares it; `source.branch` is a part of one
    change: tuple[str, str, Any]  # method, path below the object's, body
    shown: str  # in what the refresh shows; empty: the platform takes no such change
    writes: Sequence[str] = (PATCH,)  # that repair it, apart from the deploy
    deploys: bool = True  # whether the repair asks for a deploy
    what: str = "changed"
    followed: bool = False  # whether the deploy is declared too; each costs a process

    @property
    def id(self) -> str:
        return f"{self.kind}-{self.key}-{self.what}".replace("_", "-").replace(".", "-").lower()


def _patched(kind: str, key: str, body: Any, shown: str, **more: Any) -> Row:
    return Row(kind=kind, key=key, change=("PATCH", "", body), shown=shown, **more)


def _details(kind: str, key: str, name: str, shown: str, value: Any, **more: Any) -> Row:
    return _patched(kind, key, {"serviceDetails": {name: value}}, f'"{shown}" => "{value}"', **more)


def _specific(kind: str, key: str, name: str, shown: str, value: Any) -> Row:
    body = {"serviceDetails": {"envSpecificDetails": {name: value}}}
    return _patched(kind, key, body, f'"{shown}" => "{value}"')


def _refused(kind: str, key: str, body: Any) -> Row:
    return _patched(kind, key, body, "", what="refused", writes=())


def _named(kind: str, key: str, path: str, *, value: bool, **more: Any) -> list[Row]:
    """A named value, changed and deleted."""
    word = "value" if "env-vars" in path else "content"
    writes = [f"PUT {path[1:]}"]
    changed = Row(
        kind=kind,
        key=key,
        change=("PUT", path, {word: "theirs"}),
        shown='=> "theirs"' if value else "[secret]",
        writes=writes,
        **more,
    )
    gone = Row(
        kind=kind,
        key=key,
        change=("DELETE", path, None),
        shown=f"- {path.rpartition('/')[2]}" if value else "[secret]",
        writes=writes,
        what="deleted",
    )
    return [changed, gone]


def _both(kind: str) -> list[Row]:
    """What services and static sites have in common."""
    source = {"web": "repository"}.get(kind, kind)
    return [
        _patched(kind, "name", {"name": "theirs-@id"}, '=> "theirs-', deploys=False),
        _patched(kind, "auto_deploy", {"autoDeployTrigger": "commit"}, '"off" => "commit"',
                 deploys=False),
        *_named(kind, "env", "/env-vars/MODE", value=True, followed=True),
        Row(kind=kind, key="mark", change=("DELETE", f"/env-vars/{MARK}", None),
            shown="- mark", writes=[f"PUT env-vars/{MARK}"], deploys=False),
        _patched(source, "source.url", {"repo": OTHER_REPOSITORY}, f'=> "{OTHER_REPOSITORY}"'),
        _patched(source, "source.branch", {"branch": "other"}, '"main" => "other"'),
        _patched(source, "source.root_dir", {"rootDir": "two"}, '"one" => "two"'),
        _refused(kind, "owner", {"ownerId": "tea-11111111111111111111"}),
        _refused(kind, "type", {"type": "background_worker"}),
    ]  # fmt: skip


ROWS = [
    *_both("web"),
    *_named("web", "secrets", "/env-vars/API_KEY", value=False),
    *_named("web", "secret_files", "/secret-files/key.pem", value=False),
    _details("web", "plan", "plan", "standard", "pro"),
    _details("web", "health_path", "healthCheckPath", "/health", "/theirs"),
    _details("web", "pre_deploy_command", "preDeployCommand", "migrate", "theirs"),
    _specific("web", "command", "dockerCommand", "run", "theirs"),
    Row(kind="web", key="instances", change=("POST", "/scale", {"numInstances": 5}),
        shown="2 => 5", writes=["POST scale"], deploys=False),
    _patched("web", "source.image", {"image": {**_IMAGE, "imagePath": f"{IMAGE}:9"}},
             f'"{IMAGE}:1" => "{IMAGE}:9"', followed=True),
    _patched("web", "source.registry_credential_id", {"image": {**_IMAGE, "registryCredentialId":
             "@other"}}, '=> "rgc-'),
    _refused("web", "region", {"serviceDetails": {"region": "oregon"}}),
    _specific("repository", "source.dockerfile_path", "dockerfilePath", "./Dockerfile", "other"),
    _specific("repository", "source.docker_context", "dockerContext", ".", "two"),
    *_both("static"),
    _details("static", "build_command", "buildCommand", "make", "theirs"),
    _details("static", "publish_path", "publishPath", "site", "theirs"),
    _patched("login", "name", {"name": "theirs-@id"}, '=> "theirs-', deploys=False),
    # Of this row's own name and nothing behind it: the mark is gone.
    _patched("login", "mark", {"name": "login-mark-changed"}, "- mark", deploys=False),
    _patched("login", "registry", {"registry": "DOCKER"}, '"GITHUB" => "DOCKER"', deploys=False),
    _patched("login", "username", {"username": "bob"}, '"ann" => "bob"', deploys=False),
    _patched("login", "token", {"authToken": "theirs"}, "[secret]", deploys=False),
    # Refused, but whoever writes anything may have written the token, which can't be read back.
    _patched("login", "owner", {"ownerId": "tea-11111111111111111111"}, "[secret]", deploys=False),
    Row(kind="wired", key="env", change=("PUT", "/env-vars/SELF_URL", {"value": "theirs"}),
        shown='=> "theirs"', writes=["PUT env-vars/SELF_URL"], followed=True),
    _refused("wired", "service_id", {"id": "srv-x"}),
]  # fmt: skip

# Each provider's compared keys: a row for every one of them, or no promise.
COMPARED = {"web": SERVICE_COMPARED, "login": LOGIN_COMPARED, "wired": WIRING_COMPARED}
NOT_OF = {  # keys of the shared provider that this kind has not
    "web": {"build_command", "publish_path"},
    "static": {
        *("region", "plan", "instances", "health_path", "command", "pre_deploy_command"),
        *("secrets", "secret_files"),
    },
}
COMPARED |= {
    kind: tuple(key for key in SERVICE_COMPARED if key not in NOT_OF[kind]) for kind in NOT_OF
}
