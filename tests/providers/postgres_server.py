"""What takes sessions as a PostgreSQL does; it has no data."""

import socketserver


class PostgresServer(socketserver.ThreadingTCPServer):
    """Asks every session for its password, as PostgreSQL does, and hangs up."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.server_port = self.server_address[1]


class _Session(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        if self.request.recv(4096):
            self.request.sendall(b"R" + bytes([0, 0, 0, 8, 0, 0, 0, 5]) + b"salt")
