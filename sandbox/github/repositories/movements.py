"""The one way references move: pushes and API calls, judged and announced alike."""

import logging
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from sandbox.git.moves import NOTHING, Move
from sandbox.git.writer import (
    InvalidReferenceError,
    ReferenceExistsError,
    ReferenceMissingError,
    ReferenceMovedError,
    move_reference,
)
from sandbox.github.checks.statuses import Statuses
from sandbox.github.contract import Trigger
from sandbox.github.events import Events
from sandbox.github.http.access import Right, right_to
from sandbox.github.http.accounts import Accounts, Caller
from sandbox.github.http.errors import ConflictError
from sandbox.github.repositories.ancestry import GitAncestry
from sandbox.github.repositories.pending import Pending
from sandbox.github.repositories.registry import Registry, Repository
from sandbox.github.settings.rules import Reviewed, Verdict, judge
from sandbox.github.settings.rulesets import Rulesets

_BRANCHES, _TAGS = "refs/heads/", "refs/tags/"
_TAGS_TOLD = 3
_LOG = logging.getLogger(__name__)

# Told of (repository, branch, commit) whenever a branch has moved, in the transaction that notes
# that it was told: what is to take long comes after the commit.
PushListener = Callable[[Repository, str, str], None]
# Told of every move of a branch, with who caused it, by whoever holds the repository's lock.
MoveListener = Callable[[Repository, Caller, Move], None]


