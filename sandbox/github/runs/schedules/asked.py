"""Schedules that a person wants to run now: written down for the sandbox that serves."""

from pathlib import Path

from sandbox.git.store import GitStore
from sandbox.github.repositories.registry import Registry
from sandbox.github.runs.planning.workflow import FOLDER, WorkflowError, is_workflow, parse_workflow
from sandbox.github.runs.schedules.cron import EVENT
from sandbox.store.database import Database
from toolchain.progress import SetupError

_TABLES = """
CREATE TABLE IF NOT EXISTS github_schedules_asked (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository TEXT NOT NULL,    -- owner/name
    path TEXT NOT NULL           -- of a workflow file
);
"""


class AskedSchedules:
    """The workflows that are to run as if it were time. Thread-safe, between processes too."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.create(_TABLES)

    def ask(self, repository: str, path: str) -> None:
        """Lets a workflow run soon."""
        self._database.execute(
            "INSERT INTO github_schedules_asked (repository, path) VALUES (?, ?)",
            (repository, path),
        )

    def take(self) -> list[tuple[str, str]]:
        """Repository and path of each that was asked for, which are forgotten by this."""
        if not self._database.query("SELECT 1 FROM github_schedules_asked LIMIT 1"):
            return []
        with self._database.transaction() as connection:
            rows = connection.execute(
                "DELETE FROM github_schedules_asked RETURNING repository, path, id"
            ).fetchall()
        return [(row["repository"], row["path"]) for row in sorted(rows, key=lambda r: r["id"])]


def run_now(database: Database, folder: Path, name: str, file: str | None) -> list[str]:
    """Lets the scheduled workflows of a repository run soon, or one of them; their paths.

    Args:
        database: the sandbox's.
        folder: of the sandbox's GitHub.
        name: "owner/name".
        file: such as "nightly.yml"; None for every one.

    Raises:
        SetupError: there is no such repository, or no workflow of it has a schedule.
    """
    found = Registry(database, folder).find_full(name) if name.count("/") == 1 else None
    if found is None:
        raise SetupError(f"There is no repository {name} on the sandbox's GitHub.")
    store = found.git
    head = store.resolve("HEAD")
    entries = [] if head is None else store.children(head, FOLDER) or []
    paths = [f"{FOLDER}/{each.name}" for each in entries if is_workflow(each.name)]
    wanted = [path for path in paths if file is None or file in (path, path.rpartition("/")[2])]
    scheduled = [path for path in wanted if head and _is_scheduled(store, head, path)]
    if not scheduled:
        what = "no workflow" if file is None else f"no workflow {file}"
        raise SetupError(f"{name} has {what} with `on: schedule` on its default branch.")
    asked = AskedSchedules(database)
    for path in scheduled:
        asked.ask(found.full_name, path)
    return scheduled


def _is_scheduled(store: GitStore, commit: str, path: str) -> bool:
    entry = store.entry(commit, path)
    try:
        return entry is not None and EVENT in parse_workflow(path, store.blob(entry.oid) or b"").on
    except WorkflowError:
        return False
