"""A Render web service: made or adopted, deployed once for each run, proven to answer.

It refuses before any call what Render would refuse late or do silently: two sources, a plan that
does not exist or lacks what is asked of it, one name declared twice, ports that Render needs.
Disks are not offered: they stop a service from scaling and from being deployed without a pause.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi import Input, Output, ResourceOptions

from slipway.core.arguments import check_between, check_types
from slipway.core.component import Component
from slipway.core.credentials import RENDER_API_KEY
from slipway.core.lineage import mark_of
from slipway.core.stack import comparable_digests, require_stack_credential, sealed
from slipway.errors import ConfigError
from slipway.render.deploy.declaring import (
    AUTO_DEPLOY,
    DELETE_POLICIES,
    DeployArgs,
    declare_deploy,
    deployed_url,
    one_of,
)
from slipway.render.names import (
    check_env_names,
    check_file_names,
    check_name,
    parse_image,
    predicted_url,
)
from slipway.render.plans import PLANS, REGIONS, plan_id
from slipway.render.resources import WebServiceResource
from slipway.render.service.hook import deploy_hook_secret
from slipway.render.service.sources import Image, Repository

__all__ = ["DeployArgs", "Image", "Repository", "WebService", "WebServiceArgs", "predicted_url"]

_TAKEN_PORTS = (18012, 18013, 19099)  # Render's own, says its documentation
_LAST_PORT = 65535
_MOST_INSTANCES = 100  # of a service, says Render's documentation


@dataclass(frozen=True, kw_only=True)
class WebServiceArgs:
    """What a caller decides about a web service; everything else has a safe default."""

    name: str  # unique within the workspace; plain, so that its address can be predicted
    region: str = "frankfurt"
    plan: str = "starter"  # Render's id, or a label such as "Pro Plus"
    repository: Repository | None = None  # exactly one of these two
    image: Image | None = None
    workspace: str = ""  # its id or name; empty is the only one the API key reaches
    port: int | None = None  # the app's, handed to it as PORT; None is Render's default, 10000
    env: Mapping[str, Input[str]] = field(default_factory=dict[str, Input[str]])
    secrets: Mapping[str, Input[str]] = field(default_factory=dict[str, Input[str]])
    secret_files: Mapping[str, Input[str]] = field(default_factory=dict[str, Input[str]])
    """File name -> content; they lie in /etc/secrets."""
    links: Mapping[str, str] = field(default_factory=dict[str, str])
    """Env var -> key of the peer in `WebServices` whose address it holds."""
    health_path: str | None = None  # Render's own check, such as "/health"; None leaves it alone
    probe_path: str | None = None  # asked after a deploy; None is health_path, else "/"
    command: str | None = None  # instead of the image's own
    pre_deploy_command: str | None = None  # such as a migration; not on the free plan
    instances: int | None = None  # None leaves their number alone; not on the free plan
    auto_deploy: str = "off"  # or "commit" or "checksPass": then pushes deploy besides this program
    deploy: DeployArgs = field(default_factory=DeployArgs)
    deploy_hook_key: Input[str] | None = None  # see `slipway.render.service.hook`
    adopt: bool = False  # take over a service that this stack did not make
    protect: bool = False  # refuse to delete it
    delete_policy: str = "delete"  # or "suspend" or "retain": what deleting it here does there

    def __post_init__(self) -> None:
        what = f"Render service {self.name}"
        check_types(what, self)
        check_name(what, self.name)
        one_of(what, "region", self.region, REGIONS)
        plan = PLANS[plan_id(what, self.plan)]
        one_of(what, "auto_deploy", self.auto_deploy, AUTO_DEPLOY)
        one_of(what, "delete_policy", self.delete_policy, DELETE_POLICIES)
        self.deploy.check(what)
        sources = [source for source in (self.repository, self.image) if source is not None]
        if len(sources) != 1:
            raise ConfigError(f"{what}: give exactly one of repository and image.")
        sources[0].check(what)
        for key, value in (("health_path", self.health_path), ("probe_path", self.probe_path)):
            if value and not value.startswith("/"):
                raise ConfigError(f"{what}: {key} {value!r}; it must begin with '/'.")
        names = {"env": self.env, "secrets": self.secrets, "links": self.links}
        port: dict[str, str] = {"PORT": ""} if self.port is not None else {}
        check_env_names(what, {**names, "port": port})
        check_file_names(what, self.secret_files)
        self._check_port(what)
        if plan.free and (self.pre_deploy_command or (self.instances or 1) > 1):
            raise ConfigError(
                f"{what}: the free plan has one instance and no pre-deploy command. Choose starter "
                "or larger, or remove them."
            )
        check_between(what, "instances", self.instances, 1, _MOST_INSTANCES)

    def _check_port(self, what: str) -> None:
        if self.port is None:
            return
        if not 1 <= self.port <= _LAST_PORT or self.port in _TAKEN_PORTS:
            raise ConfigError(
                f"{what}: port {self.port}; use one from 1 to {_LAST_PORT}, not "
                f"{', '.join(map(str, _TAKEN_PORTS))}, which Render needs itself."
            )


class WebService(Component):
    """One web service. Services that name each other are made by `WebServices`.

    For example:

        from slipway import Image, WebService, WebServiceArgs

        api = WebService("api", WebServiceArgs(
            name="acme-api",
            image=Image(ref="ghcr.io/acme/api:1.4"),
            secrets={"API_KEY": pulumi.Config("acme").require_secret("apiKey")},
            health_path="/health",
        ))
        pulumi.export("url", api.url)
    """

    url: Output[str]  # where it answers; known once it does
    page: Output[str]  # in Render's dashboard
    service_id: Output[str]
    deploy_id: Output[str]
    commit: Output[str]  # the commit being served; empty for an image
    image_digest: Output[str]  # the image being served; empty for a repository
    deploy_hook: Output[str] | None  # a secret; None without a key

    def __init__(
        self,
        name: str,
        args: WebServiceArgs,
        opts: ResourceOptions | None = None,
        *,
        among_peers: bool = False,
        initial_env: Mapping[str, str] | None = None,
    ) -> None:
        """Declares the service and its deploy.

        Args:
            name: logical name.
            args: what the caller decides.
            opts: of the component.
            among_peers: leaves the deploy to `WebServices`, which calls `deploy_after`.
            initial_env: variables that `WebServices` owns, with their values for the first deploy.
        """
        if args.links and not among_peers:
            raise ConfigError(
                f"Render service {args.name}: it has links to {', '.join(args.links.values())}. "
                "Declare them together with WebServices."
            )
        seen_by_policies = {
            "name": args.name,
            "region": args.region,
            "plan": plan_id(args.name, args.plan),
            "env": dict(args.env),
            "secret_names": sorted(args.secrets),
            "secret_digests": comparable_digests(args.secrets),
            "port": args.port,
            "image": args.image.ref if args.image else None,
            "instances": args.instances,
            "auto_deploy": args.auto_deploy,
            "has_deploy_hook": args.deploy_hook_key is not None,
        }
        super().__init__("slipway:render:WebService", name, seen_by_policies, opts)
        self._name, self.args = name, args
        self._warn()
        self.service = self._service(dict(initial_env or {}))
        self.service_id = self.service.id
        self.page = self.service.page
        self.deploy_hook = self._deploy_hook()
        if not among_peers:
            self.deploy_after("")

    def deploy_after(self, wiring: Input[str]) -> None:
        """Declares the deploy, once everything it is to pick up is declared.

        Args:
            wiring: revision of the variables that were written after the service was made.
        """
        args = self.args
        deploy = declare_deploy(
            self._name,
            self,
            self.service,
            args.deploy,
            probe_path=args.probe_path or args.health_path or "/",
            wanted_commit=args.repository.commit if args.repository else "",
            wanted_digest=args.image.digest() if args.image else "",
            wiring=wiring,
            secret_names=sorted(args.secrets),
        )
        self.url = deployed_url(self.service, deploy)
        self.deploy_id, self.commit = deploy.deploy_id, deploy.commit
        self.image_digest = deploy.image_digest
        self.register_outputs(
            {"url": self.url, "page": self.page, "commit": self.commit, "deploy_id": self.deploy_id}
        )

    def _service(self, initial_env: Mapping[str, str]) -> WebServiceResource:
        args = self.args
        key = require_stack_credential(RENDER_API_KEY)
        port = {} if args.port is None else {"PORT": str(args.port)}
        source = args.repository.properties() if args.repository else {}
        props: dict[str, Any] = {
            "type": "web_service",
            "name": args.name,
            "owner": args.workspace,
            "region": args.region,
            "plan": plan_id(args.name, args.plan),
            "source": args.image.properties() if args.image else source,
            "env": {**args.env, **port},
            "initial_env": dict(initial_env),
            "secrets": {name: sealed(key, value) for name, value in args.secrets.items()},
            "secret_files": {name: sealed(key, text) for name, text in args.secret_files.items()},
            "health_path": args.health_path,
            "command": args.command,
            "pre_deploy_command": args.pre_deploy_command,
            "instances": args.instances,
            "auto_deploy": args.auto_deploy,
            "mark": mark_of(self, f"{self._name}-service"),
            "adopt": args.adopt,
            "delete_policy": args.delete_policy,
        }
        opts = ResourceOptions(parent=self, protect=args.protect or None)
        return WebServiceResource(f"{self._name}-service", props, opts)

    def _deploy_hook(self) -> Output[str] | None:
        key = self.args.deploy_hook_key
        if key is None:
            return None
        return deploy_hook_secret(self.service_id, key)

    def _warn(self) -> None:
        plan = plan_id(self.args.name, self.args.plan)
        if plan != self.args.plan:
            pulumi.log.warn(
                f"Render service {self.args.name}: plan {self.args.plan!r} is taken for {plan}, "
                f"{PLANS[plan].cpus:g} CPU and {PLANS[plan].memory_mb} MB. Write {plan}.",
                self,
            )
        if PLANS[plan].free:
            pulumi.log.warn(
                f"Render service {self.args.name}: on the free plan it sleeps after 15 minutes "
                "without visitors, and the next one waits up to a minute.",
                self,
            )
        ref = self.args.image.ref if self.args.image else None
        if isinstance(ref, str) and not parse_image(self.args.name, ref).digest:
            pulumi.log.warn(
                f"Render service {self.args.name}: image {ref} may change under its tag. A "
                "reference with a digest is proven after each deploy.",
                self,
            )
