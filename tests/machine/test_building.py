"""Dockerfiles are built as they stand."""

import hashlib
import json
import tarfile
import tempfile
import threading
import time
import uuid
from pathlib import Path

import pytest

from sandbox.machine.contract import BuildFailedError, BuildRequest, RunRequest
from toolchain.images.registry import RegistryClient

pytestmark = pytest.mark.machine

EVERYTHING = """\
# syntax=docker/dockerfile:1
ARG PYTHON=3.11
FROM python:${PYTHON}-slim AS maker
ARG GREETING=none
RUN <<EOT
set -eu
mkdir -p /made/deep
echo "greeting is ${GREETING}" > /made/deep/greeting
EOT

FROM python:${PYTHON}-slim
RUN useradd --create-home --uid 1000 user
COPY --from=maker /made /srv/made
COPY --chmod=750 --chown=1000 script.sh /opt/tool/run
COPY <<EOT /srv/inline.txt
written in the Dockerfile
EOT
USER 1000
WORKDIR /srv/made
RUN --mount=type=secret,id=API_KEY,mode=0444,required=true \\
    sha256sum /run/secrets/API_KEY | cut -c1-64 > /tmp/key.sha256
CMD ["/opt/tool/run"]
"""
SCRIPT = """\
#!/bin/sh
cat deep/greeting /srv/inline.txt /tmp/key.sha256
id -u
"""


def output(machine, name="app", image="app:1"):
    container = machine.run(RunRequest(name=name, image=image, port=80))
    lines = []
    machine.follow_logs(container.id, lines.append)
    return lines


def test_every_kind_of_instruction_has_its_effect(machine, build, tmp_path):
    (tmp_path / "context").mkdir()
    (tmp_path / "context" / "script.sh").write_text(SCRIPT)
    build(EVERYTHING, build_args={"GREETING": "hello"}, secrets={"API_KEY": "k3y"})
    key = hashlib.sha256(b"k3y").hexdigest()
    assert output(machine) == ["greeting is hello", "written in the Dockerfile", key, "1000"]


def test_a_dockerfile_elsewhere_and_ignored_files(machine, tmp_path):
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy" / "web.Dockerfile").write_text(
        "FROM busybox\nCOPY . /all\nCMD find /all -type f\n"
    )
    (tmp_path / ".dockerignore").write_text("*.log\ndeploy\n.dockerignore\n")
    (tmp_path / "kept.txt").write_text("")
    (tmp_path / "debug.log").write_text("")
    request = BuildRequest(context=tmp_path, tag="app:1", dockerfile="deploy/web.Dockerfile")
    machine.build(request, lambda _: None)
    assert output(machine) == ["/all/kept.txt"]


def test_a_missing_required_secret_fails_the_build(build):
    with pytest.raises(BuildFailedError, match="API_KEY"):
        build("FROM busybox\nRUN --mount=type=secret,id=API_KEY,required=true cat /run/secrets/*\n")


def test_steps_that_read_a_secret_are_one_images_own(build):
    dockerfile = (
        "FROM busybox\n"
        f"ENV FRESH={uuid.uuid4().hex}\n"
        "RUN --mount=type=secret,id=T sha256sum /run/secrets/T\n"
    )
    build(dockerfile, tag="first:1", secrets={"T": "value"})
    again = "\n".join(build(dockerfile, tag="first:2", secrets={"T": "value"}))
    assert "CACHED" in again
    for tag, known in (("second:1", {"OTHER": "value"}), ("first:3", {})):
        with pytest.raises(BuildFailedError):  # there is no such file
            build(dockerfile, tag=tag, secrets=known)


def test_a_failing_run_is_named_and_its_stderr_logged(machine, tmp_path):
    (tmp_path / "Dockerfile").write_text("FROM busybox\nRUN echo the reason >&2; exit 7\n")
    lines = []
    with pytest.raises(BuildFailedError, match="exit code: 7"):
        machine.build(BuildRequest(context=tmp_path, tag="app:1"), lines.append)
    assert any(line.endswith(" the reason") for line in lines)


def test_an_unfetchable_base_names_what_there_is(machine, engine, tmp_path):
    if engine.address.buildkit is None:
        pytest.skip("this engine fetches real images")
    (tmp_path / "Dockerfile").write_text("FROM slipway-nowhere/absent:9\n")
    lines = []
    with pytest.raises(BuildFailedError, match=r"absent:9.*stand-ins for .*python:3"):
        machine.build(BuildRequest(context=tmp_path, tag="app:1"), lines.append)
    assert any("stand-ins for" in line for line in lines)


def test_the_log_says_which_bases_are_stand_ins(build, engine):
    if engine.address.buildkit is None:
        pytest.skip("this engine fetches real images")
    said = [line for line in build("FROM busybox:latest\n") if line.startswith("slipway: ")]
    assert len(said) == 1
    assert said[0].startswith("slipway: busybox:latest is a stand-in")


def test_a_second_build_is_cached_unless_told_otherwise(machine, build):
    # Unlike any other's: the builder's cache is shared with all who build at the same time.
    step = f"head -c8 /dev/urandom | sha256sum > /random # {uuid.uuid4().hex}"
    dockerfile = f"FROM busybox\nRUN {step}\nCMD cat /random\n"
    build(dockerfile)
    first = output(machine)
    build(dockerfile)
    assert output(machine) == first
    build(dockerfile, no_cache=True)
    assert output(machine) != first


