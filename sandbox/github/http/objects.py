"""Commits, references and trees as the API shows them."""

from typing import Any

from sandbox.git.store import Commit, GitStore, Person
from sandbox.github.http.accounts import Accounts
from sandbox.github.http.clock import written
from sandbox.github.http.describe import commit_node_id, node_id, simple_user
from sandbox.github.http.requests import Urls
from sandbox.github.repositories.registry import Repository

_UNSIGNED = {
    "verified": False,
    "reason": "unsigned",
    "signature": None,
    "payload": None,
    "verified_at": None,
}


def git_commit(repository: Repository, commit: Commit, here: Urls) -> dict[str, Any]:
    """A commit as an object of git."""
    api, web = _places(repository, here)
    return {
        "sha": commit.oid,
        "node_id": commit_node_id(repository, commit.oid),
        "url": f"{api}/git/commits/{commit.oid}",
        "html_url": f"{web}/commit/{commit.oid}",
        "author": _person(commit.author),
        "committer": _person(commit.committer),
        "tree": {"sha": commit.tree, "url": f"{api}/git/trees/{commit.tree}"},
        "message": commit.message,
        "parents": [
            {
                "sha": each,
                "url": f"{api}/git/commits/{each}",
                "html_url": f"{web}/commit/{each}",
            }
            for each in commit.parents
        ],
        "verification": _UNSIGNED,
    }


def full_commit(
    repository: Repository, commit: Commit, accounts: Accounts, here: Urls
) -> dict[str, Any]:
    """A commit with whoever of the accounts wrote it."""
    api, web = _places(repository, here)
    git = git_commit(repository, commit, here)
    inner = {key: git[key] for key in ("author", "committer", "message", "tree", "verification")}

    def account(person: Person) -> dict[str, Any] | None:
        found = accounts.find(person.name)
        return None if found is None else simple_user(found, here)

    return {
        "sha": commit.oid,
        "node_id": git["node_id"],
        "commit": {**inner, "url": git["url"], "comment_count": 0},
        "url": f"{api}/commits/{commit.oid}",
        "html_url": git["html_url"],
        "comments_url": f"{api}/commits/{commit.oid}/comments",
        "author": account(commit.author),
        "committer": account(commit.committer),
        "parents": [
            {"sha": each, "url": f"{api}/commits/{each}", "html_url": f"{web}/commit/{each}"}
            for each in commit.parents
        ],
    }


def reference(repository: Repository, name: str, target: str, here: Urls) -> dict[str, Any]:
    """A branch, tag or other reference as an object of git."""
    api, _ = _places(repository, here)
    kind = type_of(repository.git, target)
    return {
        "ref": name,
        "node_id": node_id("Ref", f"{repository.id}:{name}"),
        "url": f"{api}/git/{name}",
        "object": {"sha": target, "type": kind, "url": f"{api}/git/{kind}s/{target}"},
    }


def type_of(store: GitStore, oid: str) -> str:
    """commit, tag, tree or blob."""
    return str(store.open()[oid].type_str)


def _person(person: Person) -> dict[str, str]:
    return {"name": person.name, "email": person.email, "date": written(person.at)}


def _places(repository: Repository, here: Urls) -> tuple[str, str]:
    name = repository.full_name
    return f"{here.api}/repos/{name}", f"{here.web}/{name}"
