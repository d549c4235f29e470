"""Mutations of issues."""

from sandbox.github.graphql.mutations.changes import Input, Mutations, Payload, refuse, words_of
from sandbox.github.http.access import require_voice
from sandbox.github.issues.records import CLOSED, OPEN, Issue


class IssueMutations(Mutations):
    """Opening, changing, closing and reopening."""

    def create_issue(self, *, input: Input) -> Payload:  # noqa: A002 - the schema's name
        """`createIssue`: by anybody who sees the repository."""
        refuse(input, "milestone_id", "project_ids", "issue_template")
        repository = self._nodes.repository(input["repository_id"])
        require_voice(self._caller)
        issue = self._service.issues.open(
            repository,
            self._caller,
            input["title"],
            input.get("body"),
            labels=self._label_names(input.get("label_ids"), repository) or (),
            assignees=self._logins(input.get("assignee_ids")) or (),
        )
        return Payload(input, issue=self._inquiry.make.issue(issue, repository))

    def update_issue(self, *, input: Input) -> Payload:  # noqa: A002 - as above
        """`updateIssue`: by its author or who may write."""
        refuse(input, "milestone_id", "project_ids")
        return self._changed(input, input["id"], (input.get("state") or "").lower() or None)

    def close_issue(self, *, input: Input) -> Payload:  # noqa: A002 - as above
        """`closeIssue`."""
        refuse(input, "duplicate_issue_id")
        reason = (input.get("state_reason") or "COMPLETED").lower()
        return self._changed(input, input["issue_id"], CLOSED, reason)

    def reopen_issue(self, *, input: Input) -> Payload:  # noqa: A002 - as above
        """`reopenIssue`."""
        return self._changed(input, input["issue_id"], OPEN)

    def _changed(
        self, asked: Input, node: str, state: str | None, reason: str | None = None
    ) -> Payload:
        issue, repository = self._own_issue(node)
        self._require_issue(issue, node)
        changed = self._service.issues.change(
            repository,
            issue,
            self._caller,
            words=words_of(asked),
            labels=self._label_names(asked.get("label_ids"), repository),
            assignees=self._logins(asked.get("assignee_ids")),
            state=state or issue.state,
            reason=reason,
        )
        part = self._inquiry.make.issue(changed, repository)
        return Payload(asked, issue=part, actor=self._inquiry.make.account(self._caller.login))

    def _require_issue(self, issue: Issue, node: str) -> None:
        if issue.pull:
            raise self._nodes.unresolved(node)