def test_a_build_reaches_a_server_on_the_inside_address_only(machine, build, serve):
    answer = uuid.uuid4().hex
    with serve(machine.bind_host, answer) as port:
        build(
            f"FROM busybox\nRUN wget -qO /answer http://{machine.inside_host}:{port}/\n"
            "CMD cat /answer\n"
        )
    assert output(machine) == [answer]


def test_a_superseded_image_is_removed_with_its_last_container(machine, build):
    build("FROM busybox\nRUN echo 1 > /number\nCMD sleep 600\n")
    machine.run(RunRequest(name="app", image="app:1", port=80))
    old = machine._images.identifier(machine._images.name("app:1"))
    build("FROM busybox\nRUN echo 2 > /number\n")
    assert machine._images.identifier(old) == old, "in use"
    machine.remove("app")
    assert machine._images.identifier(old) is None


def test_an_image_is_forgotten_twice(machine, build):
    build("FROM busybox\n", tag="gone:1")
    machine.remove_image("gone:1")
    assert machine._images.identifier(machine._images.name("gone:1")) is None
    machine.remove_image("gone:1")


def traces(machine, tag, value, tmp_path):
    """Where in an image a value can be read: its layers' files, its history and its settings."""
    image = machine._client.images.get(machine._images.name(tag))
    needle = value.encode()
    found = set()
    if needle in json.dumps([image.attrs, image.history()]).encode():
        found.add("history")
    archive = tmp_path / "image.tar"
    with archive.open("wb") as file:
        for chunk in image.save():
            file.write(chunk)
    with tarfile.open(archive) as outer:
        for member in outer:
            content = outer.extractfile(member)
            if content is not None and needle in content.read():
                found.add("layer" if member.name.endswith("layer.tar") else "config")
    return found


class Arguments:
    """Collects the arguments of all processes while it is open."""

    def __enter__(self):
        self.seen = set()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def _watch(self):
        while not self._ended.is_set():
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    self.seen.add(path.read_bytes())
                except OSError:
                    continue
            time.sleep(0.01)

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()


def test_a_secret_is_nowhere_and_a_planted_leak_is_found(machine, build, tmp_path):
    value = f"secret-{uuid.uuid4().hex}"
    mount = "RUN --mount=type=secret,id=TOKEN,required=true"
    with Arguments() as arguments:
        log = build(
            f"FROM busybox\n{mount} test -s /run/secrets/TOKEN && sleep 1\n",
            tag="clean:1",
            secrets={"TOKEN": value},
        )
    assert traces(machine, "clean:1", value, tmp_path) == set()
    assert not any(value in line for line in log)
    assert not any(value.encode() in seen for seen in arguments.seen)
    assert any(b"id=TOKEN" in seen for seen in arguments.seen), "the build client was seen"

    with Arguments() as arguments:
        leaking = build(
            f"FROM busybox\nARG PLANTED\n{mount} cat /run/secrets/TOKEN | tee /leak; sleep 1\n"
            "LABEL planted=$PLANTED\n",
            tag="leaky:1",
            secrets={"TOKEN": value},
            build_args={"PLANTED": value},
        )
    assert traces(machine, "leaky:1", value, tmp_path) >= {"history", "layer"}
    assert any(value in line for line in leaking)
    assert any(value.encode() in seen for seen in arguments.seen)


def test_a_build_leaves_no_files_of_its_own(build, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", None)
    build("FROM busybox\n", secrets={"A": "1"})
    assert list((tmp_path / "temporary").iterdir()) == []


def test_pip_install_works_in_a_build(machine, build):
    """Also for a plain user, and with a package the image has already."""
    build(
        "FROM python:3.11-slim\nRUN useradd -m -u 1000 user\nUSER user\n"
        "RUN pip install --no-cache-dir --upgrade pip colorama\n"
        'CMD ["python", "-c", "import colorama; print(colorama.__file__)"]\n'
    )
    assert output(machine) == [
        "/home/user/.local/lib/python3.11/site-packages/colorama/__init__.py"
    ]


def test_the_registry_keeps_no_superseded_image(machine, build, engine):
    if engine.address.buildkit is None:
        pytest.skip("builds go straight into this engine")
    registry = RegistryClient(engine.address.buildkit.registry)
    repository = f"slipway-{machine._sandbox_id}/app"
    build("FROM busybox\nRUN echo 1 > /number\n")
    former = registry.digest(repository, "1")
    assert former is not None
    build("FROM busybox\nRUN echo 2 > /number\n")
    assert registry.digest(repository, "1") not in (None, former)
    assert registry.digest(repository, former) is None
    machine.remove_image("app:1")
    assert registry.digest(repository, "1") is None


def test_a_silent_step_ends_when_told_in_the_builder_too(machine, engine, tmp_path):
    if engine.address.buildkit is None:
        pytest.skip("its processes may be in a virtual machine")
    mark = f"3600.{uuid.uuid4().int % 10**9}"
    (tmp_path / "Dockerfile").write_text(f"FROM busybox\nRUN sleep {mark}\n")
    told = []

    def check() -> None:
        if running(mark):
            told.append(time.monotonic())
            raise KeyError("enough")

    with pytest.raises(KeyError, match="enough"):
        machine.build(BuildRequest(context=tmp_path, tag="app:1"), lambda _: None, check)
    assert time.monotonic() - told[0] < 3, "one second, and what a busy computer adds"
    deadline = told[0] + 15
    while running(mark):
        assert time.monotonic() < deadline, "the builder still runs the step"
        time.sleep(0.05)


def running(word: str) -> bool:
    """Whether any process of this computer has the word as an argument."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if word.encode() in words:
            return True
    return False
