"""A clone of the project with a sandbox of its own, driven through its own command line."""

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

SYSTEMS = re.compile(r"(?<=    default: )\[inference[^]]*\]")
CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Clone:
    """A copy of the tracked and not ignored files, with this checkout's `.venv`."""

    folder: Path

    @classmethod
    def make(cls, folder: Path, systems: str | None = "inference") -> "Clone":
        """Copies the checkout; `systems` are the default ones there, None leaves them alone."""
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=CHECKOUT,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for name in filter(None, listed.split("\0")):
            source, target = CHECKOUT / name, folder / name
            if source.exists():  # what was deleted and not committed is still listed
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target, follow_symlinks=False)
        (folder / ".venv").symlink_to(CHECKOUT / ".venv")
        if systems is not None:
            project = folder / "Pulumi.yaml"
            text, count = SYSTEMS.subn(f"[{systems}]", project.read_text())
            assert count == 1
            project.write_text(text)
        return cls(folder)

    def sandbox(self, *arguments, environment=None, timeout=900):
        """`python -m doors …`; output captured, stdout and stderr apart."""
        return subprocess.run(
            [sys.executable, "-m", "doors", *arguments],
            cwd=self.folder,
            env={**_plain_environment(), **(environment or {})},
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def start(self, *arguments, environment=None):
        """The same in the background, in a process group of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "doors", *arguments],
            cwd=self.folder,
            env={**_plain_environment(), **(environment or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def up(self, stack="dev", environment=None):
        """Raises a stack; the test fails with its output if that fails."""
        ended = self.sandbox("up", stack, environment=environment)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended

    def pulumi(self, *arguments, environment=None):
        return self.sandbox("run", "--", "pulumi", *arguments, environment=environment)

    def outputs(self, stack="dev"):
        shown = self.pulumi("stack", "output", "--json", "--stack", stack)
        assert shown.returncode == 0, shown.stderr
        return json.loads(shown.stdout)

    def status(self):
        return json.loads(self.sandbox("status", "--json").stdout)

    def requests(self, since=0):
        return json.loads(self.sandbox("requests", "--json", "--since", str(since)).stdout)

    def writes(self, since=0):
        """(method, path) of what changed a platform, but for the push of the clone's own files."""
        return [
            (row["method"], row["path"])
            for row in self.requests(since)
            if row["mutates"] and "/slipway/slipway.git/" not in row["path"]
        ]

    def last_request(self):
        return max((row["id"] for row in self.requests()), default=0)

    def space(self, name):
        return next(each for each in self.status()["spaces"] if each["id"] == name)

    def identity(self):
        return json.loads((self.folder / ".slipway" / "identity.json").read_text())

    def passphrase(self):
        return (self.folder / ".slipway" / "passphrase").read_text()

    def put_stack_value(self, stack, old, new):
        path = self.folder / f"Pulumi.{stack}.yaml"
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))


def post_json(url, body, timeout=60):
    request = urllib.request.Request(
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=timeout) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        error.add_note(error.read().decode(errors="replace"))  # which service it was, and why
        raise


def get_json(url, timeout=60):
    with urllib.request.urlopen(url, timeout=timeout) as response:
        return json.load(response)


def _plain_environment():
    """This process's environment without what would reach past a clone's own sandbox."""
    dropped = ("HF_", "PULUMI_", "SLIPWAY_HOME")
    return {key: value for key, value in os.environ.items() if not key.startswith(dropped)}
