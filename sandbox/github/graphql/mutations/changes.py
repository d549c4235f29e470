"""What all mutations share: who asks, what their inputs name, and the form of their answers."""

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.github.graphql.inquiry import Inquiry
from sandbox.github.graphql.objects.nodes import Nodes
from sandbox.github.http.access import require_own, require_voice
from sandbox.github.issues.labels import Label
from sandbox.github.issues.records import Issue
from sandbox.github.repositories.registry import Repository
from sandbox.http.errors import NotImitatedError

Input = Mapping[str, Any]  # as the schema's input type has it, in snake case


class Payload:
    """What a mutation answers: the objects that it changed."""

    def __init__(self, asked: Input, **parts: object) -> None:
        self.client_mutation_id = asked.get("client_mutation_id")
        self.__dict__.update(parts)

    def __getattr__(self, name: str) -> None:
        """What the mutation did not touch."""


class Mutations:
    """Mutations of one kind of object."""

    def __init__(self, inquiry: Inquiry) -> None:
        self._inquiry = inquiry
        self._service = inquiry.service
        self._caller = inquiry.caller
        self._nodes = Nodes(inquiry)

    def _own_issue(self, node: str) -> tuple[Issue, Repository]:
        """An issue or pull request that the caller may change: its author, or who may write."""
        issue, repository = self._nodes.issue(node)
        require_voice(self._caller)
        require_own(self._caller, issue.author, repository)
        return issue, repository

    def _logins(self, nodes: Sequence[str] | None) -> list[str] | None:
        return None if nodes is None else [self._nodes.login(each) for each in nodes]

    def _labels(self, nodes: Sequence[str], repository: Repository) -> list[Label]:
        """Labels of that very repository."""
        found = [self._nodes.label(each) for each in nodes]
        for node, (_, of) in zip(nodes, found, strict=True):
            if of.id != repository.id:
                raise self._nodes.unresolved(node)
        return [label for label, _ in found]

    def _label_names(self, nodes: Sequence[str] | None, repository: Repository) -> list[str] | None:
        if nodes is None:
            return None
        return [each.name for each in self._labels(nodes, repository)]


def refuse(asked: Input, *keys: str) -> None:
    """Raises NotImitatedError for fields that the sandbox would have to pass over in silence."""
    for key in keys:
        if asked.get(key):
            raise NotImitatedError(f"{key.replace('_', ' ')} of this mutation")


def words_of(asked: Input) -> dict[str, str | None]:
    """Title and body, as far as they are given."""
    return {key: asked[key] for key in ("title", "body") if asked.get(key) is not None}
