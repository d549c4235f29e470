"""How long until a container answers for the first time: model in the image, or fetched at start.

Both images are those of frigo's AI service, from one Dockerfile; what differs is MODEL_DELIVERY.
The weights are the small model's with random bytes behind it, which the engine does not read, so
that the file has the size asked for. The sandbox's Hub holds every download back for as long as
the file would take at the given pace.
"""

import hashlib
import random
import shutil
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from huggingface_hub import HfApi, constants

from app.frigo import repository
from app.language_model import train
from sandbox.http.faults import Delay, Faults
from sandbox.machine.contract import BuildRequest, RunRequest
from sandbox.machine.docker_machine import DockerMachine
from sandbox.store.database import Database
from slipway.preflight.build_time import DOWNLOAD_BYTES_PER_SECOND
from tests.bench.table import Row, ratio, show
from tests.e2e.clone import Clone
from toolchain.engine.setup import ensure_engine
from toolchain.progress import Progress

MODEL, PORT = "slipway/bench-delivery", 5002
DELIVERIES = ("baked", "download")
_LONGEST_SECONDS = 600


@dataclass
class Bench:
    """Both images, and a Hub."""

    machine: DockerMachine
    folder: Path  # of a scratch of its own
    variables: Mapping[str, str]  # which model

    def build(self) -> None:
        """Builds both images."""
        context = self.folder / "context"
        for name, source in repository.files().items():
            (context / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, context / name)
        for delivery in DELIVERIES:
            request = BuildRequest(
                context=context,
                tag=f"{delivery}:1",
                dockerfile="gpt/Dockerfile",
                build_args={**self.variables, "MODEL_DELIVERY": delivery},
            )
            self.machine.build(request, lambda _line: None)

    def first_answer(self, delivery: str) -> float:
        """Seconds from the start of a container to its first healthy answer."""
        name = f"bench-{delivery}"
        started = time.monotonic()
        request = RunRequest(
            name=name, image=f"{delivery}:1", port=PORT, env={**self.variables, "ENGINE_SLOTS": "1"}
        )
        port = self.machine.run(request).host_port
        try:
            while time.monotonic() - started < _LONGEST_SECONDS:
                if _healthy(f"http://127.0.0.1:{port}/health"):
                    return time.monotonic() - started
                time.sleep(0.02)
        finally:
            self.machine.remove(name)
        raise SystemExit(f"{delivery}: not healthy after {_LONGEST_SECONDS} s")


def _healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@contextmanager
def bench(megabytes: int, seconds: float) -> Iterator[Bench]:
    """Images and a Hub that holds a download back; nothing is left of them."""
    constants.HF_HUB_DISABLE_XET = True  # the sandbox takes plain LFS uploads only
    name = f"bench-{uuid.uuid4().hex[:10]}"
    with tempfile.TemporaryDirectory() as folder, ensure_engine(Progress()) as engine:
        root = Path(folder)
        clone = Clone.make(root / "clone")
        machine = DockerMachine(engine.address, name)
        try:
            started = clone.sandbox("run", "--", "true")
            if started.returncode != 0:
                raise SystemExit(started.stdout + started.stderr)
            train.build(root / "trained", train.VARIANTS["quick"], seed=7, corpus_seed=1)
            weights = root / "trained" / train.WEIGHTS_FILE
            filling = megabytes * 1_000_000 - weights.stat().st_size
            with weights.open("ab") as file:
                file.write(random.Random(name).randbytes(filling))  # noqa: S311 - data, not a key
            identity = clone.identity()
            hub = HfApi(f"http://127.0.0.1:{identity['hub_port']}", token=identity["hub_token"])
            hub.create_repo(MODEL)
            commit = hub.upload_file(
                path_or_fileobj=weights, path_in_repo=weights.name, repo_id=MODEL
            ).oid
            variables = {
                "HF_ENDPOINT": f"http://{machine.inside_host}:{identity['hub_port']}",
                "HF_HUB_DISABLE_XET": "1",
                "IA_MODEL": "tiny",
                "MODEL_REPO": MODEL,
                "MODEL_FILE": weights.name,
                "MODEL_REVISION": commit,
                "MODEL_SHA256": hashlib.sha256(weights.read_bytes()).hexdigest(),
            }
            made = Bench(machine, root, variables)
            made.build()
            faults = Faults(Database(clone.folder / ".slipway" / "sandbox.db"))
            faults.set("hub", Delay(seconds * 1000), path="/resolve/", method="GET", times=None)
            yield made
        finally:
            machine.remove_all()
            clone.sandbox("reset")


def measure(megabytes: int, runs: int, pace: float = DOWNLOAD_BYTES_PER_SECOND) -> None:
    """Measures with a model of a size, and prints the table.

    Args:
        megabytes: size of the file.
        runs: how often.
        pace: bytes a second that the Hub gives.
    """
    seconds = megabytes * 1e6 / pace
    found: dict[str, list[float]] = {each: [] for each in DELIVERIES}
    with bench(megabytes, seconds) as made:
        for run in range(runs + 1):  # the first run starts everything: it does not count
            for delivery in DELIVERIES if run % 2 else DELIVERIES[::-1]:
                took = made.first_answer(delivery)
                if run:
                    found[delivery].append(took)
    rows = [Row(f"{each}: first healthy answer", found[each], "{:.2f} s") for each in DELIVERIES]
    title = f"A model of {megabytes} MB from a Hub that gives {pace / 1e6:.1f} MB/s, {runs} runs"
    show(title, [*rows, ratio("download / baked", found["download"], found["baked"])])
