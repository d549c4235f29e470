"""A Render static site: built from a repository, deployed once for each run, proven to answer.

Its variables are there while it is built and end up in what every visitor downloads, so it takes no
secrets.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pulumi import Input, Output, ResourceOptions

from slipway.core.arguments import check_types
from slipway.core.component import Component
from slipway.core.credentials import RENDER_API_KEY
from slipway.core.lineage import mark_of
from slipway.core.stack import require_stack_credential
from slipway.errors import ConfigError
from slipway.render.deploy.declaring import (
    AUTO_DEPLOY,
    DELETE_POLICIES,
    DeployArgs,
    declare_deploy,
    deployed_url,
    one_of,
)
from slipway.render.names import check_env_names, check_name
from slipway.render.resources import StaticSiteResource
from slipway.render.service.sources import Repository

__all__ = ["DeployArgs", "Repository", "StaticSite", "StaticSiteArgs"]


@dataclass(frozen=True, kw_only=True)
class StaticSiteArgs:
    """What a caller decides about a static site; everything else has a safe default."""

    name: str  # unique within the workspace
    repository: Repository  # its Docker settings are of no meaning here
    workspace: str = ""  # its id or name; empty is the only one the API key reaches
    build_command: str | None = None
    publish_path: str = "public"  # folder that is served, from the repository's root_dir
    env: Mapping[str, Input[str]] = field(default_factory=dict[str, Input[str]])
    probe_path: str = "/"  # asked after a deploy
    auto_deploy: str = "off"  # or "commit" or "checksPass": then pushes deploy besides this program
    deploy: DeployArgs = field(default_factory=DeployArgs)
    adopt: bool = False  # take over a site that this stack did not make
    protect: bool = False  # refuse to delete it
    delete_policy: str = "delete"  # or "suspend" or "retain": what deleting it here does there

    def __post_init__(self) -> None:
        what = f"Render static site {self.name}"
        check_types(what, self)
        check_name(what, self.name)
        self.repository.check(what)
        self.deploy.check(what)
        one_of(what, "auto_deploy", self.auto_deploy, AUTO_DEPLOY)
        one_of(what, "delete_policy", self.delete_policy, DELETE_POLICIES)
        check_env_names(what, {"env": self.env})
        if not self.probe_path.startswith("/"):
            raise ConfigError(f"{what}: probe_path {self.probe_path!r}; it must begin with '/'.")


class StaticSite(Component):
    """One static site.

    For example:

        from slipway import Repository, StaticSite, StaticSiteArgs

        site = StaticSite("site", StaticSiteArgs(
            name="acme-site",
            repository=Repository(url="https://github.com/acme/site", branch="main"),
            build_command="npm ci && npm run build",
            publish_path="dist",
        ))
        pulumi.export("url", site.url)
    """

    url: Output[str]  # where it answers; known once it does
    page: Output[str]  # in Render's dashboard
    service_id: Output[str]
    commit: Output[str]  # the commit being served

    def __init__(
        self, name: str, args: StaticSiteArgs, opts: ResourceOptions | None = None
    ) -> None:
        seen_by_policies = {"name": args.name, "env": dict(args.env)}
        super().__init__("slipway:render:StaticSite", name, seen_by_policies, opts)
        require_stack_credential(RENDER_API_KEY)
        site = self._site(name, args)
        deploy = declare_deploy(
            name,
            self,
            site,
            args.deploy,
            probe_path=args.probe_path,
            wanted_commit=args.repository.commit,
            secret_names=[],
        )
        self.url = deployed_url(site, deploy)
        self.page, self.service_id, self.commit = site.page, site.id, deploy.commit
        self.register_outputs({"url": self.url, "page": self.page, "commit": self.commit})

    def _site(self, name: str, args: StaticSiteArgs) -> StaticSiteResource:
        return StaticSiteResource(
            f"{name}-site",
            {
                "type": "static_site",
                "name": args.name,
                "owner": args.workspace,
                "source": args.repository.properties(docker=False),
                "build_command": args.build_command,
                "publish_path": args.publish_path,
                "env": dict(args.env),
                "auto_deploy": args.auto_deploy,
                "mark": mark_of(self, f"{name}-site"),
                "adopt": args.adopt,
                "delete_policy": args.delete_policy,
            },
            ResourceOptions(parent=self, protect=args.protect or None),
        )
