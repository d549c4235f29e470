"""References of images: normalised as Render shows them, compared as its deploys demand."""

import re

from sandbox.render.http.errors import BadRequestError

_REFERENCE = re.compile(
    r"(?P<name>[a-zA-Z0-9][a-zA-Z0-9._:-]*(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*?)"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?P<digest>@sha256:[0-9a-f]{64})?"
)


def normalised(reference: object) -> str:
    """`nginx` as `docker.io/library/nginx:latest`; raises BadRequestError."""
    if not isinstance(reference, str):
        raise BadRequestError("image path must be a string")
    text = re.sub(r"^https?://", "", reference.strip())
    if not _REFERENCE.fullmatch(text) or not repository_of(text):
        raise BadRequestError(f"invalid image path: {reference!r}")
    repository = repository_of(text)
    host, separator, _ = repository.partition("/")
    if not separator:
        repository = f"docker.io/library/{repository}"
    elif "." not in host and ":" not in host and host != "localhost":
        repository = f"docker.io/{repository}"
    rest = text[len(repository_of(text)) :]
    return f"{repository}{rest or ':latest'}"


def repository_of(reference: str) -> str:
    """The reference without its tag and digest."""
    name = reference.partition("@")[0]
    head, slash, last = name.rpartition("/")
    return f"{head}{slash}{last.partition(':')[0]}"
