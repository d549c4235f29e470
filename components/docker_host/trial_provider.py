"""The run of a container that waits to be tried: what an image trial proves, and until when.

A resource of its own, and not the container's own wait: a plugin that gives up waiting keeps the
container in the state as one that only has to be updated, and an update of nothing succeeds. A
trial that failed would so have passed at the next run. Here nothing is known until it has passed.
"""

from typing import Any

from pulumi.dynamic import (
    CreateResult,
    DiffResult,
    ReadResult,
    UpdateResult,
)

from slipway.core.managed import Provider
from slipway.docker_host.engine import DockerEngine
from slipway.docker_host.trial import Subject, Trial

TRIED_AGAIN = ("container_id", "memory_mb", "cpus")  # another image is another container
COMPARED = (*TRIED_AGAIN, "ref")
OUTPUTS = ("healthy_after_seconds",)


class TrialRunProvider(Provider):
    """Inputs: host, container_id, ref, service, plan, memory_mb, cpus, timeout_seconds. Adds:
    healthy_after_seconds.
    """  # noqa: D205 - the list of properties is the summary

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Another container or size is tried anew; the same image may have got another name."""
        return DiffResult(changes=_differ(COMPARED, olds, news))

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Tries it."""
        return CreateResult(f"trial:{props['container_id']}", _tried(props))

    def update(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Tries it again, unless only its name is another."""
        if _differ(TRIED_AGAIN, olds, news):
            return UpdateResult(_tried(news))
        return UpdateResult({**news, **{key: olds[key] for key in OUTPUTS if key in olds}})

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """What was proven; whether the container is still there is the container's refresh."""
        return ReadResult(id_, props, {key: props[key] for key in props if key not in OUTPUTS})

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Nothing was made, nothing is deleted."""


def _differ(keys: tuple[str, ...], olds: dict[str, Any], news: dict[str, Any]) -> bool:
    return any(olds.get(key) != news.get(key) for key in keys)


def _tried(props: dict[str, Any]) -> dict[str, Any]:
    subject = Subject(
        service=props["service"],
        image=props["ref"],
        plan=props["plan"],
        memory_mb=int(props["memory_mb"]),
        cpus=float(props["cpus"]),
    )
    trial = Trial(DockerEngine(props["host"]), props["container_id"], subject)
    return {**props, "healthy_after_seconds": trial.run(float(props["timeout_seconds"]))}
