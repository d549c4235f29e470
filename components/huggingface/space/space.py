"""A Hugging Face Space: repository, settings and files as one thing, ready when the app answers.

It refuses before any call what the platform would only refuse late or publish silently: front
matter it would not start from, one name as secret and variable, secrets a build needs and nobody
gave, credentials among the files. With no payload, git owns the files and Pulumi the settings; a
seed is what such a Space holds until the first push.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pulumi import Input, Output, ResourceOptions

from slipway.core.arguments import LONGEST_TIMEOUT, check_between, check_types
from slipway.core.component import Component
from slipway.core.credentials import HUB_READ_TOKEN, HUB_TOKEN
from slipway.core.lineage import mark_of
from slipway.core.stack import comparable_digests, require_stack_credential, sealed
from slipway.dockerfile.executables import started_without_mode
from slipway.dockerfile.facts import DockerfileFacts, read_dockerfile
from slipway.dockerfile.summary import summary_of_text
from slipway.errors import ConfigError, brief
from slipway.huggingface.hub.attributes import check_attributes
from slipway.huggingface.names import check_repo_id, check_setting_names
from slipway.huggingface.resources import SpaceReadyResource, SpaceResource
from slipway.huggingface.space.card import read_card
from slipway.huggingface.space.hardware import FLAVOURS
from slipway.payload.files import Payload

SDKS = ("docker", "static")
_NEVER = -1
_LONGEST_SLEEP = 10**9  # seconds of idling before it; -1 is never
VISIBILITIES = ("public", "protected", "private")


@dataclass(frozen=True, kw_only=True)
class SpaceArgs:
    """What a caller decides about a Space; everything else has a safe default."""

    repo_id: str  # "namespace/name"; plain, so that it can be checked before any call
    payload: Payload | None  # its files; None leaves them to `git push`
    seed: Payload | None = None  # without a payload: committed once, while the Space is empty
    sdk: str = "docker"  # or "static"
    visibility: str = "public"  # "protected": code private, app public (paid); "private": both
    hardware: str = "cpu-basic"  # one of `hardware.FLAVOURS`
    sleep_seconds: int | None = None  # idle time before it sleeps, -1 never; not on cpu-basic
    secrets: Mapping[str, Input[str]] = field(default_factory=dict[str, Input[str]])
    variables: Mapping[str, Input[str]] = field(default_factory=dict[str, Input[str]])
    probe_path: str = "/"  # asked until it answers 2xx twice in a row
    expect: Mapping[str, Input[str]] = field(default_factory=dict[str, Input[str]])
    """JSON values the probe's answer must hold, so that a change without a commit is proven too."""
    timeout_seconds: int = 1800  # from the commit to the answer; the platform's own start limit
    adopt: bool = False  # take over a Space that this stack did not make
    protect: bool = False  # refuse to delete it

    def __post_init__(self) -> None:
        check_types(f"Space {brief(self.repo_id)}", self)
        check_repo_id(self.repo_id)
        _one_of(self.repo_id, "sdk", self.sdk, SDKS)
        _one_of(self.repo_id, "visibility", self.visibility, VISIBILITIES)
        _one_of(self.repo_id, "hardware", self.hardware, FLAVOURS)
        if not self.probe_path.startswith("/"):
            raise ConfigError(
                f"Space {self.repo_id}: probe_path {self.probe_path!r}; it must begin with '/'."
            )
        check_setting_names(self.repo_id, self.secrets, self.variables, sdk=self.sdk)
        if self.sleep_seconds is not None and self.hardware == "cpu-basic":
            raise ConfigError(
                f"Space {self.repo_id}: cpu-basic always sleeps after 48 h; a sleep time needs "
                "upgraded hardware. Remove sleep_seconds or change the hardware."
            )
        what = f"Space {self.repo_id}"
        check_between(what, "timeout_seconds", self.timeout_seconds, 1, LONGEST_TIMEOUT)
        if self.sleep_seconds != _NEVER:
            check_between(what, "sleep_seconds", self.sleep_seconds, 1, _LONGEST_SLEEP)
        if self.payload is not None and self.seed is not None:
            raise ConfigError(
                f"Space {self.repo_id}: it has a payload and a seed. With a payload its files are "
                "Pulumi's, with a seed they are git's from the first push on: give one of the two."
            )
        check_attributes(self.first_files)
        if self.first_files is not None:
            card = read_card(self.repo_id, self.first_files.text("README.md"), self.sdk)
            if self.sdk == "docker":
                self._check_dockerfile(card.app_port)

    @property
    def first_files(self) -> Payload | None:
        """What the Space holds when it is made; None: nothing, until somebody pushes."""
        return self.payload or self.seed

    def _check_dockerfile(self, app_port: int) -> None:
        facts = self.dockerfile()
        if facts is None:
            raise ConfigError(f"Space {self.repo_id}: the payload has no Dockerfile at its root.")
        if missing := sorted(facts.required_secrets - set(self.secrets)):
            raise ConfigError(
                f"Space {self.repo_id}: its Dockerfile needs the secret {', '.join(missing)} while "
                "it builds, and the Space declares none of that name. A variable does not reach "
                "/run/secrets: declare it as a secret (Space Settings, Variables and secrets)."
            )
        self._check_start()
        if facts.exposed_ports and app_port not in facts.exposed_ports:
            raise ConfigError(
                f"Space {self.repo_id}: README.md routes to app_port {app_port} and the Dockerfile "
                f"exposes {', '.join(map(str, facts.exposed_ports))}. Make them agree."
            )

    def _check_start(self) -> None:
        files = self.first_files.files if self.first_files else {}
        if script := started_without_mode(self.dockerfile_text() or "", tuple(files)):
            raise ConfigError(
                f"Space {self.repo_id}: its Dockerfile starts {script}, and a commit through the "
                "Hub's API carries no executable bit, so it would not start. Add `RUN chmod +x` "
                "for it, or start it by its interpreter, such as `sh`."
            )

    def dockerfile(self) -> DockerfileFacts | None:
        """What the Dockerfile of its files says, as far as they come from here."""
        text = self.dockerfile_text()
        return read_dockerfile(text) if text is not None else None

    def dockerfile_text(self) -> str | None:
        """The Dockerfile of its files, as far as they come from here."""
        return self.first_files.text("Dockerfile") if self.first_files else None

    def app_port(self) -> int | None:
        """Where its README sends requests to; None if that is not from here."""
        if self.first_files is None or self.sdk != "docker":
            return None
        return read_card(self.repo_id, self.first_files.text("README.md"), self.sdk).app_port


