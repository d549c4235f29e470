"""Does what a Space's row says is still to be done, one thing after the other."""

import logging
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import KW_ONLY, dataclass

from sandbox.apps.mask import Mask
from sandbox.hub.spaces.records import SpaceRecord
from sandbox.hub.spaces.running.app_start import ImageUnusableError, publish_files, start_app
from sandbox.hub.spaces.running.image_build import build_image, require_distinct_names
from sandbox.hub.spaces.running.turn import (
    Parts,
    SettledError,
    StoppingError,
    SupersededError,
    Turn,
    other_slot,
)
from sandbox.hub.spaces.stages import Stage, Wanted
from sandbox.machine.contract import MachineUnavailableError

_LOG = logging.getLogger(__name__)
_BUILD_STAGES = frozenset({Stage.BUILDING, Stage.RUNNING_BUILDING})


@dataclass(frozen=True)
class SpaceWorker:
    """Works for one Space at a time per thread; it holds no state of its own."""

    parts: Parts
    _: KW_ONLY
    host_of: Callable[[SpaceRecord], str]
    forget: Callable[[SpaceRecord], None]

    def work(self, space: int) -> None:
        """Works until nothing is wanted of this Space, or the sandbox stops."""
        while not self.parts.stopping.is_set():
            record = self.parts.records.get(space)
            if record is None or record.wanted is Wanted.NOTHING:
                return
            turn = Turn(self.parts, record)
            try:
                self._step(turn)
            except SupersededError:
                continue
            except StoppingError:
                return
            except SettledError as settled:
                self._settle(turn, settled.stage, settled.message)
            except Exception as error:  # noqa: BLE001 - whatever it is, the Space must show it
                if not self._failed(turn, error):
                    return

    def _step(self, turn: Turn) -> None:
        match turn.record.wanted:
            case Wanted.BUILD:
                self._build(turn)
            case Wanted.START:
                require_distinct_names(turn)
                try:
                    start_app(turn, host=self.host_of(turn.record))
                except ImageUnusableError:
                    # Pruned by somebody while the Space slept, say: the commit is still there.
                    turn.advance(wanted=Wanted.BUILD, image=None)
            case Wanted.PAUSE | Wanted.SLEEP:
                turn.drop_old(turn.record.container)
                turn.advance(wanted=Wanted.NOTHING, container=None, sha=None)
            case Wanted.DELETE:
                self._delete(turn)
            case Wanted.NOTHING:
                return

    def _build(self, turn: Turn) -> None:
        commit, card = build_image(turn)
        if card.sdk == "static":
            publish_files(turn, commit, card)
        else:
            start_app(turn, host=self.host_of(turn.record))

    def _delete(self, turn: Turn) -> None:
        record, machine = turn.record, self.parts.machine
        turn.drop_old(record.container)
        for slot in (None, other_slot(record.base_name, None, "-")):
            machine.remove(other_slot(record.base_name, slot, "-"))
        for slot in (None, other_slot(record.base_name, None, ":")):
            machine.remove_image(other_slot(record.base_name, slot, ":"))
        shutil.rmtree(self.parts.folder / record.base_name, ignore_errors=True)
        self.forget(record)

    def _failed(self, turn: Turn, error: Exception) -> bool:
        """Shows what nobody foresaw as the Space's error; False if the worker has to end."""
        if self.parts.stopping.is_set():
            return False
        if not self.parts.records.is_turn(turn.record.id, turn.record.turn):
            return True  # something that was being worked on is gone, as was asked meanwhile
        if turn.record.wanted is Wanted.DELETE:
            _LOG.warning("Space %s is not fully removed: %s", turn.record.base_name, error)
            return False  # the row stays, so the next start of the sandbox goes on
        if not isinstance(error, MachineUnavailableError | ImageUnusableError):
            # Only the kind and the place: a message might quote what it was given.
            _LOG.error("Space %s: %s", turn.record.repo_id, _place(error))
        failed_build = turn.record.stage in _BUILD_STAGES
        stage = Stage.BUILD_ERROR if failed_build else Stage.RUNTIME_ERROR
        self._settle(turn, stage, self._without_secrets(turn, error))
        return True

    def _settle(self, turn: Turn, stage: Stage, message: str | None) -> None:
        with suppress(SupersededError):
            turn.settle(stage, message)

    def _without_secrets(self, turn: Turn, error: Exception) -> str:
        return Mask(turn.secrets().values())(str(error) or type(error).__name__)


def _place(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = "" if trace is None else f" in {trace.tb_frame.f_code.co_name}:{trace.tb_lineno}"
    return f"{type(error).__name__}{where}"
