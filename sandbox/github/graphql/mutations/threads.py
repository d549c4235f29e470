"""Mutations of what issues and pull requests have in common: comments, labels, people, locks."""

from sandbox.github.graphql.connections import Edge
from sandbox.github.graphql.inquiry import Part
from sandbox.github.graphql.mutations.changes import Input, Mutations, Payload
from sandbox.github.http.access import Right, require_own, require_right, require_voice
from sandbox.github.http.errors import UnprocessableError
from sandbox.github.issues.records import Issue
from sandbox.github.issues.words import fit_comment
from sandbox.github.repositories.registry import Repository


class ThreadMutations(Mutations):
    """Writing below, labelling, assigning and locking."""

    def add_comment(self, *, input: Input) -> Payload:  # noqa: A002 - the schema's name
        """`addComment`: by anybody who sees the repository, unless it is locked."""
        issue, repository = self._nodes.issue(input["subject_id"])
        require_voice(self._caller)
        if issue.locked:
            require_right(self._caller, repository, Right.WRITE)
        words = fit_comment(input["body"])
        made = self._service.issues.comment(repository, issue, self._caller.login, words)
        part = self._inquiry.make.comment(made, issue, repository)
        subject = self._inquiry.make.issue(issue, repository)
        return Payload(input, comment_edge=Edge("", part), subject=subject)

    def update_issue_comment(self, *, input: Input) -> Payload:  # noqa: A002 - as above
        """`updateIssueComment`: by its author or who may write."""
        comment, issue, repository = self._nodes.comment(input["id"])
        require_voice(self._caller)
        require_own(self._caller, comment.author, repository)
        issues = self._service.issues
        changed = issues.records.edit_comment(comment, fit_comment(input["body"]))
        issues.tell_comment(repository, issue, changed, self._caller.login, "edited")
        part = self._inquiry.make.comment(changed, issue, repository)
        return Payload(input, issue_comment=part)

    def delete_issue_comment(self, *, input: Input) -> Payload:  # noqa: A002 - as above
        """`deleteIssueComment`: the same."""
        comment, issue, repository = self._nodes.comment(input["id"])
        require_voice(self._caller)
        require_own(self._caller, comment.author, repository)
        self._service.issues.records.remove_comment(comment)
        self._service.issues.tell_comment(repository, issue, comment, self._caller.login, "deleted")
        return Payload(input)

    def add_labels_to_labelable(self, *, input: Input) -> Payload:  # noqa: A002 - as above
        """`addLabelsToLabelable`."""
        issue, repository = self._writable(input["labelable_id"])
        names = self._label_names(input["label_ids"], repository) or []
        self._service.issues.put_labels(repository, issue, self._caller.login, names)
        return Payload(input, labelable=self._again(issue, repository))

    def remove_labels_from_labelable(self, *, input: Input) -> Payload:  # noqa: A002 - as above
        """`removeLabelsFromLabelable`."""
        issue, repository = self._writable(input["labelable_id"])
        labels = self._labels(input["label_ids"], repository)
        self._service.issues.take_labels(repository, issue, self._caller.login, labels)
        return Payload(input, labelable=self._again(issue, repository))

    def add_assignees_to_assignable(self, *, input: Input) -> Payload:  # noqa: A002 - as above
        """`addAssigneesToAssignable`."""
        issue, repository = self._writable(input["assignable_id"])
        self._service.issues.assign(repository, issue, self._logins(input["assignee_ids"]) or ())
        return Payload(input, assignable=self._again(issue, repository))

    def remove_assignees_from_assignable(self, *, input: Input) -> Payload:  # noqa: A002 - as above
        """`removeAssigneesFromAssignable`."""
        issue, repository = self._writable(input["assignable_id"])
        self._service.issues.unassign(issue, self._logins(input["assignee_ids"]) or ())
        return Payload(input, assignable=self._again(issue, repository))

    def replace_actors_for_assignable(self, *, input: Input) -> Payload:  # noqa: A002 - as above
        """`replaceActorsForAssignable`: these and no others, by ids or by logins."""
        issue, repository = self._writable(input["assignable_id"])
        logins = [*(self._logins(input.get("actor_ids")) or ()), *(input.get("actor_logins") or ())]
        issues = self._service.issues
        for login in logins:
            if not issues.assignable(repository, [login]):
                raise UnprocessableError(f"Could not assign {login}: no such user, or no right")
        issues.assign(repository, issues.records.assign(issue, ()), logins)
        return Payload(input, assignable=self._again(issue, repository))

    def lock_lockable(self, *, input: Input) -> Payload:  # noqa: A002 - as above
        """`lockLockable`: from then on only who may write speaks below."""
        return self._locked(input, locked=True)

    def unlock_lockable(self, *, input: Input) -> Payload:  # noqa: A002 - as above
        """`unlockLockable`."""
        return self._locked(input, locked=False)

    def _locked(self, asked: Input, *, locked: bool) -> Payload:
        issue, repository = self._writable(asked["lockable_id"])
        self._service.issues.records.set(issue.id, locked=locked)
        part = self._again(issue, repository)
        actor = self._inquiry.make.account(self._caller.login)
        return Payload(asked, locked_record=part, unlocked_record=part, actor=actor)

    def _writable(self, node: str) -> tuple[Issue, Repository]:
        issue, repository = self._nodes.issue(node)
        require_right(self._caller, repository, Right.WRITE)
        return issue, repository

    def _again(self, issue: Issue, repository: Repository) -> Part:
        now = self._service.issues.records.with_id(issue.id)
        return self._inquiry.make.issue(now or issue, repository)
