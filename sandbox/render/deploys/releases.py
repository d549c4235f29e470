"""New deploys of a service: what they freeze, how they queue, how they are called off."""

import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from sandbox.render.deploys.first_steps import announce, first_status
from sandbox.render.deploys.git_source import Commit, SourceError
from sandbox.render.deploys.image_reference import normalised, repository_of
from sandbox.render.deploys.images import build_id
from sandbox.render.deploys.records import OPEN, WAITING, Deploy, Frozen, Status
from sandbox.render.deploys.turn import Parts
from sandbox.render.env.variables import Kind
from sandbox.render.http import body as read
from sandbox.render.http.errors import BadRequestError, NotFoundError
from sandbox.render.http.ids import now
from sandbox.render.services.records import Service
from sandbox.render.services.settings import Settings

_LOOK_SECONDS = 5.0  # that a caller waits for a commit's message
_COMMIT = re.compile(r"[0-9a-fA-F]{7,40}")


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a caller wants of a deploy besides the service's settings."""

    commit: str | None = None
    found: Commit | None = None  # that commit, where it was looked up already
    image_ref: str | None = None
    no_cache: bool = False
    made: Deploy | None = None  # the deploy whose image is taken, instead of making one


class Releases:
    """Creates and cancels deploys."""

    def __init__(self, parts: Parts, *, wake: Callable[[int], None]) -> None:
        self._parts = parts
        self._wake = wake
        self._lock = threading.RLock()  # one decision about a queue at a time

    @contextmanager
    def deciding(self) -> Iterator[None]:
        """Around what brings deploys about: one at a time, and all of it is kept, or none."""
        with self._lock, self._parts.database.transaction():
            yield

    def add(self, service: Service, cause: str, wish: Wish | None = None) -> Deploy:
        """A new deploy; raises BadRequestError for a suspended service."""
        wish = wish or Wish()
        if service.suspended:
            raise BadRequestError("cannot deploy suspended service")
        values = _values(service, wish)
        frozen = self._freeze(service)
        status = first_status(frozen.settings, values.get("image"), values.get("image_ref"))
        with self.deciding():
            under_way = self._parts.deploys.of(service.number, OPEN)
            queued = bool(under_way) and self._parts.tuning.overlap == "wait"
            if queued:
                status = Status.QUEUED
            deploy = self._parts.deploys.add(service.number, status, cause, frozen, **values)
            for older in under_way:
                if older.status in WAITING or not queued:
                    self.cancel(older, newer=deploy.id)
            if not queued:
                announce(self._parts, deploy)
            self._parts.database.after_commit(lambda: self._wake(service.number))
        return deploy

    def looked_up(self, service: Service, wish: Wish) -> Wish:
        """A wish that names its commit, so that the answer does; none where that takes long.

        To be asked outside of `deciding`: it waits for an address elsewhere. What cannot be had is
        told by the deploy.
        """
        settings = service.settings
        if settings.repo is None or wish.made is not None or wish.image_ref is not None:
            return wish
        until = time.monotonic() + _LOOK_SECONDS

        def check() -> None:
            if time.monotonic() > until:
                raise SourceError("it takes long")

        branch = settings.branch or ""
        try:
            source = self._parts.source
            found = source.fetch(service.id, settings.repo, branch, wish.commit, check)
        except SourceError:
            return wish
        return replace(wish, found=found)

    def again(self, service: Service, target: Deploy, cause: str) -> Deploy:
        """A deploy of the image that an earlier one made; raises BadRequestError if it is gone."""
        if target.image is None:
            raise BadRequestError(f"what {target.id} ran is no longer kept")
        return self.add(service, cause, Wish(made=target))

    def cancel(self, deploy: Deploy, newer: str | None = None) -> bool:
        """Calls a deploy off; False if it ended before."""
        ended = self._parts.deploys.advance(deploy, status=Status.CANCELED, finished_at=now())
        if ended is None:
            return False
        reason = {} if newer is None else {"newDeploy": {"id": newer}}
        events = self._parts.events
        if deploy.status is Status.BUILD and deploy.image is None:
            build = {} if newer is None else {"newBuild": {"id": build_id(newer)}}
            events.build_ended(deploy.service, build_id(deploy.id), "canceled", build)
        events.deploy_ended(deploy.service, deploy.id, "canceled", reason)
        return True

    def cancel_all(self, service: Service) -> None:
        """Calls off whatever waits or is under way."""
        with self.deciding():
            for deploy in self._parts.deploys.of(service.number, OPEN):
                self.cancel(deploy)

    def _freeze(self, service: Service) -> Frozen:
        disk = self._parts.disks.of(service.number)
        return Frozen(
            settings=service.settings,
            variables=self._parts.values_of(service.number, Kind.VARIABLE),
            files=self._parts.values_of(service.number, Kind.FILE),
            volumes={} if disk is None else {disk.id: disk.mount_path},
        )


def _values(service: Service, wish: Wish) -> dict[str, object]:
    """What a deploy is made of, as far as it is known before it begins."""
    values: dict[str, object] = {"no_cache": int(wish.no_cache)}
    if wish.made is not None:
        for name in ("image", "image_ref", "image_sha"):
            values[name] = getattr(wish.made, name)
        for name in ("commit_id", "commit_message", "commit_at"):
            values[name] = getattr(wish.made, name)
    elif service.settings.image_path is not None:
        values["image_ref"] = wish.image_ref or service.settings.image_path
    elif wish.found is not None:
        values["commit_id"] = wish.found.id
        values["commit_message"], values["commit_at"] = wish.found.message, wish.found.at
    else:
        values["commit_id"] = wish.commit
    return values


def read_deploy(body: Mapping[str, Any], service: Service, parts: Parts) -> Wish:
    """The body of `POST …/deploys`; raises BadRequestError."""
    settings = service.settings
    mode = "build_and_deploy"
    if body.get("deployMode"):
        mode = read.one_of(body, "deployMode", ("build_and_deploy", "deploy_only"))
    if body.get("artifactId"):
        raise BadRequestError("the service has no artifacts")
    clear = "do_not_clear"
    if body.get("clearCache"):
        clear = read.one_of(body, "clearCache", ("clear", "do_not_clear"))
    commit, image = read.text(body, "commitId"), read.text(body, "imageUrl")
    if mode == "deploy_only":
        if commit or image or clear == "clear":
            raise BadRequestError(
                "deploy_only cannot be combined with commitId, imageUrl or clearCache"
            )
        return Wish(made=_live(service, parts))
    return Wish(
        commit=_commit(commit, settings) if commit else None,
        image_ref=_image(image, settings) if image else None,
        no_cache=clear == "clear",
    )


def _live(service: Service, parts: Parts) -> Deploy:
    try:
        live = parts.deploys.find(service.number, service.live or "")
    except NotFoundError:
        raise BadRequestError("deploy_only needs a live deploy") from None
    if live.image is None:
        raise BadRequestError(f"what {live.id} ran is no longer kept")
    return live


def _commit(commit: str, settings: Settings) -> str:
    if settings.repo is None:
        raise BadRequestError("commitId cannot be used with image-backed services")
    if not _COMMIT.fullmatch(commit):
        raise BadRequestError(f"invalid commitId: {commit!r}")
    return commit.lower()


def _image(image: str, settings: Settings) -> str:
    if settings.image_path is None:
        raise BadRequestError("imageUrl can be used with image-backed services only")
    reference = normalised(image)
    if repository_of(reference) != repository_of(settings.image_path):
        raise BadRequestError("only the image tag or digest can be updated when creating a deploy")
    return reference
