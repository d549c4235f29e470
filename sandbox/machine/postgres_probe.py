"""Whether a PostgreSQL server takes sessions, asked in its own protocol as `pg_isready` does."""

import socket
import struct

_PROTOCOL = 3 << 16  # version 3.0
_TIMEOUT_SECONDS = 5.0
_MOST_BYTES = 4096
_CANNOT_CONNECT_NOW = b"57P03"  # it starts, stops, or recovers


def takes_sessions(port: int, user: str, database: str) -> bool:
    """Whether the server behind a loopback port asks a new session for its password.

    A connect alone proves nothing: the engine's port proxy accepts before the server listens.
    """
    words = f"user\0{user}\0database\0{database}\0\0".encode()
    hello = struct.pack("!ii", len(words) + 8, _PROTOCOL) + words
    try:
        with socket.create_connection(("127.0.0.1", port), _TIMEOUT_SECONDS) as connection:
            connection.settimeout(_TIMEOUT_SECONDS)
            connection.sendall(hello)
            answer = connection.recv(_MOST_BYTES)
    except OSError:
        return False
    # Any other refusal, as of an unknown user, comes from a server that works.
    return answer[:1] in {b"R", b"E"} and b"\0C" + _CANNOT_CONNECT_NOW not in answer
