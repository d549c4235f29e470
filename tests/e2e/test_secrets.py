"""The credentials of a sandbox are found nowhere they could be read, and a leak would be found."""

import subprocess
import sys
import time
import uuid

import docker
import pytest

from tests.e2e.clone import Clone
from tests.e2e.leaks import (
    ProcessWatch,
    encodings,
    in_builds,
    in_files,
    in_git,
    in_image,
    in_registry,
)
from tests.e2e.registry import forget_repository
from tests.faults.project import wait_until
from toolchain.engine.setup import ensure_engine
from toolchain.progress import Progress

pytestmark = [pytest.mark.e2e, pytest.mark.machine, pytest.mark.long]

PLANTED = f"test-{uuid.uuid4().hex[:10]}/planted"  # repository of an image
# What the sandbox's platforms must themselves remember; closed to other users.
OWN_STORE = ("identity.json", "passphrase", "sandbox.db", "sandbox.db-wal", "sandbox.db-shm")


@pytest.fixture(scope="module")
def deployed(tmp_path_factory):
    """A clone, raised, destroyed, changed and refreshed with the engine's most verbose log."""
    made = Clone.make(tmp_path_factory.mktemp("secrets"))
    try:
        assert made.sandbox("run", "--", "true").returncode == 0
        identity = made.identity()
        secrets = {
            "write token": identity["hub_token"],
            "read token": identity["hub_read_token"],
            "passphrase": made.passphrase(),
        }
        verbose = ("-v=9", "--logtostderr", "--logflow", "--non-interactive", "--stack", "dev")
        logs = ""
        with ProcessWatch(secrets) as watch:
            assert made.pulumi("stack", "select", "--create", "--stack", "dev").returncode == 0
            up, preview, refresh = ("up", "--yes"), ("preview", "--diff"), ("refresh", "--yes")
            destroy = ("destroy", "--yes")
            for command in (up, destroy, up, preview, up, refresh):
                if command is preview:
                    app = made.folder / "app/inference/app/inference_server.py"
                    app.write_text(app.read_text() + "\n# changed\n")
                ended = made.pulumi(*command, *verbose)
                assert ended.returncode == 0, ended.stderr[-3000:]
                logs += ended.stdout + ended.stderr
        assert watch.looks > 50
        (made.folder / ".slipway" / "verbose.log").write_text(logs)
        yield made, secrets, watch
    finally:
        made.sandbox("reset")


@pytest.fixture(scope="module")
def engine():
    with ensure_engine(Progress()) as held:
        yield docker.DockerClient(base_url=held.address.docker_host)


def test_no_secret_is_in_state_history_or_logs(deployed):
    made, secrets, _ = deployed
    home = made.folder / ".slipway"
    assert len(list((home / "state").rglob("*.history.json*"))) >= 2
    assert len((home / "verbose.log").read_text()) > 100_000

    assert in_files(home, secrets, skip=OWN_STORE) == []


def test_what_the_sandbox_must_remember_is_closed_to_other_users(deployed):
    made, _, _ = deployed
    home = made.folder / ".slipway"
    kept = [home, *(home / name for name in OWN_STORE if (home / name).exists())]
    assert [path for path in kept if path.stat().st_mode & 0o077] == []


def test_no_secret_is_in_any_git_object(deployed):
    made, secrets, _ = deployed
    repositories = [path.parent for path in (made.folder / ".slipway" / "hub").rglob("HEAD")]
    assert len(repositories) >= 2

    assert [leak for repository in repositories for leak in in_git(repository, secrets)] == []


def test_no_secret_was_in_any_process_arguments(deployed):
    _, _, watch = deployed
    assert watch.found == set()


def test_no_secret_is_in_an_image_its_history_or_a_layer(deployed, engine):
    made, secrets, _ = deployed
    images = images_of(made, engine)
    assert images

    assert [leak for image in images for leak in in_image(engine, image, secrets)] == []


def test_the_build_log_masks_a_secret_that_a_dockerfile_prints(deployed):
    made, secrets, _ = deployed
    shown = made.sandbox("run", "--", "hf", "spaces", "logs", "slipway/inference-dev", "--build")
    assert shown.returncode == 0
    assert "RUN --mount=type=secret" in shown.stdout
    assert secrets["read token"] not in shown.stdout


@pytest.mark.parametrize("form", sorted(encodings("canary-3f1c9d7be02a46")))
def test_a_planted_leak_is_found_in_files_git_and_processes(form, tmp_path):
    secrets = {"canary": "canary-3f1c9d7be02a46"}
    text = b"x" + form + b"y"
    (tmp_path / "state.json").write_bytes(text)
    assert in_files(tmp_path, secrets) == [(str(tmp_path / "state.json"), "canary")]

    repository = tmp_path / "repository"
    subprocess.run(["git", "init", "-q", repository], check=True)
    subprocess.run(
        ["git", "-C", repository, "hash-object", "-w", "--stdin"],
        input=text,
        check=True,
        capture_output=True,
    )
    assert in_git(repository, secrets) == [(str(repository), "canary")]

    command = [sys.executable, "-c", "input()", text.decode()]
    with (
        ProcessWatch(secrets) as watch,
        subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL),
    ):
        wait_until(lambda: watch.found)
    assert watch.found == {"canary"}


def test_a_leak_in_an_image_is_found(deployed, engine, tmp_path):
    made, _, _ = deployed
    (tmp_path / "Dockerfile").write_text(
        f"FROM {images_of(made, engine)[0]}\nRUN echo canary-3f1c9d7be02a46 > /tmp/token\n"
    )
    image, _ = engine.images.build(path=str(tmp_path), tag="slipway-leak-test:planted")
    try:
        places = {place for place, _ in in_image(engine, image.id, {"c": "canary-3f1c9d7be02a46"})}
    finally:
        engine.images.remove(image.id, force=True)
    assert any(place.endswith(".json") for place in places)  # the history
    assert any("layer" in place or "blobs" in place for place in places)


@pytest.fixture
def planted():
    """A build that keeps a secret in a stage that is no part of the image, and in its cache."""
    with ensure_engine(Progress()) as held:
        buildkit = held.address.buildkit
        if buildkit is None:
            pytest.skip("the engine's own builder keeps its records to itself")
        yield buildkit
        forget_repository(buildkit.registry, PLANTED)


def test_a_leak_in_a_cache_and_in_a_build_s_log_is_found(planted, tmp_path):
    secrets = {"canary": f"canary-{uuid.uuid4().hex}"}
    (tmp_path / "Dockerfile").write_text(
        f"FROM busybox AS model\nRUN echo {secrets['canary']} > /token && touch /weights\n"
        "FROM busybox\nCOPY --from=model /weights /weights\n"
    )
    started = int(time.time())
    name = f"{planted.registry}/{PLANTED}"
    command = [planted.buildctl, "--addr", planted.address, "build", "--frontend", "dockerfile.v0"]
    command += ["--local", f"context={tmp_path}", "--local", f"dockerfile={tmp_path}"]
    command += ["--output", f"type=image,name={name}:image,push=true", "--export-cache"]
    command += [f"type=registry,ref={name}:cache,mode=max,image-manifest=true,oci-mediatypes=true"]
    subprocess.run(command, check=True, capture_output=True)

    found = in_registry(planted.registry, PLANTED, secrets)
    assert {place.split()[0] for place, _ in found} == {"cache"}
    assert in_builds(planted, started, secrets) != []


def images_of(made, engine):
    prefix = f"slipway-{made.identity()['name']}/"
    return [tag for image in engine.images.list() for tag in image.tags if tag.startswith(prefix)]
