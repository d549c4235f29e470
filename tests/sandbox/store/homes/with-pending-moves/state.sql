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
INSERT INTO "github_repositories" VALUES(1,'f9b6dff12994441d8d65c1ead4d18ef0','slipway','app',0,NULL,NULL,'2026-11-27T22:00:29Z','2026-11-27T22:00:34Z','2026-11-27T22:00:34Z',NULL);
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
INSERT INTO "github_statuses" VALUES(1,1,'4eccf8a4d2134b9caeb6071a180ff24b9939716d','pending','.github/workflows/w.yml / a','Waiting','http://127.0.0.1:{github}/slipway/app/actions/runs/1','github-actions[bot]','2026-11-27T22:00:32Z');
INSERT INTO "github_statuses" VALUES(2,1,'4eccf8a4d2134b9caeb6071a180ff24b9939716d','success','.github/workflows/w.yml / a','Skipped','http://127.0.0.1:{github}/slipway/app/actions/runs/1#job-1','github-actions[bot]','2026-11-27T22:00:32Z');
INSERT INTO "github_statuses" VALUES(3,1,'3ef15541a6bd6b6e9ea8e3dd01b59b307611125b','pending','.github/workflows/w.yml / a','Waiting','http://127.0.0.1:{github}/slipway/app/actions/runs/2','github-actions[bot]','2026-11-27T22:00:34Z');
INSERT INTO "github_statuses" VALUES(4,1,'3ef15541a6bd6b6e9ea8e3dd01b59b307611125b','success','.github/workflows/w.yml / a','Skipped','http://127.0.0.1:{github}/slipway/app/actions/runs/2#job-2','github-actions[bot]','2026-11-27T22:00:34Z');
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
INSERT INTO "hub_repositories" VALUES('e1592c0d5fac4d348b97da1b562f4f05','space','slipway','first','public',NULL,'2026-11-27T22:00:29.351+00:00');
INSERT INTO "hub_repositories" VALUES('46ea493f26354d8aa074053812040547','space','slipway','renamed','public',NULL,'2026-11-27T22:00:29.477+00:00');
INSERT INTO "hub_repositories" VALUES('9efe891d897b423a98089e71a953691d','model','slipway','weights','public',NULL,'2026-11-27T22:00:29.633+00:00');
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
INSERT INTO "render_deploys" VALUES(1,'dep-8vnit8p85lr5n0jxv6mj',1,'deactivated','api','2026-11-27T22:00:32.684893Z','2026-11-27T22:00:35.033056Z','2026-11-27T22:00:32.684893Z','2026-11-27T22:00:33.396652Z','4eccf8a4d2134b9caeb6071a180ff24b9939716d','push','2026-11-27T22:00:30.000000Z',NULL,NULL,'render/srv-xysgtytwkemsouv75f8x:dep-8vnit8p85lr5n0jxv6mj',0,'{"settings": "{\"type\": \"web_service\", \"runtime\": \"docker\", \"repo\": \"http://127.0.0.1:{github}/slipway/app\", \"branch\": \"main\", \"root_dir\": \"\", \"image_path\": null, \"registry_credential_id\": null, \"auto_deploy_trigger\": \"commit\", \"build_paths\": [], \"ignored_paths\": [], \"docker_command\": \"\", \"docker_context\": \".\", \"dockerfile_path\": \"./Dockerfile\", \"pre_deploy_command\": \"\", \"plan\": \"starter\", \"region\": \"oregon\", \"num_instances\": 1, \"health_check_path\": \"\", \"max_shutdown_delay_seconds\": null, \"build_command\": \"\", \"publish_path\": \"public\"}", "variables": {"B": "2", "A": "1"}, "files": {}, "volumes": {}}');
INSERT INTO "render_deploys" VALUES(2,'dep-a4p1ueu36x7funx71j5a',1,'deactivated','new_commit','2026-11-27T22:00:34.424558Z','2026-11-27T22:00:36.135729Z','2026-11-27T22:00:34.424558Z','2026-11-27T22:00:35.033056Z','3ef15541a6bd6b6e9ea8e3dd01b59b307611125b','m','2026-11-27T22:00:34.000000Z',NULL,NULL,'render/srv-xysgtytwkemsouv75f8x:dep-a4p1ueu36x7funx71j5a',0,'{"settings": "{\"type\": \"web_service\", \"runtime\": \"docker\", \"repo\": \"http://127.0.0.1:{github}/slipway/app\", \"branch\": \"main\", \"root_dir\": \"\", \"image_path\": null, \"registry_credential_id\": null, \"auto_deploy_trigger\": \"commit\", \"build_paths\": [], \"ignored_paths\": [], \"docker_command\": \"\", \"docker_context\": \".\", \"dockerfile_path\": \"./Dockerfile\", \"pre_deploy_command\": \"\", \"plan\": \"starter\", \"region\": \"oregon\", \"num_instances\": 1, \"health_check_path\": \"\", \"max_shutdown_delay_seconds\": null, \"build_command\": \"\", \"publish_path\": \"public\"}", "variables": {"B": "2", "A": "1"}, "files": {}, "volumes": {}}');
INSERT INTO "render_deploys" VALUES(3,'dep-anoivab1gr0ccbedoiii',1,'live','api','2026-11-27T22:00:35.093722Z','2026-11-27T22:00:36.135729Z','2026-11-27T22:00:35.093722Z','2026-11-27T22:00:36.135729Z','3ef15541a6bd6b6e9ea8e3dd01b59b307611125b','m','2026-11-27T22:00:34.000000Z',NULL,NULL,'render/srv-xysgtytwkemsouv75f8x:dep-anoivab1gr0ccbedoiii',0,'{"settings": "{\"type\": \"web_service\", \"runtime\": \"docker\", \"repo\": \"http://127.0.0.1:{github}/slipway/app\", \"branch\": \"main\", \"root_dir\": \"\", \"image_path\": null, \"registry_credential_id\": null, \"auto_deploy_trigger\": \"commit\", \"build_paths\": [], \"ignored_paths\": [], \"docker_command\": \"\", \"docker_context\": \".\", \"dockerfile_path\": \"./Dockerfile\", \"pre_deploy_command\": \"\", \"plan\": \"starter\", \"region\": \"oregon\", \"num_instances\": 1, \"health_check_path\": \"\", \"max_shutdown_delay_seconds\": null, \"build_command\": \"\", \"publish_path\": \"public\"}", "variables": {"B": "2", "A": "1"}, "files": {}, "volumes": {}}');
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
INSERT INTO "render_events" VALUES('evt-h8odxh1u7unjtr272mqc',1,'2026-11-27T22:00:32.685245Z','deploy_started','{"deployId": "dep-8vnit8p85lr5n0jxv6mj", "trigger": {"firstBuild": true, "clearCache": false, "deployedByRender": false, "envUpdated": false, "manual": true, "rollback": false}}');
INSERT INTO "render_events" VALUES('evt-3yq02ow0lu73pgrtussr',1,'2026-11-27T22:00:32.685347Z','build_started','{"buildId": "bld-8vnit8p85lr5n0jxv6mj", "trigger": {"firstBuild": true, "clearCache": false, "deployedByRender": false, "envUpdated": false, "manual": true, "rollback": false}}');
INSERT INTO "render_events" VALUES('evt-dh92x7p8kq6tuegtvhml',1,'2026-11-27T22:00:32.885476Z','build_ended','{"buildId": "bld-8vnit8p85lr5n0jxv6mj", "buildStatus": "succeeded", "status": 2, "reason": {}}');
INSERT INTO "render_events" VALUES('evt-1qm0jhlnzbwmca4x0a28',1,'2026-11-27T22:00:33.396962Z','deploy_ended','{"deployId": "dep-8vnit8p85lr5n0jxv6mj", "deployStatus": "succeeded", "status": 2, "reason": {}}');
INSERT INTO "render_events" VALUES('evt-o9svw5uk61546wy6fe0e',1,'2026-11-27T22:00:33.397087Z','server_available','{}');
INSERT INTO "render_events" VALUES('evt-gz0jtkcc72eudkdipw40',1,'2026-11-27T22:00:34.424916Z','deploy_started','{"deployId": "dep-a4p1ueu36x7funx71j5a", "trigger": {"firstBuild": false, "clearCache": false, "deployedByRender": false, "envUpdated": false, "manual": false, "rollback": false, "newCommit": "3ef15541a6bd6b6e9ea8e3dd01b59b307611125b"}}');
INSERT INTO "render_events" VALUES('evt-ojbt89wkwyl4zenrl0aj',1,'2026-11-27T22:00:34.425006Z','build_started','{"buildId": "bld-a4p1ueu36x7funx71j5a", "trigger": {"firstBuild": false, "clearCache": false, "deployedByRender": false, "envUpdated": false, "manual": false, "rollback": false, "newCommit": "3ef15541a6bd6b6e9ea8e3dd01b59b307611125b"}}');
INSERT INTO "render_events" VALUES('evt-bo9s6px5dyy53426esw1',1,'2026-11-27T22:00:34.519216Z','build_ended','{"buildId": "bld-a4p1ueu36x7funx71j5a", "buildStatus": "succeeded", "status": 2, "reason": {}}');
INSERT INTO "render_events" VALUES('evt-d6ezuo970aszgcr8ne6z',1,'2026-11-27T22:00:35.033408Z','deploy_ended','{"deployId": "dep-a4p1ueu36x7funx71j5a", "deployStatus": "succeeded", "status": 2, "reason": {}}');
INSERT INTO "render_events" VALUES('evt-rcarb69pl7jn6sbu8i6l',1,'2026-11-27T22:00:35.033541Z','server_available','{}');
INSERT INTO "render_events" VALUES('evt-k7kkmrkz89ktj5ya6606',1,'2026-11-27T22:00:35.094054Z','deploy_started','{"deployId": "dep-anoivab1gr0ccbedoiii", "trigger": {"firstBuild": false, "clearCache": false, "deployedByRender": false, "envUpdated": false, "manual": true, "rollback": false}}');
INSERT INTO "render_events" VALUES('evt-7jmoewoswh0uemn5049y',1,'2026-11-27T22:00:35.094136Z','build_started','{"buildId": "bld-anoivab1gr0ccbedoiii", "trigger": {"firstBuild": false, "clearCache": false, "deployedByRender": false, "envUpdated": false, "manual": true, "rollback": false}}');
INSERT INTO "render_events" VALUES('evt-ognetflxzao3tj8usi6r',1,'2026-11-27T22:00:35.618907Z','build_ended','{"buildId": "bld-anoivab1gr0ccbedoiii", "buildStatus": "succeeded", "status": 2, "reason": {}}');
INSERT INTO "render_events" VALUES('evt-4kstfguavwwoomn4ekc6',1,'2026-11-27T22:00:36.135948Z','deploy_ended','{"deployId": "dep-anoivab1gr0ccbedoiii", "deployStatus": "succeeded", "status": 2, "reason": {}}');
INSERT INTO "render_events" VALUES('evt-dic3im8he81v1ntsqzdj',1,'2026-11-27T22:00:36.136063Z','server_available','{}');
CREATE TABLE render_logs (
    id TEXT PRIMARY KEY,
    service INTEGER NOT NULL REFERENCES render_services (number) ON DELETE CASCADE,
    at TEXT NOT NULL,                -- no two lines have the same: it orders them
    type TEXT NOT NULL,
    level TEXT NOT NULL,
    instance TEXT NOT NULL,
    message TEXT NOT NULL
);
INSERT INTO "render_logs" VALUES('log-lg43j430pyv02xx66epy',1,'2026-11-27T22:00:32.705235Z','build','info','','==> Cloning from http://127.0.0.1:{github}/slipway/app...');
INSERT INTO "render_logs" VALUES('log-06jgvp5lwcpmj7ebttaf',1,'2026-11-27T22:00:32.852367Z','build','info','','==> Checking out commit 4eccf8a4d2134b9caeb6071a180ff24b9939716d in branch main');
INSERT INTO "render_logs" VALUES('log-mjx162fx94cqaxb2zxwp',1,'2026-11-27T22:00:32.875123Z','build','info','','reading the Dockerfile');
INSERT INTO "render_logs" VALUES('log-m3gjzuvr1ypgeh272vhf',1,'2026-11-27T22:00:32.875738Z','build','info','','==> Build successful, in 0.0 s');
INSERT INTO "render_logs" VALUES('log-jnrmbqjiulbuukp45ud1',1,'2026-11-27T22:00:32.890908Z','app','info','','==> Deploying...');
INSERT INTO "render_logs" VALUES('log-3laqp2szsx8q19xgxqe7',1,'2026-11-27T22:00:32.893833Z','app','info','srv-xysgtytwkemsouv75f8x-4c7e4f','the app starts');
INSERT INTO "render_logs" VALUES('log-m2ixptt9f1tsdi9gf1xh',1,'2026-11-27T22:00:33.396279Z','app','info','srv-xysgtytwkemsouv75f8x-4c7e4f','==> Your service is live');
INSERT INTO "render_logs" VALUES('log-ebijwf960aa1gmr85pgq',1,'2026-11-27T22:00:33.396540Z','app','info','srv-xysgtytwkemsouv75f8x-4c7e4f','==> Available at your primary URL http://127.0.0.1:24041');
INSERT INTO "render_logs" VALUES('log-64hcsly97bw5xb1my9n7',1,'2026-11-27T22:00:34.429175Z','build','info','','==> Cloning from http://127.0.0.1:{github}/slipway/app...');
INSERT INTO "render_logs" VALUES('log-d3bomdicxddwzghis8pi',1,'2026-11-27T22:00:34.506006Z','build','info','','==> Checking out commit 3ef15541a6bd6b6e9ea8e3dd01b59b307611125b in branch main');
INSERT INTO "render_logs" VALUES('log-rwlfiq5za2uinaqhnmb0',1,'2026-11-27T22:00:34.514244Z','build','info','','reading the Dockerfile');
INSERT INTO "render_logs" VALUES('log-c6cl41kb3w48whtm6aar',1,'2026-11-27T22:00:34.514698Z','build','info','','==> Build successful, in 0.0 s');
INSERT INTO "render_logs" VALUES('log-5wwnmnq2ys50z19av6mr',1,'2026-11-27T22:00:34.519729Z','app','info','','==> Deploying...');
INSERT INTO "render_logs" VALUES('log-6ep0yqnsvyszvvg69wxg',1,'2026-11-27T22:00:34.527102Z','app','info','srv-xysgtytwkemsouv75f8x-448231','the app starts');
INSERT INTO "render_logs" VALUES('log-twd13jw2gd31twdoakqj',1,'2026-11-27T22:00:35.032715Z','app','info','srv-xysgtytwkemsouv75f8x-448231','==> Your service is live');
INSERT INTO "render_logs" VALUES('log-hrhc9rkfv09np4xipu16',1,'2026-11-27T22:00:35.032971Z','app','info','srv-xysgtytwkemsouv75f8x-448231','==> Available at your primary URL http://127.0.0.1:24041');
INSERT INTO "render_logs" VALUES('log-9zulouwisze3w25t3zn5',1,'2026-11-27T22:00:35.542563Z','build','info','','==> Cloning from http://127.0.0.1:{github}/slipway/app...');
INSERT INTO "render_logs" VALUES('log-pkjsssvdggc1xlz0kqwg',1,'2026-11-27T22:00:35.601024Z','build','info','','==> Checking out commit 3ef15541a6bd6b6e9ea8e3dd01b59b307611125b in branch main');
INSERT INTO "render_logs" VALUES('log-pd37x9ejsftsa2ltvo69',1,'2026-11-27T22:00:35.611172Z','build','info','','reading the Dockerfile');
INSERT INTO "render_logs" VALUES('log-95ekc9zwmvjj695hu74i',1,'2026-11-27T22:00:35.611533Z','build','info','','==> Build successful, in 0.0 s');
INSERT INTO "render_logs" VALUES('log-yv4mq1e640vkn9r50o03',1,'2026-11-27T22:00:35.619322Z','app','info','','==> Deploying...');
INSERT INTO "render_logs" VALUES('log-3zymdzstwwuxcl9z2zgz',1,'2026-11-27T22:00:35.627861Z','app','info','srv-xysgtytwkemsouv75f8x-2d10c3','the app starts');
INSERT INTO "render_logs" VALUES('log-65mlalg0xsz3of6ktdli',1,'2026-11-27T22:00:36.135382Z','app','info','srv-xysgtytwkemsouv75f8x-2d10c3','==> Your service is live');
INSERT INTO "render_logs" VALUES('log-nzanhjrgpcsbdqoqlc32',1,'2026-11-27T22:00:36.135650Z','app','info','srv-xysgtytwkemsouv75f8x-2d10c3','==> Available at your primary URL http://127.0.0.1:24041');
CREATE TABLE render_notices (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    repo TEXT NOT NULL,               -- its address
    branch TEXT NOT NULL,
    commit_id TEXT NOT NULL,
    checks_passed INTEGER NOT NULL    -- 0: it was pushed; 1: its checks ended well
);
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
INSERT INTO "render_services" VALUES(1,'srv-xysgtytwkemsouv75f8x','web','web','tea-slipway0000000000000','2026-11-27T22:00:32.683897Z','2026-11-27T22:00:32.683897Z','{"type": "web_service", "runtime": "docker", "repo": "http://127.0.0.1:{github}/slipway/app", "branch": "main", "root_dir": "", "image_path": null, "registry_credential_id": null, "auto_deploy_trigger": "commit", "build_paths": [], "ignored_paths": [], "docker_command": "", "docker_context": ".", "dockerfile_path": "./Dockerfile", "pre_deploy_command": "", "plan": "starter", "region": "oregon", "num_instances": 1, "health_check_path": "", "max_shutdown_delay_seconds": null, "build_command": "", "publish_path": "public"}',0,0,0,'dep-anoivab1gr0ccbedoiii','render-web-anoivab1-2d10c3',NULL);
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
INSERT INTO "schema_versions" VALUES('render_notices',1);
INSERT INTO "schema_versions" VALUES('github_repositories',2);
INSERT INTO "schema_versions" VALUES('github_keys',1);
INSERT INTO "schema_versions" VALUES('github_variables',1);
INSERT INTO "schema_versions" VALUES('github_environments',1);
INSERT INTO "schema_versions" VALUES('github_rulesets',1);
INSERT INTO "schema_versions" VALUES('github_statuses',1);
INSERT INTO "schema_versions" VALUES('github_deployments',1);
INSERT INTO "schema_versions" VALUES('github_pending_moves',1);
INSERT INTO "schema_versions" VALUES('github_issues',1);
INSERT INTO "schema_versions" VALUES('github_labels',1);
INSERT INTO "schema_versions" VALUES('github_pulls',1);
INSERT INTO "schema_versions" VALUES('github_reviews',1);
INSERT INTO "schema_versions" VALUES('workflow_files',3);
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
INSERT INTO "space_settings" VALUES(1,'secret','S1','secret',NULL,'2026-11-27T22:00:29.352Z');
INSERT INTO "space_settings" VALUES(1,'secret','S2','secret',NULL,'2026-11-27T22:00:29.352Z');
INSERT INTO "space_settings" VALUES(1,'variable','V1','v',NULL,'2026-11-27T22:00:29.352Z');
INSERT INTO "space_settings" VALUES(2,'secret','S1','secret',NULL,'2026-11-27T22:00:29.478Z');
INSERT INTO "space_settings" VALUES(2,'secret','S2','secret',NULL,'2026-11-27T22:00:29.478Z');
INSERT INTO "space_settings" VALUES(2,'variable','V1','v',NULL,'2026-11-27T22:00:29.478Z');
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
INSERT INTO "spaces" VALUES(1,'slipway/first','space-slipway-first-2ecf05d6','static','cpu-basic',NULL,NULL,'RUNNING',NULL,'bc4bcc5750843e222e48ab39a1bcdd373b6eb96e','',2,0,NULL,'bc4bcc5750843e222e48ab39a1bcdd373b6eb96e',NULL,NULL,'T',NULL,'bc4bcc5750843e222e48ab39a1bcdd373b6eb96e');
INSERT INTO "spaces" VALUES(2,'slipway/renamed','space-slipway-second-d68d0be4','static','cpu-basic',NULL,NULL,'RUNNING',NULL,'f765d2ed4f3e27a205e219c3cc2980e4cc962389','',3,0,NULL,'f765d2ed4f3e27a205e219c3cc2980e4cc962389',NULL,NULL,'T',NULL,'f765d2ed4f3e27a205e219c3cc2980e4cc962389');
CREATE TABLE workflow_files (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository TEXT NOT NULL,
    path TEXT NOT NULL,
    created TEXT NOT NULL,
    runs INTEGER NOT NULL DEFAULT 0,  -- counts run numbers
    UNIQUE (repository, path)
);
INSERT INTO "workflow_files" VALUES(1,'slipway/app','.github/workflows/w.yml','2026-11-27T22:00:32Z',2);
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
INSERT INTO "workflow_jobs" VALUES(1,1,1,'a','a','["ubuntu-latest"]',NULL,'completed','skipped',NULL,'{}','2026-11-27T22:00:32Z','2026-11-27T22:00:32Z','2026-11-27T22:00:32Z');
INSERT INTO "workflow_jobs" VALUES(2,2,1,'a','a','["ubuntu-latest"]',NULL,'completed','skipped',NULL,'{}','2026-11-27T22:00:34Z','2026-11-27T22:00:34Z','2026-11-27T22:00:34Z');
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
, head_repository TEXT NOT NULL DEFAULT '', head_branch TEXT NOT NULL DEFAULT '', head_id TEXT NOT NULL DEFAULT '', told INTEGER NOT NULL DEFAULT 1);
INSERT INTO "workflow_runs" VALUES(1,1,'slipway/app','.github/workflows/w.yml','.github/workflows/w.yml',1,1,'push','refs/heads/main','4eccf8a4d2134b9caeb6071a180ff24b9939716d','778a5a92da8205f3a61ea4ba5bb9a39476995d6c','slipway','push','{}','completed','skipped',NULL,'2026-11-27T22:00:32Z','2026-11-27T22:00:32Z','2026-11-27T22:00:32Z','','','',1);
INSERT INTO "workflow_runs" VALUES(2,1,'slipway/app','.github/workflows/w.yml','.github/workflows/w.yml',2,1,'push','refs/heads/main','3ef15541a6bd6b6e9ea8e3dd01b59b307611125b','4eccf8a4d2134b9caeb6071a180ff24b9939716d','slipway','m','{}','completed','skipped',NULL,'2026-11-27T22:00:34Z','2026-11-27T22:00:34Z','2026-11-27T22:00:34Z','','','',1);
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
CREATE INDEX github_comments_of_issue ON github_comments (issue);
CREATE INDEX github_pulls_of_head ON github_pulls (head_repository, head);
CREATE INDEX github_pulls_of_base ON github_pulls (repository, base);
CREATE INDEX github_reviews_of_pull ON github_reviews (issue);
CREATE INDEX github_review_comments_of_pull ON github_review_comments (issue);
CREATE INDEX workflow_runs_of ON workflow_runs (repository, commit_id);
CREATE INDEX workflow_runs_of_head ON workflow_runs (repository, head_id);
CREATE INDEX workflow_jobs_of ON workflow_jobs (run, attempt);
DELETE FROM "sqlite_sequence";
COMMIT;
