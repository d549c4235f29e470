"""Pull requests."""

from functools import cached_property

from sandbox.git.store import Commit
from sandbox.github.graphql.connections import Argument, Connection
from sandbox.github.graphql.inquiry import Inquiry, Part
from sandbox.github.graphql.objects.conversations import ConversationPart
from sandbox.github.graphql.objects.issues import ThreadPart
from sandbox.github.graphql.objects.reviews import ReviewRequestPart, visible
from sandbox.github.http.describe import node_id
from sandbox.github.issues.records import OPEN
from sandbox.github.pulls.conversations import Conversation
from sandbox.github.pulls.merge import words_of
from sandbox.github.pulls.records import Pull
from sandbox.github.pulls.reviews import APPROVED, CHANGES_REQUESTED, DISMISSED, PENDING, Review
from sandbox.github.repositories.differences import ChangedFile, commits_between, proposed_files
from sandbox.github.repositories.registry import Repository

_CHANGES = {"added": "ADDED", "removed": "DELETED", "renamed": "RENAMED", "copied": "COPIED"}


class CommitOfPullPart(Part):
    """A commit that a pull request brings."""

    typename = "PullRequestCommit"

    def __init__(self, commit: Commit, pull: "PullPart", inquiry: Inquiry) -> None:
        super().__init__(inquiry)
        self._oid, self.pull_request = commit.oid, pull
        self.id = node_id("PullRequestCommit", f"{pull.database_id}:{commit.oid}")
        self.url = f"{pull.url}/commits/{commit.oid}"

    @property
    def commit(self) -> Part:
        """The commit itself."""
        return self.pull_request.commit_part(self._oid)


class ChangedFilePart(Part):
    """A file that a pull request changes."""

    typename = "PullRequestChangedFile"

    def __init__(self, file: ChangedFile, inquiry: Inquiry) -> None:
        super().__init__(inquiry)
        self.path, self.additions, self.deletions = file.path, file.additions, file.deletions
        self.change_type = _CHANGES.get(file.status, "MODIFIED")


