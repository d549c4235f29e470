"""Files that a platform puts into a container before it starts."""

import io
import tarfile
from collections.abc import Mapping

from docker.models.containers import Container

_MODE = 0o444  # an image's user may be anybody, and secret files are read by the app


def add_files(container: Container, files: Mapping[str, str]) -> None:
    """Writes absolute paths into a container that has not started; folders are made as needed."""
    if not files:
        return
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for path, content in sorted(files.items()):
            data = content.encode()
            entry = tarfile.TarInfo(path.lstrip("/"))
            entry.size = len(data)
            entry.mode = _MODE
            tar.addfile(entry, io.BytesIO(data))
    container.put_archive("/", archive.getvalue())
