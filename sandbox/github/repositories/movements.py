"""The one way references move: pushes and API calls, judged and announced alike."""

import logging
from collections.abc import Callable, Iterator, Sequence

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
from sandbox.github.repositories.registry import Registry, Repository
from sandbox.github.settings.rules import Reviewed, Verdict, judge
from sandbox.github.settings.rulesets import Rulesets

_BRANCHES, _TAGS = "refs/heads/", "refs/tags/"
_TAGS_TOLD = 3
_LOG = logging.getLogger(__name__)

# Told of (repository, branch, commit) whenever a branch has moved.
PushListener = Callable[[Repository, str, str], None]
# Told of every move of a branch, with who caused it, by whoever holds the repository's lock.
MoveListener = Callable[[Repository, Caller, Move], None]


class Movements:
    """Moves references and tells who wants to know. Thread-safe."""

    def __init__(
        self,
        registry: Registry,
        accounts: Accounts,
        rulesets: Rulesets,
        statuses: Statuses,
        events: Events,
    ) -> None:
        self._registry = registry
        self._accounts = accounts
        self._rulesets = rulesets
        self._statuses = statuses
        self._events = events
        self.listeners: list[PushListener] = []
        self.move_listeners: list[MoveListener] = []

    def push(self, repository: Repository, caller: Caller, answer: Iterator[bytes]) -> bytes:
        """Lets git receive a push, whose hook judges it, and returns what git answers."""
        with self._registry.lock(repository):
            self._registry.require(repository)
            before = repository.git.references()
            whole = b"".join(answer)
            after = repository.git.references()
            moves = [
                Move(ref, before.get(ref, NOTHING), after.get(ref, NOTHING))
                for ref in sorted({*before, *after})
                if before.get(ref) != after.get(ref)
            ]
            self._announce(repository, caller, moves)
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
            try:
                move_reference(repository.git, move)
            except ReferenceMovedError as error:
                raise ConflictError(str(error)) from None
            except (ReferenceExistsError, ReferenceMissingError, InvalidReferenceError):
                raise ConflictError(f"{move.ref} has moved meanwhile") from None
            self._announce(repository, caller, [move])

    def _announce(self, repository: Repository, caller: Caller, moves: Sequence[Move]) -> None:
        if not moves:
            return
        self._registry.pushed(repository)
        branches = [m.ref.removeprefix(_BRANCHES) for m in moves if m.ref.startswith(_BRANCHES)]
        store = repository.git
        if store.branch_head(store.default_branch()) is None:
            # The first branch that an empty repository gets becomes the default one.
            pushed = [branch for branch in branches if store.branch_head(branch) is not None]
            if pushed:
                store.set_default_branch(pushed[0])
        # GitHub makes no event for tags of which more than three are pushed at once.
        new_tags = [move for move in moves if move.ref.startswith(_TAGS) and not move.deletes]
        silent = new_tags if len(new_tags) > _TAGS_TOLD else []
        for move in moves:
            if move in silent:
                continue
            commit = None if move.deletes else store.resolve(move.ref)
            if commit is not None:
                self._tell(repository, caller, move, commit)
        for move in moves:
            if move.ref.startswith(_BRANCHES):
                self._tell_of_move(repository, caller, move)

    def _tell(self, repository: Repository, caller: Caller, move: Move, commit: str) -> None:
        trigger = Trigger(
            repository=repository.full_name,
            event="push",
            ref=move.ref,
            commit=commit,
            actor=caller.login,
            before=move.old,
        )
        self._events.tell(trigger)
        if move.ref.startswith(_BRANCHES):
            self.tell_listeners(repository, move.ref.removeprefix(_BRANCHES), commit)

    def tell_listeners(self, repository: Repository, branch: str, commit: str) -> None:
        """Tells who follows branches."""
        for listener in self.listeners:
            try:
                listener(repository, branch, commit)
            except Exception:  # noqa: BLE001 - logged; the push has happened all the same
                _LOG.exception("%s: %s was not announced", repository.full_name, branch)

    def _tell_of_move(self, repository: Repository, caller: Caller, move: Move) -> None:
        for listener in self.move_listeners:
            try:
                listener(repository, caller, move)
            except Exception:  # noqa: BLE001 - as above
                _LOG.exception("%s: the move of %s was not told", repository.full_name, move.ref)
