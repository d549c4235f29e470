"""A Space's `runtime` object, in the shape that `huggingface_hub.SpaceRuntime` reads."""

from typing import Any

from sandbox.hub.spaces.hardware import DEFAULT_FLAVOR, FREE_SLEEP_SECONDS
from sandbox.hub.spaces.records import SpaceRecord
from sandbox.hub.spaces.stages import Stage

# `sha` is the commit being served, so it is there only while something is (observed on the Hub).
_SERVING = frozenset({Stage.RUNNING, Stage.RUNNING_BUILDING, Stage.RUNNING_APP_STARTING})


def describe(record: SpaceRecord, host: str, *, serves: bool) -> dict[str, Any]:
    """The runtime; `host` is the public address without its scheme."""
    replicas = {"requested": 1} | ({"current": 1} if serves else {})
    answer: dict[str, Any] = {"stage": str(record.stage)}
    if record.static:
        answer |= {"hardware": {"current": None, "requested": None}, "storage": None}
    else:
        answer |= {
            "hardware": {"current": record.hardware_current, "requested": record.hardware},
            "storage": None,
            "gcTimeout": _sleep_time(record),
        }
        if record.stage in _SERVING and record.sha is not None:
            answer["sha"] = record.sha
    answer |= {
        "replicas": replicas,
        "devMode": False,
        "domains": [{"domain": host, "stage": "READY"}],
    }
    if record.error is not None:
        answer["errorMessage"] = record.error
    return answer


def subdomain(repo_id: str) -> str:
    """The name the Space would have under hf.space: lower case, everything else a hyphen."""
    return "".join(letter if letter.isalnum() else "-" for letter in repo_id.lower())


def _sleep_time(record: SpaceRecord) -> int | None:
    return FREE_SLEEP_SECONDS if record.hardware == DEFAULT_FLAVOR else record.sleep_seconds
