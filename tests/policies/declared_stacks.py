"""For each rule the resources of a stack that breaks it, keeps it, or says too little: plain data.

So one and the same stack goes through the engine, into a state file and through a plan. `UNKNOWN`
stands for what is known only once something is made.
"""

from tests.policies.things import COMMIT, DIGEST

UNKNOWN = "<unknown>"
TOKEN = "hf_" + "a" * 34
SPACE, SERVICE = "slipway:huggingface:Space", "slipway:render:WebService"
REPO, IMAGE = "slipway:huggingface:ModelRepo", "slipway:docker:ModelImage"
SECRET = "github:index/actionsSecret:ActionsSecret"
VARIABLE = "github:index/actionsVariable:ActionsVariable"
SETTINGS = "slipway:github:RepositorySettings"
KEPT = "pulumi-python:dynamic/huggingface:Space"
SOUND = {
    "exposed_ports": [7860],
    "required_secrets": [],
    "bakes_model": False,
    "bases": ["python@sha256:" + "e" * 64],
    "broken": [],
}


def dockerfile(*broken, **changes):
    said = [{"rule": rule, "problem": f"{rule} is broken", "remedy": "mend it"} for rule in broken]
    return {**SOUND, "broken": said, **changes}


def space(more=None, *, variables=None, **changes):
    given = {
        "repo_id": "acme/demo",
        "hardware": "cpu-basic",
        "variables": variables or {"AUTH_REQUIRED": "true", **(more or {})},
        "secret_names": ["API_KEY"],
        "secret_digests": {"API_KEY": "production"},
        "files_by_git": False,
        "app_port": 7860,
        "dockerfile": SOUND,
    }
    return SPACE, {**given, **changes}


def service(env=None, *, variables=None, **changes):
    given = {
        "name": "demo",
        "region": "frankfurt",
        "plan": "starter",
        "env": variables or {"AUTH_REQUIRED": "true", **(env or {})},
        "secret_names": ["API_KEY"],
        "secret_digests": {"API_KEY": "production"},
        "image": DIGEST,
        "auto_deploy": "off",
        "has_deploy_hook": False,
    }
    return SERVICE, {**given, **changes}


def image(**changes):
    given = {
        "repository": "demo",
        "delivery": "baked",
        "model": "acme/weights",
        "model_file": "w.gguf",
        "model_revision": COMMIT,
        "dockerfile": {**SOUND, "bakes_model": True},
    }
    return IMAGE, {**given, **changes}


def weights(megabytes=1):
    return REPO, {"repo_id": "acme/weights", "megabytes": {"w.gguf": megabytes}}


def using(revision=COMMIT):
    return {"MODEL_REPO": "acme/weights", "MODEL_FILE": "w.gguf", "MODEL_REVISION": revision}


