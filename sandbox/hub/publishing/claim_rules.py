"""What a trusted publisher's claims may be about, and whether a job's identity meets them.

Claims are matched exactly (contract: the Hub's documentation, Trusted Publishers). Two of them are
the Hub's own words for what GitHub says otherwise: `branch` for a ref, `workflow` for the name of
the workflow's file, while GitHub's own claim of that name is its title.
"""

from collections.abc import Mapping
from typing import Any

REPOSITORY, BRANCH, WORKFLOW = "repository", "branch", "workflow"
_AS_GITHUB_SAYS = (
    *("actor", "environment", "event_name", "job_workflow_ref", "ref", "ref_type"),
    *("repository_id", "repository_owner", "repository_owner_id", "repository_visibility"),
    *("runner_environment", "sub"),
)
KNOWN = (REPOSITORY, BRANCH, WORKFLOW, *_AS_GITHUB_SAYS)


class InvalidClaimsError(ValueError):
    """A publisher cannot be configured like this; the message says why, and what is possible."""


def checked_claims(claims: Mapping[str, str]) -> dict[str, str]:
    """The claims of a publisher to be; raises InvalidClaimsError."""
    for name, value in claims.items():
        if name not in KNOWN:
            raise InvalidClaimsError(f"no claim is called {name!r}; there are {', '.join(KNOWN)}")
        if not value:
            raise InvalidClaimsError(f"the claim {name!r} needs a value")
    if REPOSITORY not in claims:
        raise InvalidClaimsError(
            f"the claim {REPOSITORY!r} is needed: without one, every repository's workflows could "
            "push"
        )
    if claims[REPOSITORY].count("/") != 1:
        raise InvalidClaimsError(
            f"{REPOSITORY}={claims[REPOSITORY]}: as GitHub names it, owner/name, is wanted"
        )
    if "/" in claims.get(WORKFLOW, ""):
        raise InvalidClaimsError(
            f"{WORKFLOW}={claims[WORKFLOW]}: the name of the file alone is wanted, as publish.yml"
        )
    return dict(claims)


def unmet(wanted: Mapping[str, str], said: Mapping[str, Any]) -> list[str]:
    """The names of a publisher's claims that a job's identity does not meet.

    Args:
        wanted: the publisher's.
        said: the verified claims of the job's token.
    """
    return [name for name, value in wanted.items() if not _is_met(name, value, said)]


def told(name: str, said: Mapping[str, Any]) -> str:
    """What a job's identity says of a claim, for people."""
    where = {BRANCH: "ref", WORKFLOW: "workflow_ref"}.get(name, name)
    return f"{where} is {said[where]}" if where in said else f"it has no {where}"


def _is_met(name: str, value: str, said: Mapping[str, Any]) -> bool:
    if name == BRANCH:
        return bool(said.get("ref") == f"refs/heads/{value}")
    if name == WORKFLOW:
        # The whole of it: a file may be called `publish.yml@x.yml`.
        file = f"{said.get(REPOSITORY)}/.github/workflows/{value}@{said.get('ref')}"
        return bool(said.get("workflow_ref") == file)
    return bool(said.get(name) == value)
