"""Pull requests as they are kept: what an issue that proposes a change has besides."""

from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.github.http.clock import now
from sandbox.github.issues.records import Issue, Issues, add_issue
from sandbox.store.database import Database

_TABLES = """
CREATE TABLE IF NOT EXISTS github_pulls (
    issue INTEGER PRIMARY KEY REFERENCES github_issues (id) ON DELETE CASCADE,
    repository INTEGER NOT NULL REFERENCES github_repositories (id) ON DELETE CASCADE,
    base TEXT NOT NULL,          -- branch of the repository
    base_sha TEXT NOT NULL,      -- where it was when last looked at
    head_repository INTEGER REFERENCES github_repositories (id) ON DELETE SET NULL,
    head_owner TEXT NOT NULL,    -- login
    head TEXT NOT NULL,          -- branch there
    head_sha TEXT NOT NULL,
    draft INTEGER NOT NULL,
    mergeable INTEGER NOT NULL,  -- whether git can merge it
    merge_sha TEXT,              -- the trial merge, or the commit that merged it
    merged_at TEXT,
    merged_by TEXT,              -- login
    maintainer_can_modify INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS github_pulls_of_head ON github_pulls (head_repository, head);
CREATE INDEX IF NOT EXISTS github_pulls_of_base ON github_pulls (repository, base);
"""


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What is to be merged into what."""

    base: str
    base_sha: str
    head_repository: int | None
    head_owner: str
    head: str
    head_sha: str
    draft: bool = False
    maintainer_can_modify: bool = False


@dataclass(frozen=True, kw_only=True)
class Pull(Proposal):
    """A snapshot of one pull request; the columns are explained in the table."""

    issue: Issue
    repository: int
    mergeable: bool
    merge_sha: str | None
    merged_at: str | None
    merged_by: str | None

    @property
    def number(self) -> int:
        """Its number in the repository."""
        return self.issue.number

    @property
    def merged(self) -> bool:
        """Whether it is in the base."""
        return self.merged_at is not None

    @property
    def foreign(self) -> bool:
        """Whether its head lies in another repository, or in one that is gone."""
        return self.head_repository != self.repository


class Pulls:
    """All pull requests. Thread-safe."""

    def __init__(self, database: Database, issues: Issues) -> None:
        self._database = database
        self._issues = issues
        database.create(_TABLES)

    def add(
        self, repository: int, author: str, title: str, body: str | None, proposal: Proposal
    ) -> Pull:
        """A new open one."""
        with self._database.transaction() as connection:
            issue = add_issue(connection, repository, author, title, body, pull=True)
            connection.execute(
                "INSERT INTO github_pulls (issue, repository, base, base_sha, head_repository,"
                " head_owner, head, head_sha, draft, mergeable, maintainer_can_modify)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)",
                (
                    *(issue, repository, proposal.base, proposal.base_sha),
                    *(proposal.head_repository, proposal.head_owner, proposal.head),
                    *(proposal.head_sha, proposal.draft, proposal.maintainer_can_modify),
                ),
            )
        return self._where("p.issue = ?", issue)[0]

    def find(self, repository: int, number: int) -> Pull | None:
        """The pull request of that number."""
        found = self._where("i.repository = ? AND i.number = ?", repository, number)
        return found[0] if found else None

    def of_issue(self, issue: Issue) -> Pull | None:
        """The pull request that an issue is; None if it is none."""
        found = self._where("p.issue = ?", issue.id)
        return found[0] if found else None

    def list(self, repository: int) -> Sequence[Pull]:
        """All of a repository, newest first."""
        return self._where("p.repository = ?", repository)

    def open_from(self, head_repository: int, head: str) -> Sequence[Pull]:
        """The open ones that propose a branch, newest first."""
        return self._where(
            "i.state = 'open' AND p.head_repository = ? AND p.head = ?", head_repository, head
        )

    def open_into(self, repository: int, base: str) -> Sequence[Pull]:
        """The open ones that would change a branch, newest first."""
        return self._where("i.state = 'open' AND p.repository = ? AND p.base = ?", repository, base)

    def set(self, pull: Pull, **values: object) -> Pull:
        """Changes columns of one."""
        columns = ", ".join(f"{name} = ?" for name in values)
        with self._database.transaction() as connection:
            connection.execute(
                f"UPDATE github_pulls SET {columns} WHERE issue = ?",  # noqa: S608 - names are ours
                (*values.values(), pull.issue.id),
            )
            connection.execute(
                "UPDATE github_issues SET updated_at = ? WHERE id = ?", (now(), pull.issue.id)
            )
        return self.again(pull)

    def again(self, pull: Pull) -> Pull:
        """The same one as it stands now."""
        return self._where("p.issue = ?", pull.issue.id)[0]

    def _where(self, condition: str, *values: object) -> Sequence[Pull]:
        rows = self._database.query(
            "SELECT p.*, i.number FROM github_pulls p JOIN github_issues i ON i.id = p.issue"  # noqa: S608 - written above
            f" WHERE {condition} ORDER BY i.number DESC",
            values,
        )
        return [each for row in rows if (each := self._pull(dict(row))) is not None]

    def _pull(self, row: dict[str, object]) -> Pull | None:
        number, repository = int(str(row.pop("number"))), int(str(row["repository"]))
        issue = self._issues.find(repository, number)
        if issue is None:  # it went with its repository meanwhile
            return None
        flags = {name: bool(row[name]) for name in ("draft", "mergeable", "maintainer_can_modify")}
        return Pull(**{**row, **flags, "issue": issue})  # type: ignore[arg-type]
