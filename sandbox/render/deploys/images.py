"""From a deploy to an image: built from a commit, or fetched by its reference."""

import os
import shlex
import shutil
import tempfile
from pathlib import Path

from sandbox.apps.builds import build_within, place_to_build
from sandbox.machine.contract import (
    BuildFailedError,
    BuildRequest,
    ImageUnavailableError,
    MachineUnavailableError,
)
from sandbox.render.deploys.git_source import Commit, SourceError
from sandbox.render.deploys.records import Status
from sandbox.render.deploys.turn import FailedError, Turn
from sandbox.render.env.environment import declared_arguments, platform_variables
from sandbox.render.services.logs import LogWriter

CONTEXT_PREFIX = "build-"  # of the folders that hold a build's files
_STATIC_BASE = "python:3.11-slim"
_SITE = "/opt/render/project/src"


def build_id(deploy: str) -> str:
    """The id of a deploy's build; a deploy has at most one."""
    return deploy.replace("dep-", "bld-", 1)


def image_tag(service: str, deploy: str) -> str:
    """What the machine calls the image made for a deploy."""
    return f"render/{service}:{deploy}"


def fetch_image(turn: Turn, log: LogWriter) -> str:
    """Fetches the image of an image-backed deploy; returns the machine's name for it.

    Raises:
        FailedError: the registry has no such image; an event says so.
    """
    parts, deploy = turn.parts, turn.deploy
    reference = deploy.image_ref or ""
    tag = image_tag(turn.service.id, deploy.id)
    login = parts.credentials.login(deploy.frozen.settings.registry_credential_id)
    log.say(f"Pulling image {reference}...")
    try:
        digest = parts.machine.pull(reference, tag, login)
    except ImageUnavailableError as error:
        message = str(error)
        parts.events.add(
            turn.service.number, "image_pull_failed", imageURL=reference, message=message
        )
        raise FailedError(Status.UPDATE_FAILED, message, {"earlyExit": False}) from None
    turn.advance(image=tag, image_sha=digest)
    return tag


def build_image(turn: Turn, log: LogWriter) -> str:
    """Builds the commit of a repo-backed deploy; returns the machine's name for the image.

    Raises:
        FailedError: build_failed, after its event and the reason in the log.
        EndedError, StoppingError: the result is not wanted any more.
    """
    parts, service = turn.parts, turn.service
    build = build_id(turn.deploy.id)
    tag = image_tag(service.id, turn.deploy.id)
    try:
        with (
            place_to_build(parts.builds, turn.check, poll_seconds=parts.tuning.poll_seconds),
            tempfile.TemporaryDirectory(dir=parts.folder, prefix=CONTEXT_PREFIX) as made,
        ):
            _checkout(turn, Path(made) / "src", log)
            request = _request(turn, Path(made), tag, log)
            _run_build(turn, request, log)
    except (SourceError, BuildFailedError, MachineUnavailableError) as error:
        turn.check()  # a build that was canceled has its event already
        for line in str(error).splitlines():
            log.complain(line)
        failure = {"evicted": False, "nonZeroExit": 1}
        parts.events.build_ended(service.number, build, "failed", {"failure": failure})
        raise FailedError(Status.BUILD_FAILED, "Build failed", {"nonZeroExit": 1}) from None
    turn.advance(image=tag)
    parts.events.build_ended(service.number, build, "succeeded")
    return tag


def _checkout(turn: Turn, target: Path, log: LogWriter) -> None:
    settings = turn.deploy.frozen.settings
    repo, branch = settings.repo or "", settings.branch or ""
    log.say(f"Cloning from {repo}...")
    commit: Commit = turn.parts.source.fetch(
        turn.service.id, repo, branch, turn.deploy.commit_id, turn.check
    )
    turn.advance(commit_id=commit.id, commit_message=commit.message, commit_at=commit.at)
    log.say(f"Checking out commit {commit.id} in branch {branch}")
    turn.parts.source.export(turn.service.id, commit.id, target)


def _request(turn: Turn, folder: Path, tag: str, log: LogWriter) -> BuildRequest:
    """What the builder is asked for; raises BuildFailedError for a path that leads nowhere."""
    settings = turn.deploy.frozen.settings
    source = folder / "src"
    root = _inside(source, source / settings.root_dir, "Root directory", settings.root_dir)
    if not root.is_dir():
        raise BuildFailedError(f"Root directory {settings.root_dir!r} does not exist")
    own = turn.deploy.frozen.variables
    variables = {
        # What a static site is told ends up with its visitors, who are no containers.
        **(own if settings.static else turn.parts.translate(own)),
        **platform_variables(turn.service, turn.deploy, url="", instance=""),
    }
    if settings.static:
        _write_static(turn, folder)
        context, dockerfile = folder, folder / "Dockerfile"
        log.say(f"The build command runs in the image {_STATIC_BASE}")
    else:
        context = _inside(
            source, root / settings.docker_context, "Docker context", settings.docker_context
        )
        dockerfile = _inside(
            source, root / settings.dockerfile_path, "Dockerfile", settings.dockerfile_path
        )
        if not dockerfile.is_file():
            raise BuildFailedError(
                f"failed to read dockerfile: {settings.dockerfile_path}: no such file"
            )
    return BuildRequest(
        context=context,
        tag=tag,
        dockerfile=os.path.relpath(dockerfile, context),
        build_args=declared_arguments(dockerfile, variables),
        secrets=dict(turn.deploy.frozen.files),
        no_cache=turn.deploy.no_cache,
    )


def _write_static(turn: Turn, folder: Path) -> None:
    """Writes a Dockerfile that runs a static site's build command and serves what it published."""
    settings = turn.deploy.frozen.settings
    inner = f"{_SITE}/{settings.root_dir}".rstrip("/")
    shutil.copy(Path(__file__).with_name("static_server.py"), folder / "server.py")
    lines = [f"FROM {_STATIC_BASE}", f"COPY src {_SITE}", f"WORKDIR {inner}", "ARG RENDER"]
    lines += [f"ARG {name}" for name in turn.deploy.frozen.variables if name.isidentifier()]
    if settings.build_command:
        (folder / "build.sh").write_text(f"{settings.build_command}\n", encoding="utf-8")
        lines.append(
            "RUN --mount=type=bind,source=build.sh,target=/tmp/build.sh sh -e /tmp/build.sh"
        )
    published = shlex.quote(settings.publish_path)
    missing = shlex.quote(f"Publish directory {settings.publish_path} does not exist!")
    lines += [
        f"RUN test -d {published} || {{ echo {missing}; exit 1; }}",
        "COPY server.py /opt/render/server.py",
        f"CMD exec python3 -u /opt/render/server.py {published}",
    ]
    (folder / "Dockerfile").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _run_build(turn: Turn, request: BuildRequest, log: LogWriter) -> None:
    machine, limit = turn.parts.machine, turn.parts.tuning.build_seconds
    late = "Build timed out"
    seconds = build_within(limit, machine, request, log, turn.check, too_long=late)
    log.say(f"Build successful, in {seconds:.1f} s")


def _inside(source: Path, path: Path, what: str, given: str) -> Path:
    """The path without its links, if it lies in the repository; else BuildFailedError."""
    real = path.resolve()
    if not real.is_relative_to(source.resolve()):
        raise BuildFailedError(f"{what} {given!r} leads out of the repository")
    return real
