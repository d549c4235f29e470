"""Pull requests from being opened to being merged: kept up with branches, told to workflows."""

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.git.moves import Move
from sandbox.github.checks.statuses import Statuses
from sandbox.github.events import Events
from sandbox.github.http.accounts import Accounts, Caller
from sandbox.github.http.clock import now
from sandbox.github.http.requests import Urls
from sandbox.github.issues.records import CLOSED, OPEN, Issue
from sandbox.github.issues.service import IssueService
from sandbox.github.pulls.announcing import announce
from sandbox.github.pulls.conversations import Conversations
from sandbox.github.pulls.merging import (
    ConflictsError,
    fetch_head,
    head_reference,
    merge_commit,
    merge_reference,
    point,
    unpoint,
)
from sandbox.github.pulls.records import Proposal, Pull, Pulls
from sandbox.github.pulls.reviews import APPROVED, DISMISSED, Reviews
from sandbox.github.pulls.standing import Standing
from sandbox.github.pulls.views import Shown, Size, full_pull, simple_pull
from sandbox.github.repositories.commit_writer import person_of
from sandbox.github.repositories.differences import commits_between, compare, proposed_files
from sandbox.github.repositories.movements import Movements
from sandbox.github.repositories.registry import Registry, Repository
from sandbox.github.settings.rulesets import Rulesets
from sandbox.store.database import Database

_BRANCHES = "refs/heads/"


