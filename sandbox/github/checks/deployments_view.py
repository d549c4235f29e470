"""Deployments and their statuses as the API and events show them."""

from typing import Any

from sandbox.github.checks.deployments import Deployment, DeploymentStatus
from sandbox.github.http.accounts import Account, Accounts
from sandbox.github.http.describe import node_id, simple_user
from sandbox.github.http.requests import Urls
from sandbox.github.repositories.registry import Repository


def deployment_view(
    repository: Repository, found: Deployment, accounts: Accounts, here: Urls
) -> dict[str, Any]:
    """A deployment."""
    api = f"{here.api}/repos/{repository.full_name}"
    return {
        "url": f"{api}/deployments/{found.id}",
        "id": found.id,
        "node_id": node_id("Deployment", found.id),
        "sha": found.sha,
        **found.fields,
        "creator": _creator(found.creator, accounts, here),
        "created_at": found.created_at,
        "updated_at": found.updated_at,
        "statuses_url": f"{api}/deployments/{found.id}/statuses",
        "repository_url": api,
        "performed_via_github_app": None,
    }


def deployment_status_view(
    repository: Repository,
    of: Deployment,
    found: DeploymentStatus,
    accounts: Accounts,
    here: Urls,
) -> dict[str, Any]:
    """What was said about a deployment."""
    api = f"{here.api}/repos/{repository.full_name}"
    return {
        "url": f"{api}/deployments/{of.id}/statuses/{found.id}",
        "id": found.id,
        "node_id": node_id("DeploymentStatus", found.id),
        "state": found.state,
        "creator": _creator(found.creator, accounts, here),
        **found.fields,
        "created_at": found.created_at,
        "updated_at": found.created_at,
        "deployment_url": f"{api}/deployments/{of.id}",
        "repository_url": api,
        "performed_via_github_app": None,
    }


def _creator(login: str, accounts: Accounts, here: Urls) -> dict[str, Any]:
    return simple_user(accounts.find(login) or Account(login, organization=False), here)
