"""What the model's own stage and layer save: times and pushed bytes, as ratios.

Every run uploads new weights to a sandbox's Hub, raises an image with `pulumi up`, changes one line
of the app's code, and raises it again; once with the project's component and once with a Dockerfile
of one stage. Times are of the whole `pulumi up`, half a dozen seconds of which no build has to do
with. The Hub is on this machine and not slowed down, and so is the registry: both favour the
Dockerfile that fetches and pushes again.
"""

import random
import re
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from huggingface_hub import HfApi, constants

from slipway.errors import ApiError
from slipway.images.registry import ImageReference, RegistryClient
from tests.bench.table import Row, ratio, show
from tests.e2e.clone import CHECKOUT, Clone
from tests.e2e.registry import forget_repository
from toolchain.engine.setup import Engine, ensure_engine
from toolchain.images.buildkit import Buildkitd, ensure_programs
from toolchain.progress import Progress

_PIECE = 64_000_000  # bytes of random weights drawn at once
KINDS = ("staged", "one-layer")
MODEL = "slipway/bench-weights"
OWN_PROGRAM = Path(__file__).parent / "programs" / "model_image"
APP = CHECKOUT / "tests" / "e2e" / "programs" / "model_image" / "app"


@dataclass(frozen=True)
class Measure:
    """One `pulumi up`."""

    seconds: float
    pushed: int  # bytes of layers and cache that the registry did not have
    fetched: int  # model files asked of the Hub


@dataclass
class Bench:
    """A sandbox with a program and a builder of its own beside it."""

    clone: Clone
    engine: Engine
    folder: Path
    builder: Buildkitd  # not the shared one: its cache would push out what others need
    name: str = field(default_factory=lambda: f"bench-{uuid.uuid4().hex[:10]}")
    repository: str = ""  # the name below the sandbox's own prefix
    seen: set[str] = field(default_factory=set)  # digests of what was pushed
    revision: str = ""

    def prepare(self) -> None:
        """Starts the sandbox and the builder, and lays the program out."""
        started = self.clone.sandbox("run", "--", "true")
        if started.returncode != 0:
            raise SystemExit(started.stdout + started.stderr)
        shutil.copytree(OWN_PROGRAM, self.folder)
        shutil.copytree(APP, self.folder / "app")
        (self.folder / "one-layer.Dockerfile").rename(self.folder / "app" / "one-layer.Dockerfile")
        for name in ("slipway", ".venv"):
            (self.folder / name).symlink_to(self.clone.folder / name)
        address = self.engine.address
        if address.buildkit is None:
            raise SystemExit("This measures with the sandbox's private engine only.")
        self.registry = address.buildkit.registry
        self.programs = ensure_programs(Progress())
        self.builder.ensure(self.programs, self.registry, Progress())
        config = self.folder / "docker-config"
        shutil.copytree(self._of_sandbox("DOCKER_CONFIG"), config)
        for instance in config.rglob("instances/*"):
            text = instance.read_text(encoding="utf-8")
            instance.write_text(
                re.sub(r"unix://[^\"]*", self.builder.address, text), encoding="utf-8"
            )
        prefix = self._of_sandbox("SLIPWAY_REGISTRY").partition("/")[2]
        self.repository = f"{prefix}/{self.name}"
        self.environment = {
            "OWN_DOCKER_CONFIG": str(config),
            "REPOSITORY": self.name,
            "MODEL": MODEL,
        }
        self.hub().create_repo(MODEL)

    def _of_sandbox(self, variable: str) -> str:
        """A variable that commands in the sandbox have."""
        return str(self.clone.sandbox("run", "--", "printenv", variable).stdout).strip()

    def hub(self) -> HfApi:
        """The sandbox's Hub."""
        identity = self.clone.identity()
        return HfApi(f"http://127.0.0.1:{identity['hub_port']}", token=identity["hub_token"])

    def new_weights(self, size: int, seed: str) -> None:
        """Uploads other weights, random as trained ones nearly are: they do not compress."""
        drawn = random.Random(self.name + seed)  # noqa: S311 - data, not a key
        # In pieces: one number of more than 2**31 bits can't be drawn.
        whole, rest = divmod(size, _PIECE)
        content = b"".join(
            [*(drawn.randbytes(_PIECE) for _ in range(whole)), drawn.randbytes(rest)]
        )
        self.revision = (
            self.hub()
            .upload_file(path_or_fileobj=content, path_in_repo="weights.bin", repo_id=MODEL)
            .oid
        )

    def change_code(self, word: str) -> None:
        """Another version in the app's one file."""
        server = self.folder / "app" / "server.py"
        lines = server.read_text(encoding="utf-8").splitlines()
        changed = [f'VERSION = "{word}"' if line.startswith("VERSION") else line for line in lines]
        server.write_text("\n".join(changed) + "\n", encoding="utf-8")

    def up(self, kind: str) -> Measure:
        """Raises the image and looks at what that moved."""
        since = self.clone.last_request()
        environment = {
            **self.environment,
            "MODEL_REVISION": self.revision,
            "BUILD_TOKEN": self.clone.identity()["hub_read_token"],
        }
        script = (
            'cd "$0" && export DOCKER_CONFIG="$OWN_DOCKER_CONFIG" && '
            'pulumi stack select --create -s "$1" && date +%s.%N && '
            "pulumi up --yes --skip-preview --non-interactive >&2 && date +%s.%N && "
            'pulumi stack output ref -s "$1"'
        )
        words = ("run", "--", "sh", "-c", script, str(self.folder), kind)
        ended = self.clone.sandbox(*words, environment=environment)
        if ended.returncode != 0:
            raise SystemExit(ended.stdout + ended.stderr)
        *_, started, finished, ref = ended.stdout.split()
        fetched = [
            row
            for row in self.clone.requests(since)
            if "/resolve/" in row["path"] and row["method"] == "GET"
        ]
        return Measure(float(finished) - float(started), self._pushed(ref), len(fetched))

    def _pushed(self, ref: str) -> int:
        image = ImageReference.parse(ref)
        new = {
            layer["digest"]: int(layer["size"])
            for manifest in self._manifests(image)
            for layer in manifest["layers"]
            if layer["digest"] not in self.seen
        }
        self.seen |= set(new)
        return sum(new.values())

    def _manifests(self, image: ImageReference) -> Iterator[dict[str, list[dict[str, str]]]]:
        client = RegistryClient(image.host)
        yield client.manifest(image)
        try:
            yield client.manifest(ImageReference(image.host, f"{image.repository}-cache", "baked"))
        except ApiError:
            return  # the Dockerfile of one stage keeps none

    def forget_builds(self) -> None:
        """Empties the builder: what it has of earlier runs only takes room."""
        command = [self.programs.buildctl, "--addr", self.builder.address, "prune"]
        subprocess.run(command, check=True, capture_output=True)

    def clear(self) -> None:
        """Takes the images out of the shared registry, and the sandbox away."""
        self.builder.stop()
        for repository in (self.repository, f"{self.repository}-cache"):
            forget_repository(self.registry, repository)
        self.clone.sandbox("reset")


