"""The process machine as Render needs it: references to pull, commands, files, memory limits."""

import hashlib
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.machine.contract import (
    Container,
    ContainerState,
    ImageUnavailableError,
    MachineUnavailableError,
    OpenPort,
    RegistryLogin,
    RunRequest,
)
from tests.sandbox.spaces.process_machine import ProcessMachine

OUT_OF_MEMORY = 137  # the exit code with which an app of a test says that its limit ended it


@dataclass
class RenderMachine(ProcessMachine):
    registry: dict[str, str] = field(default_factory=dict)  # reference -> its app.py
    pulls: list[tuple[str, RegistryLogin | None]] = field(default_factory=list)
    digests: dict[str, str] = field(default_factory=dict)
    opened: list[OpenPort] = field(default_factory=list)  # by whatever runs

    def pull(self, reference: str, tag: str, login: RegistryLogin | None = None) -> str:
        self.pulls.append((reference, login))
        if reference not in self.registry:
            raise ImageUnavailableError(f"Image {reference} can't be pulled: manifest unknown")
        image = self.folder / f"pulled-{len(self.pulls)}"
        image.mkdir()
        (image / "app.py").write_text(self.registry[reference])
        self.images[tag] = image
        return f"sha256:{hashlib.sha256(self.registry[reference].encode()).hexdigest()}"

    def run(self, request: RunRequest) -> Container:
        if request.image not in self.images:
            raise MachineUnavailableError(f"Image {request.image} was not built here")
        image = self.images[request.image]
        for path, content in request.files.items():
            target = image / path.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(content)
        if request.command is not None:
            own = Path(f"{image}-{len(self.runs)}")
            shutil.copytree(image, own)
            words = [str(word) for word in request.command]
            (own / "app.py").write_text(
                f"import subprocess,sys\nsys.exit(subprocess.call({words}))"
            )
            self.images[request.name] = own
            request = RunRequest(**{**vars(request), "image": request.name})
        return super().run(request)

    def state(self, container_id: str) -> ContainerState | None:
        state = super().state(container_id)
        if state is None or state.exit_code != OUT_OF_MEMORY:
            return state
        return ContainerState(False, OUT_OF_MEMORY, out_of_memory=True)

    def open_ports(self, _container_id: str) -> list[OpenPort]:
        return self.opened

    def tags(self) -> set[str]:
        """The images kept by the names the platform gave."""
        return {tag for tag in self.images if tag.startswith("render/")}
