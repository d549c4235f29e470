"""What a request makes of a Space's row: the transitions that the caller sees at once.

Pure functions. Each returns a change for `SpaceRecords.request`: from the row to the columns that
get new values, or None where the request means no work.
"""

from collections.abc import Callable

from sandbox.hub.spaces.records import SpaceRecord
from sandbox.hub.spaces.stages import (
    LEFT_ALONE_BY_SETTINGS,
    Stage,
    Wanted,
    building,
    starting,
)

Change = Callable[[SpaceRecord], dict[str, object] | None]


def build(old_serves: bool) -> dict[str, object]:  # noqa: FBT001 - says what it is
    """Columns of a Space whose newest commit is to be built."""
    return {"wanted": Wanted.BUILD, "stage": building(old_serves=old_serves), "error": None}


def commit(commit_id: str, *, old_serves: bool) -> Change:
    """A new commit: built at once, unless the owner paused the Space; it is kept for later then."""

    def change(record: SpaceRecord) -> dict[str, object]:
        if record.stage is Stage.PAUSED:
            return {"head": commit_id}
        return {"head": commit_id} | build(old_serves)

    return change


def configure(*, old_serves: bool) -> Change:
    """A changed secret, variable, hardware or name: a restart with the same image.

    Where there is no image of the newest commit there is nothing to restart, so it is built; a
    build that is still running is done again, since its arguments are of yesterday.
    """

    def change(record: SpaceRecord) -> dict[str, object] | None:
        if record.stage in LEFT_ALONE_BY_SETTINGS:
            return None
        return _start(record, old_serves=old_serves)

    return change


def restart(head: str, *, factory: bool, old_serves: bool) -> Change:
    """The owner's restart, which brings a Space out of every stage."""

    def change(record: SpaceRecord) -> dict[str, object]:
        if factory:
            return {"head": head, "no_cache": True} | build(old_serves)
        return {"head": head} | _start(record.changed(head=head), old_serves=old_serves)

    return change


def pause(_record: SpaceRecord) -> dict[str, object]:
    """The owner's pause."""
    return {"wanted": Wanted.PAUSE, "stage": Stage.PAUSED, "error": None}


def sleep(container: str | None) -> Change:
    """Nobody came to this container: only an idle, running Space may fall asleep."""

    def change(record: SpaceRecord) -> dict[str, object] | None:
        if record.stage is not Stage.RUNNING or record.wanted is not Wanted.NOTHING:
            return None
        if record.container != container:  # another version took over meanwhile
            return None
        return {"wanted": Wanted.SLEEP, "stage": Stage.SLEEPING, "error": None}

    return change


def _start(record: SpaceRecord, *, old_serves: bool) -> dict[str, object]:
    has_image = record.image is not None and record.image_commit == record.head
    if record.static or not has_image or record.wanted is Wanted.BUILD:
        return build(old_serves)
    return {"wanted": Wanted.START, "stage": starting(old_serves=old_serves), "error": None}
