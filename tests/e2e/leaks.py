"""Looking for secrets where none may be: files, git, images, registries, builds, processes."""

import base64
import contextlib
import gzip
import hashlib
import io
import json
import subprocess
import tarfile
import threading
import urllib.parse
from pathlib import Path

import requests

_MANIFESTS = ", ".join(
    f"application/vnd.{kind}+json"
    for kind in (
        "oci.image.index.v1",
        "oci.image.manifest.v1",
        "docker.distribution.manifest.list.v2",
        "docker.distribution.manifest.v2",
    )
)


def encodings(secret):
    """The secret as it may appear: plain, URL, JSON, hex, and base64 at its three alignments."""
    raw = secret.encode()
    found = {
        raw,
        urllib.parse.quote(secret, safe="").encode(),
        *(form.encode() for form in _in_json(secret)),
        raw.hex().encode(),
        raw.hex().upper().encode(),
    }
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + raw)
        # What stands next to the secret changes the characters at both ends; the middle is its own.
        found.add(text[4 if shift else 0 : -4])
        found.add(base64.urlsafe_b64encode(b"\0" * shift + raw)[4 if shift else 0 : -4])
    return found


def _in_json(text):
    """As Python and as Go write it into JSON, and into a JSON text within another."""
    for ascii_only in (True, False):
        once = json.dumps(text, ensure_ascii=ascii_only)[1:-1]
        for form in (once, json.dumps(once, ensure_ascii=ascii_only)[1:-1]):
            yield form
            # Go's, of what means something in HTML.
            yield form.translate({ord(each): f"\\u{ord(each):04x}" for each in "<>&"})


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


def in_registry(address, repository, secrets):
    """(place, name) of every secret in what a repository's tags lead to, build caches included."""
    return [
        (place, name)
        for place, content in registry_contents(address, repository).items()
        for name in sorted(holds(content, secrets))
    ]


def registry_contents(address, repository):
    """Every manifest, configuration and layer, as "tag digest" -> bytes."""
    base = f"http://{address}/v2/{repository}"
    found = {}

    def collect(tag, kind, reference):
        if any(place.endswith(f" {reference}") for place in found):
            return
        answer = requests.get(
            f"{base}/{kind}/{reference}", headers={"Accept": _MANIFESTS}, timeout=60
        )
        answer.raise_for_status()
        digest = f"sha256:{hashlib.sha256(answer.content).hexdigest()}"
        assert reference in (digest, tag), f"{reference} is not what the registry gave"
        found[f"{tag} {digest}"] = answer.content
        if kind == "manifests":
            manifest = answer.json()
            for each in manifest.get("manifests", ()):
                is_blob = "layer" in each["mediaType"] or "config" in each["mediaType"]
                collect(tag, "blobs" if is_blob else "manifests", each["digest"])
            for each in [*manifest.get("layers", ()), *filter(None, [manifest.get("config")])]:
                collect(tag, "blobs", each["digest"])

    tags = requests.get(f"{base}/tags/list", timeout=60).json().get("tags") or ()
    for tag in tags:
        collect(tag, "manifests", tag)
    return found


def in_builds(buildkit, since, secrets):
    """(build, name) of every secret in BuildKit's record or log of a build begun since a time."""
    return [
        (build, name)
        for build, content in builds_since(buildkit, since).items()
        for name in sorted(holds(content, secrets))
    ]


def builds_since(buildkit, since):
    """What BuildKit keeps of each build, options and log, by its reference.

    Args:
        buildkit: the engine's, with its client and address.
        since: seconds since the epoch.
    """

    def ask(*words):
        command = [buildkit.buildctl, "--addr", buildkit.address, "--timeout", "60", "debug"]
        return subprocess.run([*command, *words], check=False, capture_output=True)

    records = ask("histories", "--format", "{{json .}}").stdout.splitlines()
    found = {}
    for line in records:
        record = json.loads(line).get("record") or {}
        seconds = int((record.get("CreatedAt") or {}).get("seconds", 0))
        if seconds >= since:
            log = ask("logs", "--progress", "plain", record["Ref"])
            found[record["Ref"]] = line + log.stdout + log.stderr
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
