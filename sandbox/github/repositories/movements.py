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
from sandbox.github.contract import RunHost, Trigger
from sandbox.github.events import Events
from sandbox.github.http.access import Right, right_to
from sandbox.github.http.accounts import ACTIONS, Accounts, Caller
from sandbox.github.http.errors import ConflictError
from sandbox.github.repositories.ancestry import GitAncestry
from sandbox.github.repositories.pending import Pending
from sandbox.github.repositories.registry import Registry, Repository
from sandbox.github.settings.rules import Reviewed, Verdict, judge
from sandbox.github.settings.rulesets import Rulesets

_BRANCHES, _TAGS, _PULLS = "refs/heads/", "refs/tags/", "refs/pull/"
_TAGS_TOLD = 3
_LOG = logging.getLogger(__name__)

# Told of (repository, branch, commit) whenever a branch has moved, in the transaction that notes
# that it was told: what is to take long comes after the commit.
PushListener = Callable[[Repository, str, str], None]
# Told of every move of a branch and who caused it, by whoever holds the repository's lock. It is
# not told again after a kill.
MoveListener = Callable[[Repository, str, Move], None]


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
        pending: Pending,
        events: Events,
    ) -> None:
        self._registry = registry
        self._accounts = accounts
        self._rulesets = rulesets
        self._statuses = statuses
        self._pending = pending
        self._events = events
        self.listeners: list[PushListener] = []
        self.move_listeners: list[MoveListener] = []

    def push(self, repository: Repository, caller: Caller, answer: Iterator[bytes]) -> bytes:
        """Lets git receive a push, whose hook judges it, and returns what git answers."""
        with self._registry.lock(repository):
            self._registry.require(repository)
            before = self._pending.begin(repository.id, caller.login, repository.git.references())
            whole = b"".join(answer)
            self._announce(repository, caller.login, before)
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
                self._announce(repository, caller.login, before)

    def recover(self) -> None:
        """Announces what a killed sandbox could not any more; before anybody moves anything."""
        for pending in self._pending.all():
            repository = self._registry.find_id(pending.repository)
            if repository is not None:
                self._announce(repository, pending.login, pending.refs)

    def _announce(self, repository: Repository, login: str, before: Mapping[str, str]) -> None:
        """Tells of all references that are not where they were."""
        after = repository.git.references()
        moves = [
            Move(ref, before.get(ref, NOTHING), after.get(ref, NOTHING))
            for ref in sorted({*before, *after})
            # Those of pull requests are the platform's own, and no event.
            if before.get(ref) != after.get(ref) and not ref.startswith(_PULLS)
        ]
        self._choose_default_branch(repository, moves)
        triggers = list(_triggers(repository, login, moves))
        # What jobs push with their own token starts no further runs, or they would never end.
        run_host = None if login == ACTIONS else self._events.run_host
        # The push has happened: whoever fails to take note of it must not undo that.
        try:
            if run_host is not None:
                for trigger in triggers:
                    run_host.prepare(trigger)
            with self._registry.changing():
                if moves:
                    self._registry.pushed(repository)
                for trigger in triggers:
                    self._tell(repository, trigger, run_host)
                self._pending.end(repository.id)
        except Exception:  # noqa: BLE001 - logged; the next push or start tells it
            _LOG.exception("%s: what was pushed is not announced yet", repository.full_name)
        for move in moves:
            for listener in self.move_listeners if move.ref.startswith(_BRANCHES) else ():
                try:
                    listener(repository, login, move)
                except Exception:  # noqa: BLE001 - as above; each start looks at them too
                    _LOG.exception("%s: %s is not followed yet", repository.full_name, move.ref)

    def _choose_default_branch(self, repository: Repository, moves: Sequence[Move]) -> None:
        """The first branch that an empty repository gets becomes the default one."""
        branches = [m.ref.removeprefix(_BRANCHES) for m in moves if m.ref.startswith(_BRANCHES)]
        store = repository.git
        if branches and store.branch_head(store.default_branch()) is None:
            pushed = [branch for branch in branches if store.branch_head(branch) is not None]
            if pushed:
                store.set_default_branch(pushed[0])

    def _tell(self, repository: Repository, trigger: Trigger, run_host: RunHost | None) -> None:
        if run_host is not None:
            self._told(trigger, lambda: run_host.triggered(trigger))
        if trigger.ref.startswith(_BRANCHES):
            branch = trigger.ref.removeprefix(_BRANCHES)
            for listener in self.listeners:
                self._told(trigger, partial(listener, repository, branch, trigger.commit))

    def _told(self, trigger: Trigger, tell: Callable[[], object]) -> None:
        """One of those who want to know; what goes wrong there is no matter of the others."""
        try:
            with self._registry.changing():
                tell()
        except (OSError, sqlite3.Error):
            raise  # the disk's fault, not the commit's: it is told again later
        except Exception:  # noqa: BLE001 - whatever it was, it is logged
            _LOG.exception("%s: %s was not announced", trigger.repository, trigger.ref)


def _triggers(repository: Repository, login: str, moves: Sequence[Move]) -> Iterator[Trigger]:
    """The events that moves make; references that go make none here."""
    # GitHub makes no event for tags of which more than three are pushed at once.
    new_tags = [move for move in moves if move.ref.startswith(_TAGS) and not move.deletes]
    silent = new_tags if len(new_tags) > _TAGS_TOLD else []
    for move in moves:
        commit = None if move.deletes or move in silent else repository.git.resolve(move.ref)
        if commit is not None:
            yield Trigger(
                repository=repository.full_name,
                event="push",
                ref=move.ref,
                commit=commit,
                actor=login,
                before=move.old,
            )
