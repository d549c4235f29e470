"""From a commit to an image, or to the stage that says why there is none."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from sandbox.apps.builds import build_within, place_to_build
from sandbox.hub.spaces.card import CardError, SpaceCard, parse_card
from sandbox.hub.spaces.environment import build_arguments
from sandbox.hub.spaces.faults import Fault
from sandbox.hub.spaces.running.build_log import BuildLog
from sandbox.hub.spaces.running.logs import LogKind, LogWriter
from sandbox.hub.spaces.running.turn import SettledError, Turn, other_slot
from sandbox.hub.spaces.stages import Stage, Wanted, building
from sandbox.machine.contract import BuildFailedError, BuildRequest

DOCKERFILE = "Dockerfile"
CONTEXT_PREFIX = "build-"  # of the folders that hold a build's files
COLLISION = "Collision on variables and secrets names"  # the Hub's own words
_BUILD_FAILED = "Job failed with exit code: 1"  # the Hub's words; the build log says why


def read_card(turn: Turn, commit: str) -> SpaceCard:
    """What a commit says about running it.

    Raises:
        SettledError: CONFIG_ERROR for a card the Hub would not run or a name in both maps,
            NO_APP_FILE if there is nothing to build or to show.
    """
    record, reader = turn.record, turn.parts.reader
    repo_id = record.repo_id or ""
    require_distinct_names(turn)
    try:
        card = parse_card(reader.read_file(repo_id, commit, "README.md"), name=record.name)
    except CardError as error:
        _empty_logs(turn)
        raise SettledError(Stage.CONFIG_ERROR, str(error)) from None
    app_file = card.app_file if card.sdk == "static" else DOCKERFILE
    if reader.read_file(repo_id, commit, app_file) is None:
        raise SettledError(Stage.NO_APP_FILE)
    return card


def require_distinct_names(turn: Turn) -> None:
    """Raises SettledError (CONFIG_ERROR) if a name is both a secret and a variable."""
    if turn.parts.settings.collide(turn.record.id):
        _empty_logs(turn)
        raise SettledError(Stage.CONFIG_ERROR, COLLISION)


def build_image(turn: Turn) -> tuple[str, SpaceCard]:
    """Builds the newest commit; returns the commit that was built and its card.

    Raises:
        SettledError: see `read_card`; BUILD_ERROR if the build failed.
        SupersededError, StoppingError: the result is not wanted any more.
        MachineUnavailableError: there is nothing to build with.
    """
    parts, record = turn.parts, turn.record
    repo_id = record.repo_id or ""
    older = parts.faults.take(repo_id, Fault.OLDER_COMMIT)
    commit = older or record.head or parts.reader.head(repo_id)
    card = read_card(turn, commit)
    turn.advance(stage=building(old_serves=turn.old_serves()), error=None, sdk=card.sdk)
    if card.sdk == "static":
        return commit, card
    secrets = turn.secrets()
    log = parts.logs.begin(record.id, LogKind.BUILD, masked=secrets.values())
    log(f"===== Build Queued at {_moment()} / Commit SHA: {commit[:7]} =====")
    for each in card.left_out:
        log(f"README.md: {each}.")
    while parts.faults.get(repo_id, Fault.STUCK_BUILDING) is not None:
        turn.pause()
    image = other_slot(record.base_name, record.image, ":")
    with (
        place_to_build(parts.builds, turn.check, poll_seconds=parts.tuning.poll_seconds),
        tempfile.TemporaryDirectory(dir=parts.folder, prefix=CONTEXT_PREFIX) as made,
    ):
        context = Path(made)
        parts.reader.export(repo_id, commit, context)
        request = BuildRequest(
            context=context,
            tag=image,
            dockerfile=DOCKERFILE,
            build_args=build_arguments(turn.variables(), parts.surroundings),
            secrets=parts.surroundings.translate(secrets),
            no_cache=record.no_cache,
        )
        _run_build(turn, request, log)
    turn.advance(
        image=image,
        image_commit=commit,
        app_port=card.app_port,
        startup_seconds=card.startup_seconds,
        title=card.title,
        # Done: if the start is interrupted it need not build again.
        no_cache=False,
        wanted=Wanted.START,
    )
    return commit, card


def _run_build(turn: Turn, request: BuildRequest, log: LogWriter) -> None:
    parts, limit = turn.parts, turn.parts.tuning.build_seconds
    late = f"Build timed out after {limit:.0f} s"
    try:
        seconds = build_within(
            limit, parts.machine, request, BuildLog(log), turn.check, too_long=late
        )
    except BuildFailedError as error:
        for line in str(error).splitlines():
            log(line)
        turn.check()
        raise SettledError(Stage.BUILD_ERROR, _BUILD_FAILED) from None
    log(f"===== Build done in {seconds:.1f} s =====")


def _empty_logs(turn: Turn) -> None:
    # On the Hub a CONFIG_ERROR comes with no log at all: nothing was built or run.
    for kind in LogKind:
        turn.parts.logs.begin(turn.record.id, kind, masked=())


def _moment() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
