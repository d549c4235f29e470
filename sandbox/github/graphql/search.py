"""Search, in the words of GitHub's: qualifiers such as `is:open`, and words of titles and texts."""

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.github.graphql.connections import Connection
from sandbox.github.graphql.inquiry import Inquiry, Part
from sandbox.github.graphql.objects.lists import mentions, state_of
from sandbox.github.issues.records import Issue
from sandbox.github.pulls.records import Pull
from sandbox.github.repositories.registry import Repository
from sandbox.http.errors import NotImitatedError

_SORTS: dict[str, Callable[[Any], str]] = {
    "created": lambda each: each.created_at,
    "updated": lambda each: each.updated_at,
}


class SearchConnection(Connection[Any]):
    """What was found; the count of what was looked for, the others are zero."""

    kind = "ISSUE"

    def _count_of(self, kind: str) -> int:
        return self.total_count if self.kind == kind else 0

    @property
    def issue_count(self) -> int:
        """How many issues and pull requests."""
        return self._count_of("ISSUE")

    @property
    def repository_count(self) -> int:
        """How many repositories."""
        return self._count_of("REPOSITORY")

    @property
    def user_count(self) -> int:
        """How many people and organizations."""
        return self._count_of("USER")


@dataclass(frozen=True)
class _Term:
    name: str  # of a qualifier; empty for a word
    value: str
    negated: bool


@dataclass(frozen=True)
class _Found:
    issue: Issue
    pull: Pull | None
    repository: Repository


def searched(inquiry: Inquiry, query: str, kind: str, page: dict[str, Any]) -> SearchConnection:
    """Everything that a query finds and the caller may know of, newest first."""
    terms = _terms(query)
    order = [each.value for each in terms if each.name == "sort"]
    terms = [each for each in terms if each.name not in ("sort", "in")]
    if kind == "ISSUE":
        found: list[Any] = _Issues(inquiry).found(terms, order)
        make: Callable[[Any], Part] = lambda e: inquiry.make.issue(e.issue, e.repository)  # noqa: E731
    elif kind == "REPOSITORY":
        found, make = _repositories(inquiry, terms, order), inquiry.make.repository
    else:
        words = [_word(each) for each in terms]
        found = [e for e in inquiry.accounts.people() if all(w in e.lower() for w in words)]
        make = inquiry.make.account
    connection = SearchConnection(found, make, page)
    connection.kind = kind
    return connection


class _Issues:
    """Issues and pull requests of all repositories that the caller may read."""

    def __init__(self, inquiry: Inquiry) -> None:
        self._inquiry = inquiry
        self._service = inquiry.service
        self._tests: Mapping[str, Callable[[_Found, str], bool]] = {
            "": self._has_word,
            "repo": lambda e, v: e.repository.full_name.lower() == v,
            "user": lambda e, v: e.repository.owner.lower() == self._login(v),
            "org": lambda e, v: e.repository.owner.lower() == v,
            "is": self._is,
            "type": self._is,
            "state": self._is,
            "draft": lambda e, v: e.pull is not None and e.pull.draft == (v == "true"),
            "author": lambda e, v: e.issue.author.lower() == self._login(v),
            "assignee": lambda e, v: self._login(v) in _lower(e.issue.assignees),
            "mentions": lambda e, v: mentions(e.issue, self._login(v), self._inquiry),
            "involves": self._involves,
            "label": self._bears,
            "base": lambda e, v: e.pull is not None and e.pull.base.lower() == v,
            "head": lambda e, v: e.pull is not None and e.pull.head.lower() == v,
            "review-requested": self._asked,
            "user-review-requested": self._asked,
            "reviewed-by": self._reviewed,
            "reason": lambda e, v: (e.issue.state_reason or "") == v.replace(" ", "_"),
            "no": self._lacks,
            "archived": lambda _e, v: v == "false",
        }

    def found(self, terms: list[_Term], order: list[str]) -> list[_Found]:
        for each in terms:
            if each.name not in self._tests:
                raise NotImitatedError(f"the search qualifier {each.name}:")
        registry, records = self._service.registry, self._service.issues.records
        every = [
            _Found(issue, self._service.pulls.records.of_issue(issue), repository)
            for repository in registry.list()
            if self._inquiry.visible(repository)
            for issue in records.list(repository.id)
        ]
        kept = [e for e in every if all(self._fits(e, term) for term in terms)]
        return _sorted(kept, order, lambda each: each.issue)

    def _fits(self, each: _Found, term: _Term) -> bool:
        return self._tests[term.name](each, term.value.lower()) != term.negated

    def _login(self, value: str) -> str:
        name = self._inquiry.caller.login if value == "@me" else value
        return name.lower().removeprefix("@")

    @staticmethod
    def _has_word(each: _Found, word: str) -> bool:
        return word in f"{each.issue.title}\n{each.issue.body or ''}".lower()

    @staticmethod
    def _is(each: _Found, value: str) -> bool:
        pull = each.pull
        known: dict[str, bool] = {
            "pr": pull is not None,
            "pull-request": pull is not None,
            "issue": pull is None,
            "open": each.issue.state == "open",
            "closed": each.issue.state == "closed",
            "merged": pull is not None and pull.merged,
            "unmerged": pull is not None and state_of(pull) == "CLOSED",
            "draft": pull is not None and pull.draft,
            "locked": each.issue.locked,
            "unlocked": not each.issue.locked,
            "public": not each.repository.private,
            "private": each.repository.private,
        }
        if value not in known:
            raise NotImitatedError(f"the search qualifier is:{value}")
        return known[value]

    def _involves(self, each: _Found, value: str) -> bool:
        login = self._login(value)
        named = _lower((each.issue.author, *each.issue.assignees))
        return login in named or mentions(each.issue, login, self._inquiry)

    def _bears(self, each: _Found, value: str) -> bool:
        wanted = set(value.split(","))
        return bool(wanted & _lower(e.name for e in self._service.issues.labels.of(each.issue.id)))

    def _asked(self, each: _Found, value: str) -> bool:
        open_ = each.pull is not None and each.issue.state == "open"
        asked = self._service.pulls.reviews.asked(each.issue.id)
        return open_ and self._login(value) in _lower(asked)

    def _reviewed(self, each: _Found, value: str) -> bool:
        by = _lower(e.author for e in self._service.pulls.reviews.of(each.issue.id))
        return self._login(value) in by

    def _lacks(self, each: _Found, value: str) -> bool:
        if value == "assignee":
            return not each.issue.assignees
        if value == "label":
            return not self._service.issues.labels.of(each.issue.id)
        if value in ("milestone", "project"):
            return True
        raise NotImitatedError(f"the search qualifier no:{value}")


