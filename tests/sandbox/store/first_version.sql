-- The tables of a home as the sandbox made them before its state had a version.
CREATE TABLE faults (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    platform TEXT NOT NULL,
    method TEXT,
    path TEXT NOT NULL,
    skip INTEGER NOT NULL,
    remaining INTEGER,
    hits INTEGER NOT NULL DEFAULT 0,
    action TEXT NOT NULL
);

CREATE TABLE github_deployments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository INTEGER NOT NULL REFERENCES github_repositories (id) ON DELETE CASCADE,
    sha TEXT NOT NULL,
    fields TEXT NOT NULL,
    creator TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
CREATE TABLE github_deployment_statuses (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    deployment INTEGER NOT NULL REFERENCES github_deployments (id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    fields TEXT NOT NULL,
    creator TEXT NOT NULL,
    created_at TEXT NOT NULL
);

CREATE TABLE github_environments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository INTEGER NOT NULL REFERENCES github_repositories (id) ON DELETE CASCADE,
    name TEXT NOT NULL COLLATE NOCASE,
    protection TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    UNIQUE (repository, name)
);
CREATE TABLE github_branch_policies (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    environment INTEGER NOT NULL REFERENCES github_environments (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    UNIQUE (environment, name, type)
);

CREATE TABLE github_repositories (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    folder TEXT NOT NULL,
    owner TEXT NOT NULL COLLATE NOCASE,
    name TEXT NOT NULL COLLATE NOCASE,
    private INTEGER NOT NULL,
    description TEXT,
    homepage TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    pushed_at TEXT NOT NULL,
    UNIQUE (owner, name)
);

CREATE TABLE github_rulesets (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository INTEGER NOT NULL REFERENCES github_repositories (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    target TEXT NOT NULL,
    enforcement TEXT NOT NULL,
    bypass_actors TEXT NOT NULL,
    conditions TEXT NOT NULL,
    rules TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    UNIQUE (repository, name)
);

CREATE TABLE workflow_jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run INTEGER NOT NULL REFERENCES workflow_runs (id) ON DELETE CASCADE,
    attempt INTEGER NOT NULL,
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    labels TEXT NOT NULL,
    environment TEXT,
    status TEXT NOT NULL,
    conclusion TEXT,
    note TEXT,
    outputs TEXT NOT NULL DEFAULT '{}',
    created TEXT NOT NULL,
    started TEXT,
    completed TEXT
);
CREATE INDEX workflow_jobs_of ON workflow_jobs (run, attempt);
CREATE TABLE workflow_steps (
    job INTEGER NOT NULL REFERENCES workflow_jobs (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    conclusion TEXT,
    started TEXT,
    completed TEXT,
    PRIMARY KEY (job, number)
);
CREATE TABLE workflow_summaries (
    job INTEGER NOT NULL REFERENCES workflow_jobs (id) ON DELETE CASCADE,
    step INTEGER NOT NULL,
    content TEXT NOT NULL
);

CREATE TABLE workflow_files (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository TEXT NOT NULL,
    path TEXT NOT NULL,
    created TEXT NOT NULL,
    runs INTEGER NOT NULL DEFAULT 0,
    UNIQUE (repository, path)
);
CREATE TABLE workflow_runs (
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
    payload TEXT NOT NULL,
    status TEXT NOT NULL,
    conclusion TEXT,
    note TEXT,
    created TEXT NOT NULL,
    started TEXT NOT NULL,
    updated TEXT NOT NULL
);
CREATE INDEX workflow_runs_of ON workflow_runs (repository, commit_id);

CREATE TABLE github_keys (
    repository INTEGER NOT NULL REFERENCES github_repositories (id) ON DELETE CASCADE,
    environment INTEGER NOT NULL,
    key_id TEXT NOT NULL,
    private_key BLOB NOT NULL,
    PRIMARY KEY (repository, environment)
);
CREATE TABLE github_secrets (
    repository INTEGER NOT NULL REFERENCES github_repositories (id) ON DELETE CASCADE,
    environment INTEGER NOT NULL,
    name TEXT NOT NULL,
    sealed BLOB NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (repository, environment, name)
);

CREATE TABLE github_statuses (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository INTEGER NOT NULL REFERENCES github_repositories (id) ON DELETE CASCADE,
    sha TEXT NOT NULL,
    state TEXT NOT NULL,
    context TEXT NOT NULL,
    description TEXT,
    target_url TEXT,
    creator TEXT NOT NULL,
    created_at TEXT NOT NULL
);
CREATE INDEX github_statuses_of_commit ON github_statuses (repository, sha);

CREATE TABLE github_variables (
    repository INTEGER NOT NULL REFERENCES github_repositories (id) ON DELETE CASCADE,
    environment INTEGER NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (repository, environment, name)
);

CREATE TABLE hub_repositories (
    uid TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    visibility TEXT NOT NULL,
    gated TEXT,
    created_at TEXT NOT NULL,
    UNIQUE (kind, namespace, name)
);

CREATE TABLE space_faults (
    repo_id TEXT NOT NULL,
    fault TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (repo_id, fault)
);

CREATE TABLE space_logs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    space INTEGER NOT NULL REFERENCES spaces (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    run INTEGER NOT NULL,
    at TEXT NOT NULL,
    line TEXT NOT NULL
);
CREATE INDEX space_logs_order ON space_logs (space, kind, run, number);
CREATE TABLE space_log_runs (
    space INTEGER NOT NULL REFERENCES spaces (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    run INTEGER NOT NULL,
    PRIMARY KEY (space, kind)
);

CREATE TABLE spaces (
    id INTEGER PRIMARY KEY,
    repo_id TEXT UNIQUE,
    base_name TEXT NOT NULL UNIQUE,
    sdk TEXT NOT NULL,
    hardware TEXT NOT NULL,
    hardware_current TEXT,
    sleep_seconds INTEGER,
    stage TEXT NOT NULL,
    error TEXT,
    head TEXT,
    wanted TEXT NOT NULL DEFAULT '',
    turn INTEGER NOT NULL DEFAULT 0,
    no_cache INTEGER NOT NULL DEFAULT 0,
    image TEXT,
    image_commit TEXT,
    app_port INTEGER,
    startup_seconds REAL,
    title TEXT,
    container TEXT,
    sha TEXT
);

CREATE TABLE space_settings (
    space INTEGER NOT NULL REFERENCES spaces (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    description TEXT,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (space, kind, key)
);

CREATE TABLE addresses (owner TEXT PRIMARY KEY, port INTEGER NOT NULL UNIQUE);

CREATE TABLE render_credentials (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    registry TEXT NOT NULL,
    username TEXT NOT NULL,
    token TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);

CREATE TABLE render_deploys (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    service INTEGER NOT NULL REFERENCES render_services (number) ON DELETE CASCADE,
    status TEXT NOT NULL,
    cause TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    started_at TEXT,
    finished_at TEXT,
    commit_id TEXT,
    commit_message TEXT,
    commit_at TEXT,
    image_ref TEXT,
    image_sha TEXT,
    image TEXT,
    no_cache INTEGER NOT NULL DEFAULT 0,
    frozen TEXT NOT NULL
);
CREATE INDEX render_deploys_service ON render_deploys (service, number);

CREATE TABLE render_disks (
    id TEXT PRIMARY KEY,
    service INTEGER NOT NULL REFERENCES render_services (number) ON DELETE CASCADE,
    name TEXT NOT NULL,
    mount_path TEXT NOT NULL,
    size_gb INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX render_disks_service ON render_disks (service) WHERE NOT deleted;

CREATE TABLE render_env_groups (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    owner TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
CREATE TABLE render_env_group_values (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    env_group INTEGER NOT NULL REFERENCES render_env_groups (number) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    UNIQUE (env_group, kind, name)
);
CREATE TABLE render_env_group_links (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    env_group INTEGER NOT NULL REFERENCES render_env_groups (number) ON DELETE CASCADE,
    service INTEGER NOT NULL REFERENCES render_services (number) ON DELETE CASCADE,
    UNIQUE (env_group, service)
);

CREATE TABLE render_events (
    id TEXT PRIMARY KEY,
    service INTEGER NOT NULL REFERENCES render_services (number) ON DELETE CASCADE,
    at TEXT NOT NULL,
    type TEXT NOT NULL,
    details TEXT NOT NULL
);
CREATE INDEX render_events_order ON render_events (service, at);

CREATE TABLE render_logs (
    id TEXT PRIMARY KEY,
    service INTEGER NOT NULL REFERENCES render_services (number) ON DELETE CASCADE,
    at TEXT NOT NULL,
    type TEXT NOT NULL,
    level TEXT NOT NULL,
    instance TEXT NOT NULL,
    message TEXT NOT NULL
);
CREATE INDEX render_logs_order ON render_logs (service, at);

CREATE TABLE render_postgres (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    owner TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    expires_at TEXT,
    plan TEXT NOT NULL,
    version TEXT NOT NULL,
    region TEXT NOT NULL,
    database_name TEXT NOT NULL,
    database_user TEXT NOT NULL,
    password TEXT NOT NULL,
    disk_gb INTEGER NOT NULL,
    allow_list TEXT NOT NULL,
    phase TEXT NOT NULL,
    suspended INTEGER NOT NULL DEFAULT 0,
    deleted INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE render_services (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    slug TEXT NOT NULL,
    owner TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    settings TEXT NOT NULL,
    suspended INTEGER NOT NULL DEFAULT 0,
    deleted INTEGER NOT NULL DEFAULT 0,
    restart INTEGER NOT NULL DEFAULT 0,
    live TEXT,
    container TEXT,
    candidate TEXT
);
CREATE UNIQUE INDEX render_services_name
    ON render_services (owner, name) WHERE NOT deleted;
CREATE UNIQUE INDEX render_services_slug ON render_services (slug) WHERE NOT deleted;

CREATE TABLE render_variables (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    service INTEGER NOT NULL REFERENCES render_services (number) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    UNIQUE (service, kind, name)
);

CREATE TABLE requests (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    time REAL NOT NULL,
    platform TEXT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    status INTEGER,
    mutates INTEGER NOT NULL,
    duration_ms REAL NOT NULL,
    bytes_in INTEGER NOT NULL,
    bytes_out INTEGER NOT NULL,
    agent TEXT NOT NULL
);
