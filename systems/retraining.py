"""Retraining: a model that a workflow trains, the backend that loads it, and a page for it."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import pulumi
from pulumi import Input, Output

from slipway.core.credentials import (
    HUB_TOKEN,
    RENDER_DEPLOY_HOOK_KEY,
    github_page,
    hub_endpoint,
)
from slipway.core.stack import require_stack_credential, stack_credential
from slipway.github.account import owner_of
from slipway.github.environments import EnvironmentArgs
from slipway.github.repository import RepositorySettings, RepositorySettingsArgs
from slipway.github.secrets.api_key import api_key
from slipway.payload.files import payload_from_folder
from slipway.render.service.hook import DEPLOY_HOOK
from slipway.render.service.sources import Repository
from slipway.render.service.static_site import StaticSite, StaticSiteArgs
from slipway.render.service.web_service import DeployArgs, WebService, WebServiceArgs
from systems.config import StackConfig
from systems.credentials import RETRAINING_API_KEY
from systems.own_model import RETRAINING_MODEL, own_model
from systems.values import (
    Branch,
    Commit,
    EnvironmentName,
    HubName,
    RenderName,
    RepositoryName,
    Rotation,
)

BACKEND, FRONTEND = Path("app/retraining/backend"), Path("app/retraining/frontend")
KEY = "retraining-api-key"  # logical name of the key that is drawn
_PORT = 8000


@dataclass(frozen=True)
class RetrainingSettings:
    """The values of `slipway:retraining`."""

    backend: RenderName  # name of the Render web service
    frontend: RenderName  # name of the Render static site
    model_repo: HubName  # in the stack's namespace unless it has one
    environment: EnvironmentName  # GitHub's, in which the workflow trains and deploys
    branch: Branch  # that trains, and that both services are built from
    model_revision: Commit = ""  # commit to serve; empty is the latest at each start
    auth_required: bool = True  # callers need the key
    repository: RepositoryName = "slipway"  # on GitHub; its owner is slipway:githubOwner
    region: str = "frankfurt"
    plan: str = "starter"
    api_key_rotation: Rotation = 0  # another number draws another key


def raise_retraining(config: StackConfig) -> dict[str, Output[str]]:
    """Raises the model's repository, backend and page, and what the workflow needs on GitHub."""
    settings = config.settings("retraining", RetrainingSettings)
    # The first training seeds it. From then on it is the pipeline's: no `up` puts old files back.
    model = own_model(
        config, "retraining-model", settings.model_repo, "model.joblib", RETRAINING_MODEL
    )
    backend = WebService("retraining-backend", backend_args(config, settings, model.repo_id))
    page = StaticSite("retraining-frontend", _frontend_args(config, settings, backend.url))
    secrets: dict[str, Input[str]] = {"HF_TOKEN": require_stack_credential(HUB_TOKEN)}
    if backend.deploy_hook is not None:
        secrets[DEPLOY_HOOK] = backend.deploy_hook
    environment = EnvironmentArgs(
        name=settings.environment,
        branch=settings.branch,
        secrets=secrets,
        variables={"HF_MODEL_REPO": config.hub_id(settings.model_repo)},
    )
    github = RepositorySettingsArgs(
        owner=config.github_owner,
        repository=settings.repository,
        environments={"training": environment},
        protect=config.protect,
    )
    RepositorySettings("retraining-pipeline", github)
    health = Output.concat(backend.url, "/health")
    return {"page": page.url, "health": health, "model": model.url}


def backend_args(
    config: StackConfig, settings: RetrainingSettings, repo: Input[str]
) -> WebServiceArgs:
    """The backend. Pushes don't deploy it, they would before the training ends: the hook does."""
    hook_key = stack_credential(RENDER_DEPLOY_HOOK_KEY)
    if hook_key is None:
        pulumi.log.warn(
            f"{RENDER_DEPLOY_HOOK_KEY.missing()} Until then the workflow uploads models and can't "
            "deploy them."
        )
    secrets: dict[str, Input[str]] = {}
    if settings.auth_required:
        secrets["API_KEY"] = api_key(KEY, settings.api_key_rotation, given_as=RETRAINING_API_KEY)
    expect = {"revision": settings.model_revision} if settings.model_revision else {}
    return WebServiceArgs(
        name=settings.backend,
        workspace=config.render_workspace,
        adopt=config.adopts(settings.backend),
        region=settings.region,
        plan=settings.plan,
        repository=_source(config, settings, BACKEND),
        port=_PORT,
        health_path="/health",
        env={
            "HF_ENDPOINT": hub_endpoint(),
            "HF_MODEL_REPO": repo,
            "MODEL_REVISION": settings.model_revision,
            "AUTH_REQUIRED": str(settings.auth_required).lower(),
        },
        secrets=secrets,
        auto_deploy="off",
        deploy=DeployArgs(trigger=_digest(BACKEND), expect={"status": "healthy", **expect}),
        deploy_hook_key=hook_key,
        protect=config.protect,
    )


def _frontend_args(
    config: StackConfig, settings: RetrainingSettings, backend: Input[str]
) -> StaticSiteArgs:
    return StaticSiteArgs(
        name=settings.frontend,
        workspace=config.render_workspace,
        adopt=config.adopts(settings.frontend),
        repository=_source(config, settings, FRONTEND),
        build_command="./configure.sh",
        env={"BACKEND_URL": backend},
        deploy=DeployArgs(trigger=_digest(FRONTEND)),
        protect=config.protect,
    )


def _source(config: StackConfig, settings: RetrainingSettings, folder: Path) -> Repository:
    owner = owner_of(config.github_owner)
    url = github_page(owner, settings.repository)
    return Repository(url=url, branch=settings.branch, root_dir=folder.as_posix())


def _digest(folder: Path) -> str:
    """Of a folder's files: when they change, and only then, `up` deploys the branch's head."""
    manifest = payload_from_folder(folder).manifest()
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()[:16]
