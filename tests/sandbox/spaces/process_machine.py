"""A machine without containers: images are folders, containers are real local processes.

It keeps the whole contract of `sandbox.machine.contract.Machine`. Building runs the context's
`build.py`, if it has one, with the build arguments as environment and the secrets as files in
`$SECRETS`; running starts `app.py` with the container's environment and a free port in `$LISTEN`.
"""

import os
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.machine.builders.client_program import run_client
from sandbox.machine.contract import (
    BuildFailedError,
    BuildRequest,
    Check,
    Container,
    ContainerState,
    LogSink,
    RunRequest,
    wanted_to_the_end,
)
from tests.app.app_process import free_port

FULL_DISK = 138  # the exit code with which an app of a test says that the machine ended it
ENDED_BECAUSE = "Storage limit exceeded: 51.0 GB written outside of volumes"


@dataclass
class Process:
    container: Container
    popen: subprocess.Popen
    log: Path
    image: str
    stop_seconds: int | None


@dataclass
class ProcessMachine:
    folder: Path
    inside_host: str = "127.0.0.1"
    builds: list[BuildRequest] = field(default_factory=list)
    runs: list[RunRequest] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    processes: dict[str, Process] = field(default_factory=dict)
    ended: list[Process] = field(default_factory=list)
    images: dict[str, Path] = field(default_factory=dict)
    building: int = 0
    most_at_once: int = 0

    def build(self, request: BuildRequest, log: LogSink, check: Check = wanted_to_the_end) -> str:
        with self.lock:
            self.builds.append(request)
            number = len(self.builds)
            self.building += 1
            self.most_at_once = max(self.most_at_once, self.building)
        try:
            image = self.folder / f"image-{number}"
            shutil.copytree(request.context, image)
            if (image / "build.py").exists():
                self._run_build(request, image, log, check)
        finally:
            with self.lock:
                self.building -= 1
        self.images[request.tag] = image
        return f"sha256:{number}"

    def _run_build(self, request: BuildRequest, image: Path, log: LogSink, check: Check) -> None:
        secrets = image.with_name(f"{image.name}-secrets")
        secrets.mkdir()
        for name, value in request.secrets.items():
            (secrets / name).write_text(value)
        environment = {**_base(), **request.build_args, "SECRETS": str(secrets)}
        program = f"import os,runpy; os.chdir({str(image)!r}); runpy.run_path('build.py')"
        try:
            ended = run_client([sys.executable, "-u", "-c", program], environment, log, check)
        finally:
            shutil.rmtree(secrets)
        if ended.exit_code != 0:
            raise BuildFailedError(f"build.py ended with {ended.exit_code}")

    def run(self, request: RunRequest) -> Container:
        self.remove(request.name)
        with self.lock:
            self.runs.append(request)
            number = len(self.runs)
        image = self.images[request.image]
        port = free_port()
        log = self.folder / f"log-{number}"
        with log.open("wb") as output:
            popen = subprocess.Popen(
                [sys.executable, "-u", "app.py"],
                cwd=image,
                env={**_base(), **request.env, "LISTEN": str(port)},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        container = Container(f"{request.name}-{number}", port)
        with self.lock:
            self.processes[request.name] = Process(
                container, popen, log, request.image, request.stop_seconds
            )
        return container

    def follow_logs(self, container_id: str, log: LogSink) -> None:
        process = self._by_id(container_id)
        if process is None:
            return
        with process.log.open() as lines:
            while True:
                running = process.popen.poll() is None
                rest = lines.readlines()
                for line in rest:
                    log(line.rstrip("\n"))
                if not rest and not running:
                    return
                if not rest:
                    threading.Event().wait(0.02)

    def state(self, container_id: str) -> ContainerState | None:
        process = self._by_id(container_id)
        if process is None:
            return None
        code = process.popen.poll()
        why = ENDED_BECAUSE if code == FULL_DISK else None
        return ContainerState(code is None, code, out_of_memory=False, ended_because=why)

    def open_ports(self, _container_id: str):
        """A process of this computer has no ports of its own."""
        return ()

    def find(self, name: str) -> Container | None:
        with self.lock:
            process = self.processes.get(name)
        return process.container if process and process.popen.poll() is None else None

    def remove(self, name: str, *, soon: bool = False) -> None:
        with self.lock:
            process = self.processes.pop(name, None)
            if process is not None:
                self.ended.append(process)
        if process is not None:
            if process.stop_seconds is not None and not soon:
                process.popen.terminate()
                with suppress(subprocess.TimeoutExpired):
                    process.popen.wait(process.stop_seconds)
            process.popen.kill()
            process.popen.wait()

    def remove_image(self, tag: str) -> None:
        with self.lock:
            if not any(process.image == tag for process in self.processes.values()):
                self.images.pop(tag, None)

    def names(self) -> list[str]:
        """The containers there are."""
        with self.lock:
            return sorted(self.processes)

    def kill(self, name: str) -> None:
        """Ends a container as a crash does, without the platform asking."""
        with self.lock:
            process = self.processes[name]
        process.popen.send_signal(signal.SIGTERM)
        process.popen.wait()

    def close(self) -> None:
        for name in self.names():
            self.remove(name)

    def _by_id(self, container_id: str) -> Process | None:
        with self.lock:
            known = [*self.processes.values(), *self.ended]
        return next((each for each in known if each.container.id == container_id), None)


def _base() -> dict[str, str]:
    return {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
