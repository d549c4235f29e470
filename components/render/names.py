"""What Render accepts as names, addresses and image references, checked before any call is made."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from slipway.core.variable_names import VariableNames
from slipway.errors import ConfigError

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 _.-]{0,98}[A-Za-z0-9])?")
_FILE_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
_VARIABLES = VariableNames(
    called="the name of an environment variable",
    owner="service",
    setter="Render itself",
    prefix="RENDER_",
    own=frozenset({"RENDER", "IS_PULL_REQUEST"}),
    marks="-.",
)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_TAG = re.compile(r"\w[\w.-]{0,127}", re.ASCII)
_PATH = re.compile(r"[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*")
_HOST = re.compile(r"[A-Za-z0-9.-]+(?::\d+)?")


def predicted_url(name: str) -> str:
    """Where a service of this name answers, unless somebody else on Render has the name already.

    Render then appends four characters, so this is a guess to start with, never an output.
    """
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return f"https://{slug}.onrender.com"


def check_name(what: str, name: str) -> None:
    """Refuses a name that would not make a host name.

    Raises:
        ConfigError: names the value and the rule.
    """
    if not _NAME.fullmatch(name):
        raise ConfigError(
            f"{what}: name {name!r}; use 1 to 100 letters, digits, '-', '_', '.' or spaces, with a "
            "letter or digit at both ends."
        )


def check_env_names(what: str, kinds: dict[str, Iterable[str]]) -> None:
    """Refuses names that would not arrive, that the platform sets, or that are declared twice.

    Args:
        what: the object, for messages.
        kinds: the argument each group of names was given in -> the names.

    Raises:
        ConfigError: names the key and the remedy, never a value.
    """
    seen: dict[str, str] = {}
    for kind, names in kinds.items():
        for name in sorted(names):
            _VARIABLES.check(what, name)
            if name in seen:
                raise ConfigError(
                    f"{what}: {name} is declared in {seen[name]} and in {kind}. Keep one of them."
                )
            seen[name] = kind


def check_file_names(what: str, names: Iterable[str]) -> None:
    """Refuses names of secret files that are paths.

    Raises:
        ConfigError: names the file and the rule.
    """
    for name in sorted(names):
        if not _FILE_NAME.fullmatch(name):
            raise ConfigError(
                f"{what}: secret file {name!r}; it lies in /etc/secrets under this very name, so "
                "use letters, digits, '.', '_' and '-' only."
            )


@dataclass(frozen=True)
class ImageReference:
    """An image reference as Render stores it: every part spelled out."""

    repository: str  # host and path
    tag: str  # empty with a digest only
    digest: str  # "sha256:…", empty without

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        return f"{self.repository}{tag}" + (f"@{self.digest}" if self.digest else "")


def parse_image(what: str, reference: str) -> ImageReference:
    """The parts of `[host/]path[:tag][@digest]`, with Docker's own defaults filled in.

    Raises:
        ConfigError: it is no image reference.
    """
    rest, at, digest = reference.partition("@")
    head, slash, last = rest.rpartition("/")
    last, colon, tag = last.partition(":")
    host, path = _host_and_path(f"{head}{slash}{last}")
    well = (
        _PATH.fullmatch(path)
        and _HOST.fullmatch(host)
        and (not at or _DIGEST.fullmatch(digest))
        and (not colon or _TAG.fullmatch(tag))
    )
    if not well:
        raise ConfigError(
            f"{what}: image {reference!r}; it must look like 'ghcr.io/owner/name:tag' or "
            "'ghcr.io/owner/name@sha256:…', without a scheme."
        )
    return ImageReference(f"{host}/{path}", tag or ("" if digest else "latest"), digest)


def _host_and_path(name: str) -> tuple[str, str]:
    """Docker's rule: the first part is a host if it has a dot or a port, or is localhost."""
    first, slash, rest = name.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        if first in ("index.docker.io", "docker.io"):
            return "docker.io", rest if "/" in rest else f"library/{rest}"
        return first, rest
    return "docker.io", name if slash else f"library/{name}"