def _repositories(inquiry: Inquiry, terms: list[_Term], order: list[str]) -> list[Repository]:
    def fits(each: Repository, term: _Term) -> bool:
        name, value = term.name, term.value.lower()
        if name in ("user", "org", "owner"):
            owner = inquiry.caller.login.lower() if value == "@me" else value
            return each.owner.lower() == owner
        if name == "repo":
            return each.full_name.lower() == value
        if name in ("is", "visibility") and value in ("public", "private"):
            return each.private == (value == "private")
        if name == "fork":
            return value == "true" or (each.parent is not None) == (value == "only")
        if name == "archived":
            return value == "false"
        if not name:
            return value in f"{each.name} {each.description or ''}".lower()
        raise NotImitatedError(f"the search qualifier {name}:{term.value}")

    # GitHub finds no forks unless it is told to.
    all_ = any(each.name == "fork" for each in terms)
    kept = [
        each
        for each in inquiry.service.registry.list()
        if inquiry.visible(each)
        and (all_ or each.parent is None)
        and all(fits(each, term) != term.negated for term in terms)
    ]
    return _sorted(kept, order, lambda each: each)


def _terms(query: str) -> list[_Term]:
    try:
        parts = shlex.split(query.replace("'", "\\'"))
    except ValueError:  # a quotation that does not end
        parts = query.split()
    found = []
    for part in parts:
        if part in ("(", ")", "AND"):  # all terms hold together anyway
            continue
        if part in ("OR", "NOT"):
            raise NotImitatedError(f"{part} in a search")
        negated = part.startswith("-")
        name, colon, value = part.removeprefix("-").partition(":")
        if not colon:
            name, value = "", name
        found.append(_Term(name.lower(), value, negated))
    return found


def _word(term: _Term) -> str:
    if term.name not in ("", "user"):
        raise NotImitatedError(f"the search qualifier {term.name}:")
    return term.value.lower()


def _sorted(found: list[Any], order: list[str], of: Callable[[Any], Any]) -> list[Any]:
    field, _, direction = (order[0] if order else "created-desc").partition("-")
    if field not in _SORTS:
        raise NotImitatedError(f"the search order sort:{field}")
    found.sort(key=lambda each: (_SORTS[field](of(each)), of(each).id))
    return found if direction == "asc" else found[::-1]


def _lower(names: Any) -> set[str]:  # noqa: ANN401 - any strings
    return {each.lower() for each in names}
