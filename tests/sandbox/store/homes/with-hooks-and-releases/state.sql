BEGIN TRANSACTION;
CREATE TABLE addresses (owner TEXT PRIMARY KEY, port INTEGER NOT NULL UNIQUE);
CREATE TABLE faults (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    platform TEXT NOT NULL,
    method TEXT,                 -- NULL: any
    path TEXT NOT NULL,          -- regular expression, searched in the path without its query
    skip INTEGER NOT NULL,       -- matching requests still to let through
    remaining INTEGER,           -- matching requests still to hit; NULL: all
    hits INTEGER NOT NULL DEFAULT 0,
    action TEXT NOT NULL         -- JSON: {"type": class name, …fields}
);
CREATE TABLE github_branch_policies (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    environment INTEGER NOT NULL REFERENCES github_environments (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    type TEXT NOT NULL,          -- branch or tag
    UNIQUE (environment, name, type)
);
CREATE TABLE github_comments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    issue INTEGER NOT NULL REFERENCES github_issues (id) ON DELETE CASCADE,
    author TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
CREATE TABLE github_deployment_statuses (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    deployment INTEGER NOT NULL REFERENCES github_deployments (id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    fields TEXT NOT NULL,        -- JSON: description, log_url, environment_url, …
    creator TEXT NOT NULL,
    created_at TEXT NOT NULL
);
CREATE TABLE github_deployments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository INTEGER NOT NULL REFERENCES github_repositories (id) ON DELETE CASCADE,
    sha TEXT NOT NULL,
    fields TEXT NOT NULL,        -- JSON: ref, task, environment, payload, …
    creator TEXT NOT NULL,       -- login
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
CREATE TABLE github_environments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository INTEGER NOT NULL REFERENCES github_repositories (id) ON DELETE CASCADE,
    name TEXT NOT NULL COLLATE NOCASE,
    protection TEXT NOT NULL,    -- JSON: the fields of Protection
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    UNIQUE (repository, name)
);
CREATE TABLE github_hooks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository INTEGER NOT NULL REFERENCES github_repositories (id) ON DELETE CASCADE,
    url TEXT NOT NULL,
    content_type TEXT NOT NULL,  -- json or form
    insecure_ssl INTEGER NOT NULL,
    secret TEXT,
    events TEXT NOT NULL,        -- JSON
    active INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    last_code INTEGER,           -- of the last delivery; NULL before the first
    last_message TEXT
);
INSERT INTO "github_hooks" VALUES(1,2,'http://127.0.0.1:9/','form',0,'s3cret','["pull_request", "release"]',1,'2026-11-28T05:37:07Z','2026-11-28T05:37:07Z',502,'failed to connect to host');
CREATE TABLE github_issue_labels (
    issue INTEGER NOT NULL REFERENCES github_issues (id) ON DELETE CASCADE,
    label INTEGER NOT NULL REFERENCES github_labels (id) ON DELETE CASCADE,
    PRIMARY KEY (issue, label)
);
CREATE TABLE github_issues (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository INTEGER NOT NULL REFERENCES github_repositories (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,     -- counts issues and pull requests of a repository together
    pull INTEGER NOT NULL,       -- whether it is a pull request
    title TEXT NOT NULL,
    body TEXT,
    author TEXT NOT NULL,        -- login
    assignees TEXT NOT NULL DEFAULT '[]',  -- JSON; logins
    state TEXT NOT NULL,         -- open or closed
    state_reason TEXT,           -- completed, not_planned, reopened
    locked INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    closed_at TEXT,
    closed_by TEXT,              -- login
    UNIQUE (repository, number)
);
INSERT INTO "github_issues" VALUES(1,2,1,1,'a change',NULL,'slipway','[]','open',NULL,0,'2026-11-28T05:37:07Z','2026-11-28T05:37:07Z',NULL,NULL);
CREATE TABLE github_keys (
    repository INTEGER NOT NULL REFERENCES github_repositories (id) ON DELETE CASCADE,
    environment INTEGER NOT NULL,    -- 0: the repository itself
    key_id TEXT NOT NULL,
    private_key BLOB NOT NULL,
    PRIMARY KEY (repository, environment)
);
CREATE TABLE github_labels (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository INTEGER NOT NULL REFERENCES github_repositories (id) ON DELETE CASCADE,
    name TEXT NOT NULL COLLATE NOCASE,
    color TEXT NOT NULL,         -- six hex digits
    description TEXT,
    is_default INTEGER NOT NULL,
    UNIQUE (repository, name)
);
INSERT INTO "github_labels" VALUES(1,1,'bug','d73a4a','Something isn''t working',1);
INSERT INTO "github_labels" VALUES(2,1,'documentation','0075ca','Improvements or additions to documentation',1);
INSERT INTO "github_labels" VALUES(3,1,'duplicate','cfd3d7','This issue or pull request already exists',1);
INSERT INTO "github_labels" VALUES(4,1,'enhancement','a2eeef','New feature or request',1);
INSERT INTO "github_labels" VALUES(5,1,'good first issue','7057ff','Good for newcomers',1);
INSERT INTO "github_labels" VALUES(6,1,'help wanted','008672','Extra attention is needed',1);
INSERT INTO "github_labels" VALUES(7,1,'invalid','e4e669','This doesn''t seem right',1);
INSERT INTO "github_labels" VALUES(8,1,'question','d876e3','Further information is requested',1);
INSERT INTO "github_labels" VALUES(9,1,'wontfix','ffffff','This will not be worked on',1);
INSERT INTO "github_labels" VALUES(10,2,'bug','d73a4a','Something isn''t working',1);
INSERT INTO "github_labels" VALUES(11,2,'documentation','0075ca','Improvements or additions to documentation',1);
INSERT INTO "github_labels" VALUES(12,2,'duplicate','cfd3d7','This issue or pull request already exists',1);
INSERT INTO "github_labels" VALUES(13,2,'enhancement','a2eeef','New feature or request',1);
INSERT INTO "github_labels" VALUES(14,2,'good first issue','7057ff','Good for newcomers',1);
INSERT INTO "github_labels" VALUES(15,2,'help wanted','008672','Extra attention is needed',1);
INSERT INTO "github_labels" VALUES(16,2,'invalid','e4e669','This doesn''t seem right',1);
INSERT INTO "github_labels" VALUES(17,2,'question','d876e3','Further information is requested',1);
INSERT INTO "github_labels" VALUES(18,2,'wontfix','ffffff','This will not be worked on',1);
CREATE TABLE github_pending_moves (
    repository INTEGER PRIMARY KEY REFERENCES github_repositories (id) ON DELETE CASCADE,
    login TEXT NOT NULL,         -- who moves
    refs TEXT NOT NULL,          -- JSON: every reference and where it was before
    told TEXT                    -- likewise, as runs and followers were told; NULL: not yet
);
CREATE TABLE github_pulls (
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
INSERT INTO "github_pulls" VALUES(1,2,'main','7b713cdfe0da2ce26c3a49a8f843aa4dbe23e03f',2,'slipway','side','97be6f9d8da90b4205ea3dc288ec147edc35fad2',0,1,'8088a590e43569bddde3ef6486edbebe2fc4bf6d',NULL,NULL,0);
CREATE TABLE github_release_assets (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    release INTEGER NOT NULL REFERENCES github_releases (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    label TEXT,
    content_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    downloads INTEGER NOT NULL DEFAULT 0,
    uploader TEXT NOT NULL,      -- login
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    UNIQUE (release, name)
);
INSERT INTO "github_release_assets" VALUES(1,1,'a.bin',NULL,'application/octet-stream',24,'529e3d9983b3ef2c26cfd2678d34897407a748d6f7aecef4f010719820141682',0,'slipway','2026-11-28T05:37:07Z','2026-11-28T05:37:07Z');
CREATE TABLE github_releases (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository INTEGER NOT NULL REFERENCES github_repositories (id) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    target TEXT NOT NULL,        -- branch or commit that the tag is made of
    name TEXT,
    body TEXT,
    draft INTEGER NOT NULL,
    prerelease INTEGER NOT NULL,
    latest INTEGER NOT NULL,     -- grows: of those that are meant to be it, the highest is
    author TEXT NOT NULL,        -- login
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    published_at TEXT
);
INSERT INTO "github_releases" VALUES(1,2,'v1','main',NULL,'notes',0,0,1,'slipway','2026-11-28T05:37:07Z','2026-11-28T05:37:07Z','2026-11-28T05:37:07Z');
CREATE TABLE github_repositories (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    folder TEXT NOT NULL,        -- name of the folder with the data
    owner TEXT NOT NULL COLLATE NOCASE,
    name TEXT NOT NULL COLLATE NOCASE,
    private INTEGER NOT NULL,
    description TEXT,
    homepage TEXT,
    created_at TEXT NOT NULL,    -- ISO 8601, UTC, whole seconds; so are the others
    updated_at TEXT NOT NULL,
    pushed_at TEXT NOT NULL, parent INTEGER
    REFERENCES github_repositories (id) ON DELETE SET NULL,
    UNIQUE (owner, name)
);
INSERT INTO "github_repositories" VALUES(1,'3eb4faf961e1426fbdb59301ead98a41','slipway','app',0,NULL,NULL,'2026-11-28T05:37:03Z','2026-11-28T05:37:06Z','2026-11-28T05:37:06Z',NULL);
INSERT INTO "github_repositories" VALUES(2,'4b6aa5440c7b4f35b970e49a0d45bc64','slipway','talk',0,NULL,NULL,'2026-11-28T05:37:07Z','2026-11-28T05:37:07Z','2026-11-28T05:37:07Z',NULL);
CREATE TABLE github_resolved_conversations (
    comment INTEGER PRIMARY KEY REFERENCES github_review_comments (id) ON DELETE CASCADE,
    login TEXT NOT NULL,         -- of who resolved it
    resolved_at TEXT NOT NULL
);
INSERT INTO "github_resolved_conversations" VALUES(1,'slipway','2026-11-28T05:37:07Z');
CREATE TABLE github_review_comments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    issue INTEGER NOT NULL REFERENCES github_pulls (issue) ON DELETE CASCADE,
    review INTEGER REFERENCES github_reviews (id) ON DELETE CASCADE,
    author TEXT NOT NULL,
    body TEXT NOT NULL,
    commit_id TEXT NOT NULL,
    path TEXT NOT NULL,
    line INTEGER,                -- none of a comment on the whole file
    start_line INTEGER,
    side TEXT NOT NULL,          -- LEFT: the older file; RIGHT: the newer
    hunk TEXT NOT NULL,          -- the lines of the difference that it is about
    in_reply_to INTEGER,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
INSERT INTO "github_review_comments" VALUES(1,1,1,'slipway','why?','97be6f9d8da90b4205ea3dc288ec147edc35fad2','a.txt',1,NULL,'RIGHT','@@ -0,0 +1,2 @@
+one',NULL,'2026-11-28T05:37:07Z','2026-11-28T05:37:07Z');
CREATE TABLE github_review_requests (
    issue INTEGER NOT NULL REFERENCES github_pulls (issue) ON DELETE CASCADE,
    login TEXT NOT NULL COLLATE NOCASE,
    PRIMARY KEY (issue, login)
);
CREATE TABLE github_reviews (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    issue INTEGER NOT NULL REFERENCES github_pulls (issue) ON DELETE CASCADE,
    author TEXT NOT NULL,        -- login
    state TEXT NOT NULL,
    body TEXT NOT NULL,
    commit_id TEXT NOT NULL,     -- what was reviewed
    submitted_at TEXT            -- none of a pending one
);
INSERT INTO "github_reviews" VALUES(1,1,'slipway','COMMENTED','','97be6f9d8da90b4205ea3dc288ec147edc35fad2','2026-11-28T05:37:07Z');
CREATE TABLE github_rulesets (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository INTEGER NOT NULL REFERENCES github_repositories (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    target TEXT NOT NULL,            -- branch, tag or push
    enforcement TEXT NOT NULL,       -- disabled, active or evaluate
    bypass_actors TEXT NOT NULL,     -- JSON; so are the others
    conditions TEXT NOT NULL,
    rules TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    UNIQUE (repository, name)
);
CREATE TABLE github_schedules_asked (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository TEXT NOT NULL,    -- owner/name
    path TEXT NOT NULL           -- of a workflow file
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
    creator TEXT NOT NULL,       -- login
    created_at TEXT NOT NULL
);
INSERT INTO "github_statuses" VALUES(1,1,'5eb3bce6c1e9c19960806ef81ff637a7c2190dee','pending','.github/workflows/w.yml / a','Waiting','http://127.0.0.1:{github}/slipway/app/actions/runs/1','github-actions[bot]','2026-11-28T05:37:05Z');
INSERT INTO "github_statuses" VALUES(2,1,'5eb3bce6c1e9c19960806ef81ff637a7c2190dee','success','.github/workflows/w.yml / a','Skipped','http://127.0.0.1:{github}/slipway/app/actions/runs/1#job-1','github-actions[bot]','2026-11-28T05:37:05Z');
INSERT INTO "github_statuses" VALUES(3,1,'44ca9c4b9f17f5ac78522c901a61c57f545438d4','pending','.github/workflows/w.yml / a','Waiting','http://127.0.0.1:{github}/slipway/app/actions/runs/2','github-actions[bot]','2026-11-28T05:37:06Z');
INSERT INTO "github_statuses" VALUES(4,1,'44ca9c4b9f17f5ac78522c901a61c57f545438d4','success','.github/workflows/w.yml / a','Skipped','http://127.0.0.1:{github}/slipway/app/actions/runs/2#job-2','github-actions[bot]','2026-11-28T05:37:06Z');
CREATE TABLE github_variables (
    repository INTEGER NOT NULL REFERENCES github_repositories (id) ON DELETE CASCADE,
    environment INTEGER NOT NULL,    -- 0: the repository itself
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (repository, environment, name)
);
CREATE TABLE hub_former_names (
    kind TEXT NOT NULL,
    namespace TEXT NOT NULL COLLATE NOCASE,
    name TEXT NOT NULL COLLATE NOCASE,
    uid TEXT NOT NULL REFERENCES hub_repositories (uid) ON DELETE CASCADE,
    PRIMARY KEY (kind, namespace, name)
);
INSERT INTO "hub_former_names" VALUES('space','slipway','second','ddb6b214e1b24549afee74ed972b2aa2');
CREATE TABLE hub_publishers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository TEXT NOT NULL     -- survives a rename
        REFERENCES hub_repositories (uid) ON DELETE CASCADE,
    provider TEXT NOT NULL,      -- who signs what its jobs are
    claims TEXT NOT NULL,        -- JSON: name -> the value it must have
    created_at TEXT NOT NULL,    -- ISO 8601, UTC
    last_used_at TEXT            -- of the last exchange that went well
);
CREATE TABLE hub_repositories (
    uid TEXT PRIMARY KEY,        -- folder name of the data; survives a rename
    kind TEXT NOT NULL,
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    visibility TEXT NOT NULL,    -- public, protected or private
    gated TEXT,                  -- auto or manual; NULL: not gated
    created_at TEXT NOT NULL,    -- ISO 8601, UTC
    UNIQUE (kind, namespace, name)
);
INSERT INTO "hub_repositories" VALUES('3cdb8711810249f89f7e34618770a182','space','slipway','first','public',NULL,'2026-11-28T05:37:02.627+00:00');
INSERT INTO "hub_repositories" VALUES('ddb6b214e1b24549afee74ed972b2aa2','space','slipway','renamed','public',NULL,'2026-11-28T05:37:02.829+00:00');
INSERT INTO "hub_repositories" VALUES('f7faff1d8d984516ba90e43670222932','model','slipway','weights','public',NULL,'2026-11-28T05:37:03.236+00:00');
CREATE TABLE hub_webhooks (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,         -- the user
    url TEXT NOT NULL,
    watched TEXT NOT NULL,       -- JSON: objects of type and name
    domains TEXT NOT NULL,       -- JSON
    secret TEXT,
    disabled INTEGER NOT NULL DEFAULT 0
);
INSERT INTO "hub_webhooks" VALUES('e174702b23ee3f73bf31b62c','slipway','http://127.0.0.1:9/','[{"type": "user", "name": "slipway"}]','["repo"]','s3cret',0);
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
    cause TEXT NOT NULL,               -- the API's trigger
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    started_at TEXT,
    finished_at TEXT,
    commit_id TEXT,                    -- the commit it is, or is to be, made from
    commit_message TEXT,
    commit_at TEXT,
    image_ref TEXT,                    -- of an image-backed service
    image_sha TEXT,
    image TEXT,                        -- what the machine calls the result; NULL: not made, or gone
    no_cache INTEGER NOT NULL DEFAULT 0,
    frozen TEXT NOT NULL               -- JSON: settings, variables, files
);
INSERT INTO "render_deploys" VALUES(1,'dep-78ypxgbfs2pcjz2q7oi6',1,'deactivated','api','2026-11-28T05:37:05.080218Z','2026-11-28T05:37:06.983754Z','2026-11-28T05:37:05.080218Z','2026-11-28T05:37:05.790055Z','5eb3bce6c1e9c19960806ef81ff637a7c2190dee','push','2026-11-28T05:37:03.000000Z',NULL,NULL,'render/srv-e86fc3vetkmr6np9ih56:dep-78ypxgbfs2pcjz2q7oi6',0,'{"settings": "{\"type\": \"web_service\", \"runtime\": \"docker\", \"repo\": \"http://127.0.0.1:{github}/slipway/app\", \"branch\": \"main\", \"root_dir\": \"\", \"image_path\": null, \"registry_credential_id\": null, \"auto_deploy_trigger\": \"commit\", \"build_paths\": [], \"ignored_paths\": [], \"docker_command\": \"\", \"docker_context\": \".\", \"dockerfile_path\": \"./Dockerfile\", \"pre_deploy_command\": \"\", \"plan\": \"starter\", \"region\": \"oregon\", \"num_instances\": 1, \"health_check_path\": \"\", \"max_shutdown_delay_seconds\": null, \"build_command\": \"\", \"publish_path\": \"public\"}", "variables": {"B": "2", "A": "1"}, "files": {}, "volumes": {}}');
INSERT INTO "render_deploys" VALUES(2,'dep-1wqdwl2rv8y8xrio3kck',1,'deactivated','new_commit','2026-11-28T05:37:06.312829Z','2026-11-28T05:37:08.343334Z','2026-11-28T05:37:06.312829Z','2026-11-28T05:37:06.983754Z','44ca9c4b9f17f5ac78522c901a61c57f545438d4','m','2026-11-28T05:37:05.000000Z',NULL,NULL,'render/srv-e86fc3vetkmr6np9ih56:dep-1wqdwl2rv8y8xrio3kck',0,'{"settings": "{\"type\": \"web_service\", \"runtime\": \"docker\", \"repo\": \"http://127.0.0.1:{github}/slipway/app\", \"branch\": \"main\", \"root_dir\": \"\", \"image_path\": null, \"registry_credential_id\": null, \"auto_deploy_trigger\": \"commit\", \"build_paths\": [], \"ignored_paths\": [], \"docker_command\": \"\", \"docker_context\": \".\", \"dockerfile_path\": \"./Dockerfile\", \"pre_deploy_command\": \"\", \"plan\": \"starter\", \"region\": \"oregon\", \"num_instances\": 1, \"health_check_path\": \"\", \"max_shutdown_delay_seconds\": null, \"build_command\": \"\", \"publish_path\": \"public\"}", "variables": {"B": "2", "A": "1"}, "files": {}, "volumes": {}}');
INSERT INTO "render_deploys" VALUES(3,'dep-2pxec419dj6jxmr0459g',1,'live','api','2026-11-28T05:37:07.117327Z','2026-11-28T05:37:08.343334Z','2026-11-28T05:37:07.117327Z','2026-11-28T05:37:08.343334Z','44ca9c4b9f17f5ac78522c901a61c57f545438d4','m','2026-11-28T05:37:05.000000Z',NULL,NULL,'render/srv-e86fc3vetkmr6np9ih56:dep-2pxec419dj6jxmr0459g',0,'{"settings": "{\"type\": \"web_service\", \"runtime\": \"docker\", \"repo\": \"http://127.0.0.1:{github}/slipway/app\", \"branch\": \"main\", \"root_dir\": \"\", \"image_path\": null, \"registry_credential_id\": null, \"auto_deploy_trigger\": \"commit\", \"build_paths\": [], \"ignored_paths\": [], \"docker_command\": \"\", \"docker_context\": \".\", \"dockerfile_path\": \"./Dockerfile\", \"pre_deploy_command\": \"\", \"plan\": \"starter\", \"region\": \"oregon\", \"num_instances\": 1, \"health_check_path\": \"\", \"max_shutdown_delay_seconds\": null, \"build_command\": \"\", \"publish_path\": \"public\"}", "variables": {"B": "2", "A": "1"}, "files": {}, "volumes": {}}');
CREATE TABLE render_disks (
    id TEXT PRIMARY KEY,
    service INTEGER NOT NULL REFERENCES render_services (number) ON DELETE CASCADE,
    name TEXT NOT NULL,
    mount_path TEXT NOT NULL,
    size_gb INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted INTEGER NOT NULL DEFAULT 0   -- 1 until no instance has it any more
);
CREATE TABLE render_env_group_links (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    env_group INTEGER NOT NULL REFERENCES render_env_groups (number) ON DELETE CASCADE,
    service INTEGER NOT NULL REFERENCES render_services (number) ON DELETE CASCADE,
    UNIQUE (env_group, service)
);
CREATE TABLE render_env_group_values (
    number INTEGER PRIMARY KEY AUTOINCREMENT,  -- in order of creation
    env_group INTEGER NOT NULL REFERENCES render_env_groups (number) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    UNIQUE (env_group, kind, name)
);
CREATE TABLE render_env_groups (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    owner TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
CREATE TABLE render_events (
    id TEXT PRIMARY KEY,
    service INTEGER NOT NULL REFERENCES render_services (number) ON DELETE CASCADE,
    at TEXT NOT NULL,
    type TEXT NOT NULL,
    details TEXT NOT NULL
);
INSERT INTO "render_events" VALUES('evt-cjq8la8o7tdpkisolrk1',1,'2026-11-28T05:37:05.080530Z','deploy_started','{"deployId": "dep-78ypxgbfs2pcjz2q7oi6", "trigger": {"firstBuild": true, "clearCache": false, "deployedByRender": false, "envUpdated": false, "manual": true, "rollback": false}}');
INSERT INTO "render_events" VALUES('evt-tjnkomqcsqq47gcih0rs',1,'2026-11-28T05:37:05.080630Z','build_started','{"buildId": "bld-78ypxgbfs2pcjz2q7oi6", "trigger": {"firstBuild": true, "clearCache": false, "deployedByRender": false, "envUpdated": false, "manual": true, "rollback": false}}');
INSERT INTO "render_events" VALUES('evt-cc2uh5i3f8cobs0zyytr',1,'2026-11-28T05:37:05.282066Z','build_ended','{"buildId": "bld-78ypxgbfs2pcjz2q7oi6", "buildStatus": "succeeded", "status": 2, "reason": {}}');
INSERT INTO "render_events" VALUES('evt-rjhyh8d48rz3hps2nh2v',1,'2026-11-28T05:37:05.790376Z','deploy_ended','{"deployId": "dep-78ypxgbfs2pcjz2q7oi6", "deployStatus": "succeeded", "status": 2, "reason": {}}');
INSERT INTO "render_events" VALUES('evt-q7flwvjs2jo4953t9um1',1,'2026-11-28T05:37:05.790563Z','server_available','{}');
INSERT INTO "render_events" VALUES('evt-vw4tc29xg8dslt4ftwjt',1,'2026-11-28T05:37:06.323504Z','deploy_started','{"deployId": "dep-1wqdwl2rv8y8xrio3kck", "trigger": {"firstBuild": false, "clearCache": false, "deployedByRender": false, "envUpdated": false, "manual": false, "rollback": false, "newCommit": "44ca9c4b9f17f5ac78522c901a61c57f545438d4"}}');
INSERT INTO "render_events" VALUES('evt-xevowetj6vkx7qwk2bmq',1,'2026-11-28T05:37:06.323639Z','build_started','{"buildId": "bld-1wqdwl2rv8y8xrio3kck", "trigger": {"firstBuild": false, "clearCache": false, "deployedByRender": false, "envUpdated": false, "manual": false, "rollback": false, "newCommit": "44ca9c4b9f17f5ac78522c901a61c57f545438d4"}}');
INSERT INTO "render_events" VALUES('evt-hcaj4trapekcwvf5s50q',1,'2026-11-28T05:37:06.453230Z','build_ended','{"buildId": "bld-1wqdwl2rv8y8xrio3kck", "buildStatus": "succeeded", "status": 2, "reason": {}}');
INSERT INTO "render_events" VALUES('evt-i6gzrva09ksp1m9pywvy',1,'2026-11-28T05:37:06.984216Z','deploy_ended','{"deployId": "dep-1wqdwl2rv8y8xrio3kck", "deployStatus": "succeeded", "status": 2, "reason": {}}');
INSERT INTO "render_events" VALUES('evt-fgrhao0t8snkpbl37zux',1,'2026-11-28T05:37:06.984361Z','server_available','{}');
INSERT INTO "render_events" VALUES('evt-5dduihrdizhyuofs7git',1,'2026-11-28T05:37:07.118392Z','deploy_started','{"deployId": "dep-2pxec419dj6jxmr0459g", "trigger": {"firstBuild": false, "clearCache": false, "deployedByRender": false, "envUpdated": false, "manual": true, "rollback": false}}');
INSERT INTO "render_events" VALUES('evt-8fopziovkbf9ch1gfwha',1,'2026-11-28T05:37:07.120071Z','build_started','{"buildId": "bld-2pxec419dj6jxmr0459g", "trigger": {"firstBuild": false, "clearCache": false, "deployedByRender": false, "envUpdated": false, "manual": true, "rollback": false}}');
INSERT INTO "render_events" VALUES('evt-5xwbx4jiub308j8p12xx',1,'2026-11-28T05:37:07.837509Z','build_ended','{"buildId": "bld-2pxec419dj6jxmr0459g", "buildStatus": "succeeded", "status": 2, "reason": {}}');
INSERT INTO "render_events" VALUES('evt-fqeymdq82daeejr8mkwg',1,'2026-11-28T05:37:08.343570Z','deploy_ended','{"deployId": "dep-2pxec419dj6jxmr0459g", "deployStatus": "succeeded", "status": 2, "reason": {}}');
INSERT INTO "render_events" VALUES('evt-0v9xmvwk73y0495yfq40',1,'2026-11-28T05:37:08.343788Z','server_available','{}');
CREATE TABLE render_logs (
    id TEXT PRIMARY KEY,
    service INTEGER NOT NULL REFERENCES render_services (number) ON DELETE CASCADE,
    at TEXT NOT NULL,                -- no two lines have the same: it orders them
    type TEXT NOT NULL,
    level TEXT NOT NULL,
    instance TEXT NOT NULL,
    message TEXT NOT NULL
);
INSERT INTO "render_logs" VALUES('log-nz8kotla4nryt0os8pot',1,'2026-11-28T05:37:05.086252Z','build','info','','==> Cloning from http://127.0.0.1:{github}/slipway/app...');
INSERT INTO "render_logs" VALUES('log-sq3h1eg0sm7xxw8t8kx7',1,'2026-11-28T05:37:05.259617Z','build','info','','==> Checking out commit 5eb3bce6c1e9c19960806ef81ff637a7c2190dee in branch main');
INSERT INTO "render_logs" VALUES('log-1krdiivtfsl837pxt3d5',1,'2026-11-28T05:37:05.278701Z','build','info','','reading the Dockerfile');
INSERT INTO "render_logs" VALUES('log-npw6nkzmmckqvo89wj13',1,'2026-11-28T05:37:05.279945Z','build','info','','==> Build successful, in 0.0 s');
INSERT INTO "render_logs" VALUES('log-5zppbqe4zcl05nzo22ty',1,'2026-11-28T05:37:05.282639Z','app','info','','==> Deploying...');
INSERT INTO "render_logs" VALUES('log-mkuqqguqd2b8hcpn36qc',1,'2026-11-28T05:37:05.286036Z','app','info','srv-e86fc3vetkmr6np9ih56-c4f3e0','the app starts');
INSERT INTO "render_logs" VALUES('log-5ax475x6x3pk4lbr3ivv',1,'2026-11-28T05:37:05.789227Z','app','info','srv-e86fc3vetkmr6np9ih56-c4f3e0','==> Your service is live');
INSERT INTO "render_logs" VALUES('log-oaf6but1k1icv1ptkp7t',1,'2026-11-28T05:37:05.789941Z','app','info','srv-e86fc3vetkmr6np9ih56-c4f3e0','==> Available at your primary URL http://127.0.0.1:20835');
INSERT INTO "render_logs" VALUES('log-2n84nwykl20n735m40ud',1,'2026-11-28T05:37:06.329930Z','build','info','','==> Cloning from http://127.0.0.1:{github}/slipway/app...');
INSERT INTO "render_logs" VALUES('log-8xs2q7n0277x3nkkdnqv',1,'2026-11-28T05:37:06.432471Z','build','info','','==> Checking out commit 44ca9c4b9f17f5ac78522c901a61c57f545438d4 in branch main');
INSERT INTO "render_logs" VALUES('log-47w3eueo9j3wz8jj7d0q',1,'2026-11-28T05:37:06.447696Z','build','info','','reading the Dockerfile');
INSERT INTO "render_logs" VALUES('log-xlhe960jvcz6myemg4da',1,'2026-11-28T05:37:06.448212Z','build','info','','==> Build successful, in 0.0 s');
INSERT INTO "render_logs" VALUES('log-xhzhr3uvlqsuadqj4tam',1,'2026-11-28T05:37:06.453698Z','app','info','','==> Deploying...');
INSERT INTO "render_logs" VALUES('log-7mhx8ncap2cmuv0qp28r',1,'2026-11-28T05:37:06.479058Z','app','info','srv-e86fc3vetkmr6np9ih56-d86033','the app starts');
INSERT INTO "render_logs" VALUES('log-jxpwix9ruksli87c1fe6',1,'2026-11-28T05:37:06.983400Z','app','info','srv-e86fc3vetkmr6np9ih56-d86033','==> Your service is live');
INSERT INTO "render_logs" VALUES('log-xdln644puuh087mi0a5u',1,'2026-11-28T05:37:06.983673Z','app','info','srv-e86fc3vetkmr6np9ih56-d86033','==> Available at your primary URL http://127.0.0.1:20835');
INSERT INTO "render_logs" VALUES('log-4ru1f8y28osplqxqrrfe',1,'2026-11-28T05:37:07.685166Z','build','info','','==> Cloning from http://127.0.0.1:{github}/slipway/app...');
INSERT INTO "render_logs" VALUES('log-h9w2hsw9vylygc3npr9b',1,'2026-11-28T05:37:07.771978Z','build','info','','==> Checking out commit 44ca9c4b9f17f5ac78522c901a61c57f545438d4 in branch main');
INSERT INTO "render_logs" VALUES('log-n01r5uef8cef92asipme',1,'2026-11-28T05:37:07.831608Z','build','info','','reading the Dockerfile');
INSERT INTO "render_logs" VALUES('log-tnnnyutpz9k7by5y5vgy',1,'2026-11-28T05:37:07.831877Z','build','info','','==> Build successful, in 0.0 s');
INSERT INTO "render_logs" VALUES('log-9rebvr0da3e7londr19v',1,'2026-11-28T05:37:07.837946Z','app','info','','==> Deploying...');
INSERT INTO "render_logs" VALUES('log-6amfs50o1d7gs2htc7m7',1,'2026-11-28T05:37:07.840465Z','app','info','srv-e86fc3vetkmr6np9ih56-b90cbc','the app starts');
INSERT INTO "render_logs" VALUES('log-yrn3xg25zbt1zdvom4lc',1,'2026-11-28T05:37:08.342815Z','app','info','srv-e86fc3vetkmr6np9ih56-b90cbc','==> Your service is live');
INSERT INTO "render_logs" VALUES('log-d0kyof6x7sulzm85xmjz',1,'2026-11-28T05:37:08.343213Z','app','info','srv-e86fc3vetkmr6np9ih56-b90cbc','==> Available at your primary URL http://127.0.0.1:20835');
CREATE TABLE render_notices (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    repo TEXT NOT NULL,               -- its address
    branch TEXT NOT NULL,
    commit_id TEXT NOT NULL,
    checks_passed INTEGER NOT NULL    -- 0: it was pushed; 1: its checks ended well
);
CREATE TABLE render_notifications (
    service INTEGER PRIMARY KEY REFERENCES render_services (number) ON DELETE CASCADE,
    sent TEXT NOT NULL,
    previews TEXT NOT NULL
);
INSERT INTO "render_notifications" VALUES(1,'failure','false');
CREATE TABLE render_postgres (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    owner TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    expires_at TEXT,                      -- of a free one
    plan TEXT NOT NULL,
    version TEXT NOT NULL,
    region TEXT NOT NULL,
    database_name TEXT NOT NULL,
    database_user TEXT NOT NULL,
    password TEXT NOT NULL,
    disk_gb INTEGER NOT NULL,
    allow_list TEXT NOT NULL,             -- JSON
    phase TEXT NOT NULL,
    suspended INTEGER NOT NULL DEFAULT 0,
    deleted INTEGER NOT NULL DEFAULT 0    -- 1 while what it ran is being removed
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
    deleted INTEGER NOT NULL DEFAULT 0,   -- 1 while what it ran is being removed
    restart INTEGER NOT NULL DEFAULT 0,   -- 1: its live deploy is to be started afresh
    live TEXT,                            -- id of the deploy that serves, or is to serve
    container TEXT,                       -- name of the container that serves
    candidate TEXT                        -- name of one that is being started
);
INSERT INTO "render_services" VALUES(1,'srv-e86fc3vetkmr6np9ih56','web','web','tea-slipway0000000000000','2026-11-28T05:37:05.079101Z','2026-11-28T05:37:05.079101Z','{"type": "web_service", "runtime": "docker", "repo": "http://127.0.0.1:{github}/slipway/app", "branch": "main", "root_dir": "", "image_path": null, "registry_credential_id": null, "auto_deploy_trigger": "commit", "build_paths": [], "ignored_paths": [], "docker_command": "", "docker_context": ".", "dockerfile_path": "./Dockerfile", "pre_deploy_command": "", "plan": "starter", "region": "oregon", "num_instances": 1, "health_check_path": "", "max_shutdown_delay_seconds": null, "build_command": "", "publish_path": "public"}',0,0,0,'dep-2pxec419dj6jxmr0459g','render-app-web-2pxec419-b90cbc',NULL);
CREATE TABLE render_variables (
    number INTEGER PRIMARY KEY AUTOINCREMENT,  -- in order of creation
    service INTEGER NOT NULL REFERENCES render_services (number) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    UNIQUE (service, kind, name)
);
INSERT INTO "render_variables" VALUES(1,1,'variable','A','1');
INSERT INTO "render_variables" VALUES(2,1,'variable','B','2');
CREATE TABLE requests (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    time REAL NOT NULL,          -- seconds since 1970, when the request came
    platform TEXT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,          -- with its query, values of secret parameters left out
    status INTEGER,              -- NULL: the connection was cut before an answer
    mutates INTEGER NOT NULL,    -- 1 if the route may change state
    duration_ms REAL NOT NULL,
    bytes_in INTEGER NOT NULL,   -- of bodies, without headers
    bytes_out INTEGER NOT NULL,
    agent TEXT NOT NULL          -- first word of User-Agent
);
CREATE TABLE schema_versions (
    store TEXT PRIMARY KEY,      -- its first table
    version INTEGER NOT NULL     -- number of the last migration that ran
);
INSERT INTO "schema_versions" VALUES('addresses',1);
INSERT INTO "schema_versions" VALUES('hub_repositories',2);
INSERT INTO "schema_versions" VALUES('space_faults',1);
INSERT INTO "schema_versions" VALUES('spaces',1);
INSERT INTO "schema_versions" VALUES('space_settings',1);
INSERT INTO "schema_versions" VALUES('space_logs',1);
INSERT INTO "schema_versions" VALUES('hub_publishers',1);
INSERT INTO "schema_versions" VALUES('hub_webhooks',1);
INSERT INTO "schema_versions" VALUES('webhook_deliveries',1);
INSERT INTO "schema_versions" VALUES('faults',1);
INSERT INTO "schema_versions" VALUES('requests',1);
INSERT INTO "schema_versions" VALUES('render_postgres',1);
INSERT INTO "schema_versions" VALUES('render_services',1);
INSERT INTO "schema_versions" VALUES('render_deploys',1);
INSERT INTO "schema_versions" VALUES('render_variables',1);
INSERT INTO "schema_versions" VALUES('render_env_groups',1);
INSERT INTO "schema_versions" VALUES('render_disks',1);
INSERT INTO "schema_versions" VALUES('render_events',1);
INSERT INTO "schema_versions" VALUES('render_logs',1);
INSERT INTO "schema_versions" VALUES('render_credentials',1);
INSERT INTO "schema_versions" VALUES('render_notifications',1);
INSERT INTO "schema_versions" VALUES('render_notices',1);
INSERT INTO "schema_versions" VALUES('github_repositories',2);
INSERT INTO "schema_versions" VALUES('github_keys',1);
INSERT INTO "schema_versions" VALUES('github_variables',1);
INSERT INTO "schema_versions" VALUES('github_environments',1);
INSERT INTO "schema_versions" VALUES('github_rulesets',1);
INSERT INTO "schema_versions" VALUES('github_statuses',1);
INSERT INTO "schema_versions" VALUES('github_hooks',1);
INSERT INTO "schema_versions" VALUES('github_pending_moves',1);
INSERT INTO "schema_versions" VALUES('github_deployments',1);
INSERT INTO "schema_versions" VALUES('github_issues',1);
INSERT INTO "schema_versions" VALUES('github_labels',1);
INSERT INTO "schema_versions" VALUES('github_pulls',1);
INSERT INTO "schema_versions" VALUES('github_reviews',1);
INSERT INTO "schema_versions" VALUES('github_resolved_conversations',1);
INSERT INTO "schema_versions" VALUES('github_releases',1);
INSERT INTO "schema_versions" VALUES('workflow_files',5);
INSERT INTO "schema_versions" VALUES('workflow_jobs',1);
INSERT INTO "schema_versions" VALUES('github_schedules_asked',1);
CREATE TABLE space_faults (
    repo_id TEXT NOT NULL,
    fault TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (repo_id, fault)
);
CREATE TABLE space_log_runs (
    space INTEGER NOT NULL REFERENCES spaces (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    run INTEGER NOT NULL,
    PRIMARY KEY (space, kind)
);
CREATE TABLE space_logs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    space INTEGER NOT NULL REFERENCES spaces (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    run INTEGER NOT NULL,
    at TEXT NOT NULL,
    line TEXT NOT NULL
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
INSERT INTO "space_settings" VALUES(1,'secret','S1','secret',NULL,'2026-11-28T05:37:02.642Z');
INSERT INTO "space_settings" VALUES(1,'secret','S2','secret',NULL,'2026-11-28T05:37:02.642Z');
INSERT INTO "space_settings" VALUES(1,'variable','V1','v',NULL,'2026-11-28T05:37:02.642Z');
INSERT INTO "space_settings" VALUES(2,'secret','S1','secret',NULL,'2026-11-28T05:37:02.835Z');
INSERT INTO "space_settings" VALUES(2,'secret','S2','secret',NULL,'2026-11-28T05:37:02.835Z');
INSERT INTO "space_settings" VALUES(2,'variable','V1','v',NULL,'2026-11-28T05:37:02.835Z');
CREATE TABLE spaces (
    id INTEGER PRIMARY KEY,
    repo_id TEXT UNIQUE,              -- NULL while a deleted Space is being removed
    base_name TEXT NOT NULL UNIQUE,   -- of its images and containers; a renamed Space keeps it
    sdk TEXT NOT NULL,
    hardware TEXT NOT NULL,
    hardware_current TEXT,
    sleep_seconds INTEGER,            -- -1 never, NULL the default of the hardware
    stage TEXT NOT NULL,
    error TEXT,
    head TEXT,                        -- the commit that is, or is to be, built
    wanted TEXT NOT NULL DEFAULT '',
    turn INTEGER NOT NULL DEFAULT 0,
    no_cache INTEGER NOT NULL DEFAULT 0,
    image TEXT,
    image_commit TEXT,
    app_port INTEGER,                 -- of the image's commit
    startup_seconds REAL,
    title TEXT,
    container TEXT,                   -- name of the container that serves
    sha TEXT                          -- the commit it serves
);
INSERT INTO "spaces" VALUES(1,'slipway/first','space-slipway-first-be742628','static','cpu-basic',NULL,NULL,'RUNNING',NULL,'0f4c97bb5ea33b18b92510b0b61bc022c2267c04','',2,0,NULL,'0f4c97bb5ea33b18b92510b0b61bc022c2267c04',NULL,NULL,'T',NULL,'0f4c97bb5ea33b18b92510b0b61bc022c2267c04');
INSERT INTO "spaces" VALUES(2,'slipway/renamed','space-slipway-second-06a10e70','static','cpu-basic',NULL,NULL,'RUNNING',NULL,'1017adbb1c66219cb7c9b698c1e97aba2358fcc2','',3,0,NULL,'1017adbb1c66219cb7c9b698c1e97aba2358fcc2',NULL,NULL,'T',NULL,'1017adbb1c66219cb7c9b698c1e97aba2358fcc2');
CREATE TABLE webhook_deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    platform TEXT NOT NULL,
    hook TEXT NOT NULL,          -- the platform's own id of the webhook
    guid TEXT NOT NULL,          -- the same for all deliveries of one event
    event TEXT NOT NULL,
    action TEXT,
    redelivery INTEGER NOT NULL,
    payload TEXT NOT NULL,       -- JSON
    created REAL NOT NULL,       -- seconds since 1970
    url TEXT NOT NULL DEFAULT '',
    request_headers TEXT NOT NULL DEFAULT '{}',   -- JSON; none that is a secret
    status INTEGER,              -- NULL until it was sent
    reason TEXT NOT NULL DEFAULT '',
    seconds REAL NOT NULL DEFAULT 0,
    answer_headers TEXT NOT NULL DEFAULT '{}',
    answer TEXT NOT NULL DEFAULT ''
);
INSERT INTO "webhook_deliveries" VALUES(1,'github','1','3064dec6-bb6f-44b8-9757-b24c02fc4efe','ping',NULL,0,'{"zen": "What is tried here is known there.", "hook_id": 1, "hook": {"type": "Repository", "id": 1, "name": "web", "active": true, "events": ["pull_request", "release"], "config": {"content_type": "form", "insecure_ssl": "0", "url": "http://127.0.0.1:9/", "secret": "********"}, "updated_at": "2026-11-28T05:37:07Z", "created_at": "2026-11-28T05:37:07Z", "url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/hooks/1", "test_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/hooks/1/test", "ping_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/hooks/1/pings", "deliveries_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/hooks/1/deliveries", "last_response": {"code": null, "status": "unused", "message": null}}, "repository": {"id": 2, "node_id": "MDEwOlJlcG9zaXRvcnky", "name": "talk", "full_name": "slipway/talk", "private": false, "owner": {"login": "slipway", "id": 6118812, "node_id": "MDQ6VXNlcjYxMTg4MTI=", "avatar_url": "http://127.0.0.1:{github}/slipway.png", "gravatar_id": "", "url": "http://127.0.0.1:{github}/api/v3/users/slipway", "html_url": "http://127.0.0.1:{github}/slipway", "organizations_url": "http://127.0.0.1:{github}/api/v3/users/slipway/orgs", "followers_url": "http://127.0.0.1:{github}/api/v3/users/slipway/followers", "following_url": "http://127.0.0.1:{github}/api/v3/users/slipway/following{/other_user}", "gists_url": "http://127.0.0.1:{github}/api/v3/users/slipway/gists{/gist_id}", "starred_url": "http://127.0.0.1:{github}/api/v3/users/slipway/starred{/owner}{/repo}", "subscriptions_url": "http://127.0.0.1:{github}/api/v3/users/slipway/subscriptions", "repos_url": "http://127.0.0.1:{github}/api/v3/users/slipway/repos", "events_url": "http://127.0.0.1:{github}/api/v3/users/slipway/events{/privacy}", "received_events_url": "http://127.0.0.1:{github}/api/v3/users/slipway/received_events", "type": "User", "user_view_type": "public", "site_admin": false}, "html_url": "http://127.0.0.1:{github}/slipway/talk", "description": null, "fork": false, "url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk", "archive_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/{archive_format}{/ref}", "assignees_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/assignees{/user}", "blobs_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/git/blobs{/sha}", "branches_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/branches{/branch}", "collaborators_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/collaborators{/collaborator}", "comments_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/comments{/number}", "commits_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/commits{/sha}", "compare_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/compare/{base}...{head}", "contents_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/contents/{+path}", "contributors_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/contributors", "deployments_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/deployments", "downloads_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/downloads", "events_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/events", "forks_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/forks", "git_commits_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/git/commits{/sha}", "git_refs_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/git/refs{/sha}", "git_tags_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/git/tags{/sha}", "hooks_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/hooks", "issue_comment_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/issues/comments{/number}", "issue_events_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/issues/events{/number}", "issues_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/issues{/number}", "keys_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/keys{/key_id}", "labels_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/labels{/name}", "languages_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/languages", "merges_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/merges", "milestones_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/milestones{/number}", "notifications_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/notifications{?since,all,participating}", "pulls_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/pulls{/number}", "releases_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/releases{/id}", "stargazers_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/stargazers", "statuses_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/statuses/{sha}", "subscribers_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/subscribers", "subscription_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/subscription", "tags_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/tags", "teams_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/teams", "trees_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/git/trees{/sha}", "git_url": "git://127.0.0.1:{github}/slipway/talk.git", "ssh_url": "git@127.0.0.1:{github}:slipway/talk.git", "clone_url": "http://127.0.0.1:{github}/slipway/talk.git", "svn_url": "http://127.0.0.1:{github}/slipway/talk", "mirror_url": null, "homepage": null, "language": null, "forks_count": 0, "stargazers_count": 0, "watchers_count": 0, "open_issues_count": 0, "network_count": 0, "subscribers_count": 0, "forks": 0, "watchers": 0, "open_issues": 0, "size": 0, "default_branch": "main", "is_template": false, "topics": [], "has_issues": true, "has_projects": false, "has_wiki": false, "has_pages": false, "has_downloads": false, "has_discussions": false, "archived": false, "disabled": false, "visibility": "public", "license": null, "allow_forking": true, "web_commit_signoff_required": false, "pushed_at": "2026-11-28T05:37:07Z", "created_at": "2026-11-28T05:37:07Z", "updated_at": "2026-11-28T05:37:07Z"}, "sender": {"login": "slipway", "id": 6118812, "node_id": "MDQ6VXNlcjYxMTg4MTI=", "avatar_url": "http://127.0.0.1:{github}/slipway.png", "gravatar_id": "", "url": "http://127.0.0.1:{github}/api/v3/users/slipway", "html_url": "http://127.0.0.1:{github}/slipway", "organizations_url": "http://127.0.0.1:{github}/api/v3/users/slipway/orgs", "followers_url": "http://127.0.0.1:{github}/api/v3/users/slipway/followers", "following_url": "http://127.0.0.1:{github}/api/v3/users/slipway/following{/other_user}", "gists_url": "http://127.0.0.1:{github}/api/v3/users/slipway/gists{/gist_id}", "starred_url": "http://127.0.0.1:{github}/api/v3/users/slipway/starred{/owner}{/repo}", "subscriptions_url": "http://127.0.0.1:{github}/api/v3/users/slipway/subscriptions", "repos_url": "http://127.0.0.1:{github}/api/v3/users/slipway/repos", "events_url": "http://127.0.0.1:{github}/api/v3/users/slipway/events{/privacy}", "received_events_url": "http://127.0.0.1:{github}/api/v3/users/slipway/received_events", "type": "User", "user_view_type": "public", "site_admin": false}}',1.79584422718631243703e+09,'http://127.0.0.1:9/','{"Accept": "*/*", "User-Agent": "GitHub-Hookshot/sandbox", "Content-Type": "application/x-www-form-urlencoded", "X-GitHub-Delivery": "3064dec6-bb6f-44b8-9757-b24c02fc4efe", "X-GitHub-Event": "ping", "X-GitHub-Hook-ID": "1", "X-GitHub-Hook-Installation-Target-ID": "2", "X-GitHub-Hook-Installation-Target-Type": "repository", "X-Hub-Signature": "sha1=3c3ea5b2941ba89b4019e4a69a25ac6e58c12ac8", "X-Hub-Signature-256": "sha256=d698d92a48d76c457a3e42a7ead19b8afb32fa9cd3722bb11bb79aeb2bec845b"}',502,'failed to connect to host',0.0,'{}','');
INSERT INTO "webhook_deliveries" VALUES(2,'github','1','eff4c605-3f0f-43a5-bd1e-63f0693c6e06','pull_request','opened',0,'{"action": "opened", "number": 1, "pull_request": {"id": 1, "node_id": "MDExOlB1bGxSZXF1ZXN0MQ==", "url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/pulls/1", "html_url": "http://127.0.0.1:{github}/slipway/talk/pull/1", "diff_url": "http://127.0.0.1:{github}/slipway/talk/pull/1.diff", "patch_url": "http://127.0.0.1:{github}/slipway/talk/pull/1.patch", "issue_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/issues/1", "commits_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/pulls/1/commits", "review_comments_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/pulls/1/comments", "review_comment_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/pulls/comments{/number}", "comments_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/issues/1/comments", "statuses_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/statuses/97be6f9d8da90b4205ea3dc288ec147edc35fad2", "number": 1, "state": "open", "locked": false, "active_lock_reason": null, "title": "a change", "user": {"login": "slipway", "id": 6118812, "node_id": "MDQ6VXNlcjYxMTg4MTI=", "avatar_url": "http://127.0.0.1:{github}/slipway.png", "gravatar_id": "", "url": "http://127.0.0.1:{github}/api/v3/users/slipway", "html_url": "http://127.0.0.1:{github}/slipway", "organizations_url": "http://127.0.0.1:{github}/api/v3/users/slipway/orgs", "followers_url": "http://127.0.0.1:{github}/api/v3/users/slipway/followers", "following_url": "http://127.0.0.1:{github}/api/v3/users/slipway/following{/other_user}", "gists_url": "http://127.0.0.1:{github}/api/v3/users/slipway/gists{/gist_id}", "starred_url": "http://127.0.0.1:{github}/api/v3/users/slipway/starred{/owner}{/repo}", "subscriptions_url": "http://127.0.0.1:{github}/api/v3/users/slipway/subscriptions", "repos_url": "http://127.0.0.1:{github}/api/v3/users/slipway/repos", "events_url": "http://127.0.0.1:{github}/api/v3/users/slipway/events{/privacy}", "received_events_url": "http://127.0.0.1:{github}/api/v3/users/slipway/received_events", "type": "User", "user_view_type": "public", "site_admin": false}, "body": null, "labels": [], "milestone": null, "created_at": "2026-11-28T05:37:07Z", "updated_at": "2026-11-28T05:37:07Z", "closed_at": null, "merged_at": null, "merge_commit_sha": "8088a590e43569bddde3ef6486edbebe2fc4bf6d", "assignee": null, "assignees": [], "requested_reviewers": [], "requested_teams": [], "head": {"label": "slipway:side", "ref": "side", "sha": "97be6f9d8da90b4205ea3dc288ec147edc35fad2", "user": {"login": "slipway", "id": 6118812, "node_id": "MDQ6VXNlcjYxMTg4MTI=", "avatar_url": "http://127.0.0.1:{github}/slipway.png", "gravatar_id": "", "url": "http://127.0.0.1:{github}/api/v3/users/slipway", "html_url": "http://127.0.0.1:{github}/slipway", "organizations_url": "http://127.0.0.1:{github}/api/v3/users/slipway/orgs", "followers_url": "http://127.0.0.1:{github}/api/v3/users/slipway/followers", "following_url": "http://127.0.0.1:{github}/api/v3/users/slipway/following{/other_user}", "gists_url": "http://127.0.0.1:{github}/api/v3/users/slipway/gists{/gist_id}", "starred_url": "http://127.0.0.1:{github}/api/v3/users/slipway/starred{/owner}{/repo}", "subscriptions_url": "http://127.0.0.1:{github}/api/v3/users/slipway/subscriptions", "repos_url": "http://127.0.0.1:{github}/api/v3/users/slipway/repos", "events_url": "http://127.0.0.1:{github}/api/v3/users/slipway/events{/privacy}", "received_events_url": "http://127.0.0.1:{github}/api/v3/users/slipway/received_events", "type": "User", "user_view_type": "public", "site_admin": false}, "repo": {"id": 2, "node_id": "MDEwOlJlcG9zaXRvcnky", "name": "talk", "full_name": "slipway/talk", "private": false, "owner": {"login": "slipway", "id": 6118812, "node_id": "MDQ6VXNlcjYxMTg4MTI=", "avatar_url": "http://127.0.0.1:{github}/slipway.png", "gravatar_id": "", "url": "http://127.0.0.1:{github}/api/v3/users/slipway", "html_url": "http://127.0.0.1:{github}/slipway", "organizations_url": "http://127.0.0.1:{github}/api/v3/users/slipway/orgs", "followers_url": "http://127.0.0.1:{github}/api/v3/users/slipway/followers", "following_url": "http://127.0.0.1:{github}/api/v3/users/slipway/following{/other_user}", "gists_url": "http://127.0.0.1:{github}/api/v3/users/slipway/gists{/gist_id}", "starred_url": "http://127.0.0.1:{github}/api/v3/users/slipway/starred{/owner}{/repo}", "subscriptions_url": "http://127.0.0.1:{github}/api/v3/users/slipway/subscriptions", "repos_url": "http://127.0.0.1:{github}/api/v3/users/slipway/repos", "events_url": "http://127.0.0.1:{github}/api/v3/users/slipway/events{/privacy}", "received_events_url": "http://127.0.0.1:{github}/api/v3/users/slipway/received_events", "type": "User", "user_view_type": "public", "site_admin": false}, "html_url": "http://127.0.0.1:{github}/slipway/talk", "description": null, "fork": false, "url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk", "archive_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/{archive_format}{/ref}", "assignees_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/assignees{/user}", "blobs_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/git/blobs{/sha}", "branches_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/branches{/branch}", "collaborators_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/collaborators{/collaborator}", "comments_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/comments{/number}", "commits_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/commits{/sha}", "compare_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/compare/{base}...{head}", "contents_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/contents/{+path}", "contributors_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/contributors", "deployments_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/deployments", "downloads_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/downloads", "events_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/events", "forks_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/forks", "git_commits_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/git/commits{/sha}", "git_refs_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/git/refs{/sha}", "git_tags_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/git/tags{/sha}", "hooks_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/hooks", "issue_comment_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/issues/comments{/number}", "issue_events_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/issues/events{/number}", "issues_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/issues{/number}", "keys_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/keys{/key_id}", "labels_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/labels{/name}", "languages_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/languages", "merges_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/merges", "milestones_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/milestones{/number}", "notifications_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/notifications{?since,all,participating}", "pulls_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/pulls{/number}", "releases_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/releases{/id}", "stargazers_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/stargazers", "statuses_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/statuses/{sha}", "subscribers_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/subscribers", "subscription_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/subscription", "tags_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/tags", "teams_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/teams", "trees_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/git/trees{/sha}", "git_url": "git://127.0.0.1:{github}/slipway/talk.git", "ssh_url": "git@127.0.0.1:{github}:slipway/talk.git", "clone_url": "http://127.0.0.1:{github}/slipway/talk.git", "svn_url": "http://127.0.0.1:{github}/slipway/talk", "mirror_url": null, "homepage": null, "language": null, "forks_count": 0, "stargazers_count": 0, "watchers_count": 0, "open_issues_count": 0, "network_count": 0, "subscribers_count": 0, "forks": 0, "watchers": 0, "open_issues": 0, "size": 0, "default_branch": "main", "is_template": false, "topics": [], "has_issues": true, "has_projects": false, "has_wiki": false, "has_pages": false, "has_downloads": false, "has_discussions": false, "archived": false, "disabled": false, "visibility": "public", "license": null, "allow_forking": true, "web_commit_signoff_required": false, "pushed_at": "2026-11-28T05:37:07Z", "created_at": "2026-11-28T05:37:07Z", "updated_at": "2026-11-28T05:37:07Z", "permissions": {"admin": false, "maintain": false, "push": false, "triage": false, "pull": true}}}, "base": {"label": "slipway:main", "ref": "main", "sha": "7b713cdfe0da2ce26c3a49a8f843aa4dbe23e03f", "user": {"login": "slipway", "id": 6118812, "node_id": "MDQ6VXNlcjYxMTg4MTI=", "avatar_url": "http://127.0.0.1:{github}/slipway.png", "gravatar_id": "", "url": "http://127.0.0.1:{github}/api/v3/users/slipway", "html_url": "http://127.0.0.1:{github}/slipway", "organizations_url": "http://127.0.0.1:{github}/api/v3/users/slipway/orgs", "followers_url": "http://127.0.0.1:{github}/api/v3/users/slipway/followers", "following_url": "http://127.0.0.1:{github}/api/v3/users/slipway/following{/other_user}", "gists_url": "http://127.0.0.1:{github}/api/v3/users/slipway/gists{/gist_id}", "starred_url": "http://127.0.0.1:{github}/api/v3/users/slipway/starred{/owner}{/repo}", "subscriptions_url": "http://127.0.0.1:{github}/api/v3/users/slipway/subscriptions", "repos_url": "http://127.0.0.1:{github}/api/v3/users/slipway/repos", "events_url": "http://127.0.0.1:{github}/api/v3/users/slipway/events{/privacy}", "received_events_url": "http://127.0.0.1:{github}/api/v3/users/slipway/received_events", "type": "User", "user_view_type": "public", "site_admin": false}, "repo": {"id": 2, "node_id": "MDEwOlJlcG9zaXRvcnky", "name": "talk", "full_name": "slipway/talk", "private": false, "owner": {"login": "slipway", "id": 6118812, "node_id": "MDQ6VXNlcjYxMTg4MTI=", "avatar_url": "http://127.0.0.1:{github}/slipway.png", "gravatar_id": "", "url": "http://127.0.0.1:{github}/api/v3/users/slipway", "html_url": "http://127.0.0.1:{github}/slipway", "organizations_url": "http://127.0.0.1:{github}/api/v3/users/slipway/orgs", "followers_url": "http://127.0.0.1:{github}/api/v3/users/slipway/followers", "following_url": "http://127.0.0.1:{github}/api/v3/users/slipway/following{/other_user}", "gists_url": "http://127.0.0.1:{github}/api/v3/users/slipway/gists{/gist_id}", "starred_url": "http://127.0.0.1:{github}/api/v3/users/slipway/starred{/owner}{/repo}", "subscriptions_url": "http://127.0.0.1:{github}/api/v3/users/slipway/subscriptions", "repos_url": "http://127.0.0.1:{github}/api/v3/users/slipway/repos", "events_url": "http://127.0.0.1:{github}/api/v3/users/slipway/events{/privacy}", "received_events_url": "http://127.0.0.1:{github}/api/v3/users/slipway/received_events", "type": "User", "user_view_type": "public", "site_admin": false}, "html_url": "http://127.0.0.1:{github}/slipway/talk", "description": null, "fork": false, "url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk", "archive_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/{archive_format}{/ref}", "assignees_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/assignees{/user}", "blobs_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/git/blobs{/sha}", "branches_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/branches{/branch}", "collaborators_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/collaborators{/collaborator}", "comments_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/comments{/number}", "commits_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/commits{/sha}", "compare_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/compare/{base}...{head}", "contents_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/contents/{+path}", "contributors_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/contributors", "deployments_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/deployments", "downloads_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/downloads", "events_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/events", "forks_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/forks", "git_commits_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/git/commits{/sha}", "git_refs_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/git/refs{/sha}", "git_tags_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/git/tags{/sha}", "hooks_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/hooks", "issue_comment_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/issues/comments{/number}", "issue_events_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/issues/events{/number}", "issues_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/issues{/number}", "keys_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/keys{/key_id}", "labels_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/labels{/name}", "languages_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/languages", "merges_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/merges", "milestones_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/milestones{/number}", "notifications_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/notifications{?since,all,participating}", "pulls_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/pulls{/number}", "releases_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/releases{/id}", "stargazers_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/stargazers", "statuses_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/statuses/{sha}", "subscribers_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/subscribers", "subscription_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/subscription", "tags_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/tags", "teams_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/teams", "trees_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/git/trees{/sha}", "git_url": "git://127.0.0.1:{github}/slipway/talk.git", "ssh_url": "git@127.0.0.1:{github}:slipway/talk.git", "clone_url": "http://127.0.0.1:{github}/slipway/talk.git", "svn_url": "http://127.0.0.1:{github}/slipway/talk", "mirror_url": null, "homepage": null, "language": null, "forks_count": 0, "stargazers_count": 0, "watchers_count": 0, "open_issues_count": 0, "network_count": 0, "subscribers_count": 0, "forks": 0, "watchers": 0, "open_issues": 0, "size": 0, "default_branch": "main", "is_template": false, "topics": [], "has_issues": true, "has_projects": false, "has_wiki": false, "has_pages": false, "has_downloads": false, "has_discussions": false, "archived": false, "disabled": false, "visibility": "public", "license": null, "allow_forking": true, "web_commit_signoff_required": false, "pushed_at": "2026-11-28T05:37:07Z", "created_at": "2026-11-28T05:37:07Z", "updated_at": "2026-11-28T05:37:07Z", "permissions": {"admin": false, "maintain": false, "push": false, "triage": false, "pull": true}}}, "author_association": "OWNER", "auto_merge": null, "draft": false, "_links": {"self": {"href": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/pulls/1"}, "html": {"href": "http://127.0.0.1:{github}/slipway/talk/pull/1"}, "issue": {"href": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/issues/1"}, "comments": {"href": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/issues/1/comments"}, "review_comments": {"href": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/pulls/1/comments"}, "review_comment": {"href": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/pulls/comments{/number}"}, "commits": {"href": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/pulls/1/commits"}, "statuses": {"href": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/statuses/97be6f9d8da90b4205ea3dc288ec147edc35fad2"}}, "merged": false, "mergeable": true, "rebaseable": true, "mergeable_state": "clean", "merged_by": null, "comments": 0, "review_comments": 0, "maintainer_can_modify": false, "commits": 1, "additions": 2, "deletions": 0, "changed_files": 1}, "repository": {"id": 2, "node_id": "MDEwOlJlcG9zaXRvcnky", "name": "talk", "full_name": "slipway/talk", "private": false, "owner": {"login": "slipway", "id": 6118812, "node_id": "MDQ6VXNlcjYxMTg4MTI=", "avatar_url": "http://127.0.0.1:{github}/slipway.png", "gravatar_id": "", "url": "http://127.0.0.1:{github}/api/v3/users/slipway", "html_url": "http://127.0.0.1:{github}/slipway", "organizations_url": "http://127.0.0.1:{github}/api/v3/users/slipway/orgs", "followers_url": "http://127.0.0.1:{github}/api/v3/users/slipway/followers", "following_url": "http://127.0.0.1:{github}/api/v3/users/slipway/following{/other_user}", "gists_url": "http://127.0.0.1:{github}/api/v3/users/slipway/gists{/gist_id}", "starred_url": "http://127.0.0.1:{github}/api/v3/users/slipway/starred{/owner}{/repo}", "subscriptions_url": "http://127.0.0.1:{github}/api/v3/users/slipway/subscriptions", "repos_url": "http://127.0.0.1:{github}/api/v3/users/slipway/repos", "events_url": "http://127.0.0.1:{github}/api/v3/users/slipway/events{/privacy}", "received_events_url": "http://127.0.0.1:{github}/api/v3/users/slipway/received_events", "type": "User", "user_view_type": "public", "site_admin": false}, "html_url": "http://127.0.0.1:{github}/slipway/talk", "description": null, "fork": false, "url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk", "archive_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/{archive_format}{/ref}", "assignees_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/assignees{/user}", "blobs_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/git/blobs{/sha}", "branches_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/branches{/branch}", "collaborators_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/collaborators{/collaborator}", "comments_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/comments{/number}", "commits_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/commits{/sha}", "compare_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/compare/{base}...{head}", "contents_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/contents/{+path}", "contributors_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/contributors", "deployments_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/deployments", "downloads_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/downloads", "events_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/events", "forks_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/forks", "git_commits_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/git/commits{/sha}", "git_refs_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/git/refs{/sha}", "git_tags_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/git/tags{/sha}", "hooks_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/hooks", "issue_comment_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/issues/comments{/number}", "issue_events_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/issues/events{/number}", "issues_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/issues{/number}", "keys_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/keys{/key_id}", "labels_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/labels{/name}", "languages_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/languages", "merges_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/merges", "milestones_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/milestones{/number}", "notifications_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/notifications{?since,all,participating}", "pulls_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/pulls{/number}", "releases_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/releases{/id}", "stargazers_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/stargazers", "statuses_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/statuses/{sha}", "subscribers_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/subscribers", "subscription_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/subscription", "tags_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/tags", "teams_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/teams", "trees_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/git/trees{/sha}", "git_url": "git://127.0.0.1:{github}/slipway/talk.git", "ssh_url": "git@127.0.0.1:{github}:slipway/talk.git", "clone_url": "http://127.0.0.1:{github}/slipway/talk.git", "svn_url": "http://127.0.0.1:{github}/slipway/talk", "mirror_url": null, "homepage": null, "language": null, "forks_count": 0, "stargazers_count": 0, "watchers_count": 0, "open_issues_count": 0, "network_count": 0, "subscribers_count": 0, "forks": 0, "watchers": 0, "open_issues": 0, "size": 0, "default_branch": "main", "is_template": false, "topics": [], "has_issues": true, "has_projects": false, "has_wiki": false, "has_pages": false, "has_downloads": false, "has_discussions": false, "archived": false, "disabled": false, "visibility": "public", "license": null, "allow_forking": true, "web_commit_signoff_required": false, "pushed_at": "2026-11-28T05:37:07Z", "created_at": "2026-11-28T05:37:07Z", "updated_at": "2026-11-28T05:37:07Z"}, "sender": {"login": "slipway", "id": 6118812, "node_id": "MDQ6VXNlcjYxMTg4MTI=", "avatar_url": "http://127.0.0.1:{github}/slipway.png", "gravatar_id": "", "url": "http://127.0.0.1:{github}/api/v3/users/slipway", "html_url": "http://127.0.0.1:{github}/slipway", "organizations_url": "http://127.0.0.1:{github}/api/v3/users/slipway/orgs", "followers_url": "http://127.0.0.1:{github}/api/v3/users/slipway/followers", "following_url": "http://127.0.0.1:{github}/api/v3/users/slipway/following{/other_user}", "gists_url": "http://127.0.0.1:{github}/api/v3/users/slipway/gists{/gist_id}", "starred_url": "http://127.0.0.1:{github}/api/v3/users/slipway/starred{/owner}{/repo}", "subscriptions_url": "http://127.0.0.1:{github}/api/v3/users/slipway/subscriptions", "repos_url": "http://127.0.0.1:{github}/api/v3/users/slipway/repos", "events_url": "http://127.0.0.1:{github}/api/v3/users/slipway/events{/privacy}", "received_events_url": "http://127.0.0.1:{github}/api/v3/users/slipway/received_events", "type": "User", "user_view_type": "public", "site_admin": false}}',1.79584422738441753389e+09,'http://127.0.0.1:9/','{"Accept": "*/*", "User-Agent": "GitHub-Hookshot/sandbox", "Content-Type": "application/x-www-form-urlencoded", "X-GitHub-Delivery": "eff4c605-3f0f-43a5-bd1e-63f0693c6e06", "X-GitHub-Event": "pull_request", "X-GitHub-Hook-ID": "1", "X-GitHub-Hook-Installation-Target-ID": "2", "X-GitHub-Hook-Installation-Target-Type": "repository", "X-Hub-Signature": "sha1=a0a9508b421be5aa236a4ce7c27753d13217966c", "X-Hub-Signature-256": "sha256=ab17efdf5459714c72bdc3a63a973eca030536e0d4d114137e1e8a074f807593"}',502,'failed to connect to host',0.0,'{}','');
INSERT INTO "webhook_deliveries" VALUES(3,'github','1','83348685-bcfc-41fe-b778-609020390e63','release','created',0,'{"action": "created", "release": {"url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/releases/1", "assets_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/releases/1/assets", "upload_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/releases/1/assets{?name,label}", "html_url": "http://127.0.0.1:{github}/slipway/talk/releases/tag/v1", "id": 1, "author": {"login": "slipway", "id": 6118812, "node_id": "MDQ6VXNlcjYxMTg4MTI=", "avatar_url": "http://127.0.0.1:{github}/slipway.png", "gravatar_id": "", "url": "http://127.0.0.1:{github}/api/v3/users/slipway", "html_url": "http://127.0.0.1:{github}/slipway", "organizations_url": "http://127.0.0.1:{github}/api/v3/users/slipway/orgs", "followers_url": "http://127.0.0.1:{github}/api/v3/users/slipway/followers", "following_url": "http://127.0.0.1:{github}/api/v3/users/slipway/following{/other_user}", "gists_url": "http://127.0.0.1:{github}/api/v3/users/slipway/gists{/gist_id}", "starred_url": "http://127.0.0.1:{github}/api/v3/users/slipway/starred{/owner}{/repo}", "subscriptions_url": "http://127.0.0.1:{github}/api/v3/users/slipway/subscriptions", "repos_url": "http://127.0.0.1:{github}/api/v3/users/slipway/repos", "events_url": "http://127.0.0.1:{github}/api/v3/users/slipway/events{/privacy}", "received_events_url": "http://127.0.0.1:{github}/api/v3/users/slipway/received_events", "type": "User", "user_view_type": "public", "site_admin": false}, "node_id": "MDc6UmVsZWFzZTE=", "tag_name": "v1", "target_commitish": "main", "name": null, "draft": false, "immutable": false, "prerelease": false, "created_at": "2026-11-28T05:37:07Z", "updated_at": "2026-11-28T05:37:07Z", "published_at": "2026-11-28T05:37:07Z", "assets": [], "tarball_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/tarball/v1", "zipball_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/zipball/v1", "body": "notes"}, "repository": {"id": 2, "node_id": "MDEwOlJlcG9zaXRvcnky", "name": "talk", "full_name": "slipway/talk", "private": false, "owner": {"login": "slipway", "id": 6118812, "node_id": "MDQ6VXNlcjYxMTg4MTI=", "avatar_url": "http://127.0.0.1:{github}/slipway.png", "gravatar_id": "", "url": "http://127.0.0.1:{github}/api/v3/users/slipway", "html_url": "http://127.0.0.1:{github}/slipway", "organizations_url": "http://127.0.0.1:{github}/api/v3/users/slipway/orgs", "followers_url": "http://127.0.0.1:{github}/api/v3/users/slipway/followers", "following_url": "http://127.0.0.1:{github}/api/v3/users/slipway/following{/other_user}", "gists_url": "http://127.0.0.1:{github}/api/v3/users/slipway/gists{/gist_id}", "starred_url": "http://127.0.0.1:{github}/api/v3/users/slipway/starred{/owner}{/repo}", "subscriptions_url": "http://127.0.0.1:{github}/api/v3/users/slipway/subscriptions", "repos_url": "http://127.0.0.1:{github}/api/v3/users/slipway/repos", "events_url": "http://127.0.0.1:{github}/api/v3/users/slipway/events{/privacy}", "received_events_url": "http://127.0.0.1:{github}/api/v3/users/slipway/received_events", "type": "User", "user_view_type": "public", "site_admin": false}, "html_url": "http://127.0.0.1:{github}/slipway/talk", "description": null, "fork": false, "url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk", "archive_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/{archive_format}{/ref}", "assignees_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/assignees{/user}", "blobs_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/git/blobs{/sha}", "branches_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/branches{/branch}", "collaborators_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/collaborators{/collaborator}", "comments_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/comments{/number}", "commits_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/commits{/sha}", "compare_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/compare/{base}...{head}", "contents_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/contents/{+path}", "contributors_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/contributors", "deployments_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/deployments", "downloads_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/downloads", "events_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/events", "forks_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/forks", "git_commits_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/git/commits{/sha}", "git_refs_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/git/refs{/sha}", "git_tags_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/git/tags{/sha}", "hooks_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/hooks", "issue_comment_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/issues/comments{/number}", "issue_events_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/issues/events{/number}", "issues_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/issues{/number}", "keys_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/keys{/key_id}", "labels_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/labels{/name}", "languages_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/languages", "merges_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/merges", "milestones_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/milestones{/number}", "notifications_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/notifications{?since,all,participating}", "pulls_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/pulls{/number}", "releases_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/releases{/id}", "stargazers_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/stargazers", "statuses_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/statuses/{sha}", "subscribers_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/subscribers", "subscription_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/subscription", "tags_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/tags", "teams_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/teams", "trees_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/git/trees{/sha}", "git_url": "git://127.0.0.1:{github}/slipway/talk.git", "ssh_url": "git@127.0.0.1:{github}:slipway/talk.git", "clone_url": "http://127.0.0.1:{github}/slipway/talk.git", "svn_url": "http://127.0.0.1:{github}/slipway/talk", "mirror_url": null, "homepage": null, "language": null, "forks_count": 0, "stargazers_count": 0, "watchers_count": 0, "open_issues_count": 0, "network_count": 0, "subscribers_count": 0, "forks": 0, "watchers": 0, "open_issues": 0, "size": 0, "default_branch": "main", "is_template": false, "topics": [], "has_issues": true, "has_projects": false, "has_wiki": false, "has_pages": false, "has_downloads": false, "has_discussions": false, "archived": false, "disabled": false, "visibility": "public", "license": null, "allow_forking": true, "web_commit_signoff_required": false, "pushed_at": "2026-11-28T05:37:07Z", "created_at": "2026-11-28T05:37:07Z", "updated_at": "2026-11-28T05:37:07Z"}, "sender": {"login": "slipway", "id": 6118812, "node_id": "MDQ6VXNlcjYxMTg4MTI=", "avatar_url": "http://127.0.0.1:{github}/slipway.png", "gravatar_id": "", "url": "http://127.0.0.1:{github}/api/v3/users/slipway", "html_url": "http://127.0.0.1:{github}/slipway", "organizations_url": "http://127.0.0.1:{github}/api/v3/users/slipway/orgs", "followers_url": "http://127.0.0.1:{github}/api/v3/users/slipway/followers", "following_url": "http://127.0.0.1:{github}/api/v3/users/slipway/following{/other_user}", "gists_url": "http://127.0.0.1:{github}/api/v3/users/slipway/gists{/gist_id}", "starred_url": "http://127.0.0.1:{github}/api/v3/users/slipway/starred{/owner}{/repo}", "subscriptions_url": "http://127.0.0.1:{github}/api/v3/users/slipway/subscriptions", "repos_url": "http://127.0.0.1:{github}/api/v3/users/slipway/repos", "events_url": "http://127.0.0.1:{github}/api/v3/users/slipway/events{/privacy}", "received_events_url": "http://127.0.0.1:{github}/api/v3/users/slipway/received_events", "type": "User", "user_view_type": "public", "site_admin": false}}',1.79584422785255885118e+09,'http://127.0.0.1:9/','{"Accept": "*/*", "User-Agent": "GitHub-Hookshot/sandbox", "Content-Type": "application/x-www-form-urlencoded", "X-GitHub-Delivery": "83348685-bcfc-41fe-b778-609020390e63", "X-GitHub-Event": "release", "X-GitHub-Hook-ID": "1", "X-GitHub-Hook-Installation-Target-ID": "2", "X-GitHub-Hook-Installation-Target-Type": "repository", "X-Hub-Signature": "sha1=265c57bb6e42e8b3892a0934c5b1e4127af703bd", "X-Hub-Signature-256": "sha256=0b8c437d81eedccafd933e8e2df6d80c1d8fc90f89fd7aa62243858990e33745"}',502,'failed to connect to host',0.01,'{}','');
INSERT INTO "webhook_deliveries" VALUES(4,'github','1','751633a7-0181-46f8-84a7-6ad0472e8e5b','release','published',0,'{"action": "published", "release": {"url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/releases/1", "assets_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/releases/1/assets", "upload_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/releases/1/assets{?name,label}", "html_url": "http://127.0.0.1:{github}/slipway/talk/releases/tag/v1", "id": 1, "author": {"login": "slipway", "id": 6118812, "node_id": "MDQ6VXNlcjYxMTg4MTI=", "avatar_url": "http://127.0.0.1:{github}/slipway.png", "gravatar_id": "", "url": "http://127.0.0.1:{github}/api/v3/users/slipway", "html_url": "http://127.0.0.1:{github}/slipway", "organizations_url": "http://127.0.0.1:{github}/api/v3/users/slipway/orgs", "followers_url": "http://127.0.0.1:{github}/api/v3/users/slipway/followers", "following_url": "http://127.0.0.1:{github}/api/v3/users/slipway/following{/other_user}", "gists_url": "http://127.0.0.1:{github}/api/v3/users/slipway/gists{/gist_id}", "starred_url": "http://127.0.0.1:{github}/api/v3/users/slipway/starred{/owner}{/repo}", "subscriptions_url": "http://127.0.0.1:{github}/api/v3/users/slipway/subscriptions", "repos_url": "http://127.0.0.1:{github}/api/v3/users/slipway/repos", "events_url": "http://127.0.0.1:{github}/api/v3/users/slipway/events{/privacy}", "received_events_url": "http://127.0.0.1:{github}/api/v3/users/slipway/received_events", "type": "User", "user_view_type": "public", "site_admin": false}, "node_id": "MDc6UmVsZWFzZTE=", "tag_name": "v1", "target_commitish": "main", "name": null, "draft": false, "immutable": false, "prerelease": false, "created_at": "2026-11-28T05:37:07Z", "updated_at": "2026-11-28T05:37:07Z", "published_at": "2026-11-28T05:37:07Z", "assets": [], "tarball_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/tarball/v1", "zipball_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/zipball/v1", "body": "notes"}, "repository": {"id": 2, "node_id": "MDEwOlJlcG9zaXRvcnky", "name": "talk", "full_name": "slipway/talk", "private": false, "owner": {"login": "slipway", "id": 6118812, "node_id": "MDQ6VXNlcjYxMTg4MTI=", "avatar_url": "http://127.0.0.1:{github}/slipway.png", "gravatar_id": "", "url": "http://127.0.0.1:{github}/api/v3/users/slipway", "html_url": "http://127.0.0.1:{github}/slipway", "organizations_url": "http://127.0.0.1:{github}/api/v3/users/slipway/orgs", "followers_url": "http://127.0.0.1:{github}/api/v3/users/slipway/followers", "following_url": "http://127.0.0.1:{github}/api/v3/users/slipway/following{/other_user}", "gists_url": "http://127.0.0.1:{github}/api/v3/users/slipway/gists{/gist_id}", "starred_url": "http://127.0.0.1:{github}/api/v3/users/slipway/starred{/owner}{/repo}", "subscriptions_url": "http://127.0.0.1:{github}/api/v3/users/slipway/subscriptions", "repos_url": "http://127.0.0.1:{github}/api/v3/users/slipway/repos", "events_url": "http://127.0.0.1:{github}/api/v3/users/slipway/events{/privacy}", "received_events_url": "http://127.0.0.1:{github}/api/v3/users/slipway/received_events", "type": "User", "user_view_type": "public", "site_admin": false}, "html_url": "http://127.0.0.1:{github}/slipway/talk", "description": null, "fork": false, "url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk", "archive_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/{archive_format}{/ref}", "assignees_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/assignees{/user}", "blobs_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/git/blobs{/sha}", "branches_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/branches{/branch}", "collaborators_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/collaborators{/collaborator}", "comments_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/comments{/number}", "commits_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/commits{/sha}", "compare_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/compare/{base}...{head}", "contents_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/contents/{+path}", "contributors_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/contributors", "deployments_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/deployments", "downloads_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/downloads", "events_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/events", "forks_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/forks", "git_commits_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/git/commits{/sha}", "git_refs_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/git/refs{/sha}", "git_tags_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/git/tags{/sha}", "hooks_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/hooks", "issue_comment_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/issues/comments{/number}", "issue_events_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/issues/events{/number}", "issues_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/issues{/number}", "keys_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/keys{/key_id}", "labels_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/labels{/name}", "languages_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/languages", "merges_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/merges", "milestones_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/milestones{/number}", "notifications_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/notifications{?since,all,participating}", "pulls_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/pulls{/number}", "releases_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/releases{/id}", "stargazers_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/stargazers", "statuses_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/statuses/{sha}", "subscribers_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/subscribers", "subscription_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/subscription", "tags_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/tags", "teams_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/teams", "trees_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/git/trees{/sha}", "git_url": "git://127.0.0.1:{github}/slipway/talk.git", "ssh_url": "git@127.0.0.1:{github}:slipway/talk.git", "clone_url": "http://127.0.0.1:{github}/slipway/talk.git", "svn_url": "http://127.0.0.1:{github}/slipway/talk", "mirror_url": null, "homepage": null, "language": null, "forks_count": 0, "stargazers_count": 0, "watchers_count": 0, "open_issues_count": 0, "network_count": 0, "subscribers_count": 0, "forks": 0, "watchers": 0, "open_issues": 0, "size": 0, "default_branch": "main", "is_template": false, "topics": [], "has_issues": true, "has_projects": false, "has_wiki": false, "has_pages": false, "has_downloads": false, "has_discussions": false, "archived": false, "disabled": false, "visibility": "public", "license": null, "allow_forking": true, "web_commit_signoff_required": false, "pushed_at": "2026-11-28T05:37:07Z", "created_at": "2026-11-28T05:37:07Z", "updated_at": "2026-11-28T05:37:07Z"}, "sender": {"login": "slipway", "id": 6118812, "node_id": "MDQ6VXNlcjYxMTg4MTI=", "avatar_url": "http://127.0.0.1:{github}/slipway.png", "gravatar_id": "", "url": "http://127.0.0.1:{github}/api/v3/users/slipway", "html_url": "http://127.0.0.1:{github}/slipway", "organizations_url": "http://127.0.0.1:{github}/api/v3/users/slipway/orgs", "followers_url": "http://127.0.0.1:{github}/api/v3/users/slipway/followers", "following_url": "http://127.0.0.1:{github}/api/v3/users/slipway/following{/other_user}", "gists_url": "http://127.0.0.1:{github}/api/v3/users/slipway/gists{/gist_id}", "starred_url": "http://127.0.0.1:{github}/api/v3/users/slipway/starred{/owner}{/repo}", "subscriptions_url": "http://127.0.0.1:{github}/api/v3/users/slipway/subscriptions", "repos_url": "http://127.0.0.1:{github}/api/v3/users/slipway/repos", "events_url": "http://127.0.0.1:{github}/api/v3/users/slipway/events{/privacy}", "received_events_url": "http://127.0.0.1:{github}/api/v3/users/slipway/received_events", "type": "User", "user_view_type": "public", "site_admin": false}}',1.79584422785671138766e+09,'http://127.0.0.1:9/','{"Accept": "*/*", "User-Agent": "GitHub-Hookshot/sandbox", "Content-Type": "application/x-www-form-urlencoded", "X-GitHub-Delivery": "751633a7-0181-46f8-84a7-6ad0472e8e5b", "X-GitHub-Event": "release", "X-GitHub-Hook-ID": "1", "X-GitHub-Hook-Installation-Target-ID": "2", "X-GitHub-Hook-Installation-Target-Type": "repository", "X-Hub-Signature": "sha1=2cf2bbab28513d1c337bae963c233f153ecfcd56", "X-Hub-Signature-256": "sha256=f7dace66cebc0b998b99925674ee7f5c8bc7af4e381952dc1ff7cedf872bb299"}',502,'failed to connect to host',0.01,'{}','');
INSERT INTO "webhook_deliveries" VALUES(5,'github','1','67a8cae7-0410-4ffb-b2c6-caa96e7bcca8','release','released',0,'{"action": "released", "release": {"url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/releases/1", "assets_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/releases/1/assets", "upload_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/releases/1/assets{?name,label}", "html_url": "http://127.0.0.1:{github}/slipway/talk/releases/tag/v1", "id": 1, "author": {"login": "slipway", "id": 6118812, "node_id": "MDQ6VXNlcjYxMTg4MTI=", "avatar_url": "http://127.0.0.1:{github}/slipway.png", "gravatar_id": "", "url": "http://127.0.0.1:{github}/api/v3/users/slipway", "html_url": "http://127.0.0.1:{github}/slipway", "organizations_url": "http://127.0.0.1:{github}/api/v3/users/slipway/orgs", "followers_url": "http://127.0.0.1:{github}/api/v3/users/slipway/followers", "following_url": "http://127.0.0.1:{github}/api/v3/users/slipway/following{/other_user}", "gists_url": "http://127.0.0.1:{github}/api/v3/users/slipway/gists{/gist_id}", "starred_url": "http://127.0.0.1:{github}/api/v3/users/slipway/starred{/owner}{/repo}", "subscriptions_url": "http://127.0.0.1:{github}/api/v3/users/slipway/subscriptions", "repos_url": "http://127.0.0.1:{github}/api/v3/users/slipway/repos", "events_url": "http://127.0.0.1:{github}/api/v3/users/slipway/events{/privacy}", "received_events_url": "http://127.0.0.1:{github}/api/v3/users/slipway/received_events", "type": "User", "user_view_type": "public", "site_admin": false}, "node_id": "MDc6UmVsZWFzZTE=", "tag_name": "v1", "target_commitish": "main", "name": null, "draft": false, "immutable": false, "prerelease": false, "created_at": "2026-11-28T05:37:07Z", "updated_at": "2026-11-28T05:37:07Z", "published_at": "2026-11-28T05:37:07Z", "assets": [], "tarball_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/tarball/v1", "zipball_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/zipball/v1", "body": "notes"}, "repository": {"id": 2, "node_id": "MDEwOlJlcG9zaXRvcnky", "name": "talk", "full_name": "slipway/talk", "private": false, "owner": {"login": "slipway", "id": 6118812, "node_id": "MDQ6VXNlcjYxMTg4MTI=", "avatar_url": "http://127.0.0.1:{github}/slipway.png", "gravatar_id": "", "url": "http://127.0.0.1:{github}/api/v3/users/slipway", "html_url": "http://127.0.0.1:{github}/slipway", "organizations_url": "http://127.0.0.1:{github}/api/v3/users/slipway/orgs", "followers_url": "http://127.0.0.1:{github}/api/v3/users/slipway/followers", "following_url": "http://127.0.0.1:{github}/api/v3/users/slipway/following{/other_user}", "gists_url": "http://127.0.0.1:{github}/api/v3/users/slipway/gists{/gist_id}", "starred_url": "http://127.0.0.1:{github}/api/v3/users/slipway/starred{/owner}{/repo}", "subscriptions_url": "http://127.0.0.1:{github}/api/v3/users/slipway/subscriptions", "repos_url": "http://127.0.0.1:{github}/api/v3/users/slipway/repos", "events_url": "http://127.0.0.1:{github}/api/v3/users/slipway/events{/privacy}", "received_events_url": "http://127.0.0.1:{github}/api/v3/users/slipway/received_events", "type": "User", "user_view_type": "public", "site_admin": false}, "html_url": "http://127.0.0.1:{github}/slipway/talk", "description": null, "fork": false, "url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk", "archive_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/{archive_format}{/ref}", "assignees_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/assignees{/user}", "blobs_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/git/blobs{/sha}", "branches_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/branches{/branch}", "collaborators_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/collaborators{/collaborator}", "comments_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/comments{/number}", "commits_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/commits{/sha}", "compare_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/compare/{base}...{head}", "contents_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/contents/{+path}", "contributors_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/contributors", "deployments_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/deployments", "downloads_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/downloads", "events_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/events", "forks_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/forks", "git_commits_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/git/commits{/sha}", "git_refs_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/git/refs{/sha}", "git_tags_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/git/tags{/sha}", "hooks_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/hooks", "issue_comment_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/issues/comments{/number}", "issue_events_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/issues/events{/number}", "issues_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/issues{/number}", "keys_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/keys{/key_id}", "labels_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/labels{/name}", "languages_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/languages", "merges_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/merges", "milestones_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/milestones{/number}", "notifications_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/notifications{?since,all,participating}", "pulls_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/pulls{/number}", "releases_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/releases{/id}", "stargazers_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/stargazers", "statuses_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/statuses/{sha}", "subscribers_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/subscribers", "subscription_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/subscription", "tags_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/tags", "teams_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/teams", "trees_url": "http://127.0.0.1:{github}/api/v3/repos/slipway/talk/git/trees{/sha}", "git_url": "git://127.0.0.1:{github}/slipway/talk.git", "ssh_url": "git@127.0.0.1:{github}:slipway/talk.git", "clone_url": "http://127.0.0.1:{github}/slipway/talk.git", "svn_url": "http://127.0.0.1:{github}/slipway/talk", "mirror_url": null, "homepage": null, "language": null, "forks_count": 0, "stargazers_count": 0, "watchers_count": 0, "open_issues_count": 0, "network_count": 0, "subscribers_count": 0, "forks": 0, "watchers": 0, "open_issues": 0, "size": 0, "default_branch": "main", "is_template": false, "topics": [], "has_issues": true, "has_projects": false, "has_wiki": false, "has_pages": false, "has_downloads": false, "has_discussions": false, "archived": false, "disabled": false, "visibility": "public", "license": null, "allow_forking": true, "web_commit_signoff_required": false, "pushed_at": "2026-11-28T05:37:07Z", "created_at": "2026-11-28T05:37:07Z", "updated_at": "2026-11-28T05:37:07Z"}, "sender": {"login": "slipway", "id": 6118812, "node_id": "MDQ6VXNlcjYxMTg4MTI=", "avatar_url": "http://127.0.0.1:{github}/slipway.png", "gravatar_id": "", "url": "http://127.0.0.1:{github}/api/v3/users/slipway", "html_url": "http://127.0.0.1:{github}/slipway", "organizations_url": "http://127.0.0.1:{github}/api/v3/users/slipway/orgs", "followers_url": "http://127.0.0.1:{github}/api/v3/users/slipway/followers", "following_url": "http://127.0.0.1:{github}/api/v3/users/slipway/following{/other_user}", "gists_url": "http://127.0.0.1:{github}/api/v3/users/slipway/gists{/gist_id}", "starred_url": "http://127.0.0.1:{github}/api/v3/users/slipway/starred{/owner}{/repo}", "subscriptions_url": "http://127.0.0.1:{github}/api/v3/users/slipway/subscriptions", "repos_url": "http://127.0.0.1:{github}/api/v3/users/slipway/repos", "events_url": "http://127.0.0.1:{github}/api/v3/users/slipway/events{/privacy}", "received_events_url": "http://127.0.0.1:{github}/api/v3/users/slipway/received_events", "type": "User", "user_view_type": "public", "site_admin": false}}',1.79584422786359238629e+09,'http://127.0.0.1:9/','{"Accept": "*/*", "User-Agent": "GitHub-Hookshot/sandbox", "Content-Type": "application/x-www-form-urlencoded", "X-GitHub-Delivery": "67a8cae7-0410-4ffb-b2c6-caa96e7bcca8", "X-GitHub-Event": "release", "X-GitHub-Hook-ID": "1", "X-GitHub-Hook-Installation-Target-ID": "2", "X-GitHub-Hook-Installation-Target-Type": "repository", "X-Hub-Signature": "sha1=f1101e84a7de4f7e480f2e93fa0f0c3690b7f8df", "X-Hub-Signature-256": "sha256=59596f0559a379fcde1f0ba07a70db2c057333c9f6a156d61d826c091be4928c"}',502,'failed to connect to host',0.01,'{}','');
CREATE TABLE workflow_files (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository TEXT NOT NULL,
    path TEXT NOT NULL,
    created TEXT NOT NULL,
    runs INTEGER NOT NULL DEFAULT 0,  -- counts run numbers
    UNIQUE (repository, path)
);
INSERT INTO "workflow_files" VALUES(1,'slipway/app','.github/workflows/w.yml','2026-11-28T05:37:04Z',2);
CREATE TABLE workflow_jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run INTEGER NOT NULL REFERENCES workflow_runs (id) ON DELETE CASCADE,
    attempt INTEGER NOT NULL,
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    labels TEXT NOT NULL,             -- JSON; runs-on
    environment TEXT,
    status TEXT NOT NULL,
    conclusion TEXT,
    note TEXT,
    outputs TEXT NOT NULL DEFAULT '{}',
    created TEXT NOT NULL,
    started TEXT,
    completed TEXT
);
INSERT INTO "workflow_jobs" VALUES(1,1,1,'a','a','["ubuntu-latest"]',NULL,'completed','skipped',NULL,'{}','2026-11-28T05:37:05Z','2026-11-28T05:37:05Z','2026-11-28T05:37:05Z');
INSERT INTO "workflow_jobs" VALUES(2,2,1,'a','a','["ubuntu-latest"]',NULL,'completed','skipped',NULL,'{}','2026-11-28T05:37:06Z','2026-11-28T05:37:06Z','2026-11-28T05:37:06Z');
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
    payload TEXT NOT NULL,            -- JSON; inputs or client_payload
    status TEXT NOT NULL,             -- queued, in_progress, completed
    conclusion TEXT,
    note TEXT,                        -- why no job could run, for people
    created TEXT NOT NULL,
    started TEXT NOT NULL,            -- of this attempt
    updated TEXT NOT NULL
, head_repository TEXT NOT NULL DEFAULT '', head_branch TEXT NOT NULL DEFAULT '', head_id TEXT NOT NULL DEFAULT '', told INTEGER NOT NULL DEFAULT 1, called TEXT NOT NULL DEFAULT '[]', whole INTEGER NOT NULL DEFAULT 1);
INSERT INTO "workflow_runs" VALUES(1,1,'slipway/app','.github/workflows/w.yml','.github/workflows/w.yml',1,1,'push','refs/heads/main','5eb3bce6c1e9c19960806ef81ff637a7c2190dee','6f17cc6008734a7402fa9ef8874a9346128466aa','slipway','push','{}','completed','skipped',NULL,'2026-11-28T05:37:04Z','2026-11-28T05:37:05Z','2026-11-28T05:37:05Z','','','',1,'[]',1);
INSERT INTO "workflow_runs" VALUES(2,1,'slipway/app','.github/workflows/w.yml','.github/workflows/w.yml',2,1,'push','refs/heads/main','44ca9c4b9f17f5ac78522c901a61c57f545438d4','5eb3bce6c1e9c19960806ef81ff637a7c2190dee','slipway','m','{}','completed','skipped',NULL,'2026-11-28T05:37:06Z','2026-11-28T05:37:06Z','2026-11-28T05:37:06Z','','','',1,'[]',1);
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
CREATE INDEX hub_repositories_named
    ON hub_repositories (kind, namespace COLLATE NOCASE, name COLLATE NOCASE);
CREATE INDEX space_logs_order ON space_logs (space, kind, run, number);
CREATE INDEX hub_publishers_of ON hub_publishers (repository);
CREATE INDEX webhook_deliveries_of ON webhook_deliveries (platform, hook, id);
CREATE UNIQUE INDEX render_services_name
    ON render_services (owner, name) WHERE NOT deleted;
CREATE UNIQUE INDEX render_services_slug ON render_services (slug) WHERE NOT deleted;
CREATE INDEX render_deploys_service ON render_deploys (service, number);
CREATE UNIQUE INDEX render_disks_service ON render_disks (service) WHERE NOT deleted;
CREATE INDEX render_events_order ON render_events (service, at);
CREATE INDEX render_logs_order ON render_logs (service, at);
CREATE INDEX github_statuses_of_commit ON github_statuses (repository, sha);
CREATE INDEX github_hooks_of ON github_hooks (repository);
CREATE INDEX github_comments_of_issue ON github_comments (issue);
CREATE INDEX github_pulls_of_head ON github_pulls (head_repository, head);
CREATE INDEX github_pulls_of_base ON github_pulls (repository, base);
CREATE INDEX github_reviews_of_pull ON github_reviews (issue);
CREATE INDEX github_review_comments_of_pull ON github_review_comments (issue);
CREATE INDEX github_releases_of ON github_releases (repository, tag);
CREATE INDEX workflow_runs_of ON workflow_runs (repository, commit_id);
CREATE INDEX workflow_runs_of_head ON workflow_runs (repository, head_id);
CREATE INDEX workflow_jobs_of ON workflow_jobs (run, attempt);
DELETE FROM "sqlite_sequence";
COMMIT;
