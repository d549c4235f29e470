"""The tables of workflow files and runs, and how older homes get to them."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS workflow_files (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository TEXT NOT NULL,
    path TEXT NOT NULL,
    created TEXT NOT NULL,
    runs INTEGER NOT NULL DEFAULT 0,  -- counts run numbers
    UNIQUE (repository, path)
);
CREATE TABLE IF NOT EXISTS workflow_runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    workflow INTEGER NOT NULL,
    repository TEXT NOT NULL,
    path TEXT NOT NULL,
    name TEXT NOT NULL,
    number INTEGER NOT NULL,
    attempt INTEGER NOT NULL DEFAULT 1,
    event TEXT NOT NULL,
    ref TEXT NOT NULL,
    commit_id TEXT NOT NULL,
    before_id TEXT NOT NULL,
    actor TEXT NOT NULL,
    title TEXT NOT NULL,
    payload TEXT NOT NULL,            -- JSON; inputs or client_payload
    status TEXT NOT NULL,             -- queued, in_progress, completed
    conclusion TEXT,
    note TEXT,                        -- why no job could run, for people
    created TEXT NOT NULL,
    started TEXT NOT NULL,            -- of this attempt
    updated TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS workflow_runs_of ON workflow_runs (repository, commit_id);
"""
# Of a pull request's runs, which run a merge of it; empty for others.
_HEADS = """
ALTER TABLE workflow_runs ADD COLUMN head_repository TEXT NOT NULL DEFAULT '';
ALTER TABLE workflow_runs ADD COLUMN head_branch TEXT NOT NULL DEFAULT '';
ALTER TABLE workflow_runs ADD COLUMN head_id TEXT NOT NULL DEFAULT '';
CREATE INDEX IF NOT EXISTS workflow_runs_of_head ON workflow_runs (repository, head_id);
"""
# Whether those who wait for a commit's checks were told of this run's good end.
_TOLD = "ALTER TABLE workflow_runs ADD COLUMN told INTEGER NOT NULL DEFAULT 1"
# The workflows that its jobs call, as the API names them.
_CALLED = "ALTER TABLE workflow_runs ADD COLUMN called TEXT NOT NULL DEFAULT '[]'"
# The attempt since which jobs of one attempt read the artifacts of those before it.
_WHOLE = "ALTER TABLE workflow_runs ADD COLUMN whole INTEGER NOT NULL DEFAULT 1"

TABLES = (_SCHEMA, _HEADS, _TOLD, _CALLED, _WHOLE)
