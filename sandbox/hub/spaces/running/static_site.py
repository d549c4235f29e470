"""A static Space: the files of a commit over HTTP, on a loopback port of its own."""

import json
import threading
from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path


def inject_variables(page: Path, variables: Mapping[str, str]) -> None:
    """Writes the Space's variables into an HTML page, right after `<head>` as the Hub does.

    The Hub exposes secrets of static Spaces to every visitor in the same place; this sandbox never
    shows a secret's value, so they are left out.
    """
    # "</script>" inside a value would end the element: the browser's rule, not JSON's.
    values = json.dumps(dict(variables), separators=(",", ":")).replace("</", "<\\/")
    script = f"<script>window.huggingface={{variables:{values}}};</script>"
    text = page.read_text(encoding="utf-8", errors="surrogateescape")
    head = text.lower().find("<head>")
    if head >= 0:
        cut = head + len("<head>")
        text = text[:cut] + script + text[cut:]
        page.write_text(text, encoding="utf-8", errors="surrogateescape")


class StaticSite:
    """Serves one folder until it is closed."""

    def __init__(self, folder: Path, app_file: str) -> None:
        handler = partial(_Files, app_file=app_file, directory=str(folder))
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(
            target=partial(self._server.serve_forever, poll_interval=0.05),
            name=f"static-{self.port}",
            daemon=True,
        )
        self._thread.start()

    def close(self) -> None:
        """Stops serving."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Files(SimpleHTTPRequestHandler):
    """Files only: no listing of folders, nothing of `.git`."""

    def __init__(self, *args: object, app_file: str, directory: str) -> None:
        self._app_file = app_file
        super().__init__(*args, directory=directory)  # type: ignore[arg-type] # the base's own three

    def translate_path(self, path: str) -> str:
        """The app file stands for /; a link that leaves the folder leads nowhere."""
        if path.partition("?")[0] == "/":
            path = f"/{self._app_file}"
        file = Path(super().translate_path(path))
        inside = file.resolve().is_relative_to(Path(self.directory).resolve())
        return str(file) if inside else str(Path(self.directory) / "no-such-file")

    def list_directory(self, path: str | bytes) -> BytesIO | None:  # type: ignore[override] # stricter
        """Refuses: the Hub lists no folders."""
        del path
        self.send_error(HTTPStatus.NOT_FOUND)
        return None

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Says nothing: visitors of an app are nobody's log line."""
