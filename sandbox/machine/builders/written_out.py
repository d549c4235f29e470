"""The platforms' own hosts in a Dockerfile: refused by name where a build holds a credential.

A step of a build believes what its image believes, so nobody could answer it for another host. What
a Dockerfile fetches without a credential is anybody's, and stays as it is written.
"""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from sandbox.machine.containers.public_names import PublicNames
from sandbox.machine.contract import BuildRequest

_SECRET_MOUNT = re.compile(r"--mount=\S*type=secret", re.IGNORECASE)
_MOST_BYTES = 1 << 20  # of a file that a host may be written out in
_ARGUMENT = re.compile(r"^\s*ARG\s+(.+)$", re.IGNORECASE | re.MULTILINE)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CREDENTIAL_S_NAME = re.compile(r"TOKEN|KEY|SECRET|PASSW", re.IGNORECASE)
_CREDENTIAL = re.compile(r"(?:hf|rnd|gh[opsur]|github_pat)_[A-Za-z0-9_]{16,}")


@dataclass(frozen=True)
class Refused:
    """Hosts that a build does not reach."""

    hosts: Sequence[str] = ()  # the platforms', and apps' whose names are written out
    domains: Sequence[str] = ()  # of apps

    @property
    def pattern(self) -> str:
        """A regular expression of each; empty for none."""
        below = [rf"[a-z0-9.-]+\.{re.escape(domain)}" for domain in self.domains]
        return "|".join([*map(re.escape, self.hosts), *below])


def refused_hosts(request: BuildRequest, public: PublicNames) -> Refused:
    """Of the platforms' hosts those that the build does not reach: all, or none.

    An app's name is anybody's, and a step's file of hosts holds whole names alone. So those are
    found that stand in the context's files or in an argument.

    Args:
        request: the build.
        public: the platforms' hosts and domains.
    """
    if not _holds_a_credential(request):
        return Refused()
    named = _names_below(public.domains, request) if public.domains else set()
    return Refused([*public.hosts, *sorted(named)], public.domains)


def hint(said: str, refused: Refused) -> str:
    """What a failed build is told if it asked one of the hosts; empty if it did not.

    Args:
        said: the end of its log.
        refused: what it could not reach.
    """
    asked = next((host for host in refused.hosts if host in said), None)
    if asked is None:
        return ""
    return (
        f"{asked} is a host of a real platform. This build holds a credential, so nothing was sent"
        " there: write the sandbox's address, which a build argument can carry (docs/hosts.md)."
    )


def _names_below(domains: Sequence[str], request: BuildRequest) -> set[str]:
    """Names of apps that the build's files and arguments write out."""
    ends = "|".join(map(re.escape, domains))
    written = re.compile(rf"(?<![\w.-])[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*\.(?:{ends})(?!\.?[\w-])")
    texts = chain(request.build_args.values(), _texts(request.context))
    return {name for text in texts for name in written.findall(text.lower())}


def _texts(context: Path) -> Iterator[str]:
    """The context's files, without those that nobody writes by hand."""
    for folder, names, files in os.walk(context):
        names[:] = [name for name in names if name != ".git"]
        for path in (Path(folder, name) for name in files):
            with suppress(OSError):
                if path.is_file() and not path.is_symlink() and path.stat().st_size <= _MOST_BYTES:
                    yield path.read_text(encoding="utf-8", errors="replace")


def _holds_a_credential(request: BuildRequest) -> bool:
    """Whether a step may see a secret, or an argument that looks like one."""
    file = request.context / request.dockerfile
    text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    text = re.sub(r"\\\s*\n", " ", text)
    if request.secrets and _SECRET_MOUNT.search(text):
        return True
    asked = {name for words in _ARGUMENT.findall(text) for name in _NAME.findall(words)}
    return any(
        name in asked and bool(_CREDENTIAL_S_NAME.search(name) or _CREDENTIAL.search(value))
        for name, value in request.build_args.items()
        if value
    )
