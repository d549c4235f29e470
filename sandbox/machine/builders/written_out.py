"""The platforms' own hosts in a Dockerfile: refused by name where a build holds a credential.

A step of a build believes what its image believes, so nobody could answer it for another host. What
a Dockerfile fetches without a credential is anybody's, and stays as it is written.
"""

import re
from collections.abc import Collection

from sandbox.machine.contract import BuildRequest

_SECRET_MOUNT = re.compile(r"--mount=\S*type=secret", re.IGNORECASE)
_ARGUMENT = re.compile(r"^\s*ARG\s+(.+)$", re.IGNORECASE | re.MULTILINE)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CREDENTIAL_S_NAME = re.compile(r"TOKEN|KEY|SECRET|PASSW", re.IGNORECASE)
_CREDENTIAL = re.compile(r"(?:hf|rnd|gh[opsur]|github_pat)_[A-Za-z0-9_]{16,}")


def refused_hosts(request: BuildRequest, hosts: Collection[str]) -> Collection[str]:
    """Of these hosts those that the build does not reach: all, or none.

    Args:
        request: the build.
        hosts: the platforms'.
    """
    return hosts if _holds_a_credential(request) else ()


def hint(said: str, refused: Collection[str]) -> str:
    """What a failed build is told if it asked one of the hosts; empty if it did not.

    Args:
        said: the end of its log.
        refused: the hosts that it could not reach.
    """
    asked = next((host for host in refused if host in said), None)
    if asked is None:
        return ""
    return (
        f"{asked} is a host of a real platform. This build holds a credential, so nothing was sent"
        " there: write the sandbox's address, which a build argument can carry (docs/hosts.md)."
    )


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