@contextmanager
def bench() -> Iterator[Bench]:
    """A sandbox to measure in; nothing is left of it."""
    constants.HF_HUB_DISABLE_XET = True  # the sandbox takes plain LFS uploads only
    with tempfile.TemporaryDirectory() as folder, ensure_engine(Progress()) as engine:
        clone = Clone.make(Path(folder) / "clone")
        builder = Buildkitd(Path(folder) / "buildkit", Path(folder))
        made = Bench(clone, engine, clone.folder / "bench-program", builder)
        try:
            made.prepare()
            yield made
        finally:
            made.clear()


def measure(megabytes: int, runs: int) -> None:
    """Measures with weights of a size, and prints the table."""
    first: dict[str, list[Measure]] = {kind: [] for kind in KINDS}
    later: dict[str, list[Measure]] = {kind: [] for kind in KINDS}
    with bench() as made:
        for run in range(runs + 1):
            # The first run also pushes the base and starts everything: it does not count.
            made.new_weights(megabytes * 1_000_000 if run else 1_000_000, str(run))
            # In turns, so that no kind always finds the machine as the same other left it.
            for kind in KINDS if run % 2 else KINDS[::-1]:
                made.change_code(f"{run} {kind} first")
                began = made.up(kind)
                made.change_code(f"{run} {kind} later")
                changed = made.up(kind)
                if run:
                    first[kind].append(began)
                    later[kind].append(changed)
            made.forget_builds()
    show(f"An image with weights of {megabytes} MB, {runs} runs", [*rows(first, later)])


def rows(first: dict[str, list[Measure]], later: dict[str, list[Measure]]) -> Iterator[Row]:
    """The table's rows."""
    for kind in KINDS:
        for name, found in (("first build", first[kind]), ("code change", later[kind])):
            yield Row(f"{kind}: {name}", [each.seconds for each in found], "{:.1f} s")
            yield Row(f"{kind}: {name}, pushed", [e.pushed / 1e6 for e in found], "{:,.4f} MB")
            yield Row(f"{kind}: {name}, model fetched", [e.fetched for e in found], "{:.0f}")
    one = later["one-layer"]
    for what in ("seconds", "pushed"):
        for name, other in (("first build", first["staged"]), ("one-layer code change", one)):
            yield ratio(
                f"{what}: {name} / staged code change",
                [getattr(each, what) for each in other],
                [getattr(each, what) for each in later["staged"]],
            )
