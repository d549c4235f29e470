import hashlib
import io
import tarfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from toolchain.progress import Progress, SetupError
from toolchain.pulumi import release as pulumi_release
from toolchain.pulumi.release import ReleaseUnavailableError, download_release, find_release

NAME = "pulumi-v9.9.9-linux-x64.tar.gz"
ARCHIVE = f"/v9.9.9/{NAME}"
CHECKSUMS = "/v9.9.9/pulumi-9.9.9-checksums.txt"


def _tarball(*names):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as packed:
        for name in names:
            content = f"#!/bin/sh\necho {name}\n".encode()
            member = tarfile.TarInfo(name)
            member.size = len(content)
            member.mode = 0o755
            packed.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


GOOD = _tarball("pulumi/pulumi", "pulumi/pulumi-language-python")


class Release:
    """A release page; `files` maps paths to (content, announced length)."""

    def __init__(self):
        self.files = {}
        self.asked = []
        release = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                release.asked.append(self.path)
                if self.path not in release.files:
                    self.send_error(404)
                    return
                content, length = release.files[self.path]
                self.send_response(200)
                self.send_header("Content-Length", str(length))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def publish(self, path, content, length=None):
        self.files[path] = (content, len(content) if length is None else length)

    def publish_checksum_of(self, content):
        digest = hashlib.sha256(content).hexdigest()
        other = f"{'0' * 64}  pulumi-v9.9.9-darwin-x64.tar.gz\n"
        self.publish(CHECKSUMS, f"{other}{digest}  {NAME}\n".encode())


@pytest.fixture
def release(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(pulumi_release.platform, "system", lambda: "Linux")
    monkeypatch.setattr(pulumi_release.platform, "machine", lambda: "x86_64")
    served = Release()
    thread = threading.Thread(target=served.server.serve_forever, args=(0.01,))
    thread.start()
    yield served
    served.server.shutdown()
    thread.join()
    served.server.server_close()


def _download(release):
    return download_release("9.9.9", Progress(io.StringIO()), release.url)


def test_a_release_that_matches_its_checksum_is_unpacked_once(release):
    release.publish(ARCHIVE, GOOD)
    release.publish_checksum_of(GOOD)
    assert find_release("9.9.9") is None
    folder = _download(release)
    assert sorted(file.name for file in folder.iterdir()) == ["pulumi", "pulumi-language-python"]
    assert (folder / "pulumi").stat().st_mode & 0o111
    assert not list(folder.parent.glob("*.tar.gz"))

    asked = list(release.asked)
    assert _download(release) == folder == find_release("9.9.9")
    assert release.asked == asked


def test_an_archive_with_another_checksum_is_refused_and_nothing_is_installed(release, tmp_path):
    release.publish(ARCHIVE, _tarball("pulumi/pulumi", "pulumi/pulumi-language-python", "evil"))
    release.publish_checksum_of(GOOD)
    with pytest.raises(SetupError, match="Nothing was installed"):
        _download(release)
    assert find_release("9.9.9") is None
    assert not list(tmp_path.rglob("evil"))
    assert not list(tmp_path.rglob("*.tar.gz"))


def test_a_download_that_breaks_off_counts_as_no_release(release):
    release.publish(ARCHIVE, GOOD[: len(GOOD) // 2], length=len(GOOD))
    release.publish_checksum_of(GOOD)
    with pytest.raises(ReleaseUnavailableError):
        _download(release)
    assert find_release("9.9.9") is None


def test_without_a_checksum_for_this_machine_nothing_is_downloaded(release):
    release.publish(ARCHIVE, GOOD)
    release.publish(CHECKSUMS, f"{'0' * 64}  pulumi-v9.9.9-windows-x64.zip\n".encode())
    with pytest.raises(ReleaseUnavailableError, match="does not list"):
        _download(release)
    assert ARCHIVE not in release.asked


def test_a_page_that_somebody_else_answers_is_no_checksum_file(release):
    release.publish(CHECKSUMS, b"<html>Please log in to the guest network</html>")
    with pytest.raises(ReleaseUnavailableError, match="does not list"):
        _download(release)


def test_a_refused_request_says_who_refused_it(release):
    with pytest.raises(ReleaseUnavailableError, match=r"404 from http://127\.0\.0\.1"):
        _download(release)


def test_a_host_that_does_not_answer_counts_as_no_release(release):
    port = release.server.server_port
    release.server.shutdown()
    release.server.server_close()
    with pytest.raises(ReleaseUnavailableError, match=rf"ConnectionError at .*{port}"):
        _download(release)


def test_a_machine_that_nothing_is_published_for_asks_nobody(release, monkeypatch):
    monkeypatch.setattr(pulumi_release.platform, "machine", lambda: "riscv64")
    with pytest.raises(ReleaseUnavailableError, match="riscv64"):
        _download(release)
    assert release.asked == []


def test_an_archive_without_the_language_host_is_refused(release):
    incomplete = _tarball("pulumi/pulumi")
    release.publish(ARCHIVE, incomplete)
    release.publish_checksum_of(incomplete)
    with pytest.raises(SetupError, match="pulumi-language-python"):
        _download(release)
    assert find_release("9.9.9") is None
