"""Ports that agree, and addresses that can be reached."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from policies.rule import Broken, Level, Rule, Settings, Severity, Undecided, Verdict, Verdicts
from policies.things import Dockerfile, Everything, Service
from policies.values import Unknown

_OPEN_PORTS = (80, 443, 8080)  # the Hub's documentation: what a Space may call
_SCHEME_PORTS = {"http": 80, "https": 443, "postgresql": 5432, "postgres": 5432, "redis": 6379}
_OWN_MACHINE = re.compile(r"(?:localhost|.*\.localhost|127\.\d+\.\d+\.\d+|::1)")


@Rule(
    name="ports-agree",
    about="requests go to a port that the image exposes",
    why="the app runs, nobody answers, and the platform stops it as unhealthy",
    severity=Severity.MEDIUM,
).of_all
def ports_agree(everything: Everything, _settings: Settings) -> Verdicts:
    """Requests go to where the image listens."""
    for service in everything.of(Service):
        image = everything.image_of(service)
        dockerfile = service.dockerfile or (image.dockerfile if image else None)
        if dockerfile is not None:
            yield from ((service, verdict) for verdict in _agree(service, dockerfile))


def _agree(service: Service, dockerfile: Dockerfile) -> Iterator[Verdict]:
    exposed = dockerfile.exposed_ports
    if isinstance(service.port, Unknown):
        yield Undecided("its port")
    elif service.port is not None and exposed and service.port not in exposed:
        yield Broken(
            f"requests go to port {service.port} and its Dockerfile exposes "
            f"{', '.join(map(str, exposed))}",
            "Make them agree: app_port in a Space's README, PORT on Render",
        )


@Rule(
    name="one-port",
    about="a Space exposes one port",
    why="an API or a store that only its own page was to reach is offered as well",
    severity=Severity.LOW,
    dev=Level.ADVISORY,
    kind=Service,
).of_each
def one_port(service: Service, _settings: Settings) -> Iterator[Verdict]:
    """A Space shows one port; what else its container runs listens on the loopback."""
    exposed = set(service.dockerfile.exposed_ports) if service.dockerfile else set()
    if service.kind == "space" and len(exposed) > 1:
        listed = ", ".join(map(str, sorted(exposed)))
        yield Broken(
            f"its Dockerfile exposes {listed}, and requests go to one of them",
            "Expose that one alone, and bind the others to 127.0.0.1",
        )


@Rule(
    name="space-reaches",
    about="a Space calls ports 80, 443 and 8080 alone",
    why="the platform drops every other connection, and the app waits until it times out",
    severity=Severity.MEDIUM,
    kind=Service,
).of_each
def reachable(service: Service, _settings: Settings) -> Iterator[Verdict]:
    """A Space's variables name nothing behind a port that it can't call."""
    if service.kind != "space":
        return
    if isinstance(service.variables, Unknown):
        yield Undecided("what its variables are")
        return
    for name, value in sorted(service.variables.items()):
        if isinstance(value, Unknown):
            if name.upper().endswith(("_URL", "_URI")):
                yield Undecided(f"variable {name}")
            continue
        port = _port(value)
        if port is not None and port not in _OPEN_PORTS:
            yield Broken(
                f"variable {name} names port {port}, and a Space can call {_LISTED} alone",
                "Put it behind HTTPS, or run what needs it elsewhere",
            )


_LISTED = ", ".join(map(str, _OPEN_PORTS))


def _port(value: str) -> int | None:
    """Of an address on another machine; None if it is none, or its port can't be told."""
    if "://" not in value:
        return None
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return None
    if not parts.hostname or _OWN_MACHINE.fullmatch(parts.hostname):
        return None
    return port or _SCHEME_PORTS.get(parts.scheme)
