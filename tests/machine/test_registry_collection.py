"""While the registry runs it lets go of what nobody can reach, and of nothing else."""

import hashlib
import http.client
import json
import os
import secrets
import signal
import threading
import time
from pathlib import Path

import pytest

from tests.machine.pushing import push, send
from toolchain.debian_packages import find_program
from toolchain.images import collection
from toolchain.images.registry import Registry, RegistryClient

pytestmark = pytest.mark.skipif(
    find_program("docker-registry") is None, reason="docker-registry is not installed"
)
DEPLOYS = 30
AT_ONCE = {"kept_seconds": 0.0, "quiet_seconds": 0.0}
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
INDEX = "application/vnd.oci.image.index.v1+json"
REPOSITORY = "slipway-1/app"


@pytest.fixture
def registry(tmp_path):
    made = Registry(tmp_path / "registry")
    made.ensure()
    yield made
    made.stop()


@pytest.fixture
def address(registry) -> str:
    return registry.ensure()


def text() -> str:
    return secrets.token_hex(1 << 18)  # half a megabyte


def whole(address: str, reference: str, repository: str = REPOSITORY) -> bool:
    """Whether an image can be pulled with all its parts."""

    def get(path: str) -> bytes | None:
        connection = http.client.HTTPConnection(address, timeout=30)
        accept = {"Accept": f"{MANIFEST}, {INDEX}"}
        connection.request("GET", f"/v2/{repository}/{path}", headers=accept)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return content if answer.status == 200 else None

    manifest = get(f"manifests/{reference}")
    if manifest is None:
        return False
    parts = json.loads(manifest)
    if "manifests" in parts:
        return all(whole(address, each["digest"], repository) for each in parts["manifests"])
    return all(get(f"blobs/{part['digest']}") for part in (parts["config"], *parts["layers"]))


def push_index(address: str, tag: str, content: str) -> str:
    """An image in an index, as BuildKit pushes one with an attestation; returns its own digest."""
    push(address, REPOSITORY, "passing", content)
    digest = RegistryClient(address).digest(REPOSITORY, "passing")
    listed = [{"mediaType": MANIFEST, "digest": digest, "size": 1}]
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": listed}
    url = f"http://{address}/v2/{REPOSITORY}/manifests/{tag}"
    send("PUT", url, json.dumps(index).encode(), INDEX)
    return digest


def test_changed_deploys_leave_the_last_image_and_those_that_are_kept(registry, address):
    client = RegistryClient(address)
    in_an_index = push_index(address, "indexed", text())
    push(address, REPOSITORY, "named", text())
    digests = []
    for _ in range(DEPLOYS):  # half of them forgotten by whoever replaced them, as a builder does
        push(address, REPOSITORY, "latest", text())
        digests.append(client.digest(REPOSITORY, "latest"))
    push(address, REPOSITORY, "passing", "x")
    for digest in digests[:-1:2]:
        client.forget(REPOSITORY, digest)
    before = registry._store.size()
    kept = digests[-3]
    assert registry.collect([kept], **AT_ONCE)
    for reference in ("indexed", in_an_index, "named", "latest", "passing", kept):
        assert whole(address, reference), reference
    gone = [each for each in digests if not whole(address, each)]
    assert gone == [each for each in digests[:-1] if each != kept]
    image = len(text())
    assert before > (DEPLOYS + 2) * image
    assert registry._store.size() < 4.1 * image
    push(address, REPOSITORY, "again", "what was collected can be pushed again")
    assert whole(address, "again")


def test_an_image_that_has_just_lost_its_tag_stays_for_whoever_is_about_to_run_it(
    registry, address
):
    push(address, REPOSITORY, "latest", "one")
    digest = RegistryClient(address).digest(REPOSITORY, "latest")
    push(address, REPOSITORY, "latest", "two")
    assert registry.collect([], quiet_seconds=0.0)
    assert whole(address, digest)


def test_images_of_others_than_sandboxes_stay(registry, address):
    push(address, "library/python", "3.11", "one")
    digest = RegistryClient(address).digest("library/python", "3.11")
    push(address, "library/python", "3.11", "two")
    assert registry.collect([], **AT_ONCE)
    assert whole(address, digest, "library/python")


