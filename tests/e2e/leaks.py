"""Looking for secrets where none may be: in many encodings, in files, git, images, processes."""

import base64
import contextlib
import gzip
import io
import json
import subprocess
import tarfile
import threading
import urllib.parse
from pathlib import Path


def encodings(secret):
    """The secret as it may appear: plain, URL, JSON, hex, and base64 at its three alignments."""
    raw = secret.encode()
    found = {
        raw,
        urllib.parse.quote(secret, safe="").encode(),
        json.dumps(secret)[1:-1].encode(),
        raw.hex().encode(),
        raw.hex().upper().encode(),
    }
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + raw)
        # What stands next to the secret changes the characters at both ends; the middle is its own.
        found.add(text[4 if shift else 0 : -4])
        found.add(base64.urlsafe_b64encode(b"\0" * shift + raw)[4 if shift else 0 : -4])
    return found


def holds(content, secrets):
    """Names of the secrets found in some bytes, gzip opened."""
    if content[:2] == b"\x1f\x8b":
        with contextlib.suppress(OSError, EOFError):
            content = gzip.decompress(content)
    return {
        name
        for name, secret in secrets.items()
        if any(form in content for form in encodings(secret))
    }


def in_files(folder, secrets, skip=()):
    """(file, name) of every secret in a file below a folder."""
    return [
        (str(path), name)
        for path in sorted(Path(folder).rglob("*"))
        if path.is_file() and path.name not in skip
        for name in sorted(holds(path.read_bytes(), secrets))
    ]


def in_git(repository, secrets):
    """(repository, name) of every secret in any object of a git repository, reachable or not."""
    content = subprocess.run(
        ["git", "-C", repository, "cat-file", "--batch-all-objects", "--batch"],
        check=True,
        capture_output=True,
    ).stdout
    return [(str(repository), name) for name in sorted(holds(content, secrets))]


def in_image(client, image, secrets):
    """(place, name) of every secret in an image's configuration, history or any layer's files."""
    found = []
    with tarfile.open(fileobj=io.BytesIO(b"".join(client.images.get(image).save()))) as saved:
        for member in saved:
            stream = saved.extractfile(member)
            if stream is None:
                continue
            content = stream.read()
            found += [(member.name, name) for name in sorted(holds(content, secrets))]
    return found


class ProcessWatch:
    """Looks at the argument lists of all processes until stopped."""

    def __init__(self, secrets):
        self._secrets = secrets
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.found = set()
        self.looks = 0

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()

    def _watch(self):
        while not self._ended.wait(0.05):
            self.looks += 1
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    self.found |= holds(path.read_bytes(), self._secrets)
                except OSError:
                    continue
