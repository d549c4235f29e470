"""One webhook on its way: a POST that ends in time, follows nothing and reads little."""

import http.client
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

SECONDS = 10.0  # docs.github.com, "Handling webhook deliveries": a server has ten for its answer
LARGEST_ANSWER = 64 * 1024  # bytes of it that are kept
_NO_CONNECTION, _NO_ANSWER = 502, 504


@dataclass(frozen=True, kw_only=True)
class Post:
    """What is sent. Its headers may hold a secret, and are not shown."""

    url: str
    address: str  # the IP address that is connected to
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    verify: bool = True  # the certificate of an https address


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back."""

    status: int  # 502 and 504 too where nothing came
    reason: str  # of the status, or why nothing came
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: str = ""
    seconds: float = 0.0

    @property
    def well(self) -> bool:
        """Whether it was taken."""
        return self.status // 100 == 2  # noqa: PLR2004 - HTTP's successes


def send(
    post: Post,
    *,
    seconds: float = SECONDS,
    begun: Callable[[http.client.HTTPConnection], object] = lambda _connection: None,
) -> Answer:
    """Sends and reads the answer; never raises for what the other side does.

    Args:
        post: what is sent.
        seconds: after which it is given up, however slowly something still comes.
        begun: gets the connection before it is opened, so that it can be cut.
    """
    started = time.monotonic()
    connection = _connection(post, seconds)
    begun(connection)
    late = threading.Event()

    def give_up() -> None:
        late.set()
        cut(connection)

    watchdog = threading.Timer(seconds, give_up)
    watchdog.daemon = True
    watchdog.start()
    try:
        answer = _exchange(connection, post)
    except (OSError, http.client.HTTPException) as error:
        if late.is_set() or isinstance(error, TimeoutError):
            answer = Answer(status=_NO_ANSWER, reason="timed out")
        else:
            answer = Answer(status=_NO_CONNECTION, reason="failed to connect to host")
    finally:
        watchdog.cancel()
        connection.close()
    if late.is_set():  # in the midst of its body
        answer = Answer(status=_NO_ANSWER, reason="timed out")
    return Answer(
        status=answer.status,
        reason=answer.reason,
        headers=answer.headers,
        body=answer.body,
        seconds=round(time.monotonic() - started, 2),
    )


def cut(connection: http.client.HTTPConnection) -> None:
    """Ends what is on its way, from another thread."""
    plug = connection.sock
    with suppress(OSError):
        if plug is not None:
            plug.shutdown(2)


def _exchange(connection: http.client.HTTPConnection, post: Post) -> Answer:
    parts = urlsplit(post.url)
    target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    connection.putrequest("POST", target, skip_host=True, skip_accept_encoding=True)
    for name, value in {"Host": parts.netloc, **post.headers}.items():
        connection.putheader(name, value)
    connection.putheader("Content-Length", str(len(post.body)))
    connection.endheaders(post.body)
    response = connection.getresponse()
    body = response.read(LARGEST_ANSWER)
    return Answer(
        status=response.status,
        reason=response.reason,
        headers=dict(response.getheaders()),
        body=body.decode(errors="replace"),
    )


def _connection(post: Post, seconds: float) -> http.client.HTTPConnection:
    """A connection to the address, whatever a resolver makes of the name."""
    parts = urlsplit(post.url)
    if parts.scheme == "http":
        return http.client.HTTPConnection(post.address, parts.port or 80, timeout=seconds)
    context = ssl.create_default_context()
    if not post.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return _Named(
        post.address,
        parts.port or 443,
        server=parts.hostname or post.address,
        timeout=seconds,
        context=context,
    )


class _Named(http.client.HTTPSConnection):
    """To an IP address, with a certificate of the name in the webhook's address."""

    def __init__(
        self, host: str, port: int, *, server: str, timeout: float, context: ssl.SSLContext
    ) -> None:
        super().__init__(host, port, timeout=timeout, context=context)
        self._server, self._tls = server, context

    def connect(self) -> None:
        """Opens it."""
        http.client.HTTPConnection.connect(self)
        self.sock = self._tls.wrap_socket(self.sock, server_hostname=self._server)