class PullService:
    """The pull requests of all repositories. Thread-safe.

    Args:
        database: the sandbox's file.
        accounts: who there is.
        registry: which repositories there are.
        issues: of which pull requests are a kind.
        movements: tells when branches move.
        rulesets: what must hold before a merge.
        statuses: what checks have said.
        events: told of what happens.
        here: addresses of this GitHub, as events name them.
    """

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        registry: Registry,
        issues: IssueService,
        movements: Movements,
        rulesets: Rulesets,
        statuses: Statuses,
        events: Events,
        here: Urls,
    ) -> None:
        self.records = Pulls(database, issues.records)
        self.reviews = Reviews(database)
        self.conversations = Conversations(database, self.reviews)
        self.accounts, self.registry, self.issues = accounts, registry, issues
        self.movements, self.rulesets = movements, rulesets
        self.standing = Standing(accounts, self.reviews, self.conversations, movements, statuses)
        self._events, self.here = events, here
        self.merging: set[int] = set()  # issues whose merge is under way: no push closes them
        movements.move_listeners.append(self._branch_moved)
        issues.tell_pull = self._told_as_issue

    # --- what becomes of one

    def open(
        self,
        repository: Repository,
        caller: Caller,
        title: str,
        body: str | None,
        proposal: Proposal,
    ) -> Pull:
        """A new one, of branches that are there."""
        with self.registry.lock(repository):
            self.registry.require(repository)
            pull = self.records.add(repository.id, caller.login, title, body, proposal)
            self._bring_head(pull, repository)
            pull = self._try_merge(pull, repository)
        self.tell(pull, repository, caller.login, "opened")
        return pull

    def set_state(self, pull: Pull, repository: Repository, actor: str, state: str) -> Pull:
        """Closes one without merging it, or takes it up again."""
        with self.registry.lock(repository):
            issue = self.issues.records.set_state(pull.issue, state, actor)
            if issue == pull.issue:
                return pull
            pull = self.records.again(pull)
            if state == OPEN:  # its branches may have moved meanwhile
                base, head = repository.git.branch_head(pull.base), self._head_of(pull)
                moved = {"base_sha": base or pull.base_sha, "head_sha": head or pull.head_sha}
                pull = self.records.set(pull, **moved)
                self._bring_head(pull, repository)
                pull = self._try_merge(pull, repository)
        self.tell(pull, repository, actor, "closed" if state == CLOSED else "reopened")
        return pull

    def retarget(self, pull: Pull, repository: Repository, base: str, sha: str) -> Pull:
        """Lets it be merged into another branch."""
        with self.registry.lock(repository):
            changed = self.records.set(pull, base=base, base_sha=sha)
            return self._try_merge(changed, repository)

    def set_draft(self, pull: Pull, repository: Repository, actor: str, *, draft: bool) -> Pull:
        """Says whether it is still a draft."""
        if draft == pull.draft:
            return pull
        pull = self.records.set(pull, draft=draft)
        action = "converted_to_draft" if draft else "ready_for_review"
        self.tell(pull, repository, actor, action)
        return pull

    def merged(self, pull: Pull, repository: Repository, actor: str, sha: str) -> Pull:
        """Notes that its changes are in the base, by the commit of that id."""
        pull = self.records.set(pull, merged_at=now(), merged_by=actor, merge_sha=sha)
        self.issues.records.set_state(pull.issue, CLOSED, actor)
        unpoint(repository.git, merge_reference(pull.number))
        pull = self.records.again(pull)
        self.tell(pull, repository, actor, "closed")
        return pull

    # --- how it is shown

    def shown(self, pull: Pull, repository: Repository) -> Shown:
        """What a view of it is made of."""
        return Shown(
            pull=pull,
            repository=repository,
            head_repository=self._source(pull),
            labels=tuple(self.issues.labels.of(pull.issue.id)),
            asked=tuple(self.reviews.asked(pull.issue.id)),
        )

    def rules_of(self, pull: Pull, repository: Repository) -> Sequence[Mapping[str, Any]]:
        """The rules in force for its base."""
        default = repository.git.default_branch()
        return self.rulesets.rules_for(repository.id, f"{_BRANCHES}{pull.base}", default)

    def simple_view(self, pull: Pull, repository: Repository, here: Urls) -> dict[str, Any]:
        """As lists have it."""
        return simple_pull(self.shown(pull, repository), self.accounts, here)

    def view(self, pull: Pull, repository: Repository, here: Urls) -> dict[str, Any]:
        """As the API shows one."""
        store = repository.git
        files = proposed_files(store, pull.base_sha, pull.head_sha)
        size = Size(
            commits=len(commits_between(store, pull.base_sha, pull.head_sha)),
            additions=sum(each.additions for each in files),
            deletions=sum(each.deletions for each in files),
            changed_files=len(files),
            comments=len(self.issues.records.comments(pull.issue)),
            review_comments=len(self.reviews.comments(pull.issue.id)),
            state=self.standing.state(pull, repository),
        )
        return full_pull(self.shown(pull, repository), size, self.accounts, here)

    # --- what is told

    def tell(
        self,
        pull: Pull,
        repository: Repository,
        actor: str,
        action: str,
        event: str = "pull_request",
        more: Mapping[str, object] | None = None,
    ) -> None:
        """Lets the workflows that listen know."""
        announce(
            self._events,
            pull,
            self.shown(pull, repository),
            actor,
            event,
            {
                "action": action,
                "number": pull.number,
                "pull_request": self.view(pull, repository, self.here),
                **(more or {}),
            },
        )

    def _told_as_issue(
        self,
        repository: Repository,
        issue: Issue,
        actor: str,
        action: str,
        more: Mapping[str, object],
    ) -> None:
        pull = self.records.of_issue(issue)
        if pull is not None:
            self.tell(pull, repository, actor, action, more=more)

    # --- branches that move

    def _branch_moved(self, repository: Repository, caller: Caller, move: Move) -> None:
        branch = move.ref.removeprefix(_BRANCHES)
        concerned = [
            *self.records.open_into(repository.id, branch),
            *self.records.open_from(repository.id, branch),
        ]
        for pull in concerned:
            if pull.issue.id not in self.merging:
                self._follow(pull, caller.login)

    def _follow(self, pull: Pull, actor: str) -> None:
        """Brings one to where its branches are; whatever is so already stays as it is."""
        repository = self.registry.find_id(pull.repository)
        if repository is None:
            return
        with self.registry.lock(repository):
            before, store = self.records.again(pull), repository.git
            base, head = store.branch_head(before.base), self._head_of(before)
            if before.issue.state != OPEN or (base, head) == (before.base_sha, before.head_sha):
                return
            if base is None or head is None:
                self.set_state(before, repository, actor, CLOSED)
                return
            pull = self.records.set(before, head_sha=head)
            self._bring_head(pull, repository)
            if base != before.base_sha and compare(store, base, head).ahead == 0:
                self.merged(pull, repository, actor, base)  # by a push that brought its commits
                return
            pull = self._try_merge(self.records.set(pull, base_sha=base), repository)
            if head != before.head_sha:
                self._dismiss_stale(pull, repository)
        if head != before.head_sha:
            more = {"before": before.head_sha, "after": head}
            self.tell(pull, repository, actor, "synchronize", more=more)

    def _head_of(self, pull: Pull) -> str | None:
        """Where its branch is now; None if it is gone, and as it was if the whole fork is."""
        source = self._source(pull)
        return pull.head_sha if source is None else source.git.branch_head(pull.head)

    def _source(self, pull: Pull) -> Repository | None:
        """The repository its branch lies in; None if that is gone."""
        number = pull.head_repository
        return None if number is None else self.registry.find_id(number)

    def _dismiss_stale(self, pull: Pull, repository: Repository) -> None:
        """Takes back approvals of what was there before, where a rule says so."""
        stale = any(
            rule["type"] == "pull_request"
            and (rule.get("parameters") or {}).get("dismiss_stale_reviews_on_push")
            for rule in self.rules_of(pull, repository)
        )
        for review in self.reviews.of(pull.issue.id) if stale else ():
            if review.state == APPROVED:
                self.reviews.set(review, state=DISMISSED)

    def _bring_head(self, pull: Pull, repository: Repository) -> None:
        """Lets its head be fetched from the repository that it is proposed to."""
        source = self._source(pull)
        if pull.foreign and source is not None:
            fetch_head(repository, source, pull.head, pull.number)
        else:
            point(repository.git, head_reference(pull.number), pull.head_sha)

    def _try_merge(self, pull: Pull, repository: Repository) -> Pull:
        """Finds out whether git can merge it, and lets the merge be fetched."""
        store = repository.git
        message = f"Merge {pull.head_sha} into {pull.base_sha}"
        by = person_of(self.accounts.account(pull.issue.author))
        try:
            merge = merge_commit(store, pull.base_sha, pull.head_sha, message, by)
        except ConflictsError:
            unpoint(store, merge_reference(pull.number))
            return self.records.set(pull, mergeable=False, merge_sha=None)
        point(store, merge_reference(pull.number), merge)
        return self.records.set(pull, mergeable=True, merge_sha=merge)