class Movements:
    """Moves references and tells who wants to know. Thread-safe.

    Which references are about to move is written down first, and taken out together with what the
    announcement brings about: a kill between the two is made good at the next start.
    """

    def __init__(
        self,
        registry: Registry,
        accounts: Accounts,
        rulesets: Rulesets,
        statuses: Statuses,
        events: Events,
        pending: Pending,
    ) -> None:
        self._registry = registry
        self._accounts = accounts
        self._rulesets = rulesets
        self._statuses = statuses
        self._events = events
        self._pending = pending
        self.listeners: list[PushListener] = []
        self.move_listeners: list[MoveListener] = []

    def push(self, repository: Repository, caller: Caller, answer: Iterator[bytes]) -> bytes:
        """Lets git receive a push, whose hook judges it, and returns what git answers."""
        with self._registry.lock(repository):
            self._registry.require(repository)
            before = self._pending.begin(repository.id, caller.login, repository.git.references())
            whole = b"".join(answer)
            self._announce(repository, caller, before)
        return whole

    def verdict(
        self,
        repository: Repository,
        caller: Caller | None,
        move: Move,
        reviewed: Reviewed | None = None,
    ) -> Verdict:
        """What rules a move would break; of nobody in particular without a caller."""
        return judge(
            move,
            self._rulesets.list(repository.id),
            default_branch=repository.git.default_branch(),
            user=0 if caller is None else self._accounts.of(caller).id,
            admin=caller is not None and right_to(caller, repository) >= Right.ADMIN,
            ancestry=GitAncestry(repository.path),
            passed=lambda sha: self._statuses.passed(repository.id, sha),
            reviewed=reviewed,
        )

    def move(
        self,
        repository: Repository,
        caller: Caller,
        move: Move,
        reviewed: Reviewed | None = None,
    ) -> None:
        """Moves one reference, if it still is where the caller saw it.

        Args:
            repository: whose reference it is.
            caller: who moves it.
            move: from where to where.
            reviewed: the pull request that is merged by this.

        Raises:
            ConflictError: a rule refuses it, or it has moved on. The rule's words come with it.
        """
        with self._registry.lock(repository):
            verdict = self.verdict(repository, caller, move, reviewed)
            if verdict.broken:
                rules = "\n\n".join(verdict.broken)
                raise ConflictError(f"Repository rule violations found\n\n{rules}\n\n")
            before = self._pending.begin(repository.id, caller.login, repository.git.references())
            try:
                move_reference(repository.git, move)
            except ReferenceMovedError as error:
                raise ConflictError(str(error)) from None
            except (ReferenceExistsError, ReferenceMissingError, InvalidReferenceError):
                raise ConflictError(f"{move.ref} has moved meanwhile") from None
            finally:
                self._announce(repository, caller, before)

    def recover(self) -> None:
        """Announces what a killed sandbox could not any more; before anybody moves anything."""
        for pending in self._pending.all():
            repository = self._registry.find_id(pending.repository)
            caller = self._accounts.speaking_for(pending.login)
            if repository is not None and caller is not None:
                told = pending.refs if pending.told is None else pending.told
                self._announce(repository, caller, told, moved_from=pending.refs)

    def _announce(
        self,
        repository: Repository,
        caller: Caller,
        before: Mapping[str, str],
        moved_from: Mapping[str, str] | None = None,
    ) -> None:
        """Tells of all branches and tags that are not where they were.

        Args:
            repository: whose they are.
            caller: who moved them.
            before: as runs and followers know them.
            moved_from: as the listeners of moves know them, if that is something else.
        """
        after = repository.git.references()
        moves = _moves(before, after)
        self._choose_default_branch(repository, moves)
        told = _told_aloud(moves)
        triggers = list(_triggers(repository, caller, told))
        # The push has happened: whoever fails to take note of it must not undo that.
        try:
            for trigger in triggers:
                self._events.prepare(trigger)
            with self._registry.changing():
                if moves:
                    self._registry.pushed(repository)
                for trigger in triggers:
                    self._tell(repository, trigger)
                self._events.moved(repository, caller.login, told)
                self._pending.tell(repository.id, after)
        except Exception:  # noqa: BLE001 - logged; the next push or start tells it
            _LOG.exception("%s: what was pushed is not announced yet", repository.full_name)
            return
        for move in moves if moved_from is None else _moves(moved_from, after):
            if move.ref.startswith(_BRANCHES):
                self._tell_of_move(repository, caller, move)
        self._pending.end(repository.id)

    def _choose_default_branch(self, repository: Repository, moves: Sequence[Move]) -> None:
        """The first branch that an empty repository gets becomes the default one."""
        branches = [m.ref.removeprefix(_BRANCHES) for m in moves if m.ref.startswith(_BRANCHES)]
        store = repository.git
        if branches and store.branch_head(store.default_branch()) is None:
            pushed = [branch for branch in branches if store.branch_head(branch) is not None]
            if pushed:
                store.set_default_branch(pushed[0])

    def _tell(self, repository: Repository, trigger: Trigger) -> None:
        self._told(trigger, partial(self._events.queue, trigger))
        if trigger.ref.startswith(_BRANCHES):
            branch = trigger.ref.removeprefix(_BRANCHES)
            for listener in self.listeners:
                self._told(trigger, partial(listener, repository, branch, trigger.commit))

    def _tell_of_move(self, repository: Repository, caller: Caller, move: Move) -> None:
        for listener in self.move_listeners:
            try:
                listener(repository, caller, move)
            except Exception:  # noqa: BLE001 - logged; the push has happened all the same
                _LOG.exception("%s: the move of %s was not told", repository.full_name, move.ref)

    def _told(self, trigger: Trigger, tell: Callable[[], object]) -> None:
        """One of those who want to know; what goes wrong there is no matter of the others."""
        try:
            with self._registry.changing():
                tell()
        except (OSError, sqlite3.Error):
            raise  # the disk's fault, not the commit's: it is told again later
        except Exception:  # noqa: BLE001 - whatever it was, it is logged
            _LOG.exception("%s: %s was not announced", trigger.repository, trigger.ref)


def _moves(before: Mapping[str, str], after: Mapping[str, str]) -> list[Move]:
    """How branches and tags differ; other references are the platform's own."""
    return [
        Move(ref, before.get(ref, NOTHING), after.get(ref, NOTHING))
        for ref in sorted({*before, *after})
        if ref.startswith((_BRANCHES, _TAGS)) and before.get(ref) != after.get(ref)
    ]


def _told_aloud(moves: Sequence[Move]) -> Sequence[Move]:
    """Those that make events: GitHub makes none for tags, if more than three come at once."""
    new_tags = [move for move in moves if move.ref.startswith(_TAGS) and not move.deletes]
    silent = new_tags if len(new_tags) > _TAGS_TOLD else []
    return [move for move in moves if move not in silent]


def _triggers(repository: Repository, caller: Caller, moves: Sequence[Move]) -> Iterator[Trigger]:
    """The runs that moves make; references that go make none."""
    for move in moves:
        commit = None if move.deletes else repository.git.resolve(move.ref)
        if commit is not None:
            yield Trigger(
                repository=repository.full_name,
                event="push",
                ref=move.ref,
                commit=commit,
                actor=caller.login,
                before=move.old,
            )
