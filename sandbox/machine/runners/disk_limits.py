"""Ends a container that writes more than it may: engines limit that on few file systems alone.

What counts is the container's own layer, that is all it writes outside of volumes, as the engine
measures it, and what a volume holds that has a size.
"""

import json
import logging
import os
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import docker
from docker.errors import APIError, DockerException

from sandbox.machine.contract import RunRequest

_LOG = logging.getLogger(__name__)

DISK_LABEL = "slipway.disk-bytes"
VOLUMES_LABEL = "slipway.volume-bytes"
MOST_BYTES = 50 * 1000**3  # of a Space on the Hub's own machines, its documentation says
RESERVE = 2 * 1024**3  # bytes that stay free, whatever each single container may still write
_SHARE = 0.5  # of what was free when a container started
_LOOK_SECONDS = 2.0
_REST = 10  # times as long as a look took: measuring walks through all files of the layers
_WORTH = 256 * 1024**2  # who has written less than that is not to blame for a full disk


class DiskLimits:
    """Looks at the containers of one sandbox, in a thread, as long as there are any."""

    def __init__(
        self, client: docker.DockerClient, label: str, *, seconds: float = _LOOK_SECONDS
    ) -> None:
        """Names what is looked at.

        Args:
            client: of the engine.
            label: "key=value", which all these containers have.
            seconds: between two looks.
        """
        self._client = client
        self._label = label
        self._seconds = seconds
        self._lock = threading.Lock()
        self._limits: dict[str, int] = {}  # container's id -> bytes
        self._volumes: dict[str, dict[str, int]] = {}  # container's id -> volume -> bytes
        self._reasons: dict[str, str] = {}
        self._looking: threading.Thread | None = None  # while there are containers
        self._closed = threading.Event()
        self._disk: Path | None = None

    def allowed(self, wanted: int | None) -> int:
        """How many bytes a container that starts now may write, of those it is promised."""
        disk = self._place()
        most = MOST_BYTES if wanted is None else wanted
        if disk is None:
            return most
        return min(most, int(shutil.disk_usage(disk).free * _SHARE))

    def labels(self, request: RunRequest, engine_name: Callable[[str], str]) -> dict[str, str]:
        """What a container that starts now says of its limits, for whoever finds it later."""
        sizes = {engine_name(volume): most for volume, most in request.volume_bytes.items()}
        limits = {DISK_LABEL: str(self.allowed(request.disk_bytes))}
        return limits | ({VOLUMES_LABEL: json.dumps(sizes)} if sizes else {})

    def watch(self, container_id: str, labels: Mapping[str, str]) -> None:
        """Looks at a container with such labels until it is gone."""
        limit = self.allowed(int(labels.get(DISK_LABEL, 0)) or None)
        volumes: dict[str, int] = json.loads(labels.get(VOLUMES_LABEL, "{}"))
        with self._lock:
            self._limits[container_id] = limit
            self._volumes[container_id] = volumes
            if self._looking is None:
                self._looking = threading.Thread(target=self._run, name="disk-limits", daemon=True)
                self._looking.start()

    def reason(self, container_id: str) -> str | None:
        """Why a container was ended, in one sentence; None where that was not because of a disk."""
        return self._reasons.get(container_id)

    def forget(self, container_id: str) -> None:
        """Drops what is known of a container that is removed."""
        self._reasons.pop(container_id, None)

    def close(self) -> None:
        """Looks no more."""
        self._closed.set()
        with self._lock:
            looking = self._looking
        if looking is not None:
            looking.join()

    def _run(self) -> None:
        while True:
            began = time.monotonic()
            with self._lock:
                limits, volumes = dict(self._limits), dict(self._volumes)
            try:
                sizes = self._sizes()
            except (DockerException, OSError) as error:
                _LOG.debug("what containers wrote cannot be measured: %s", error)
                sizes = None
            if sizes is not None:
                self._judge(sizes, limits)
                for container_id in limits.keys() & sizes.keys():
                    self._judge_volumes(container_id, volumes.get(container_id, {}))
                with self._lock:
                    for gone in limits.keys() - sizes.keys():
                        self._limits.pop(gone, None)
                        self._volumes.pop(gone, None)
                    if not self._limits:
                        self._looking = None
                        return
            if self._closed.wait(max(self._seconds, _REST * (time.monotonic() - began))):
                return

    def _judge(self, sizes: dict[str, int], limits: dict[str, int]) -> None:
        written_by = {each: sizes[each] for each in limits.keys() & sizes.keys()}
        for container_id, written in written_by.items():
            limit = limits[container_id]
            if written > limit:
                self._end(
                    container_id,
                    f"Storage limit exceeded: {_said(written)} written outside of volumes, where "
                    f"{_said(limit)} are allowed",
                )
        disk = self._place()
        if disk is None or not written_by:
            return
        free = shutil.disk_usage(disk).free
        most, largest = max((written, each) for each, written in written_by.items())
        if free < RESERVE and most >= _WORTH:
            self._end(
                largest,
                f"Storage limit exceeded: {_said(most)} written outside of volumes, and "
                f"{_said(free)} are left on the disk of the sandbox",
            )

    def _judge_volumes(self, container_id: str, volumes: Mapping[str, int]) -> None:
        for volume, limit in volumes.items():
            held = self._held(volume)
            if held > limit:
                self._end(
                    container_id,
                    f"Storage limit exceeded: {_said(held)} are on its disk, the size of which is "
                    f"{_said(limit)}",
                )

    def _held(self, volume: str) -> int:
        """Bytes on a volume; 0 where this process may not look into it, as in a virtual machine."""
        try:
            place = str(self._client.volumes.get(volume).attrs["Mountpoint"])
        except DockerException:
            return 0
        held = 0
        for parent, _, files in os.walk(place):
            for file in files:
                with suppress(OSError):  # gone meanwhile
                    held += os.lstat(f"{parent}/{file}").st_blocks * 512
        return held

    def _end(self, container_id: str, reason: str) -> None:
        self._reasons[container_id] = reason  # before it ends: who sees that asks why
        with suppress(APIError):  # it ended meanwhile
            self._client.api.kill(container_id)

    def _sizes(self) -> dict[str, int]:
        """Bytes in the own layer of each container that runs."""
        found: list[dict[str, Any]] = self._client.api.containers(
            size=True, filters={"label": self._label}
        )
        return {str(each["Id"]): int(each.get("SizeRw") or 0) for each in found}

    def _place(self) -> Path | None:
        """A folder on the engine's disk; None where that is in a virtual machine."""
        if self._disk is None:
            with suppress(DockerException, OSError):
                self._disk = Path(str(self._client.info()["DockerRootDir"]))
        with suppress(OSError):
            if self._disk is not None and self._disk.is_dir():
                return self._disk
        return None


def _said(size: int) -> str:
    """A number of bytes for people."""
    gigabytes = size / 1000**3
    return f"{gigabytes:.1f} GB" if gigabytes >= 1 else f"{gigabytes * 1000:.0f} MB"
