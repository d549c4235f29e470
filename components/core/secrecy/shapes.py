"""What credentials look like, by the shapes that their issuers publish.

One list for both directions: what no payload may hold, and what nothing that is shown may repeat.
The sandbox's own tokens have the shapes of the platforms' as well.
"""

import codecs
import re

# Each begins with plain text, for which a search is an order of magnitude faster: so what may not
# stand before it is looked for after it.
CREDENTIALS = (
    ("a Hugging Face token", re.compile(rb"hf_(?<!\whf_)[A-Za-z0-9]{30,}\b")),
    ("a GitHub token", re.compile(rb"gh[pousr]_(?<!\wgh[pousr]_)[A-Za-z0-9]{36,}\b")),
    ("a GitHub token", re.compile(rb"github_pat_(?<!\wgithub_pat_)\w{40,}\b")),
    ("a Render API key", re.compile(rb"rnd_(?<!\wrnd_)[A-Za-z0-9]{28,}\b")),
    ("a private key", re.compile(rb"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY(?: BLOCK)?-----")),
    (
        "an API key of a model's provider",
        re.compile(
            rb"sk-(?<!\wsk-)(?:(?:proj|ant|svcacct|or)-[\w-]{20,}|[A-Za-z0-9]{40,}\b)",
        ),
    ),
    ("an AWS access key", re.compile(rb"A[KS]IA(?<!\wA[KS]IA)[0-9A-Z]{16}\b")),
    ("a Google API key", re.compile(rb"AIza(?<!\wAIza)[\w-]{35}\b")),
    ("a Slack token", re.compile(rb"xox[abeprs]-(?<!\wxox[abeprs]-)[0-9A-Za-z-]{20,}\b")),
    ("a package registry's token", re.compile(rb"npm_(?<!\wnpm_)[A-Za-z0-9]{36}\b")),
    ("a package registry's token", re.compile(rb"pypi-(?<!\wpypi-)[\w-]{40,}")),
    ("a package registry's token", re.compile(rb"_authToken\s*=\s*[^\s$]{12,}")),
    ("a cluster's client key", re.compile(rb"client-key-data:\s*[A-Za-z0-9+/=]{40,}")),
)
_OVERLAP = 1024  # bytes; more than any shape needs to be told
_SAMPLE = 8192  # bytes of a file's beginning that tell its kind
_OF_BINARY = 2_000_000  # bytes; what follows in weights, images and archives is no text
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)


class CredentialSearch:
    """Looks for credentials in a content that comes in pieces, and keeps little of it.

    Attributes:
        found: what kind of credential stands in it, told by its shape; None if none does so far.
    """

    def __init__(self) -> None:
        self.found: str | None = None
        self._kept = b""  # of what came before
        self._cut = False  # whether more than that did
        self._seen = 0  # bytes
        self._wide = self._binary = False

    def feed(self, piece: bytes) -> None:
        """Looks at the next piece, of any size."""
        if not self._seen:
            self._tell_kind(piece[:_SAMPLE])
        left = _OF_BINARY - self._seen if self._binary else len(piece)
        self._seen += len(piece)
        if self.found or left <= 0:
            return
        part = piece[:left]
        window = self._kept + (part.replace(b"\0", b"") if self._wide else part)
        # Only the byte before a match tells whether a word begins there.
        start = int(self._cut)
        self.found = next((k for k, shape in CREDENTIALS if shape.search(window, start)), None)
        self._cut = self._cut or len(window) > _OVERLAP
        self._kept = window[-_OVERLAP:]

    def _tell_kind(self, sample: bytes) -> None:
        zeros = sample.count(b"\0")
        # UTF-16 or -32, as some shells of Windows write what they are told to.
        self._wide = sample.startswith(_WIDE) or zeros * 3 >= len(sample) > 0
        self._binary = bool(zeros) and not self._wide


def credential_in(content: bytes) -> str | None:
    """What kind of credential stands in a file, told by its shape; None if none does."""
    search = CredentialSearch()
    search.feed(content)
    return search.found
