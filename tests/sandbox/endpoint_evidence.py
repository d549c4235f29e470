"""How we know of each address: by the vendor's own client, or else by what is said here.

Operations of Render's SDK are found by themselves; only what it does not know stands here.
"""

_REPO = "/api/{plural:plural}/{namespace}/{name}"
_WEB = "/{prefix:prefix}{namespace}/{name}"
_SPACE = "/api/spaces/{namespace}/{name}"
_GIT = "git itself, over HTTP"
_LFS = "git-lfs and client, LFS batch API"
_OURS = "ours: a page for people"
_NAMELESS = "client `revision_exists`, `file_exists`: 404 for names without a namespace"
_REFUSED = "refused with 501 by name"


def _client(*names: str) -> str:
    return "client " + ", ".join(f"`{name}`" for name in names)


HUB = {
    "GET /api/spaces/hardware": _client("list_spaces_hardware"),
    "GET /api/spaces/templates": _client("list_space_templates"),
    f"GET {_SPACE}/runtime": _client("get_space_runtime"),
    f"POST {_SPACE}/hardware": _client("request_space_hardware"),
    f"POST {_SPACE}/sleeptime": _client("set_space_sleep_time"),
    f"POST {_SPACE}/pause": _client("pause_space"),
    f"POST {_SPACE}/restart": _client("restart_space"),
    f"GET {_SPACE}/logs/{{kind}}": _client("fetch_space_logs"),
    f"GET {_SPACE}/secrets": _client("get_space_secrets"),
    f"POST {_SPACE}/secrets": _client("add_space_secret"),
    f"DELETE {_SPACE}/secrets": _client("delete_space_secret"),
    f"GET {_SPACE}/variables": _client("get_space_variables"),
    f"POST {_SPACE}/variables": _client("add_space_variable"),
    f"DELETE {_SPACE}/variables": _client("delete_space_variable"),
    f"POST {_SPACE}/dev-mode": f"{_client('enable_space_dev_mode')}; {_REFUSED}",
    f"PUT {_SPACE}/volumes": f"{_client('set_space_volumes')}; {_REFUSED}",
    f"DELETE {_SPACE}/volumes": f"{_client('delete_space_volumes')}; {_REFUSED}",
    f"POST {_SPACE}/replicas": _REFUSED,
    f"GET {_SPACE}/events": _REFUSED,
    f"GET {_SPACE}/metrics": _REFUSED,
    f"GET {_REPO}/auth-check": _client("auth_check"),
    f"GET {_REPO}/auth-check/write": _client("auth_check"),
    "GET /datasets/{namespace}/{name}": _OURS,
    **{
        f"{method} /api/{{plural:plural}}/{{name}}/{{word:word}}/{{rest:path}}": _NAMELESS
        for method in ("DELETE", "GET", "POST")
    },
    "GET /{prefix:prefix}{name}/{word:word}/{rest:path}": _NAMELESS,
    "GET /api/spaces/semantic-search": _REFUSED,
    "GET /api/settings/webhooks": _client("list_webhooks"),
    "POST /api/settings/webhooks": _client("create_webhook"),
    "GET /api/settings/webhooks/{webhook}": _client("get_webhook"),
    "POST /api/settings/webhooks/{webhook}": _client("update_webhook"),
    "DELETE /api/settings/webhooks/{webhook}": _client("delete_webhook"),
    "POST /api/settings/webhooks/{webhook}/enable": _client("enable_webhook"),
    "POST /api/settings/webhooks/{webhook}/disable": _client("disable_webhook"),
    "GET /api/whoami-v2": _client("whoami"),
    "GET /api/agent-harnesses": "client, asked once when it is imported by an agent",
    "POST /api/validate-yaml": "client `RepoCard.validate`",
    "POST /api/repos/create": _client("create_repo"),
    "DELETE /api/repos/delete": _client("delete_repo"),
    "POST /api/repos/move": _client("move_repo"),
    f"PUT {_REPO}/settings": _client("update_repo_settings"),
    "GET /api/{plural:plural}": _client("list_models", "list_spaces"),
    f"GET {_REPO}": _client("model_info", "space_info"),
    f"GET {_REPO}/revision/{{revision:path}}": _client("model_info", "space_info"),
    f"GET {_REPO}/tree/{{rest:path}}": _client("list_repo_tree"),
    f"POST {_REPO}/paths-info/{{revision:path}}": _client("get_paths_info"),
    f"GET {_REPO}/commits/{{revision:path}}": _client("list_repo_commits"),
    f"GET {_REPO}/refs": _client("list_repo_refs"),
    f"POST {_REPO}/branch/{{branch:path}}": _client("create_branch"),
    f"DELETE {_REPO}/branch/{{branch:path}}": _client("delete_branch"),
    f"POST {_REPO}/tag/{{revision:path}}": _client("create_tag"),
    f"DELETE {_REPO}/tag/{{revision:path}}": _client("delete_tag"),
    f"POST {_REPO}/preupload/{{revision:path}}": _client("create_commit"),
    f"POST {_REPO}/commit/{{revision:path}}": _client("create_commit"),
    f"POST {_WEB}/info/lfs/objects/batch": _LFS,
    f"POST {_WEB}/info/lfs/objects/verify": _LFS,
    "PUT /lfs-storage/{uid}/{oid}": "ours: where the LFS batch API sends uploads",
    "GET /lfs-storage/{uid}/{oid}": "ours: where the LFS batch API sends downloads",
    f"GET {_WEB}/info/refs": _GIT,
    f"POST {_WEB}/git-upload-pack": _GIT,
    f"POST {_WEB}/git-receive-pack": _GIT,
    f"GET {_WEB}/resolve/{{rest:path}}": _client("hf_hub_download"),
    f"GET {_WEB}/raw/{{rest:path}}": "the Hub's documentation: a file without LFS",
    "GET /api/{plural:plural}/{name}": "ours: 404 for names without a namespace",
    "POST /oauth/token": "client, where HF_OIDC_RESOURCE is set; other grants are "
    "refused with 501 by name",
    "GET /": _OURS,
    "GET /spaces/{namespace}/{name}": _OURS,
    "GET /{namespace}/{name}": _OURS,
}
_HOOK = "Render's documentation, Deploy Hooks; no API knows it"
RENDER = {"GET /deploy/{id}": _HOOK, "POST /deploy/{id}": _HOOK}
