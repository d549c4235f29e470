"""Machines that lack something, made without touching this one, and a checkout on them."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("doors", "toolchain", "sandbox", "app")
TRIAL = "slipway_trial_wheel"
IN_NAMESPACES = ["unshare", "--mount", "--propagation", "private", "sh", "-euc"]


@dataclass(frozen=True)
class Attempt:
    """One `make up`, as far as it came before the sandbox's own commands."""

    code: int
    said: str
    seconds: float


def copy(folder: Path) -> Path:
    """A checkout of its own, without environment, state and weights."""
    ignored = shutil.ignore_patterns("__pycache__", "build")
    for name in COPIED:
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=ignored)
        else:
            shutil.copyfile(source, target)
    wheel = _trial_wheel(folder / "wheels")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    pinned = f"{TRIAL.replace('_', '-')}==1.0 --hash=sha256:{digest}\n"
    for name in ("requirements-sandbox.txt", "requirements-dev.txt"):
        (folder / name).write_text(pinned)
    return folder


def _trial_wheel(folder: Path) -> Path:
    """A package that no registry has, so that installing it proves whose settings were used."""
    folder.mkdir()
    wheel = folder / f"{TRIAL}-1.0-py3-none-any.whl"
    info = f"{TRIAL}-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as packed:
        packed.writestr(f"{TRIAL}.py", "VALUE = 1\n")
        packed.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {TRIAL}\nVersion: 1.0\n")
        packed.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        packed.writestr(f"{info}/RECORD", f"{TRIAL}.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n")
    return wheel


@dataclass(frozen=True)
class Machine:
    """A checkout, a cache and an environment; what a test changes of them is this machine's."""

    checkout: Path
    cache: Path
    home: Path

    @classmethod
    def make(cls, folder: Path) -> "Machine":
        """A healthy one on which nothing was ever set up."""
        made = cls(copy(folder / "checkout"), folder / "cache", folder / "home")
        made.cache.mkdir()
        made.home.mkdir()
        return made

    def environment(self, changed: dict[str, str]) -> dict[str, str]:
        """This process's own, with folders of this machine."""
        return {
            **os.environ,
            "XDG_CACHE_HOME": str(self.cache),
            "SLIPWAY_HOME": str(self.home / "sandbox"),
            "PYTHON": sys.executable,
            "PIP_FIND_LINKS": str(self.checkout / "wheels"),
            # The one package that comes from a registry need come once for all tests.
            "PIP_CACHE_DIR": os.environ.get("PIP_CACHE_DIR") or str(Path.home() / ".cache/pip"),
            "PYTHONDONTWRITEBYTECODE": "1",
            **changed,
        }

    def command(
        self, *, packages: str = "run", before: str = "", within: bool = False
    ) -> list[str]:
        """Sources the bootstrap as `make` does.

        Args:
            packages: see doors/bootstrap.sh.
            before: shell commands that make the machine what it is.
            within: whether they change mounts, which need a namespace of their own.
        """
        script = f'{before}\ncd "{self.checkout}"\ncheckout=. packages={packages}\nset -eu\n'
        script += ". ./doors/bootstrap.sh"
        return [*(IN_NAMESPACES if within else ["sh", "-euc"]), script]

    def try_up(
        self, before: str = "", *, within: bool = False, packages: str = "run", **changed: str
    ) -> Attempt:
        """One attempt, to its end."""
        started = time.monotonic()
        ended = subprocess.run(
            self.command(packages=packages, before=before, within=within),
            check=False,
            env=self.environment(changed),
            capture_output=True,
            text=True,
            timeout=120,
        )
        seconds = time.monotonic() - started
        return Attempt(ended.returncode, ended.stdout + ended.stderr, seconds)

    def kill_when(self, reached: Path) -> None:
        """Begins, and is killed with all its children as soon as a file is there."""
        with subprocess.Popen(
            self.command(),
            env=self.environment({}),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as begun:
            deadline = time.monotonic() + 60
            while not reached.exists() and begun.poll() is None and time.monotonic() < deadline:
                time.sleep(0.005)
            os.killpg(begun.pid, signal.SIGKILL)

    def works(self) -> bool:
        """Whether the package is there and the environment says so."""
        python = self.checkout / ".venv/bin/python"
        if not python.exists():
            return False
        ended = subprocess.run([python, "-c", f"import {TRIAL}"], check=False, capture_output=True)
        return ended.returncode == 0 and (self.checkout / ".venv/.requirements").is_file()


def patience() -> float:
    """Seconds within which such a machine is refused; more while others load this one."""
    return 10.0 * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
