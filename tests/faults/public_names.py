"""`https://<slug>.onrender.com` on a closed machine: a sandbox's services under their public names.

Whoever uses the proxy (HTTPS_PROXY) and trusts its certificate (REQUESTS_CA_BUNDLE) reaches them as
on Render itself; everything else is refused.
"""

import contextlib
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sandbox.render.services.front_door import FrontDoor

DOMAIN = "onrender.com"


class NamedDoor(FrontDoor):
    """A front door whose services have the addresses that they would have on Render."""

    def url(self, service):
        return f"https://{service.slug}.{DOMAIN}"

    def here(self, host):
        """Where a public name leads to; None if no service has it."""
        slug = host.removesuffix(f".{DOMAIN}")
        found = [each for each in self._parts.services.all() if each.slug == slug]
        return super().url(found[0]) if found else None


@contextlib.contextmanager
def public_names(door: NamedDoor, folder: Path) -> Iterator[dict[str, str]]:
    """Serves the names; yields the environment of whoever is to reach them."""
    certificate = folder / "certificate.pem"
    certificate.write_bytes(_certificate())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    class Proxy(BaseHTTPRequestHandler):
        def do_CONNECT(self):
            address = door.here(self.path.partition(":")[0])
            self.send_response(200 if address else 502)
            self.end_headers()
            if address:
                with context.wrap_socket(self.connection, server_side=True) as tunnel:
                    _answer(tunnel, address)
            self.close_connection = True

        def log_message(self, *_):
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield {
            "HTTPS_PROXY": f"http://127.0.0.1:{server.server_port}",
            "NO_PROXY": "127.0.0.1,localhost",
            "REQUESTS_CA_BUNDLE": str(certificate),
        }
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _answer(tunnel: ssl.SSLSocket, address: str) -> None:
    with tunnel.makefile("rb") as asked:
        path = asked.readline().split()[1].decode()
        while asked.readline().strip():
            pass
    answer = requests.get(address + path, timeout=60)
    head = f"HTTP/1.1 {answer.status_code} {answer.reason}\r\nConnection: close\r\n"
    head += f"Content-Length: {len(answer.content)}\r\n\r\n"
    tunnel.sendall(head.encode() + answer.content)


def _certificate() -> bytes:
    """A key and a certificate for every name below the domain, its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"*.{DOMAIN}")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(f"*.{DOMAIN}")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ) + made.public_bytes(serialization.Encoding.PEM)
