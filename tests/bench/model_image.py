"""What the model's own stage and layer save: times and pushed bytes, measured as ratios.

    python -m tests.bench.model_image [--megabytes 64] [--runs 5]

Every run uploads new weights to a sandbox's Hub, raises the image with `pulumi up`, changes one
line of the app's code, and raises it again; once with the project's component and once with a
Dockerfile of one stage. Times are of the whole `pulumi up`. The Hub is on this machine and not
slowed down, which favours the Dockerfile that fetches again.
"""

import argparse
import os
import random
import shutil
import statistics
import sys
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from huggingface_hub import HfApi, constants

from components.docker.registry_client import ImageReference, RegistryClient
from components.errors import ApiError
from sandbox.toolchain.docker_build import ensure_docker_build
from sandbox.toolchain.engine import Engine, ensure_engine
from sandbox.toolchain.progress import Progress
from tests.e2e.clone import CHECKOUT, Clone
from tests.e2e.registry import forget_repository

KINDS = ("staged", "no-cache", "one-layer")  # the second: staged, its stages not kept remotely
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
    """A sandbox with a program of its own beside it."""

    clone: Clone
    engine: Engine
    folder: Path
    repository: str = field(default_factory=lambda: f"bench-{uuid.uuid4().hex[:10]}/app")
    seen: set[str] = field(default_factory=set)  # digests of what was pushed
    revision: str = ""

    def prepare(self) -> None:
        """Starts the sandbox and lays the program out."""
        started = self.clone.sandbox("run", "--", "true")
        if started.returncode != 0:
            raise SystemExit(started.stdout + started.stderr)
        shutil.copytree(OWN_PROGRAM, self.folder)
        shutil.copytree(APP, self.folder / "app")
        (self.folder / "one-layer.Dockerfile").rename(self.folder / "app" / "one-layer.Dockerfile")
        for name in ("components", ".venv"):
            (self.folder / name).symlink_to(self.clone.folder / name)
        home = self.clone.folder / ".slipway"
        found = ensure_docker_build(Progress(), home, home / "pulumi-home", self.engine.address)
        self.environment = {**found, "REPOSITORY": self.repository, "MODEL": MODEL}
        self.registry = found["SLIPWAY_REGISTRY"]
        self.hub().create_repo(MODEL)

    def hub(self) -> HfApi:
        """The sandbox's Hub."""
        identity = self.clone.identity()
        return HfApi(f"http://127.0.0.1:{identity['hub_port']}", token=identity["hub_token"])

    def new_weights(self, size: int, seed: str) -> None:
        """Uploads other weights, random as trained ones nearly are: they do not compress."""
        content = random.Random(self.repository + seed).randbytes(size)  # noqa: S311
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
            'cd "$0" && pulumi stack select --create -s "$1" && date +%s.%N && '
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
            yield client.manifest(ImageReference(image.host, image.repository, "cache-baked"))
        except ApiError:
            return  # the Dockerfile of one stage keeps none

    def clear(self) -> None:
        """Takes the images out of the shared registry, and the sandbox away."""
        forget_repository(self.registry, self.repository)
        self.clone.sandbox("reset")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and prints; the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--megabytes", type=int, default=64, help="size of the weights")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args(arguments)
    constants.HF_HUB_DISABLE_XET = True  # the sandbox takes plain LFS uploads only
    first: dict[str, list[Measure]] = {kind: [] for kind in KINDS}
    later: dict[str, list[Measure]] = {kind: [] for kind in KINDS}
    with tempfile.TemporaryDirectory() as folder, ensure_engine(Progress()) as engine:
        clone = Clone.make(Path(folder) / "clone")
        bench = Bench(clone, engine, clone.folder / "bench-program")
        bench.prepare()
        try:
            for run in range(options.runs + 1):
                # In turns, so that no kind always finds the machine as the same other left it.
                for kind in KINDS if run % 2 else KINDS[::-1]:
                    bench.new_weights(options.megabytes * 1_000_000, f"{run} {kind}")
                    bench.change_code(f"{run} {kind} first")
                    made = bench.up(kind)
                    bench.change_code(f"{run} {kind} later")
                    changed = bench.up(kind)
                    if run > 0:  # the first one also pushes the base and starts everything
                        first[kind].append(made)
                        later[kind].append(changed)
        finally:
            bench.clear()
    report(options.megabytes, first, later)
    return 0


def report(
    megabytes: int, first: dict[str, list[Measure]], later: dict[str, list[Measure]]
) -> None:
    """The table: medians, with the smallest and the largest value."""
    write = sys.stdout.write
    runs = len(first[KINDS[0]])
    write(f"\nWeights of {megabytes} MB, {runs} runs, {os.cpu_count()} cores\n\n")
    for kind in KINDS:
        for name, rows in (("first build", first[kind]), ("code change", later[kind])):
            seconds = _spread([row.seconds for row in rows], "{:.1f}")
            pushed = _spread([row.pushed / 1e3 for row in rows], "{:,.1f}")
            asked = statistics.median(row.fetched for row in rows)
            write(f"{kind:10} {name:12} {seconds:>22} s {pushed:>36} kB pushed, ")
            write(f"model fetched {asked:g}x\n")
    write("\n")
    for kind in KINDS[:-1]:
        for what in ("seconds", "pushed"):
            pairs = {
                "code change / first build": (later[kind], first[kind]),
                "code change / the one-layer image's": (later[kind], later["one-layer"]),
                "first build / the one-layer image's": (first[kind], first["one-layer"]),
            }
            for name, (above, below) in pairs.items():
                values = _ratios(above, below, what)
                write(f"{kind:10} {what:8} {name:38} {_spread(values, '{:.6f}')}\n")


def _ratios(above: list[Measure], below: list[Measure], what: str) -> list[float]:
    return [getattr(a, what) / getattr(b, what) for a, b in zip(above, below, strict=True)]


def _spread(values: list[float], form: str) -> str:
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{form.format(middle)} ({form.format(low)} to {form.format(high)})"


if __name__ == "__main__":
    sys.exit(main())
