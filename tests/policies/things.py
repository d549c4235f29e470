"""Things to ask the rules about, each well-behaved unless it is told otherwise."""

from policies.things import (
    Build,
    Database,
    Dockerfile,
    Everything,
    Image,
    Kept,
    ModelRepo,
    Service,
    StoredDigests,
    StoredValue,
)
from policies.values import UNKNOWN
from slipway.dockerfile.broken_rule import BrokenRule

COMMIT = "c" * 40
DIGEST = "registry.test/app@sha256:" + "d" * 64
REPO_URN, IMAGE_URN, BUILD_URN = "urn:repo", "urn:image", "urn:build"


def space(**changes):
    given = {
        "urn": "urn:space",
        "label": "Space acme/demo",
        "kind": "space",
        "variables": {"AUTH_REQUIRED": "true", "LOG_LEVEL": "INFO"},
        "secrets": frozenset({"API_KEY"}),
        "digests": {"API_KEY": "1"},
        "plan": "cpu-basic",
        "port": 7860,
        "dockerfile": dockerfile(),
    }
    return Service(**{**given, **changes})


def service(**changes):
    given = {
        "urn": "urn:service",
        "label": "Render service demo",
        "kind": "web_service",
        "variables": {"AUTH_REQUIRED": "true"},
        "secrets": frozenset({"API_KEY"}),
        "digests": {"API_KEY": "1"},
        "plan": "starter",
        "region": "frankfurt",
        "port": 8000,
        "image": DIGEST,
    }
    return Service(**{**given, **changes})


def dockerfile(*broken, **changes):
    given = {
        "exposed_ports": (7860,),
        "required_secrets": frozenset(),
        "bakes_model": False,
        "bases": ("python:3.11-slim@sha256:" + "e" * 64,),
        "broken": tuple(BrokenRule(rule, f"{rule} is broken", "mend it") for rule in broken),
    }
    return Dockerfile(**{**given, **changes})


def image(**changes):
    given = {
        "urn": IMAGE_URN,
        "label": "Image demo",
        "model": "acme/weights",
        "model_file": "w.gguf",
        "model_revision": COMMIT,
        "delivery": "baked",
        "dockerfile": dockerfile(exposed_ports=(8000,), bakes_model=True),
    }
    return Image(**{**given, **changes})


def build(**changes):
    given = {"urn": BUILD_URN, "label": "Build demo", "arguments": {"IA_MODEL": "tiny"}}
    return Build(**{**given, **changes})


def model_repo(megabytes=1, **changes):
    given = {
        "urn": REPO_URN,
        "label": "Model repository acme/weights",
        "repo": "acme/weights",
        "megabytes": {"w.gguf": str(megabytes)},
    }
    return ModelRepo(**{**given, **changes})


def database(**changes):
    given = {"urn": "urn:db", "label": "Render Postgres db", "plan": "free", "region": "frankfurt"}
    return Database(**{**given, **changes})


def stored(name="HF_SPACE", value="", *, secret=False):
    label = f"GitHub value {'?' if name is UNKNOWN else name}"
    return StoredValue(urn="urn:stored", label=label, name=name, secret=secret, value=value)


def stored_digests(**digests):
    return StoredDigests(urn="urn:github", label="GitHub repository demo", digests=digests)


def kept(*, protect):
    return Kept(urn="urn:kept", label="Space acme/demo", protect=protect)


def using(repo="acme/weights", revision=COMMIT, file="w.gguf"):
    """Variables of a service that uses a model."""
    told = {"BASE_MODEL": repo, "BASE_MODEL_FILE": file, "BASE_MODEL_REVISION": revision}
    return {"AUTH_REQUIRED": "true", **told}


def stack(*things, parents=None):
    return Everything(things, parents or {})
