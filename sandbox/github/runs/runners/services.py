"""The `services:` of a job: what they ask for, as containers beside the job's."""

import hashlib
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.machine.contract import HealthCheck, RegistryLogin

_KEYS = ("image", "env", "ports", "options", "credentials")
_SHAPES = {"ports": list, "env": dict, "credentials": dict}
_WORDS = {list: "sequence", dict: "mapping"}
_NO_MAPPING = "`services:` has to be a mapping of names to containers."
_PORT = re.compile(r"(?:(?P<host>\d+):)?(?P<port>\d+)(?:/tcp)?")
_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+)ms)?")
_UNITS = (3600, 60, 1, 0.001)


class ServiceError(Exception):
    """A service that can't be had here; the message says which, and why."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """One container that serves a job."""

    name: str
    image: str
    env: Mapping[str, str]
    login: RegistryLogin | None
    health: HealthCheck | None

    @property
    def tag(self) -> str:
        """The name under which this sandbox keeps its image."""
        return f"service-{hashlib.sha256(self.image.encode()).hexdigest()[:12]}:latest"

    def __repr__(self) -> str:
        return f"Service({self.name!r}, image={self.image!r})"


def services_of(
    rendered: Any,  # noqa: ANN401 - as YAML has it
    *,
    by_name: bool = False,
) -> list[Service]:
    """What a job's `services:` asks for, its expressions evaluated.

    Args:
        rendered: the mapping.
        by_name: whether the job reaches each under its own host name, so that none stands in
            another one's way.

    Raises:
        ServiceError: it asks for what is not imitated, or for nothing that makes sense.
    """
    if not rendered:
        return []
    if not isinstance(rendered, Mapping):
        raise ServiceError(_NO_MAPPING)
    found = [_service(str(name), given, by_name=by_name) for name, given in rendered.items()]
    return [each for each in found if each.image]  # without an image it is not started


def service_mistakes(
    given: Any,  # noqa: ANN401 - as YAML has it
    *,
    by_name: bool,
) -> Iterator[tuple[str, str]]:
    """What of a `services:` cannot be done here: under which name it stands, and why.

    What an expression will give is not known yet, and not judged.
    """
    if not isinstance(given, Mapping):
        if given and "${{" not in str(given):
            yield "", _NO_MAPPING
        return
    for name, written in given.items():
        known = written
        if isinstance(written, Mapping):
            known = {key: each for key, each in written.items() if "${{" not in str(each)}
        try:
            _service(str(name), known, by_name=by_name)
        except ServiceError as error:
            yield str(name), str(error)


def _service(
    name: str,
    given: Any,  # noqa: ANN401 - as YAML has it
    *,
    by_name: bool,
) -> Service:
    if isinstance(given, str):
        given = {"image": given}
    if not isinstance(given, Mapping):
        raise ServiceError(f"Service {name}: it has to name an image.")
    if strange := set(given).difference(_KEYS):
        raise ServiceError(
            f"Service {name}: {', '.join(sorted(strange))} is not imitated; {', '.join(_KEYS)} are."
        )
    for key, kind in _SHAPES.items():
        if not isinstance(given.get(key) or kind(), kind):
            raise ServiceError(f"Service {name}: {key}: a {_WORDS[kind]} was expected.")
    for written in given.get("ports") or ():
        check_port(f"Service {name}", str(written), by_name=by_name)
    return Service(
        name=name,
        image=str(given.get("image") or ""),
        env={str(key): text_of(value) for key, value in (given.get("env") or {}).items()},
        login=login_of(given.get("credentials") or {}),
        health=_health(name, str(given.get("options") or "")),
    )


def login_of(credentials: Mapping[str, Any]) -> RegistryLogin | None:
    """Who asks for an image, by its `credentials`; None where there are none."""
    if not credentials:
        return None
    return RegistryLogin(str(credentials.get("username", "")), str(credentials.get("password", "")))


def check_port(whose: str, written: str, *, by_name: bool) -> None:
    """Refuses a port that is not reached here as it is written; raises ServiceError."""
    found = _PORT.fullmatch(written)
    if found is None:
        raise ServiceError(f"{whose}: {written} is no port that is imitated.")
    if not by_name and found["host"] not in {None, found["port"]}:
        raise ServiceError(
            f"{whose}: port {found['port']} under another number ({written}) is not"
            f" imitated. A job and its services share localhost here; use"
            f" {found['port']}:{found['port']}."
        )


def _health(service: str, options: str) -> HealthCheck | None:
    """The health check of `docker create`'s options; others are refused."""
    given = dict(options_of(f"Service {service}", options))
    command = given.pop("health-cmd", None)
    seconds = {
        key: _seconds(service, given.pop(f"health-{key}"))
        for key in ("interval", "timeout", "start-period")
        if f"health-{key}" in given
    }
    retries = given.pop("health-retries", "3")
    if not retries.isdecimal():
        raise ServiceError(f"Service {service}: {retries} is no number of retries.")
    if given:
        raise ServiceError(f"Service {service}: option --{min(given)} is not imitated.")
    if command is None:
        return None
    return HealthCheck(
        command=command,
        interval_seconds=seconds.get("interval", 30),
        timeout_seconds=seconds.get("timeout", 30),
        retries=int(retries),
        start_seconds=seconds.get("start-period", 0),
    )


def options_of(whose: str, written: str) -> Iterator[tuple[str, str]]:
    """Options of `docker create` and their values; raises ServiceError."""
    try:
        words = shlex.split(written)
    except ValueError as error:
        raise ServiceError(f"{whose}: options: {error}") from None
    while words:
        name, is_one_word, value = words.pop(0).partition("=")
        follows = bool(words) and not words[0].startswith("--")
        if not name.startswith("--") or not (is_one_word or follows):
            raise ServiceError(f"{whose}: options: {name} is not imitated.")
        yield name.removeprefix("--"), value if is_one_word else words.pop(0)


def _seconds(service: str, written: str) -> float:
    found = _DURATION.fullmatch(written)
    if found is None or not written:
        raise ServiceError(f"Service {service}: {written} is no duration, such as 10s.")
    return sum(
        float(part) * unit for part, unit in zip(found.groups(), _UNITS, strict=True) if part
    )


def text_of(value: Any) -> str:  # noqa: ANN401 - as YAML has it
    """A value of YAML as an environment variable has it."""
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
