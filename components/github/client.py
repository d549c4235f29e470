"""What has to be known of a repository before its settings are declared.

They are written by Pulumi's provider for GitHub; all that is done here is to read, and to take away
what a run that died had made. This knows nothing of Pulumi.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import quote

import requests

from slipway.core import cancelling
from slipway.core.secrecy.masking import masked
from slipway.core.transport.backoff import (
    CONNECT_SECONDS,
    READ_SECONDS,
    RETRIED_STATUSES,
    asked_seconds,
)
from slipway.core.transport.calls import Bearer, Connections, Failure, lost, tried
from slipway.errors import ApiError
from slipway.github.claims.claims import Claim

LONGEST_WAIT_SECONDS = 90.0
NOT_FOUND = 404
_PAGE = 100
_SAID_LENGTH = 300
_SECONDARY_SECONDS = 60.0  # what GitHub asks for where it names no time
_SCOPE = "repo"
# How the token of an app's installation begins. It has single rights and never a person's role, so
# whether it may write shows with the first write.
_INSTALLATION = "ghs_"

_HINTS = {
    401: "The token is wrong, expired or revoked: check GITHUB_TOKEN, or this stack's githubToken.",
    403: "The token may not do this: a fine-grained one needs write access to Administration, "
    "Secrets, Variables and Environments of the repository, a classic one the scope `repo`.",
    404: "It is not there, or the token may not see it: check GITHUB_OWNER (or this stack's "
    "githubOwner), the repository's name, and that the token was given this repository.",
}

Json: TypeAlias = Any  # whatever GitHub answers; each method gives it its shape


@dataclass(frozen=True)
class Repository:
    """What GitHub says of a repository."""

    id: int  # stays when it is renamed
    page: str


@dataclass(frozen=True)
class PublicKey:
    """With what a secret is sealed for a repository or an environment."""

    key_id: str
    key: str  # base64


@dataclass(frozen=True)
class Found:
    """An object of a repository."""

    path: str  # below the repository's
    shown: Json


@dataclass
class GitHubClient:
    """One account's view of an owner's repositories; `sleep` is replaced by tests. Thread-safe."""

    endpoint: str  # of the REST API, without a slash at the end
    token: str = field(repr=False)
    owner: str
    sleep: Callable[[float], None] = cancelling.pause
    _connections: Connections = field(default_factory=Connections, repr=False)

    def repository(self, name: str) -> Repository:
        """A repository that this token administers.

        Raises:
            ApiError: wrong token, unknown repository, or one that the token does not administer;
                the text says which, as far as GitHub does.
        """
        what = f"Repository {self.owner}/{name}"
        response = self._get(what, self._path(name))
        found = response.json()
        scopes = response.headers.get("X-OAuth-Scopes")
        if scopes is not None and _SCOPE not in _listed(scopes):
            raise _lacks_scope(what, scopes)
        administers = (found.get("permissions") or {}).get("admin")
        if not administers and not self.token.startswith(_INSTALLATION):
            raise ApiError(
                f"{what}: the token may read it, not administer it. Secrets, environments and "
                "rules need an administrator's token: ask for the role Admin, or use another "
                "GITHUB_TOKEN.",
                403,
            )
        return Repository(id=int(found["id"]), page=str(found["html_url"]))

    def readable(self, name: str, path: str) -> None:
        """Whether what lies at a path below a repository is there for this token to read.

        Raises:
            ApiError: it is refused, with GitHub's status.
        """
        what = f"Repository {self.owner}/{name}: {path}"
        self._get(what, f"{self._path(name)}/{path}")

    def public_key(self, repository: str, environment: str = "") -> PublicKey | None:
        """The key of a repository or environment; None for an environment that is not there."""
        what = f"Repository {self.owner}/{repository}"
        if environment:
            what += f", environment {environment}"
        path = f"{self._path(repository)}/{_folder(environment)}/secrets/public-key"
        try:
            found = self._get(f"{what}: public key for secrets", path).json()
        except ApiError as error:
            # A repository that is hidden from the token answers 404 to this list, too.
            if environment and error.status == NOT_FOUND:
                names = {name.lower() for name in self._environments(repository)}
                if environment.lower() not in names:
                    return None
            raise
        return PublicKey(key_id=str(found["key_id"]), key=str(found["key"]))

    def existing(self, repository: str, claims: Collection[Claim]) -> list[Claim]:
        """What is there of the kinds that are claimed, in the places where they are."""
        kinds = {claim.kind for claim in claims}
        found: list[Claim] = []
        if "ruleset" in kinds:
            rulesets = self._all(repository, "rulesets", None)
            found += [Claim("ruleset", each["name"], number=str(each["id"])) for each in rulesets]
        there: set[str] = set()
        if "environment" in kinds or any(claim.environment for claim in claims):
            names = self._environments(repository)
            there = {name.lower() for name in names}
            found += [Claim("environment", name) for name in names]
        for kind, environment in sorted({(claim.kind, claim.environment) for claim in claims}):
            inside = not environment or environment.lower() in there
            if kind in ("secret", "variable") and inside:
                path = f"{_folder(environment)}/{kind}s"
                listed = self._all(repository, path, f"{kind}s")
                found += [Claim(kind, each["name"], environment) for each in listed]
        return found

    def variable(self, repository: str, name: str, environment: str = "") -> Found | None:
        """A variable of a repository or environment; None if there is none of that name."""
        return self._find(repository, f"{_folder(environment)}/variables/{quote(name, safe='')}")

    def branch_pattern(self, repository: str, environment: str, pattern: str) -> Found | None:
        """A pattern of branches that may deploy to an environment; None if it is not there."""
        path = f"{_folder(environment)}/deployment-branch-policies"
        for each in self._all(repository, path, "branch_policies"):
            if (each["name"], each.get("type", "branch")) == (pattern, "branch"):
                return Found(f"{path}/{each['id']}", each)
        return None

    def ruleset(self, repository: str, name: str) -> Found | None:
        """A ruleset of the repository itself; None if there is none of that name."""
        for each in self._all(repository, "rulesets", None):
            if each["name"] == name and each.get("source_type") == "Repository":
                return self._find(repository, f"rulesets/{each['id']}")
        return None

    def delete(self, repository: str, path: str) -> None:
        """Takes an object of a repository away; absent is success."""
        what = f"Repository {self.owner}/{repository}: delete {path}"
        try:
            self._send("DELETE", what, f"{self._path(repository)}/{path}")
        except ApiError as error:
            if error.status != NOT_FOUND:
                raise

    def _find(self, repository: str, path: str) -> Found | None:
        what = f"Repository {self.owner}/{repository}: {path}"
        try:
            return Found(path, self._get(what, f"{self._path(repository)}/{path}").json())
        except ApiError as error:
            if error.status != NOT_FOUND:
                raise
            return None

    def _environments(self, repository: str) -> list[str]:
        return [each["name"] for each in self._all(repository, "environments", "environments")]

    def _path(self, repository: str) -> str:
        return f"/repos/{quote(self.owner, safe='')}/{quote(repository, safe='')}"

    def _all(self, repository: str, path: str, key: str | None) -> Iterator[Mapping[str, Any]]:
        """Every item of a list of pages; `key` is where an answer holds them."""
        what = f"Repository {self.owner}/{repository}: list {path}"
        number = 1
        while True:
            query = f"?per_page={_PAGE}&page={number}"
            response = self._get(what, f"{self._path(repository)}/{path}{query}")
            answer = response.json()
            yield from answer if key is None else answer[key]
            if "next" not in response.links:  # some lists have smaller pages than was asked for
                return
            number += 1

    def _get(self, what: str, path: str) -> requests.Response:
        return self._send("GET", what, path)

    def _send(self, method: str, what: str, path: str) -> requests.Response:
        def once() -> requests.Response | Failure:
            try:
                response = self._connections.session.request(
                    method,
                    self.endpoint + path,
                    headers=_HEADERS,
                    auth=Bearer(self.token),
                    timeout=(CONNECT_SECONDS, READ_SECONDS),
                    allow_redirects=False,
                )
            except requests.RequestException as error:
                return Failure(lost(what, self.endpoint, error, "GITHUB_BASE_URL"), again=True)
            if response.ok and not response.is_redirect:
                return response
            asked = _asked_seconds(response)
            again = response.status_code in RETRIED_STATUSES or asked is not None
            again = again and (asked or 0) <= LONGEST_WAIT_SECONDS
            return Failure(self._refusal(what, response, asked), again=again, asked=asked)

        return tried(what, once, self.sleep)

    def _refusal(self, what: str, response: requests.Response, asked: float | None) -> ApiError:
        status, scopes = response.status_code, response.headers.get("X-OAuth-Scopes")
        if status in (403, 404) and scopes is not None and _SCOPE not in _listed(scopes):
            return _lacks_scope(what, scopes)
        hint = _HINTS.get(status, "Run the same command again; see also githubstatus.com.")
        if response.is_redirect:
            hint = "It was renamed or moved: say its present owner and name."
        if asked is not None:
            hint = f"Its rate limit is used up; run the same command again in {asked:.0f} s."
        said = masked(_said(response), (self.token,), _SAID_LENGTH)
        return ApiError(
            f"{what}: GitHub answered {status}{f' ({said})' if said else ''}. {hint}", status
        )


_HEADERS = {
    "Accept": "application/vnd.github+json",
    "X-GitHub-Api-Version": "2022-11-28",
    "User-Agent": "slipway",
}


def _folder(environment: str) -> str:
    """Where the secrets and variables of a repository or environment are."""
    return f"environments/{quote(environment, safe='')}" if environment else "actions"


def _listed(scopes: str) -> list[str]:
    return [each.strip() for each in scopes.split(",") if each.strip()]


def _lacks_scope(what: str, scopes: str) -> ApiError:
    """GitHub says 404 where it hides something: a 403 here, which nobody takes for gone."""
    given = ", ".join(_listed(scopes)) or "no scope"
    return ApiError(
        f"{what}: the token has {given}; it needs the scope `{_SCOPE}`. Give it that scope at "
        "https://github.com/settings/tokens, or use another GITHUB_TOKEN.",
        403,
    )


def _said(response: requests.Response) -> str:
    try:
        body = response.json()
    except requests.JSONDecodeError:
        return ""
    message = body.get("message") if isinstance(body, dict) else None
    return str(message) if message else ""


def _asked_seconds(response: requests.Response) -> float | None:
    """How long GitHub wants to be left alone; None if the refusal is not about its limits."""
    if response.status_code not in (403, 429):
        return None
    headers = response.headers
    if (after := asked_seconds(headers.get("Retry-After", ""))) is not None:
        return after
    if headers.get("X-RateLimit-Remaining") == "0":
        return asked_seconds(headers.get("X-RateLimit-Reset", "")) or 0.0
    return _SECONDARY_SECONDS if "secondary rate limit" in _said(response).lower() else None
