"""The stages a Space shows, as the Hub's client names them."""

from enum import StrEnum


class Stage(StrEnum):
    """`runtime.stage`: the values of `huggingface_hub.SpaceStage`, and SLEEPING, which it lacks."""

    NO_APP_FILE = "NO_APP_FILE"
    CONFIG_ERROR = "CONFIG_ERROR"
    BUILDING = "BUILDING"
    BUILD_ERROR = "BUILD_ERROR"
    APP_STARTING = "APP_STARTING"
    RUNNING = "RUNNING"
    RUNNING_BUILDING = "RUNNING_BUILDING"
    RUNNING_APP_STARTING = "RUNNING_APP_STARTING"
    RUNTIME_ERROR = "RUNTIME_ERROR"
    SLEEPING = "SLEEPING"
    PAUSED = "PAUSED"
    DELETING = "DELETING"


class Wanted(StrEnum):
    """What a Space's worker still has to do; stored, so an interrupted task is taken up again."""

    NOTHING = ""
    BUILD = "build"  # build the newest commit, then start it
    START = "start"  # start the existing image again, with today's settings
    PAUSE = "pause"
    SLEEP = "sleep"
    DELETE = "delete"


def building(*, old_serves: bool) -> Stage:
    """The stage of a build; `RUNNING_` says that the old version still answers meanwhile."""
    return Stage.RUNNING_BUILDING if old_serves else Stage.BUILDING


def starting(*, old_serves: bool) -> Stage:
    """The stage of a new version that is started but does not answer yet."""
    return Stage.RUNNING_APP_STARTING if old_serves else Stage.APP_STARTING


# Without the old version the new one is prepared all the same.
WITHOUT_OLD = {
    Stage.RUNNING_BUILDING: Stage.BUILDING,
    Stage.RUNNING_APP_STARTING: Stage.APP_STARTING,
}

# Nobody but its owner's restart brings a Space out of these: a changed setting does not.
# CONFIG_ERROR is here because on the Hub the fix of a name collision needs a restart too.
LEFT_ALONE_BY_SETTINGS = frozenset({Stage.PAUSED, Stage.NO_APP_FILE, Stage.CONFIG_ERROR})
