"""How a deploy begins: in which status, and with which events."""

from sandbox.render.deploys.images import build_id
from sandbox.render.deploys.records import WAS_LIVE, Deploy, Status
from sandbox.render.deploys.turn import Parts
from sandbox.render.services.settings import Settings


def first_status(settings: Settings, image: object, image_ref: object) -> Status:
    """What a deploy is in as soon as it is worked on: one that is given its image builds none."""
    if image is None and image_ref is None:
        return Status.BUILD
    return Status.PRE_DEPLOY if settings.pre_deploy_command else Status.UPDATE


def announce(parts: Parts, deploy: Deploy) -> None:
    """The events with which a deploy that is worked on begins."""
    trigger: dict[str, object] = {
        "firstBuild": not parts.deploys.of(deploy.service, WAS_LIVE),
        "clearCache": deploy.no_cache,
        "deployedByRender": deploy.cause == "deployed_by_render",
        "envUpdated": False,
        "manual": deploy.cause in {"api", "manual", "deploy_hook"},
        "rollback": deploy.cause == "rollback",
    }
    if deploy.cause == "new_commit" and deploy.commit_id is not None:
        trigger["newCommit"] = deploy.commit_id
    parts.events.add(deploy.service, "deploy_started", deployId=deploy.id, trigger=trigger)
    if deploy.status is Status.BUILD:
        build = build_id(deploy.id)
        parts.events.add(deploy.service, "build_started", buildId=build, trigger=trigger)
