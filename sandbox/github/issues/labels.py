"""Labels: those of a repository, and which of them an issue bears."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sandbox.github.http.errors import UnprocessableError
from sandbox.store.database import Database
from sandbox.store.table import Table

# What a new repository has: docs.github.com, "Managing labels", default labels.
_DEFAULTS = (
    ("bug", "d73a4a", "Something isn't working"),
    ("documentation", "0075ca", "Improvements or additions to documentation"),
    ("duplicate", "cfd3d7", "This issue or pull request already exists"),
    ("enhancement", "a2eeef", "New feature or request"),
    ("good first issue", "7057ff", "Good for newcomers"),
    ("help wanted", "008672", "Extra attention is needed"),
    ("invalid", "e4e669", "This doesn't seem right"),
    ("question", "d876e3", "Further information is requested"),
    ("wontfix", "ffffff", "This will not be worked on"),
)
_GREY = "ededed"  # of a label that is made by being used

_TABLES = """
CREATE TABLE IF NOT EXISTS github_labels (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository INTEGER NOT NULL REFERENCES github_repositories (id) ON DELETE CASCADE,
    name TEXT NOT NULL COLLATE NOCASE,
    color TEXT NOT NULL,         -- six hex digits
    description TEXT,
    is_default INTEGER NOT NULL,
    UNIQUE (repository, name)
);
CREATE TABLE IF NOT EXISTS github_issue_labels (
    issue INTEGER NOT NULL REFERENCES github_issues (id) ON DELETE CASCADE,
    label INTEGER NOT NULL REFERENCES github_labels (id) ON DELETE CASCADE,
    PRIMARY KEY (issue, label)
);
"""


@dataclass(frozen=True, kw_only=True)
class Label:
    """One label of a repository."""

    id: int
    repository: int
    name: str
    color: str
    description: str | None
    is_default: bool


class Labels:
    """All labels. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.create(_TABLES)
        self._labels = Table(database, "github_labels", Label, order="name")

    def add_defaults(self, repository: int) -> None:
        """The labels that a repository is born with."""
        with self._database.transaction() as connection:
            connection.executemany(
                "INSERT INTO github_labels (repository, name, color, description, is_default)"
                " VALUES (?, ?, ?, ?, 1)",
                [(repository, *each) for each in _DEFAULTS],
            )

    def add(
        self, repository: int, name: str, color: str = _GREY, description: str | None = None
    ) -> Label:
        """A new one; raises UnprocessableError if the name is taken."""
        try:
            return self._labels.added(
                repository=repository, name=name, color=color, description=description, is_default=0
            )
        except sqlite3.IntegrityError:
            raise _taken() from None

    def require(self, repository: int, name: str) -> Label:
        """The label of that name, which is there; raises KeyError if it is not."""
        found = self.find(repository, name)
        if found is None:
            raise KeyError(name)
        return found

    def find(self, repository: int, name: str) -> Label | None:
        """The label of that name, whatever its case."""
        return self._labels.first("repository = ? AND name = ?", repository, name)

    def with_id(self, number: int) -> Label | None:
        """The label with that id, of any repository."""
        return self._labels.find(number)

    def list(self, repository: int) -> Sequence[Label]:
        """Those of a repository, by name."""
        return self._labels.where("repository = ?", repository)

    def change(self, label: Label, name: str, color: str, description: str | None) -> Label:
        """Sets what a label is like; raises UnprocessableError if the name is taken."""
        try:
            return self._labels.changed(label.id, name=name, color=color, description=description)
        except sqlite3.IntegrityError:
            raise _taken() from None

    def remove(self, label: Label) -> None:
        """Takes a label from its repository and from all that bears it."""
        self._labels.drop(label.id)

    # --- of an issue

    def of(self, issue: int) -> Sequence[Label]:
        """What an issue bears, by name."""
        borne = "id IN (SELECT label FROM github_issue_labels WHERE issue = ?)"
        return self._labels.where(borne, issue)

    def put_on(self, repository: int, issue: int, names: Iterable[str]) -> Sequence[Label]:
        """Adds labels to an issue, those that are not known too; the ones it did not bear."""
        before = {each.id for each in self.of(issue)}
        wanted = [
            self.find(repository, name) or self.add(repository, name)
            for name in dict.fromkeys(names)
        ]
        with self._database.transaction() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO github_issue_labels (issue, label) VALUES (?, ?)",
                [(issue, each.id) for each in wanted],
            )
        return [each for each in wanted if each.id not in before]

    def take_from(self, issue: int, labels: Iterable[Label]) -> None:
        """Removes labels from an issue."""
        with self._database.transaction() as connection:
            connection.executemany(
                "DELETE FROM github_issue_labels WHERE issue = ? AND label = ?",
                [(issue, each.id) for each in labels],
            )


def _taken() -> UnprocessableError:
    error = {"resource": "Label", "code": "already_exists", "field": "name"}
    return UnprocessableError("Validation Failed", [error])