class Space(Component):
    """One Space, created or adopted, deployed by one commit, and proven to answer.

    For example:

        from slipway import Space, SpaceArgs, payload_from_folder

        app = Space("app", SpaceArgs(
            repo_id="acme/demo",
            payload=payload_from_folder("app"),
            variables={"LOG_LEVEL": "INFO"},
        ))
        pulumi.export("url", app.url)
    """

    url: Output[str]  # where the app answers; known once it does
    page: Output[str]  # the Space on the Hub
    commit: Output[str]  # the commit being served, 40 hex digits

    def __init__(self, name: str, args: SpaceArgs, opts: ResourceOptions | None = None) -> None:
        if args.visibility == "private":
            require_stack_credential(HUB_READ_TOKEN)  # with it the app is asked whether it is well
        seen_by_policies = {
            "repo_id": args.repo_id,
            "hardware": args.hardware,
            "visibility": args.visibility,
            "variables": dict(args.variables),
            "secret_names": sorted(args.secrets),
            "secret_digests": comparable_digests(args.secrets),
            "files_by_git": args.payload is None,
            "app_port": args.app_port(),
            "dockerfile": summary_of_text(args.dockerfile_text()),
        }
        super().__init__("slipway:huggingface:Space", name, seen_by_policies, opts)
        token = require_stack_credential(HUB_TOKEN)
        secrets = {key: sealed(token, value) for key, value in args.secrets.items()}
        space = self._space(name, args, secrets)
        ready = self._ready(name, args, space, secrets)
        self.url = Output.all(space.host, ready.stage).apply(lambda pair: str(pair[0]))
        self.page = space.url
        self.commit = space.commit
        self.register_outputs({"url": self.url, "page": self.page, "commit": self.commit})

    def _space(
        self, name: str, args: SpaceArgs, secrets: Mapping[str, Output[str]]
    ) -> SpaceResource:
        facts = args.dockerfile()
        return SpaceResource(
            f"{name}-space",
            {
                "repo_id": args.repo_id,
                "sdk": args.sdk,
                "visibility": args.visibility,
                "hardware": args.hardware,
                "sleep_seconds": args.sleep_seconds,
                "secrets": dict(secrets),
                "variables": dict(args.variables),
                "manifest": args.payload.manifest() if args.payload else {},
                "sources": args.payload.sources() if args.payload else {},
                "seed": args.seed.manifest() if args.seed else {},
                "seed_sources": args.seed.sources() if args.seed else {},
                "build_inputs": sorted(facts.build_inputs) if facts else [],
                "mark": mark_of(self, f"{name}-space"),
                "adopt": args.adopt,
            },
            ResourceOptions(parent=self, protect=args.protect or None),
        )

    def _ready(
        self,
        name: str,
        args: SpaceArgs,
        space: SpaceResource,
        secrets: Mapping[str, Output[str]],
    ) -> SpaceReadyResource:
        return SpaceReadyResource(
            f"{name}-ready",
            {
                "repo_id": args.repo_id,
                "commit": space.commit,
                "settings": space.settings,
                "host": space.host,
                "probe_path": args.probe_path,
                "expect": dict(args.expect),
                "private": args.visibility == "private",
                "awaits_push": args.first_files is None,
                "timeout_seconds": args.timeout_seconds,
                "secrets": dict(secrets),
            },
            ResourceOptions(parent=self),
        )


def _one_of(repo_id: str, key: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ConfigError(f"Space {repo_id}: {key} {value!r}; use one of {', '.join(allowed)}.")
