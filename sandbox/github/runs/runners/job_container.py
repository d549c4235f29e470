"""The `container:` of a job: the image that its steps run in, and what that is given."""

import hashlib
import posixpath
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.github.runs.runners.services import (
    ServiceError,
    check_port,
    login_of,
    options_of,
    text_of,
)
from sandbox.machine.contract import RegistryLogin

_KEYS = ("image", "env", "ports", "volumes", "options", "credentials")
_ROOT = frozenset({"root", "root:root", "0", "0:0"})
_WHAT = "the job's container"


@dataclass(frozen=True, kw_only=True)
class JobContainer:
    """The container of a job that names its image."""

    image: str
    env: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    login: RegistryLogin | None = None
    folders: Sequence[str] = ()  # absolute paths that have to be there

    @property
    def tag(self) -> str:
        """The name under which this sandbox keeps its image."""
        return f"job-{hashlib.sha256(self.image.encode()).hexdigest()[:12]}:latest"


def container_of(rendered: Any) -> JobContainer | None:  # noqa: ANN401 - as YAML has it
    """What a job's `container:` asks for, its expressions evaluated; None where it names no image.

    Raises:
        ServiceError: it asks for what is not imitated, or for nothing that makes sense.
    """
    given: dict[str, Any] = {"image": rendered} if isinstance(rendered, str) else rendered or {}
    for _key, reason in container_mistakes(given):
        raise ServiceError(reason)
    if not given.get("image"):  # an expression that gives no image means: without a container
        return None
    return JobContainer(
        image=str(given["image"]),
        env={str(key): text_of(value) for key, value in (given.get("env") or {}).items()},
        login=login_of(given.get("credentials") or {}),
        folders=tuple(str(each) for each in given.get("volumes") or ()),
    )


def container_mistakes(given: Any) -> list[tuple[str | None, str]]:  # noqa: ANN401 - as YAML has it
    """What of a `container:` cannot be done here: under which of its keys it stands, and why.

    What an expression will give is not known yet, and not judged.
    """
    if given is None or isinstance(given, str):
        return []
    if not isinstance(given, Mapping):
        return [(None, "A container has to name an image.")]
    found: list[tuple[str | None, str]] = [
        (str(key), f"Unexpected value '{key}': a container has {', '.join(_KEYS)}.")
        for key in given
        if key not in _KEYS
    ]
    for key, check in (("ports", _check_ports), ("volumes", _check_volumes)):
        written = given.get(key) or []
        if not isinstance(written, list):
            found.append((key, f"{key}: a sequence was expected"))
            continue
        found += [(key, why) for each in written if (why := _judged(check, str(each)))]
    if why := _judged(_check_options, text_of(given.get("options"))):
        found.append(("options", why))
    return found


def _judged(check: Callable[[str], None], written: str) -> str | None:
    if "${{" in written:
        return None
    try:
        check(written)
    except ServiceError as error:
        return str(error)
    return None


def _check_ports(written: str) -> None:
    check_port(_WHAT, written, by_name=True)


def _check_volumes(written: str) -> None:
    if not posixpath.isabs(written) or set(written) & set(": \t\n"):
        raise ServiceError(
            f"{written}: a folder of the machine, or a volume that outlives the job, is not"
            " imitated in a job's container; a path alone is, as an empty folder. On GitHub it"
            " would run."
        )


def _check_options(written: str) -> None:
    for name, value in options_of(_WHAT, written):
        if name != "user" or value not in _ROOT:
            raise ServiceError(
                f"Option --{name} of a job's container is not imitated; --user root is. On GitHub"
                " it would run."
            )