# Rule -> (a stack that breaks it, one that keeps it, one of which too little is known or, where
# what it looks at is always known, one that breaks it with all else unknown).
STACKS = {
    "auth-required": (
        [space({"AUTH_REQUIRED": "false"})],
        [space()],
        [space({"AUTH_REQUIRED": UNKNOWN})],
    ),
    "debug-off": (
        [space({"DEBUG": "true"})],
        [space({"DEBUG": "false"})],
        [space({"DEBUG": UNKNOWN})],
    ),
    "secret-names": (
        [space({"API_KEY": "k"})],
        [space({"TITLE": "t"})],
        [space(variables=UNKNOWN)],
    ),
    "secret-values": (
        [space({"TITLE": TOKEN})],
        [space({"TITLE": "t"})],
        [space({"TITLE": UNKNOWN})],
    ),
    "plaintext-database": (
        [service({"DATABASE_URL": "postgresql://u:p@host/db"})],
        [service({"DATABASE_URL": "sqlite:///db"})],
        [service({"DATABASE_URL": UNKNOWN})],
    ),
    "build-secrets": (
        [space(dockerfile=dockerfile("secret-login"))],
        [space()],
        [space(variables=UNKNOWN, dockerfile=dockerfile("secret-login"))],
    ),
    "secrets-declared": (
        [space(dockerfile=dockerfile(required_secrets=["HF_TOKEN"]))],
        [space(dockerfile=dockerfile(required_secrets=["API_KEY"]))],
        [space(secret_names=UNKNOWN, dockerfile=dockerfile(required_secrets=["HF_TOKEN"]))],
    ),
    "secrets-differ": (
        [space(), (SETTINGS, {"repository": "r", "secret_digests": {"API_KEY": "production"}})],
        [space(), (SETTINGS, {"repository": "r", "secret_digests": {"API_KEY": "tests"}})],
        [space(), (SETTINGS, {"repository": "r", "secret_digests": {"API_KEY": UNKNOWN}})],
    ),
    "keyless": (
        [(SECRET, {"secretName": "HF_TOKEN"})],
        [(SECRET, {"secretName": "API_KEY"})],
        [(SECRET, {"secretName": UNKNOWN})],
    ),
    "ports-agree": ([space(app_port=8000)], [space()], [space(app_port=UNKNOWN)]),
    "one-port": (
        [space(dockerfile=dockerfile(exposed_ports=[7860, 8000]))],
        [space()],
        [space(variables=UNKNOWN, dockerfile=dockerfile(exposed_ports=[7860, 8000]))],
    ),
    "settings-present": (
        [space(repo_id="acme/model")],
        [space({"HF_MODEL_REPO": "a/b"}, repo_id="acme/model")],
        [space(variables=UNKNOWN, repo_id="acme/model")],
    ),
    "space-reaches": (
        [space({"ENGINE_URL": "https://host:8443"})],
        [space({"ENGINE_URL": "https://host"})],
        [space({"ENGINE_URL": UNKNOWN})],
    ),
    "model-pinned": (
        [service(using("main")), weights()],
        [service(using()), weights()],
        [service(using(UNKNOWN)), weights()],
    ),
    "model-baked-once": (
        [image(), image(repository="other"), weights()],
        [image(), image(repository="other", model=""), weights()],
        [image(delivery=UNKNOWN), weights()],
    ),
    "model-fits-memory": (
        [service(using()), weights(2000)],
        [service(using()), weights(100)],
        [service(using(), plan=UNKNOWN), weights(100)],
    ),
    "model-fits-disk": (
        [space(using()), weights(60_000)],
        [space(using()), weights(100)],
        [space(using(), hardware=UNKNOWN), weights(100)],
    ),
    "model-builds-in-time": (
        [image(), weights(20_000)],
        [image(), weights()],
        [image(model_file=UNKNOWN), weights()],
    ),
    "image-multi-stage": (
        [image(dockerfile=dockerfile("model-stage")), weights()],
        [image(), weights()],
        [space(variables=UNKNOWN, dockerfile=dockerfile("model-stage"))],
    ),
    "image-non-root": (
        [space(dockerfile=dockerfile("root"))],
        [space()],
        [space(variables=UNKNOWN, dockerfile=dockerfile("root"))],
    ),
    "image-clean": (
        [space(dockerfile=dockerfile("compiler"))],
        [space()],
        [space(variables=UNKNOWN, dockerfile=dockerfile("compiler"))],
    ),
    "image-by-digest": (
        [service(image="demo:latest")],
        [service()],
        [service(image=UNKNOWN)],
    ),
    "base-by-digest": (
        [space(dockerfile=dockerfile(bases=["python:3.11"]))],
        [space()],
        [space(variables=UNKNOWN, dockerfile=dockerfile(bases=["python:3.11"]))],
    ),
    "somebody-deploys": (
        [space(files_by_git=True), (VARIABLE, {"variableName": "HF_SPACE", "value": "acme/x"})],
        [space(files_by_git=True), (VARIABLE, {"variableName": "HF_SPACE", "value": "acme/demo"})],
        [space(files_by_git=True), (VARIABLE, {"variableName": "HF_SPACE", "value": UNKNOWN})],
    ),
    "one-deployer": (
        [service(auto_deploy="commit", has_deploy_hook=True)],
        [service(has_deploy_hook=True)],
        [service(variables=UNKNOWN, auto_deploy="commit", has_deploy_hook=True)],
    ),
    "protected": (
        [(KEPT, {"repo_id": "acme/demo"})],
        [(KEPT, {"repo_id": "acme/demo", "protect": True})],
        [(KEPT, {"repo_id": UNKNOWN})],
    ),
    "regions": ([service(region="mars")], [service()], [service(region=UNKNOWN)]),
    "monthly-budget": (
        [service(plan="standard", instances=5)],
        [service()],
        [service(plan=UNKNOWN)],
    ),
}
ALWAYS_KNOWN = frozenset(
    {
        "build-secrets",
        "image-multi-stage",
        "one-port",
        "image-non-root",
        "image-clean",
        "base-by-digest",
        "one-deployer",
        "protected",
    }
)