class Push:
    """Over one connection, as Docker and BuildKit push, or with a new one for each part."""

    def __init__(self, address: str, *, connects_anew: bool = False) -> None:
        self._address, self._anew = address, connects_anew
        self._connection = http.client.HTTPConnection(address, timeout=60)

    def layer(self, content: bytes) -> dict:
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        place = self._ask("POST", f"/v2/{REPOSITORY}/blobs/uploads/")["Location"]
        path = place.partition(self._address)[2]
        self._ask("PUT", f"{path}&digest={digest}", content, "application/octet-stream")
        return {"mediaType": "x/y", "digest": digest, "size": len(content)}

    def image(self, tag: str, part: dict) -> None:
        manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": part, "layers": [part]}
        path = f"/v2/{REPOSITORY}/manifests/{tag}"
        self._ask("PUT", path, json.dumps(manifest).encode(), MANIFEST)

    def close(self) -> None:
        self._connection.close()

    def _ask(self, method: str, path: str, body: bytes = b"", kind: str = "text/plain"):
        self._connection.request(method, path, body, {"Content-Type": kind})
        answer = self._connection.getresponse()
        answer.read()
        assert answer.status < 300, (method, path, answer.status)
        if self._anew:
            self.close()
        return answer.headers


@pytest.mark.parametrize("connects_anew", [False, True])
def test_a_push_under_way_keeps_its_layers(registry, address, connects_anew):
    under_way = Push(address, connects_anew=connects_anew)
    part = under_way.layer(text().encode())
    # The layer is there, and nothing says yet which image it is of.
    quiet = 60.0 if connects_anew else 0.0
    assert not registry.collect([], kept_seconds=0.0, quiet_seconds=quiet)
    under_way.image("latest", part)
    under_way.close()
    assert whole(address, "latest")


def test_pushes_beside_collections_are_whole(registry, address):
    ended = threading.Event()
    pushed, failed = [], []

    def work(number: int) -> None:
        count = 0
        while not ended.is_set():
            tag = f"tag-{number}-{count}"
            count += 1
            one = Push(address)
            try:
                for name in (tag, f"latest-{number}"):
                    one.image(name, one.layer(text().encode()))
                pushed.append(tag)
            except (AssertionError, OSError) as error:
                failed.append(error)
            one.close()
            time.sleep(0.5)  # so that there are moments without any

    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for each in threads:
        each.start()
    until, collected = time.monotonic() + 60.0, 0
    while collected < 5 and time.monotonic() < until:
        collected += registry.collect([], **AT_ONCE)
    ended.set()
    for each in threads:
        each.join()
    assert collected
    assert not failed
    assert pushed
    assert all(whole(address, tag) for tag in pushed)


def test_it_goes_on_when_who_halted_it_is_killed(registry, address, monkeypatch):
    """A child halts it and is killed at once."""
    pid = registry._process.pid()
    child = os.fork()
    if child == 0:
        monkeypatch.setattr(
            collection, "_connected", lambda _: os.kill(os.getpid(), signal.SIGKILL)
        )
        registry.collect([], **AT_ONCE)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    until = time.monotonic() + 20.0
    state = Path(f"/proc/{pid}/stat")
    while state.read_text().rpartition(")")[2].split()[0] == "T":
        assert time.monotonic() < until, "it is halted for good"
        time.sleep(0.05)
    push(address, REPOSITORY, "latest", "one")
    assert whole(address, "latest")


def test_it_is_worth_it_after_a_gigabyte_or_a_day(registry, address, monkeypatch):
    push(address, REPOSITORY, "first", "one")
    assert registry.has_grown()
    assert registry.collect([], **AT_ONCE)
    assert not registry.has_grown()
    monkeypatch.setattr("toolchain.images.registry._GROWN_BYTES", 1 << 17)
    push(address, REPOSITORY, "latest", text())
    assert registry.has_grown()
    assert registry.collect([], **AT_ONCE)
    assert not registry.has_grown()
    yesterday = time.time() - 2 * 86_400
    os.utime(registry._collected, (yesterday, yesterday))
    assert registry.has_grown()
