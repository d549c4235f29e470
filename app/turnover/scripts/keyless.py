"""A token of the Hub's for this very job: GitHub says who it is, and the Hub believes it.

The Hub calls it Trusted Publishers. Its client does the same by itself where HF_OIDC_RESOURCE is
set; here Python's own library does, since nothing else runs in the job that may write.
"""

import json
import os
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from .hub import HubError

RESOURCE = "HF_OIDC_RESOURCE"
_SECONDS = 20.0
_GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
_IDENTITY = "urn:ietf:params:oauth:token-type:id_token"


def token_for(resource: str, endpoint: str) -> str:
    """A token that writes one repository for an hour.

    Args:
        resource: such as "spaces/OWNER/NAME".
        endpoint: the Hub's address.

    Raises:
        HubError: GitHub gives this job no identity, or the Hub does not trust the one it has.
    """
    url = os.environ.get("ACTIONS_ID_TOKEN_REQUEST_URL", "")
    bearer = os.environ.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "")
    if not url or not bearer:
        raise HubError(
            f"{RESOURCE} asks for a token of this job's own, and GitHub gives it no identity: the "
            "job needs `permissions: id-token: write`."
        )
    asked = f"{url}{'&' if '?' in url else '?'}{urllib.parse.urlencode({'audience': endpoint})}"
    identity = urllib.request.Request(asked, headers={"Authorization": f"Bearer {bearer}"})  # noqa: S310 - GitHub's own word
    body = {
        "grant_type": _GRANT,
        "subject_token_type": _IDENTITY,
        "subject_token": _answer(identity, "GitHub, asked who this job is,")["value"],
        "resource": resource,
    }
    exchange = urllib.request.Request(  # noqa: S310 - the configured endpoint
        f"{endpoint}/oauth/token",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    return str(_answer(exchange, f"{resource}: the Hub, asked for a token,")["access_token"])


def _answer(request: urllib.request.Request, who: str) -> dict[str, Any]:
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as response:  # noqa: S310
            said: dict[str, Any] = json.load(response)
            return said
    except urllib.error.HTTPError as error:
        why = _reason(error) if error.code == 400 else ""  # noqa: PLR2004 - invalid_grant
        raise HubError(f"{who} answered {error.code}{why}.", error.code) from None
    except (OSError, ValueError) as error:
        raise HubError(f"{who} does not answer ({type(error).__name__}).") from None


def _reason(error: urllib.error.HTTPError) -> str:
    """What the Hub says of a refusal; it repeats nothing that was sent to it but claims."""
    try:
        said = json.load(error)
        why = f" ({said['error']}: {said.get('error_description', '')})"
    except (OSError, ValueError, LookupError, TypeError):
        why = ""
    return f"{why}. The repository has to trust this workflow: its Settings, Trusted Publishers"
