"""A backend and its page on Render, both built from folders of this project's repository."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pulumi
from pulumi import Input

from slipway.core.credentials import (
    RENDER_API_KEY,
    RENDER_DEPLOY_HOOK_KEY,
    Credential,
    github_page,
    hub_endpoint,
)
from slipway.core.findings import Finding, Severity, gather, requires
from slipway.core.stack import stack_credential
from slipway.dockerfile.context import read_context
from slipway.github.account import owner_of
from slipway.payload.files import payload_from_folder
from slipway.preflight.image import check_dockerfile
from slipway.render.service.hook import DEPLOY_HOOK
from slipway.render.service.sources import Repository
from slipway.render.service.static_site import StaticSite, StaticSiteArgs
from slipway.render.service.web_service import DeployArgs, WebService, WebServiceArgs
from systems.config import StackConfig
from systems.parts.hosting import check_hosting
from systems.parts.pipeline import PipelineSettings
from systems.parts.secrets import Secret
from systems.plan import SERVICE, Made, Part
from systems.values import RenderName

Values = Mapping[str, Input[str]]


@dataclass(frozen=True, kw_only=True)
class BackendSettings(PipelineSettings):
    """What a stack says of them; both are built from the branch of the pipeline."""

    backend: RenderName  # name of the Render web service
    frontend: RenderName  # name of the Render static site
    region: str = "frankfurt"  # of Render
    plan: str = "starter"  # of the backend, by Render's own names; the page is free


@dataclass(frozen=True)
class Declared:
    """Both, as they are raised."""

    backend: WebService
    page: StaticSite


@dataclass(frozen=True, kw_only=True)
class BackendAndPage(Part):
    """A web service that loads its model when it starts, and a static site that asks it.

    Pushes deploy neither: a backend would be, before the training ends. Its hook does, and `up`
    where their files changed.
    """

    system: str
    stack: StackConfig
    settings: BackendSettings
    backend: Path  # folder with a Dockerfile
    frontend: Path
    port: int  # the backend's
    env: Mapping[str, str]  # the backend's, besides HF_ENDPOINT
    secrets: Mapping[str, Secret] = field(default_factory=dict[str, Secret])  # likewise
    revision: str = ""  # that /health must name; empty: any

    def needs(self) -> Iterator[Credential]:
        """Render's key, and what the secrets need."""
        yield RENDER_API_KEY
        for secret in self.secrets.values():
            yield from secret.needs()

    def makes(self) -> Iterator[Made]:
        """Both services."""
        yield Made(SERVICE, self.settings.backend, "backend")
        yield Made(SERVICE, self.settings.frontend, "frontend")

    def check(self) -> list[Finding]:
        """Region, plan, price, and the backend's image."""
        key, settings = f"slipway:{self.system}", self.settings
        found = gather(
            key,
            partial(check_hosting, self.system, settings.region, settings.plan, 1),
            self._image,
        )
        if any(each.severity is Severity.ERROR for each in found):
            return found
        # What is left, the components know; what stands above they would say again.
        backend = partial(self._backend, dict.fromkeys(self.secrets, ""), None)
        return [*found, *gather(key, requires(backend), requires(partial(self._page, "")))]

    def declare(self) -> Declared:
        """Raises both."""
        hook_key = stack_credential(RENDER_DEPLOY_HOOK_KEY)
        if hook_key is None:
            pulumi.log.warn(
                f"{RENDER_DEPLOY_HOOK_KEY.missing()} Until then the workflow uploads models and "
                f"can't deploy them: {DEPLOY_HOOK} is not laid into its environment, and one that "
                "an earlier run laid there is taken away. In the stack the key serves every shell."
            )
        secrets = {key: secret.value for key, secret in self.secrets.items()}
        args = self._backend(secrets, hook_key)
        backend = WebService(f"{self.system}-backend", args)
        page = StaticSite(f"{self.system}-frontend", self._page(backend.url))
        return Declared(backend, page)

    def _backend(self, secrets: Values, hook_key: Input[str] | None) -> WebServiceArgs:
        pinned = {"revision": self.revision} if self.revision else {}
        expect = {"status": "healthy", **pinned}
        return WebServiceArgs(
            name=self.settings.backend,
            workspace=self.stack.render_workspace,
            adopt=self.stack.adopts(self.settings.backend),
            region=self.settings.region,
            plan=self.settings.plan,
            repository=self._source(self.backend),
            port=self.port,
            health_path="/health",
            env={"HF_ENDPOINT": hub_endpoint(), **self.env},
            secrets=secrets,
            auto_deploy="off",
            deploy=DeployArgs(trigger=_digest(self.backend), expect=expect),
            deploy_hook_key=hook_key,
            protect=self.stack.protect,
        )

    def _page(self, address: Input[str]) -> StaticSiteArgs:
        return StaticSiteArgs(
            name=self.settings.frontend,
            workspace=self.stack.render_workspace,
            adopt=self.stack.adopts(self.settings.frontend),
            repository=self._source(self.frontend),
            build_command="./configure.sh",
            env={"BACKEND_URL": address},
            deploy=DeployArgs(trigger=_digest(self.frontend)),
            protect=self.stack.protect,
        )

    def _source(self, folder: Path) -> Repository:
        url = github_page(owner_of(self.stack.github_owner), self.settings.repository)
        return Repository(url=url, branch=self.settings.branch, root_dir=folder.as_posix())

    def _image(self) -> list[Finding]:
        context = read_context(self.backend)
        return check_dockerfile(self.settings.backend, context, delivery="download")


def _digest(folder: Path) -> str:
    """Of a folder's files: when they change, and only then, `up` deploys the branch's head."""
    manifest = payload_from_folder(folder).manifest()
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()[:16]
