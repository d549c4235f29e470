"""How a pull request stands to the rules of its base."""

from dataclasses import dataclass

from sandbox.git.moves import Move
from sandbox.github.checks.statuses import Statuses, combined
from sandbox.github.http.access import Right, right_of_account
from sandbox.github.http.accounts import Accounts
from sandbox.github.issues.records import OPEN
from sandbox.github.pulls.code_owners import owners_of
from sandbox.github.pulls.conversations import Conversations
from sandbox.github.pulls.records import Pull
from sandbox.github.pulls.reviews import APPROVED, CHANGES_REQUESTED, Reviews
from sandbox.github.repositories.differences import compare, proposed_files
from sandbox.github.repositories.movements import Movements
from sandbox.github.repositories.registry import Repository
from sandbox.github.settings.rules import Reviewed


@dataclass(frozen=True)
class Standing:
    """Answers for the pull requests of all repositories. Thread-safe: it holds no state."""

    accounts: Accounts
    reviews: Reviews
    conversations: Conversations
    movements: Movements
    statuses: Statuses

    def reviewed(self, pull: Pull, repository: Repository, method: str = "merge") -> Reviewed:
        """What rules ask of a pull request."""
        store = repository.git
        heard = [
            each
            for each in self.reviews.standing(pull.issue.id).values()
            if right_of_account(self.accounts, each.author, repository) >= Right.WRITE
        ]
        approved = {each.author.lower() for each in heard if each.state == APPROVED}
        files = proposed_files(store, pull.base_sha, pull.head_sha)
        author = pull.issue.author.lower()
        unheard = [
            f"@{owners[0]}"
            for owners in owners_of(store, pull.base_sha, [each.path for each in files])
            # Nobody approves their own: an owner's own change needs no further owner.
            if not {name.lower() for name in owners} & {*approved, author}
        ]
        return Reviewed(
            head=pull.head_sha,
            method=method,
            behind=compare(store, pull.base_sha, pull.head_sha).behind > 0,
            approvals=len(approved),
            approvals_of_head=len(
                [e for e in heard if e.state == APPROVED and e.commit_id == pull.head_sha]
            ),
            objections=len([each for each in heard if each.state == CHANGES_REQUESTED]),
            open_conversations=self.conversations.open(pull.issue.id),
            unheard_owners=tuple(dict.fromkeys(unheard)),
        )

    def state(self, pull: Pull, repository: Repository) -> str:
        """The API's word for whether it can be merged."""
        if pull.merged or pull.issue.state != OPEN:
            return "unknown"
        if not pull.mergeable or pull.merge_sha is None:
            return "dirty"
        if pull.draft:
            return "draft"
        about = self.reviewed(pull, repository)
        move = Move(f"refs/heads/{pull.base}", pull.base_sha, pull.merge_sha)
        if self.movements.verdict(repository, None, move, about).broken:
            return "blocked"
        newest = self.statuses.newest(repository.id, pull.head_sha)
        return "clean" if not newest or combined(newest) == "success" else "unstable"
