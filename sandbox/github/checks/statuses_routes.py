"""Commit statuses."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sandbox.github.checks.statuses import STATES, Status, Statuses, combined
from sandbox.github.events import Events
from sandbox.github.http.access import Access
from sandbox.github.http.accounts import Account
from sandbox.github.http.body import Body
from sandbox.github.http.describe import commit_node_id, minimal_repository, node_id, simple_user
from sandbox.github.http.errors import UnprocessableError, invalid, there
from sandbox.github.http.requests import REPOSITORY, Routes, Urls, answer, listed, page, urls
from sandbox.github.repositories.registry import Repository
from sandbox.http.handlers import at

_LONGEST_DESCRIPTION = 140  # characters
_COMMIT = f"{REPOSITORY}/commits/{{ref:path}}"


class StatusRoutes(Routes):
    """Endpoints of commit statuses."""

    def __init__(self, access: Access, statuses: Statuses, events: Events) -> None:
        self._access = access
        self._events = events
        self._statuses = statuses

    @at("POST", f"{REPOSITORY}/statuses/{{sha}}")
    def _add(self, request: Request, body: Body) -> Response:
        repository, caller = self._access.writable(request)
        sha = request.path_params["sha"]
        if repository.git.resolve(sha) != sha:
            raise UnprocessableError(f"No commit found for SHA: {sha}")
        state = body.text("state")
        if state not in STATES:
            raise invalid("Status", "state", f"state must be one of {', '.join(STATES)}")
        description = body.optional_text("description")
        if description is not None and len(description) > _LONGEST_DESCRIPTION:
            most = f"description is too long (maximum is {_LONGEST_DESCRIPTION} characters)"
            raise invalid("Status", "description", most)
        added = self._statuses.add(
            repository.id,
            sha,
            state=state,
            context=body.optional_text("context") or "default",
            description=description,
            target_url=body.optional_text("target_url"),
            creator=caller.login,
        )
        here = urls(request)
        told = _told(repository, added, here)
        self._events.happened(repository.full_name, "status", caller.login, told)
        return answer(request, self._shown(repository, added, here), 201)

    @at("GET", f"{REPOSITORY}/statuses/{{ref:path}}", f"{_COMMIT}/statuses")
    def _list(self, request: Request, _body: Body) -> Response:
        """Every one, newest first."""
        repository, sha = self._commit(request)
        here = urls(request)
        return listed(
            request,
            self._statuses.all(repository.id, sha),
            lambda each: self._shown(repository, each, here),
        )

    @at("GET", f"{_COMMIT}/status")
    def _combined(self, request: Request, _body: Body) -> Response:
        """The newest of each context, taken together."""
        repository, sha = self._commit(request)
        newest = self._statuses.newest(repository.id, sha)
        chosen, headers = page(request, newest)
        here = urls(request)
        api = f"{here.api}/repos/{repository.full_name}/commits/{sha}"
        shown = [self._shown(repository, each, here) for each in chosen]
        content = {
            "state": combined(newest),
            "statuses": [{k: v for k, v in each.items() if k != "creator"} for each in shown],
            "sha": sha,
            "total_count": len(newest),
            "repository": minimal_repository(repository, self._access.accounts, here),
            "commit_url": api,
            "url": f"{api}/status",
        }
        return answer(request, content, headers=headers)

    def _commit(self, request: Request) -> tuple[Repository, str]:
        repository = self._access.readable(request)
        sha = there(repository.git.resolve(request.path_params["ref"]))
        return repository, sha

    def _shown(self, repository: Repository, status: Status, here: Urls) -> dict[str, Any]:
        creator = self._access.accounts.find(status.creator)
        account = creator or Account(status.creator, organization=False)
        return {
            "url": f"{here.api}/repos/{repository.full_name}/statuses/{status.sha}",
            "avatar_url": f"{here.web}/{account.login}.png",
            "id": status.id,
            "node_id": node_id("StatusContext", status.id),
            "state": status.state,
            "description": status.description,
            "target_url": status.target_url,
            "context": status.context,
            "created_at": status.created_at,
            "updated_at": status.created_at,
            "creator": simple_user(account, here),
        }


def _told(repository: Repository, status: Status, here: Urls) -> dict[str, Any]:
    """What the event of a status says."""
    heads = repository.git.references("refs/heads/")
    return {
        "id": status.id,
        "sha": status.sha,
        "name": repository.full_name,
        "target_url": status.target_url,
        "avatar_url": None,
        "context": status.context,
        "description": status.description,
        "state": status.state,
        "commit": {
            "sha": status.sha,
            "node_id": commit_node_id(repository, status.sha),
            "url": f"{here.api}/repos/{repository.full_name}/commits/{status.sha}",
            "html_url": f"{here.web}/{repository.full_name}/commit/{status.sha}",
        },
        "branches": [
            {"name": ref.removeprefix("refs/heads/"), "commit": {"sha": oid}, "protected": False}
            for ref, oid in heads.items()
            if oid == status.sha
        ],
        "created_at": status.created_at,
        "updated_at": status.created_at,
    }
