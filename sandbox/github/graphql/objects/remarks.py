"""What everything that somebody wrote has: who, when, and how others reacted."""

from collections.abc import Sequence

from sandbox.github.graphql.connections import Argument, Connection, nothing
from sandbox.github.graphql.inquiry import Inquiry, Part
from sandbox.github.http.access import Right, right_to
from sandbox.github.issues.views import association
from sandbox.github.repositories.registry import Repository

_REACTIONS = ("THUMBS_UP", "THUMBS_DOWN", "LAUGH", "HOORAY", "CONFUSED", "HEART", "ROCKET", "EYES")


class ReactionGroupPart(Part):
    """How many reacted in one way: nobody, since the sandbox keeps no reactions."""

    typename = "ReactionGroup"

    def __init__(self, content: str, inquiry: Inquiry) -> None:
        super().__init__(inquiry)
        self.content = content

    def users(self, **page: Argument) -> Connection[Part]:
        """Nobody."""
        return nothing(page)


class WrittenPart(Part):
    """Something that somebody wrote.

    Args:
        author: login.
        body: the words.
        moments: when it was written, and when it was last changed.
        repository: where.
        inquiry: for whom.
    """

    last_edited_at: str | None = None

    def __init__(
        self,
        author: str,
        body: str,
        moments: tuple[str, str],
        repository: Repository,
        inquiry: Inquiry,
    ) -> None:
        super().__init__(inquiry)
        self.body = self.body_text = body
        self.created_at, self.updated_at = moments
        self.published_at = self.created_at
        self._author, self._repository = author, repository
        self.author_association = association(inquiry.accounts, author, repository)
        self.viewer_did_author = author.lower() == inquiry.caller.login.lower()
        self.viewer_can_update = (
            self.viewer_did_author or right_to(inquiry.caller, repository) >= Right.WRITE
        )
        self.includes_created_edit = False

    @property
    def author(self) -> Part:
        """Who wrote it."""
        return self.inquiry.make.account(self._author)

    @property
    def repository(self) -> Part:
        """Where it is."""
        return self.inquiry.make.repository(self._repository)

    @property
    def reaction_groups(self) -> Sequence[ReactionGroupPart]:
        """One for each way to react."""
        return [ReactionGroupPart(each, self.inquiry) for each in _REACTIONS]
