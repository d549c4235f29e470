"""Where GitHub is and who asks, as a workflow or a person's environment says it."""

import os
import urllib.parse

from report.github.rest import Rest

_PUBLIC = "https://api.github.com"


def repository_from_environment() -> Rest:
    """The repository that GITHUB_REPOSITORY names, asked with GITHUB_TOKEN.

    Its API is at GITHUB_API_URL, as workflows have it; else GITHUB_BASE_URL says where, as this
    project's program has it; else it is the public one.

    Raises:
        KeyError: the name or the token is missing.
    """
    of = os.environ
    return Rest(_api(), of["GITHUB_REPOSITORY"], of["GITHUB_TOKEN"])


def _api() -> str:
    if said := os.environ.get("GITHUB_API_URL"):
        return said.rstrip("/")
    base = urllib.parse.urlsplit(os.environ.get("GITHUB_BASE_URL") or _PUBLIC)
    if base.hostname in ("github.com", "api.github.com"):
        return _PUBLIC
    path = base.path.rstrip("/").removesuffix("/api/v3")
    return f"{base.scheme}://{base.netloc}{path}/api/v3"