class PullPart(ThreadPart):
    """A pull request."""

    typename, section = "PullRequest", "pull"
    auto_merge_request = None  # nothing merges by itself here, and nothing waits in a queue
    is_in_merge_queue = is_merge_queue_enabled = False

    def __init__(self, pull: Pull, repository: Repository, inquiry: Inquiry) -> None:
        super().__init__(pull.issue, repository, inquiry)
        self._pull, self._pulls = pull, inquiry.service.pulls
        self.permalink = self.url
        self.is_draft, self.merged, self.merged_at = pull.draft, pull.merged, pull.merged_at
        self.base_ref_name, self.base_ref_oid = pull.base, pull.base_sha
        self.head_ref_name, self.head_ref_oid = pull.head, pull.head_sha
        self.is_cross_repository = pull.foreign
        self.maintainer_can_modify = pull.maintainer_can_modify
        self.state = "MERGED" if pull.merged else pull.issue.state.upper()

    # --- its two sides

    @property
    def base_repository(self) -> Part:
        """What it would change."""
        return self.repository

    @property
    def base_ref(self) -> Part | None:
        """The branch that it would change, if that is still there."""
        return self.inquiry.make.ref(f"refs/heads/{self._pull.base}", self._repository)

    @cached_property
    def _head(self) -> Repository | None:
        found = self._pulls.shown(self._pull, self._repository).head_repository
        return found if found is not None and self.inquiry.visible(found) else None

    @property
    def head_repository(self) -> Part | None:
        """Where its branch lies, if that is still there."""
        head = self._head
        return None if head is None else self.inquiry.make.repository(head)

    @property
    def head_repository_owner(self) -> Part:
        """Whose that is."""
        return self.inquiry.make.account(self._pull.head_owner)

    @property
    def head_ref(self) -> Part | None:
        """Its branch, if that is still there."""
        head = self._head
        if head is None:
            return None
        return self.inquiry.make.ref(f"refs/heads/{self._pull.head}", head)

    # --- what it brings

    @cached_property
    def _files(self) -> list[ChangedFile]:
        pull = self._pull
        return [*proposed_files(self._repository.git, pull.base_sha, pull.head_sha)]

    @property
    def additions(self) -> int:
        """Lines."""
        return sum(each.additions for each in self._files)

    @property
    def deletions(self) -> int:
        """Lines."""
        return sum(each.deletions for each in self._files)

    @property
    def changed_files(self) -> int:
        """How many."""
        return len(self._files)

    def files(self, **page: Argument) -> Connection[ChangedFile]:
        """The files it changes."""
        return Connection(self._files, lambda each: ChangedFilePart(each, self.inquiry), page)

    def commits(self, **page: Argument) -> Connection[Commit]:
        """The commits it brings, oldest first."""
        pull = self._pull
        found = commits_between(self._repository.git, pull.base_sha, pull.head_sha)
        return Connection(found, lambda each: CommitOfPullPart(each, self, self.inquiry), page)

    @property
    def status_check_rollup(self) -> Part | None:
        """What all checks together say of its newest commit."""
        return self.inquiry.make.rollup(self._pull.head_sha, self._repository)

    def commit_part(self, oid: str) -> Part:
        """A commit of the repository."""
        return self.inquiry.make.commit(oid, self._repository)

    # --- whether it can be merged

    @property
    def mergeable(self) -> str:
        """What git says of it."""
        if self._pull.merged:
            return "UNKNOWN"
        return "MERGEABLE" if self._pull.mergeable else "CONFLICTING"

    @property
    def can_be_rebased(self) -> bool:
        """The same of its commits one by one."""
        return self._pull.mergeable and not self._pull.merged

    @property
    def merge_state_status(self) -> str:
        """What the rules of its base say besides."""
        return self._pulls.standing.state(self._pull, self._repository).upper()

    @property
    def merge_commit(self) -> Part | None:
        """The commit that merged it."""
        pull = self._pull
        return self.commit_part(pull.merge_sha) if pull.merged and pull.merge_sha else None

    @property
    def potential_merge_commit(self) -> Part | None:
        """The trial merge."""
        pull = self._pull
        return self.commit_part(pull.merge_sha) if not pull.merged and pull.merge_sha else None

    @property
    def merged_by(self) -> Part | None:
        """Who merged it."""
        by = self._pull.merged_by
        return None if by is None else self.inquiry.make.account(by)

    def viewer_merge_headline_text(self, *, merge_type: str = "MERGE") -> str:
        """The title that the commit would get."""
        return words_of(self._pull, self._repository, merge_type.lower())[0]

    def viewer_merge_body_text(self, *, merge_type: str = "MERGE") -> str:
        """The further lines that it would get."""
        return words_of(self._pull, self._repository, merge_type.lower())[1]

    # --- what is said of it

    @cached_property
    def _reviews(self) -> list[Review]:
        found = self._pulls.reviews.of(self._issue.id)
        return [each for each in found if visible(each, self.inquiry)]

    def reviews(
        self, *, author: str | None = None, states: list[str] | None = None, **page: Argument
    ) -> Connection[Review]:
        """Its reviews, oldest first."""
        kept = [
            each
            for each in self._reviews
            if (author is None or each.author.lower() == author.lower())
            and (states is None or each.state in states)
        ]
        return Connection(kept, self._review, page)

    def review_threads(self, **page: Argument) -> Connection[Conversation]:
        """What was said of its lines, place by place."""
        return Connection(self._pulls.conversations.of(self._issue.id), self._conversation, page)

    def _conversation(self, said: Conversation) -> Part:
        return ConversationPart(said, self._pull, self._repository, self.inquiry)

    def latest_reviews(self, **page: Argument) -> Connection[Review]:
        """Each reviewer's last one, unless they are asked again."""
        last = {e.author.lower(): e for e in self._reviews if e.state != PENDING}
        asked = {each.lower() for each in self._pulls.reviews.asked(self._issue.id)}
        return Connection([e for who, e in last.items() if who not in asked], self._review, page)

    def latest_opinionated_reviews(self, **page: Argument) -> Connection[Review]:
        """Each reviewer's last one that was more than a comment."""
        opinions = (APPROVED, CHANGES_REQUESTED, DISMISSED)
        last = {e.author.lower(): e for e in self._reviews if e.state in opinions}
        return Connection([*last.values()], self._review, page)

    @property
    def viewer_latest_review(self) -> Part | None:
        """The caller's own last one."""
        own = self.inquiry.caller.login.lower()
        found = [e for e in self._reviews if e.author.lower() == own and e.state != PENDING]
        return self._review(found[-1]) if found else None

    @property
    def review_decision(self) -> str | None:
        """What reviews come to; None where no rule asks for any."""
        wanted = [
            (rule.get("parameters") or {}).get("required_approving_review_count") or 0
            for rule in self._pulls.rules_of(self._pull, self._repository)
            if rule["type"] == "pull_request"
        ]
        if not any(wanted):
            return None
        heard = self._pulls.standing.reviewed(self._pull, self._repository)
        if heard.objections:
            return "CHANGES_REQUESTED"
        return "APPROVED" if heard.approvals >= max(wanted) else "REVIEW_REQUIRED"

    def review_requests(self, **page: Argument) -> Connection[str]:
        """Who is asked for a review."""
        open_ = self._issue.state == OPEN
        asked = self._pulls.reviews.asked(self._issue.id) if open_ else ()
        return Connection(asked, self._request, page)

    @property
    def total_comments_count(self) -> int:
        """Of all kinds."""
        below = len(self._pulls.issues.records.comments(self._issue))
        return below + len(self._pulls.reviews.comments(self._issue.id))

    def _review(self, review: Review) -> Part:
        return self.inquiry.make.review(review, self._pull, self._repository)

    def _request(self, login: str) -> Part:
        return ReviewRequestPart(login, self._pull, self._repository, self.inquiry)
