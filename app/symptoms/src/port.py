"""Whether a port can be listened on, asked before a server is built for it."""

import socket

from .config import SettingsError


def require_free_port(host: str, port: int, variable: str) -> None:
    """Asks the system once.

    Raises:
        SettingsError: somebody listens there already; the text names the variable to change.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SettingsError(
                f"port {port} of {host} can't be had ({error.strerror}): end what listens there,"
                f" or set {variable}"
            ) from error
