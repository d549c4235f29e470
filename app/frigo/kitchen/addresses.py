"""Where the other services are: on the platform, in Docker Compose, or on this computer."""

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass

from .settings import Environment, http_url


@dataclass(frozen=True)
class Service:
    """One of the three services, as seen by the others."""

    name: str  # in messages
    variable: str  # wins over everything else; holds a full address
    host: str  # its name in docker-compose.yml
    port: int


APP = Service("main app", "MAIN_APP_URL", "app", 5000)
CHAT = Service("chat service", "CHAT_API_URL", "chat", 5001)
GPT = Service("AI service", "IA_SERVICE_URL", "gpt", 5002)


def resolves(host: str) -> bool:
    """Whether a name exists here; the address behind it does not matter."""
    try:
        socket.gethostbyname(host)
    except OSError:
        return False
    return True


def address(
    service: Service,
    environment: Environment = os.environ,
    exists: Callable[[str], bool] = resolves,
) -> str:
    """The variable if it is set, else the Docker name if there is one, else this computer.

    Raises:
        SettingsError: the variable holds something else than an http(s) address.
    """
    if given := environment.get(service.variable, "").strip():
        return http_url(service.variable, given)
    return f"http://{service.host}:{service.port}" if exists(service.host) else _here(service)


def _here(service: Service) -> str:
    return f"http://localhost:{service.port}"


class Locator:
    """Finds one service: an address of its own for good, this computer only until there is one.

    A neighbour that starts later, or is made anew and has no name meanwhile, is found by the very
    next request; and the message about one that is away names it, not this computer.
    """

    def __init__(
        self,
        service: Service,
        environment: Environment = os.environ,
        exists: Callable[[str], bool] = resolves,
    ) -> None:
        """Looks once.

        Raises:
            SettingsError: the variable holds something else than an http(s) address; that must
                stop the start, not the first request.
        """
        self._look: Callable[[], str] = lambda: address(service, environment, exists)
        self._otherwise = _here(service)
        self._found = self._look()

    def __call__(self) -> str:
        """The address now."""
        if self._found == self._otherwise:
            self._found = self._look()
        return self._found
