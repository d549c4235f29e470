"""Users and repositories as the API shows them."""

import base64
from typing import Any

from sandbox.github.http.access import Right, right_to
from sandbox.github.http.accounts import Account, Accounts, Caller
from sandbox.github.http.requests import Urls
from sandbox.github.repositories.registry import Repository

SINCE = "2020-01-01T00:00:00Z"  # of accounts, which the sandbox does not date
_PARTS = {
    "archive": "/{archive_format}{/ref}",
    "assignees": "{/user}",
    "blobs": "/git/blobs{/sha}",
    "branches": "{/branch}",
    "collaborators": "{/collaborator}",
    "comments": "{/number}",
    "commits": "{/sha}",
    "compare": "/compare/{base}...{head}",
    "contents": "/contents/{+path}",
    "contributors": "",
    "deployments": "",
    "downloads": "",
    "events": "",
    "forks": "",
    "git_commits": "/git/commits{/sha}",
    "git_refs": "/git/refs{/sha}",
    "git_tags": "/git/tags{/sha}",
    "hooks": "",
    "issue_comment": "/issues/comments{/number}",
    "issue_events": "/issues/events{/number}",
    "issues": "{/number}",
    "keys": "{/key_id}",
    "labels": "{/name}",
    "languages": "",
    "merges": "",
    "milestones": "{/number}",
    "notifications": "{?since,all,participating}",
    "pulls": "{/number}",
    "releases": "{/id}",
    "stargazers": "",
    "statuses": "/statuses/{sha}",
    "subscribers": "",
    "subscription": "",
    "tags": "",
    "teams": "",
    "trees": "/git/trees{/sha}",
}


def node_id(kind: str, key: int | str) -> str:
    """An id over all kinds of objects, as GraphQL has; `read_node_id` reads it."""
    return base64.b64encode(f"0{len(kind)}:{kind}{key}".encode()).decode()


def read_node_id(node: str) -> tuple[str, str] | None:
    """Kind and key of an id; None for what is none."""
    try:
        length, _, named = base64.b64decode(node, validate=True).decode().partition(":")
    except ValueError:
        return None
    size = int(length) if length.isdecimal() else 0
    return (named[:size], named[size:]) if 0 < size < len(named) else None


def commit_node_id(repository: Repository, oid: str) -> str:
    """The id of a commit, which is one of its repository."""
    return node_id("Commit", f"{repository.id}:{oid}")


def account_node_id(account: Account) -> str:
    """The id of a user or an organization."""
    return node_id("Organization" if account.organization else "User", account.id)


def simple_user(account: Account, urls: Urls) -> dict[str, Any]:
    """A user or organization as part of something else."""
    api = f"{urls.api}/users/{account.login}"
    parts = {
        "followers": "",
        "following": "{/other_user}",
        "gists": "{/gist_id}",
        "starred": "{/owner}{/repo}",
        "subscriptions": "",
        "repos": "",
        "events": "{/privacy}",
        "received_events": "",
    }
    return {
        "login": account.login,
        "id": account.id,
        "node_id": account_node_id(account),
        "avatar_url": f"{urls.web}/{account.login}.png",
        "gravatar_id": "",
        "url": api,
        "html_url": f"{urls.web}/{account.login}",
        "organizations_url": f"{api}/orgs",
        **{f"{name}_url": f"{api}/{name}{rest}" for name, rest in parts.items()},
        "type": "Organization" if account.organization else "User",
        "user_view_type": "public",
        "site_admin": False,
    }


def user(account: Account, urls: Urls, *, repositories: int) -> dict[str, Any]:
    """A user or organization as anybody sees it."""
    return {
        **simple_user(account, urls),
        "name": account.login,
        "company": None,
        "blog": "",
        "location": None,
        "email": None,
        "hireable": None,
        "bio": None,
        "twitter_username": None,
        "public_repos": repositories,
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        "created_at": SINCE,
        "updated_at": SINCE,
    }


def own_user(account: Account, urls: Urls, *, public: int, private: int) -> dict[str, Any]:
    """A user as they see themselves."""
    return {
        **user(account, urls, repositories=public),
        "private_gists": 0,
        "total_private_repos": private,
        "owned_private_repos": private,
        "disk_usage": 0,
        "collaborators": 0,
        "two_factor_authentication": True,
        "plan": {"name": "pro", "space": 976562499, "private_repos": 9999, "collaborators": 0},
    }


def owner_of(repository: Repository, accounts: Accounts) -> Account:
    """Whose a repository is; its owner may have left the sandbox's stack files since."""
    found = accounts.find(repository.owner)
    return found or Account(repository.owner, organization=True)


def minimal_repository(repository: Repository, accounts: Accounts, urls: Urls) -> dict[str, Any]:
    """A repository as part of something else."""
    api = f"{urls.api}/repos/{repository.full_name}"
    return {
        "id": repository.id,
        "node_id": node_id("Repository", repository.id),
        "name": repository.name,
        "full_name": repository.full_name,
        "private": repository.private,
        "owner": simple_user(owner_of(repository, accounts), urls),
        "html_url": f"{urls.web}/{repository.full_name}",
        "description": repository.description,
        "fork": repository.parent is not None,
        "url": api,
        **{f"{name}_url": f"{api}{_part(name, rest)}" for name, rest in _PARTS.items()},
    }


def full_repository(
    repository: Repository, accounts: Accounts, caller: Caller | None, urls: Urls
) -> dict[str, Any]:
    """A repository as such."""
    web = f"{urls.web}/{repository.full_name}"
    admin = right_to(caller, repository) >= Right.ADMIN
    if caller is not None and caller.token.permissions is not None:
        admin = caller.administers(repository.owner)  # there the person's, whatever the token may
    host = urls.web.partition("://")[2]
    counts = ("forks", "stargazers", "watchers", "open_issues", "network", "subscribers")
    return {
        **minimal_repository(repository, accounts, urls),
        "git_url": f"git://{host}/{repository.full_name}.git",
        "ssh_url": f"git@{host}:{repository.full_name}.git",
        "clone_url": f"{web}.git",
        "svn_url": web,
        "mirror_url": None,
        "homepage": repository.homepage,
        "language": None,
        **{f"{name}_count": 0 for name in counts},
        "forks": 0,
        "watchers": 0,
        "open_issues": 0,
        "size": 0,
        "default_branch": repository.git.default_branch(),
        "is_template": False,
        "topics": [],
        "has_issues": True,
        "has_projects": False,
        "has_wiki": False,
        "has_pages": False,
        "has_downloads": False,
        "has_discussions": False,
        "archived": False,
        "disabled": False,
        "visibility": "private" if repository.private else "public",
        "license": None,
        "allow_forking": True,
        "web_commit_signoff_required": False,
        "pushed_at": repository.pushed_at,
        "created_at": repository.created_at,
        "updated_at": repository.updated_at,
        "permissions": {
            "admin": admin,
            "maintain": admin,
            "push": admin,
            "triage": admin,
            "pull": True,
        },
    }


def _part(name: str, rest: str) -> str:
    return rest if rest.startswith("/") else f"/{name}{rest}"
