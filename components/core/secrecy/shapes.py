"""What credentials look like, by the shapes that their issuers publish.

One list for both directions: what no payload may hold, and what no log that is shown may repeat.
The sandbox's own tokens have the shapes of the platforms' as well.
"""

import re
from collections.abc import Iterable

from slipway.core.secrecy.digests import MASK, redact

CREDENTIALS = {
    "a Hugging Face token": re.compile(rb"\bhf_[A-Za-z0-9]{30,}\b"),
    "a GitHub token": re.compile(rb"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{40,})\b"),
    "a Render API key": re.compile(rb"\brnd_[A-Za-z0-9]{28,}\b"),
    "a private key": re.compile(rb"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"),
    "an API key of a model's provider": re.compile(
        rb"\bsk-(?:(?:proj|ant|svcacct|or)-[\w-]{20,}|[A-Za-z0-9]{40,}\b)"
    ),
    "an AWS access key": re.compile(rb"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a Google API key": re.compile(rb"\bAIza[\w-]{35}\b"),
    "a Slack token": re.compile(rb"\bxox[abeprs]-[0-9A-Za-z-]{20,}\b"),
    "a package registry's token": re.compile(
        rb"\bnpm_[A-Za-z0-9]{36}\b|\bpypi-[\w-]{40,}|_authToken\s*=\s*[^\s$]{12,}"
    ),
    "a cluster's client key": re.compile(rb"\bclient-key-data:\s*[A-Za-z0-9+/=]{40,}"),
}
# Each shape holds one of these.
_BEGINNINGS = (
    *(b"hf_", b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_", b"github_pat_", b"rnd_", b"PRIVATE KEY"),
    *(b"sk-", b"AKIA", b"ASIA", b"AIza", b"xox", b"npm_", b"pypi-", b"_authToken"),
    b"client-key-data:",
)
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")


def credential_in(content: bytes) -> str | None:
    """What kind of credential stands in a file, told by its shape; None if none does."""
    if b"\0" in content[:4]:  # UTF-16 or -32, as some shells of Windows write what they are told to
        content = content.replace(b"\0", b"")
    # A search for plain text is several times as fast as the shapes, and most files have none.
    if not any(beginning in content for beginning in _BEGINNINGS):
        return None
    return next((kind for kind, shape in CREDENTIALS.items() if shape.search(content)), None)


def shown(line: str, hidden: Iterable[str] = ()) -> str:
    """A line of an application's log as it may be shown: a start-up may print its environment.

    Args:
        line: as the platform gives it.
        hidden: values to mask besides all that looks like a credential.

    Returns:
        The line without terminal codes, which could hide or forge what stands beside it.
    """
    text = redact(_ESCAPES.sub("", line), hidden).encode(errors="replace")
    for shape in CREDENTIALS.values():
        text = shape.sub(MASK.encode(), text)
    return text.decode(errors="replace")
