"""A builder that goes away gets one more chance; a Dockerfile that is wrong gets none."""

from pathlib import Path

import pytest

from sandbox.machine.builders.once_more import OnceMore
from sandbox.machine.contract import (
    BuildFailedError,
    BuildRequest,
    MachineUnavailableError,
    wanted_to_the_end,
)

REQUEST = BuildRequest(context=Path("/nowhere"), tag="app:1")


class Fails:
    """A builder with something wrong each time it is asked, until there is nothing left."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.asked = 0

    def build(self, *_arguments: object) -> None:
        self.asked += 1
        if self.errors:
            raise self.errors.pop(0)

    def forget(self, name: str) -> None: ...


def build(builder: Fails, check=wanted_to_the_end) -> list[str]:
    lines: list[str] = []
    OnceMore(builder, seconds=0.2).build(REQUEST, lines.append, check)
    return lines


def test_a_builder_that_went_away_is_asked_once_more_and_the_log_says_so():
    builder = Fails(MachineUnavailableError("The builder ended"))
    said = "\n".join(build(builder))
    assert builder.asked == 2
    assert "The builder ended" in said
    assert "tried once more" in said


def test_it_is_asked_twice_at_most():
    builder = Fails(*(MachineUnavailableError(each) for each in ("first", "second", "third")))
    with pytest.raises(MachineUnavailableError, match="second"):
        build(builder)
    assert builder.asked == 2


def test_a_dockerfile_that_is_wrong_is_built_once():
    builder = Fails(BuildFailedError("no such file"))
    with pytest.raises(BuildFailedError):
        build(builder)
    assert builder.asked == 1


def test_nobody_waits_for_what_is_not_wanted_any_more():
    builder = Fails(MachineUnavailableError("The builder ended"))
    asked = []

    def superseded() -> None:
        asked.append(1)
        if len(asked) == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        build(builder, superseded)
    assert builder.asked == 1
