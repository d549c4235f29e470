"""Asking a deployed application itself whether it is well."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass

import requests

PROBE_SECONDS = 10.0  # of one request, its answer included
PROBE_BYTES = 1 << 20


@dataclass(frozen=True)
class ProbeResult:
    """What one request to the application showed."""

    healthy: bool
    explanation: str  # one line for people


def probe(url: str, expect: Mapping[str, str], token: str | None = None) -> ProbeResult:
    """GETs `url` once; healthy means a 2xx answer whose JSON holds every expected value.

    Args:
        url: full address.
        expect: JSON key -> value, texts as they are and others as JSON writes them (`true`); empty
            accepts any 2xx answer of any type.
        token: bearer token, for an application behind its platform's own login.
    """
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    deadline = time.monotonic() + PROBE_SECONDS
    try:
        with requests.get(url, headers=headers, timeout=PROBE_SECONDS, stream=True) as response:
            if not response.ok or not expect:
                explanation = f"answered {response.status_code}"
                return ProbeResult(healthy=response.ok, explanation=explanation)
            body = _bounded(response, deadline)
    except requests.RequestException as error:
        return ProbeResult(healthy=False, explanation=f"gave no answer ({type(error).__name__})")
    if body is None:
        return ProbeResult(healthy=False, explanation="did not end its answer")
    try:
        return _compare(json.loads(body), expect)
    except ValueError:
        return ProbeResult(healthy=False, explanation="answered something that is not JSON")


def _bounded(response: requests.Response, deadline: float) -> bytes | None:
    """The body; None where it is longer or takes longer than any answer about health would."""
    body = b""
    for piece in response.iter_content(1 << 14):
        body += piece
        if len(body) > PROBE_BYTES or time.monotonic() > deadline:
            return None
    return body


def _compare(body: object, expect: Mapping[str, str]) -> ProbeResult:
    if not isinstance(body, dict):
        return ProbeResult(healthy=False, explanation="answered JSON that is not an object")
    for key, value in sorted(expect.items()):
        if key not in body:
            return ProbeResult(healthy=False, explanation=f"says nothing of {key}")
        said = body[key] if isinstance(body[key], str) else json.dumps(body[key])
        if said != value:
            explanation = f"says {key} is {said!r}, not {value!r}"
            return ProbeResult(healthy=False, explanation=explanation)
    return ProbeResult(healthy=True, explanation="answered as expected")
