"""Mutations of pull requests."""

from sandbox.github.graphql.mutations.changes import Input, Mutations, Payload, refuse, words_of
from sandbox.github.http.access import Right, require_own, require_voice
from sandbox.github.http.errors import UnprocessableError
from sandbox.github.issues.records import CLOSED, OPEN
from sandbox.github.pulls.merge import merge, update_branch
from sandbox.github.pulls.proposing import Wanted, change, propose
from sandbox.github.pulls.records import Pull
from sandbox.github.repositories.registry import Repository


class PullMutations(Mutations):
    """Opening, changing and merging."""

    def create_pull_request(self, *, input: Input) -> Payload:  # noqa: A002 - the schema's name
        """`createPullRequest`: by who may write to the head and see the base."""
        repository = self._nodes.repository(input["repository_id"])
        require_voice(self._caller)
        head, source = input["head_ref_name"], None
        if input.get("head_repository_id"):
            lies_in = self._nodes.repository(input["head_repository_id"])
            source = lies_in.full_name
            head = head if ":" in head else f"{lies_in.owner}:{head}"
        wanted = Wanted(
            title=input["title"],
            body=input.get("body"),
            base=input["base_ref_name"].removeprefix("refs/heads/"),
            head=head,
            head_repository=source,
            draft=bool(input.get("draft")),
            # The form for people lets maintainers unless it is told otherwise.
            maintainer_can_modify=input.get("maintainer_can_modify") is not False,
        )
        made = propose(self._service.pulls, repository, self._caller, wanted)
        return self._payload(input, made, repository)

    def update_pull_request(self, *, input: Input) -> Payload:  # noqa: A002 - as above
        """`updatePullRequest`: by its author or who may write."""
        refuse(input, "milestone_id", "project_ids")
        pull, repository = self._own(input["pull_request_id"])
        labels, logins = input.get("label_ids"), input.get("assignee_ids")
        names, assigned = self._label_names(labels, repository), self._logins(logins)
        if names is not None or assigned is not None:
            self._inquiry.require(repository, Right.WRITE)
        state = (input.get("state") or "").lower() or None
        base = input.get("base_ref_name")
        pull = change(
            *(self._service.pulls, pull, repository, self._caller),
            words=words_of(input),
            base=base,
            state=state,
        )
        issues = self._service.issues
        if names is not None:
            issues.set_labels(repository, pull.issue, self._caller.login, names)
        if assigned is not None:
            issues.records.assign(pull.issue, issues.assignable(repository, assigned))
        modifiable = input.get("maintainer_can_modify")
        if modifiable is not None:
            self._service.pulls.records.set(pull, maintainer_can_modify=modifiable)
        return self._payload(input, self._service.pulls.records.again(pull), repository)

    def close_pull_request(self, *, input: Input) -> Payload:  # noqa: A002 - as above
        """`closePullRequest`."""
        return self._moved(input, CLOSED)

    def reopen_pull_request(self, *, input: Input) -> Payload:  # noqa: A002 - as above
        """`reopenPullRequest`."""
        return self._moved(input, OPEN)

    def mark_pull_request_ready_for_review(self, *, input: Input) -> Payload:  # noqa: A002 - as above
        """`markPullRequestReadyForReview`."""
        return self._drafted(input, draft=False)

    def convert_pull_request_to_draft(self, *, input: Input) -> Payload:  # noqa: A002 - as above
        """`convertPullRequestToDraft`."""
        return self._drafted(input, draft=True)

    def merge_pull_request(self, *, input: Input) -> Payload:  # noqa: A002 - as above
        """`mergePullRequest`, if all rules let the caller."""
        refuse(input, "author_email")
        pull, repository = self._nodes.pull(input["pull_request_id"])
        self._inquiry.require(repository, Right.WRITE)
        merged = merge(
            *(self._service.pulls, pull, repository, self._caller),
            method=(input.get("merge_method") or "MERGE").lower(),
            title=input.get("commit_headline"),
            message=input.get("commit_body"),
            expected=input.get("expected_head_oid"),
        )
        return self._payload(input, merged, repository)

    def update_pull_request_branch(self, *, input: Input) -> Payload:  # noqa: A002 - as above
        """`updatePullRequestBranch`: merges the base into the head."""
        if input.get("update_method") == "REBASE":
            refuse(input, "update_method")
        pull, repository = self._own(input["pull_request_id"])
        expected = input.get("expected_head_oid")
        update_branch(self._service.pulls, pull, repository, self._caller, expected)
        return self._payload(input, self._service.pulls.records.again(pull), repository)

    def _moved(self, asked: Input, state: str) -> Payload:
        pull, repository = self._own(asked["pull_request_id"])
        pulls, caller = self._service.pulls, self._caller
        if pull.issue.state == state:
            raise UnprocessableError(f"Pull request is already {state}.")
        changed = change(pulls, pull, repository, caller, words={}, state=state)
        return self._payload(asked, changed, repository)

    def _drafted(self, asked: Input, *, draft: bool) -> Payload:
        pull, repository = self._own(asked["pull_request_id"])
        if pull.issue.state != OPEN:
            raise UnprocessableError("Pull request is closed.")
        changed = self._service.pulls.set_draft(pull, repository, self._caller.login, draft=draft)
        return self._payload(asked, changed, repository)

    def _own(self, node: str) -> tuple[Pull, Repository]:
        pull, repository = self._nodes.pull(node)
        require_voice(self._caller)
        require_own(self._caller, pull.issue.author, repository)
        return pull, repository

    def _payload(self, asked: Input, pull: Pull, repository: Repository) -> Payload:
        part = self._inquiry.make.pull(pull, repository)
        actor = self._inquiry.make.account(self._caller.login)
        return Payload(asked, pull_request=part, actor=actor)
