"""Serves the files of a static site. Runs inside the site's container and imports nothing of ours.

`python3 server.py FOLDER` listens on $PORT.
"""

import os
import sys
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path


class Files(SimpleHTTPRequestHandler):
    """Files only: no listing of folders; `/about` finds `about.html`, as on Render."""

    protocol_version = "HTTP/1.1"

    def translate_path(self, path: str) -> str:
        """The file of an address; a link that leaves the folder leads nowhere."""
        file = Path(super().translate_path(path))
        page = file.with_name(f"{file.name}.html")
        if not file.exists() and page.is_file():
            file = page
        inside = file.resolve().is_relative_to(Path(self.directory).resolve())
        # The base wants the slash that tells a folder's address from a file's.
        ending = "/" if path.partition("?")[0].endswith("/") and file.is_dir() else ""
        return f"{file}{ending}" if inside else str(Path(self.directory) / "no-such-file")

    def list_directory(self, path: str | bytes) -> BytesIO | None:  # type: ignore[override] # stricter
        """Refuses: Render lists no folders."""
        del path
        self.send_error(HTTPStatus.NOT_FOUND)
        return None


if __name__ == "__main__":
    handler = partial(Files, directory=sys.argv[1])
    ThreadingHTTPServer(("0.0.0.0", int(os.environ["PORT"])), handler).serve_forever()  # noqa: S104 - its container's own network
