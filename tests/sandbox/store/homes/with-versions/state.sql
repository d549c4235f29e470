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
CREATE TABLE github_keys (
    repository INTEGER NOT NULL REFERENCES github_repositories (id) ON DELETE CASCADE,
    environment INTEGER NOT NULL,    -- 0: the repository itself
    key_id TEXT NOT NULL,
    private_key BLOB NOT NULL,
    PRIMARY KEY (repository, environment)
);
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
    pushed_at TEXT NOT NULL,
    UNIQUE (owner, name)
);
INSERT INTO "github_repositories" VALUES(1,'e0b2df092b574cbfa899c3e8aafa8a3c','slipway','app',0,NULL,NULL,'2026-11-27T22:02:00Z','2026-11-27T22:02:07Z','2026-11-27T22:02:07Z');
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
INSERT INTO "github_statuses" VALUES(1,1,'a68fb2ea22ba3d4efdceb2a2ef99d21e4de4aba0','pending','.github/workflows/w.yml / a','Waiting','http://127.0.0.1:{github}/slipway/app/actions/runs/1','github-actions[bot]','2026-11-27T22:02:05Z');
INSERT INTO "github_statuses" VALUES(2,1,'a68fb2ea22ba3d4efdceb2a2ef99d21e4de4aba0','success','.github/workflows/w.yml / a','Skipped','http://127.0.0.1:{github}/slipway/app/actions/runs/1#job-1','github-actions[bot]','2026-11-27T22:02:05Z');
INSERT INTO "github_statuses" VALUES(3,1,'7763bd7757b41af3a41a595ffdbc192fa8f98c2d','pending','.github/workflows/w.yml / a','Waiting','http://127.0.0.1:{github}/slipway/app/actions/runs/2','github-actions[bot]','2026-11-27T22:02:07Z');
INSERT INTO "github_statuses" VALUES(4,1,'7763bd7757b41af3a41a595ffdbc192fa8f98c2d','success','.github/workflows/w.yml / a','Skipped','http://127.0.0.1:{github}/slipway/app/actions/runs/2#job-2','github-actions[bot]','2026-11-27T22:02:07Z');
CREATE TABLE github_variables (
    repository INTEGER NOT NULL REFERENCES github_repositories (id) ON DELETE CASCADE,
    environment INTEGER NOT NULL,    -- 0: the repository itself
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (repository, environment, name)
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
INSERT INTO "hub_repositories" VALUES('48c4268437b34e3bb152fa4159187938','space','slipway','first','public',NULL,'2026-11-27T22:01:59.149+00:00');
INSERT INTO "hub_repositories" VALUES('76628ef03dba496ab953a9bed86c550b','space','slipway','renamed','public',NULL,'2026-11-27T22:01:59.469+00:00');
INSERT INTO "hub_repositories" VALUES('9e135bc82e234f5493422d35ad16f982','model','slipway','weights','public',NULL,'2026-11-27T22:02:00.200+00:00');
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
INSERT INTO "render_deploys" VALUES(1,'dep-uj47zvsmfmfyqy58qwri',1,'deactivated','api','2026-11-27T22:02:05.315179Z','2026-11-27T22:02:08.333596Z','2026-11-27T22:02:05.315179Z','2026-11-27T22:02:06.189880Z','a68fb2ea22ba3d4efdceb2a2ef99d21e4de4aba0','push','2026-11-27T22:02:01.000000Z',NULL,NULL,'render/srv-t8tff3k20gsalm09o73w:dep-uj47zvsmfmfyqy58qwri',0,'{"settings": "{\"type\": \"web_service\", \"runtime\": \"docker\", \"repo\": \"http://127.0.0.1:{github}/slipway/app\", \"branch\": \"main\", \"root_dir\": \"\", \"image_path\": null, \"registry_credential_id\": null, \"auto_deploy_trigger\": \"commit\", \"build_paths\": [], \"ignored_paths\": [], \"docker_command\": \"\", \"docker_context\": \".\", \"dockerfile_path\": \"./Dockerfile\", \"pre_deploy_command\": \"\", \"plan\": \"starter\", \"region\": \"oregon\", \"num_instances\": 1, \"health_check_path\": \"\", \"max_shutdown_delay_seconds\": null, \"build_command\": \"\", \"publish_path\": \"public\"}", "variables": {"B": "2", "A": "1"}, "files": {}, "volumes": {}}');
INSERT INTO "render_deploys" VALUES(2,'dep-7u9gcxipvdu32c6fqtrf',1,'deactivated','new_commit','2026-11-27T22:02:07.329179Z','2026-11-27T22:02:09.483226Z','2026-11-27T22:02:07.329179Z','2026-11-27T22:02:08.333596Z','7763bd7757b41af3a41a595ffdbc192fa8f98c2d','m','2026-11-27T22:02:07.000000Z',NULL,NULL,'render/srv-t8tff3k20gsalm09o73w:dep-7u9gcxipvdu32c6fqtrf',0,'{"settings": "{\"type\": \"web_service\", \"runtime\": \"docker\", \"repo\": \"http://127.0.0.1:{github}/slipway/app\", \"branch\": \"main\", \"root_dir\": \"\", \"image_path\": null, \"registry_credential_id\": null, \"auto_deploy_trigger\": \"commit\", \"build_paths\": [], \"ignored_paths\": [], \"docker_command\": \"\", \"docker_context\": \".\", \"dockerfile_path\": \"./Dockerfile\", \"pre_deploy_command\": \"\", \"plan\": \"starter\", \"region\": \"oregon\", \"num_instances\": 1, \"health_check_path\": \"\", \"max_shutdown_delay_seconds\": null, \"build_command\": \"\", \"publish_path\": \"public\"}", "variables": {"B": "2", "A": "1"}, "files": {}, "volumes": {}}');
INSERT INTO "render_deploys" VALUES(3,'dep-v8r2ada70ugqpg5ul250',1,'live','api','2026-11-27T22:02:08.392978Z','2026-11-27T22:02:09.483226Z','2026-11-27T22:02:08.392978Z','2026-11-27T22:02:09.483226Z','7763bd7757b41af3a41a595ffdbc192fa8f98c2d','m','2026-11-27T22:02:07.000000Z',NULL,NULL,'render/srv-t8tff3k20gsalm09o73w:dep-v8r2ada70ugqpg5ul250',0,'{"settings": "{\"type\": \"web_service\", \"runtime\": \"docker\", \"repo\": \"http://127.0.0.1:{github}/slipway/app\", \"branch\": \"main\", \"root_dir\": \"\", \"image_path\": null, \"registry_credential_id\": null, \"auto_deploy_trigger\": \"commit\", \"build_paths\": [], \"ignored_paths\": [], \"docker_command\": \"\", \"docker_context\": \".\", \"dockerfile_path\": \"./Dockerfile\", \"pre_deploy_command\": \"\", \"plan\": \"starter\", \"region\": \"oregon\", \"num_instances\": 1, \"health_check_path\": \"\", \"max_shutdown_delay_seconds\": null, \"build_command\": \"\", \"publish_path\": \"public\"}", "variables": {"B": "2", "A": "1"}, "files": {}, "volumes": {}}');
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
INSERT INTO "render_events" VALUES('evt-4wn98w10cx9d7ecy8pvd',1,'2026-11-27T22:02:05.315651Z','deploy_started','{"deployId": "dep-uj47zvsmfmfyqy58qwri", "trigger": {"firstBuild": true, "clearCache": false, "deployedByRender": false, "envUpdated": false, "manual": true, "rollback": false}}');
INSERT INTO "render_events" VALUES('evt-0l0yflg69apc67l69enk',1,'2026-11-27T22:02:05.315785Z','build_started','{"buildId": "bld-uj47zvsmfmfyqy58qwri", "trigger": {"firstBuild": true, "clearCache": false, "deployedByRender": false, "envUpdated": false, "manual": true, "rollback": false}}');
INSERT INTO "render_events" VALUES('evt-klcj1gofwgo290effrd5',1,'2026-11-27T22:02:05.682906Z','build_ended','{"buildId": "bld-uj47zvsmfmfyqy58qwri", "buildStatus": "succeeded", "status": 2, "reason": {}}');
INSERT INTO "render_events" VALUES('evt-t5uskcl29hklpl7k8aog',1,'2026-11-27T22:02:06.190134Z','deploy_ended','{"deployId": "dep-uj47zvsmfmfyqy58qwri", "deployStatus": "succeeded", "status": 2, "reason": {}}');
INSERT INTO "render_events" VALUES('evt-5k8nb9l7wb8rbt9o1jlw',1,'2026-11-27T22:02:06.190259Z','server_available','{}');
INSERT INTO "render_events" VALUES('evt-xnptycdlp3m20suc3tko',1,'2026-11-27T22:02:07.329613Z','deploy_started','{"deployId": "dep-7u9gcxipvdu32c6fqtrf", "trigger": {"firstBuild": false, "clearCache": false, "deployedByRender": false, "envUpdated": false, "manual": false, "rollback": false, "newCommit": "7763bd7757b41af3a41a595ffdbc192fa8f98c2d"}}');
INSERT INTO "render_events" VALUES('evt-r8sucyk0o6yszs2ow6bn',1,'2026-11-27T22:02:07.329729Z','build_started','{"buildId": "bld-7u9gcxipvdu32c6fqtrf", "trigger": {"firstBuild": false, "clearCache": false, "deployedByRender": false, "envUpdated": false, "manual": false, "rollback": false, "newCommit": "7763bd7757b41af3a41a595ffdbc192fa8f98c2d"}}');
INSERT INTO "render_events" VALUES('evt-2h3alr7iylibbrnzyjeq',1,'2026-11-27T22:02:07.779172Z','build_ended','{"buildId": "bld-7u9gcxipvdu32c6fqtrf", "buildStatus": "succeeded", "status": 2, "reason": {}}');
INSERT INTO "render_events" VALUES('evt-pih7t7kje1420rf06gqc',1,'2026-11-27T22:02:08.333887Z','deploy_ended','{"deployId": "dep-7u9gcxipvdu32c6fqtrf", "deployStatus": "succeeded", "status": 2, "reason": {}}');
INSERT INTO "render_events" VALUES('evt-ii0sb2xlh0xgadgrcmnx',1,'2026-11-27T22:02:08.334003Z','server_available','{}');
INSERT INTO "render_events" VALUES('evt-3hks28t0r8wyqtp3a9fh',1,'2026-11-27T22:02:08.393524Z','deploy_started','{"deployId": "dep-v8r2ada70ugqpg5ul250", "trigger": {"firstBuild": false, "clearCache": false, "deployedByRender": false, "envUpdated": false, "manual": true, "rollback": false}}');
INSERT INTO "render_events" VALUES('evt-7w5lbmkh7n7343jdri1s',1,'2026-11-27T22:02:08.393630Z','build_started','{"buildId": "bld-v8r2ada70ugqpg5ul250", "trigger": {"firstBuild": false, "clearCache": false, "deployedByRender": false, "envUpdated": false, "manual": true, "rollback": false}}');
INSERT INTO "render_events" VALUES('evt-4ra12c3uhpkn8k9yeo2c',1,'2026-11-27T22:02:08.980047Z','build_ended','{"buildId": "bld-v8r2ada70ugqpg5ul250", "buildStatus": "succeeded", "status": 2, "reason": {}}');
INSERT INTO "render_events" VALUES('evt-d0vaa4pilqizm10sxgkn',1,'2026-11-27T22:02:09.483408Z','deploy_ended','{"deployId": "dep-v8r2ada70ugqpg5ul250", "deployStatus": "succeeded", "status": 2, "reason": {}}');
INSERT INTO "render_events" VALUES('evt-2tuizyyhg4zishvf00kq',1,'2026-11-27T22:02:09.483525Z','server_available','{}');
CREATE TABLE render_logs (
    id TEXT PRIMARY KEY,
    service INTEGER NOT NULL REFERENCES render_services (number) ON DELETE CASCADE,
    at TEXT NOT NULL,                -- no two lines have the same: it orders them
    type TEXT NOT NULL,
    level TEXT NOT NULL,
    instance TEXT NOT NULL,
    message TEXT NOT NULL
);
INSERT INTO "render_logs" VALUES('log-eun0cd5p294l0kurkxjg',1,'2026-11-27T22:02:05.325027Z','build','info','','==> Cloning from http://127.0.0.1:{github}/slipway/app...');
INSERT INTO "render_logs" VALUES('log-ywul2tqzd91173bxhyt6',1,'2026-11-27T22:02:05.659214Z','build','info','','==> Checking out commit a68fb2ea22ba3d4efdceb2a2ef99d21e4de4aba0 in branch main');
INSERT INTO "render_logs" VALUES('log-kq2nf6r7y5jyqywhe2v9',1,'2026-11-27T22:02:05.679071Z','build','info','','reading the Dockerfile');
INSERT INTO "render_logs" VALUES('log-6ym9orz1i8l0d5gxm67y',1,'2026-11-27T22:02:05.679333Z','build','info','','==> Build successful, in 0.0 s');
INSERT INTO "render_logs" VALUES('log-m9n101hrmdbqufy4sg39',1,'2026-11-27T22:02:05.683320Z','app','info','','==> Deploying...');
INSERT INTO "render_logs" VALUES('log-8t4madxa3lp7j839hnge',1,'2026-11-27T22:02:05.687797Z','app','info','srv-t8tff3k20gsalm09o73w-d5d93d','the app starts');
INSERT INTO "render_logs" VALUES('log-il32fdgz7qfuljb69gmd',1,'2026-11-27T22:02:06.189588Z','app','info','srv-t8tff3k20gsalm09o73w-d5d93d','==> Your service is live');
INSERT INTO "render_logs" VALUES('log-9ukdhhkrbddyygxuylfz',1,'2026-11-27T22:02:06.189800Z','app','info','srv-t8tff3k20gsalm09o73w-d5d93d','==> Available at your primary URL http://127.0.0.1:29880');
INSERT INTO "render_logs" VALUES('log-fb7qrq6zd6q8xv68bpiu',1,'2026-11-27T22:02:07.333747Z','build','info','','==> Cloning from http://127.0.0.1:{github}/slipway/app...');
INSERT INTO "render_logs" VALUES('log-18nhtzj4y2gd5414ghdz',1,'2026-11-27T22:02:07.723010Z','build','info','','==> Checking out commit 7763bd7757b41af3a41a595ffdbc192fa8f98c2d in branch main');
INSERT INTO "render_logs" VALUES('log-yd43j6iao94xoe85fug5',1,'2026-11-27T22:02:07.738889Z','build','info','','reading the Dockerfile');
INSERT INTO "render_logs" VALUES('log-ybwjebzqtcptesre1zqb',1,'2026-11-27T22:02:07.739120Z','build','info','','==> Build successful, in 0.0 s');
INSERT INTO "render_logs" VALUES('log-v7ri9guaiqtifrjfuoxf',1,'2026-11-27T22:02:07.779702Z','app','info','','==> Deploying...');
INSERT INTO "render_logs" VALUES('log-fqtcdfqgezfqquolplit',1,'2026-11-27T22:02:07.829593Z','app','info','srv-t8tff3k20gsalm09o73w-8ece3e','the app starts');
INSERT INTO "render_logs" VALUES('log-f91ic9v9pbd05ak8pss9',1,'2026-11-27T22:02:08.333310Z','app','info','srv-t8tff3k20gsalm09o73w-8ece3e','==> Your service is live');
INSERT INTO "render_logs" VALUES('log-669j32ya3515rk7nka7k',1,'2026-11-27T22:02:08.333519Z','app','info','srv-t8tff3k20gsalm09o73w-8ece3e','==> Available at your primary URL http://127.0.0.1:29880');
INSERT INTO "render_logs" VALUES('log-5r6z0sal9mfrb1fj7mvp',1,'2026-11-27T22:02:08.841239Z','build','info','','==> Cloning from http://127.0.0.1:{github}/slipway/app...');
INSERT INTO "render_logs" VALUES('log-0nlivgi5v2wu0dw0jdbj',1,'2026-11-27T22:02:08.894052Z','build','info','','==> Checking out commit 7763bd7757b41af3a41a595ffdbc192fa8f98c2d in branch main');
INSERT INTO "render_logs" VALUES('log-u357atsvewn15raiasbi',1,'2026-11-27T22:02:08.962842Z','build','info','','reading the Dockerfile');
INSERT INTO "render_logs" VALUES('log-7djxp98d1kqw3xzvvm6o',1,'2026-11-27T22:02:08.963220Z','build','info','','==> Build successful, in 0.0 s');
INSERT INTO "render_logs" VALUES('log-d4eeg43vs1gy7n360e22',1,'2026-11-27T22:02:08.980417Z','app','info','','==> Deploying...');
INSERT INTO "render_logs" VALUES('log-vm6wq5ebtdqcqpedm9zo',1,'2026-11-27T22:02:08.981090Z','app','info','srv-t8tff3k20gsalm09o73w-003a76','the app starts');
INSERT INTO "render_logs" VALUES('log-3474kv8n908xdse6k9yd',1,'2026-11-27T22:02:09.482675Z','app','info','srv-t8tff3k20gsalm09o73w-003a76','==> Your service is live');
INSERT INTO "render_logs" VALUES('log-dytmkvftx1m69yi0iggv',1,'2026-11-27T22:02:09.483142Z','app','info','srv-t8tff3k20gsalm09o73w-003a76','==> Available at your primary URL http://127.0.0.1:29880');
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
INSERT INTO "render_services" VALUES(1,'srv-t8tff3k20gsalm09o73w','web','web','tea-slipway0000000000000','2026-11-27T22:02:05.313085Z','2026-11-27T22:02:05.313085Z','{"type": "web_service", "runtime": "docker", "repo": "http://127.0.0.1:{github}/slipway/app", "branch": "main", "root_dir": "", "image_path": null, "registry_credential_id": null, "auto_deploy_trigger": "commit", "build_paths": [], "ignored_paths": [], "docker_command": "", "docker_context": ".", "dockerfile_path": "./Dockerfile", "pre_deploy_command": "", "plan": "starter", "region": "oregon", "num_instances": 1, "health_check_path": "", "max_shutdown_delay_seconds": null, "build_command": "", "publish_path": "public"}',0,0,0,'dep-v8r2ada70ugqpg5ul250','render-web-v8r2ada7-003a76',NULL);
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
INSERT INTO "schema_versions" VALUES('hub_repositories',1);
INSERT INTO "schema_versions" VALUES('space_faults',1);
INSERT INTO "schema_versions" VALUES('spaces',1);
INSERT INTO "schema_versions" VALUES('space_settings',1);
INSERT INTO "schema_versions" VALUES('space_logs',1);
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
INSERT INTO "schema_versions" VALUES('github_repositories',1);
INSERT INTO "schema_versions" VALUES('github_keys',1);
INSERT INTO "schema_versions" VALUES('github_variables',1);
INSERT INTO "schema_versions" VALUES('github_environments',1);
INSERT INTO "schema_versions" VALUES('github_rulesets',1);
INSERT INTO "schema_versions" VALUES('github_statuses',1);
INSERT INTO "schema_versions" VALUES('github_deployments',1);
INSERT INTO "schema_versions" VALUES('workflow_files',1);
INSERT INTO "schema_versions" VALUES('workflow_jobs',1);
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
INSERT INTO "space_settings" VALUES(1,'secret','S1','secret',NULL,'2026-11-27T22:01:59.149Z');
INSERT INTO "space_settings" VALUES(1,'secret','S2','secret',NULL,'2026-11-27T22:01:59.149Z');
INSERT INTO "space_settings" VALUES(1,'variable','V1','v',NULL,'2026-11-27T22:01:59.150Z');
INSERT INTO "space_settings" VALUES(2,'secret','S1','secret',NULL,'2026-11-27T22:01:59.469Z');
INSERT INTO "space_settings" VALUES(2,'secret','S2','secret',NULL,'2026-11-27T22:01:59.469Z');
INSERT INTO "space_settings" VALUES(2,'variable','V1','v',NULL,'2026-11-27T22:01:59.469Z');
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
INSERT INTO "spaces" VALUES(1,'slipway/first','space-slipway-first-4083324e','static','cpu-basic',NULL,NULL,'RUNNING',NULL,'115e9b4d2af48a504cd1ef485177b7a6c5b576b1','',2,0,NULL,'115e9b4d2af48a504cd1ef485177b7a6c5b576b1',NULL,NULL,'T',NULL,'115e9b4d2af48a504cd1ef485177b7a6c5b576b1');
INSERT INTO "spaces" VALUES(2,'slipway/renamed','space-slipway-second-a10e7ede','static','cpu-basic',NULL,NULL,'RUNNING',NULL,'04bb8bfdef22c190248f5a370e7701cc27ceb626','',3,0,NULL,'04bb8bfdef22c190248f5a370e7701cc27ceb626',NULL,NULL,'T',NULL,'04bb8bfdef22c190248f5a370e7701cc27ceb626');
CREATE TABLE workflow_files (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository TEXT NOT NULL,
    path TEXT NOT NULL,
    created TEXT NOT NULL,
    runs INTEGER NOT NULL DEFAULT 0,  -- counts run numbers
    UNIQUE (repository, path)
);
INSERT INTO "workflow_files" VALUES(1,'slipway/app','.github/workflows/w.yml','2026-11-27T22:02:05Z',2);
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
INSERT INTO "workflow_jobs" VALUES(1,1,1,'a','a','["ubuntu-latest"]',NULL,'completed','skipped',NULL,'{}','2026-11-27T22:02:05Z','2026-11-27T22:02:05Z','2026-11-27T22:02:05Z');
INSERT INTO "workflow_jobs" VALUES(2,2,1,'a','a','["ubuntu-latest"]',NULL,'completed','skipped',NULL,'{}','2026-11-27T22:02:07Z','2026-11-27T22:02:07Z','2026-11-27T22:02:07Z');
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
);
INSERT INTO "workflow_runs" VALUES(1,1,'slipway/app','.github/workflows/w.yml','.github/workflows/w.yml',1,1,'push','refs/heads/main','a68fb2ea22ba3d4efdceb2a2ef99d21e4de4aba0','861f5ded5e80ef510b42ba0fdf8fee6fae1b17d9','slipway','push','{}','completed','skipped',NULL,'2026-11-27T22:02:05Z','2026-11-27T22:02:05Z','2026-11-27T22:02:05Z');
INSERT INTO "workflow_runs" VALUES(2,1,'slipway/app','.github/workflows/w.yml','.github/workflows/w.yml',2,1,'push','refs/heads/main','7763bd7757b41af3a41a595ffdbc192fa8f98c2d','a68fb2ea22ba3d4efdceb2a2ef99d21e4de4aba0','slipway','m','{}','completed','skipped',NULL,'2026-11-27T22:02:07Z','2026-11-27T22:02:07Z','2026-11-27T22:02:07Z');
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
CREATE INDEX space_logs_order ON space_logs (space, kind, run, number);
CREATE UNIQUE INDEX render_services_name
    ON render_services (owner, name) WHERE NOT deleted;
CREATE UNIQUE INDEX render_services_slug ON render_services (slug) WHERE NOT deleted;
CREATE INDEX render_deploys_service ON render_deploys (service, number);
CREATE UNIQUE INDEX render_disks_service ON render_disks (service) WHERE NOT deleted;
CREATE INDEX render_events_order ON render_events (service, at);
CREATE INDEX render_logs_order ON render_logs (service, at);
CREATE INDEX github_statuses_of_commit ON github_statuses (repository, sha);
CREATE INDEX workflow_runs_of ON workflow_runs (repository, commit_id);
CREATE INDEX workflow_jobs_of ON workflow_jobs (run, attempt);
DELETE FROM "sqlite_sequence";
COMMIT;
