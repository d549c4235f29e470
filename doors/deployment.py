"""Raising a stack in the sandbox: Pulumi in the mirror project, and then: does all of it answer?"""

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from doors.deployed.publishers import trust_publishers
from doors.foreground import run_whoever_reads, run_with_excerpt
from doors.home import Home
from doors.snapshot import ensure_repository, push_snapshot
from report.reading import UnreadablePlanError, read_plan
from report.terminal import render_terminal
from sandbox.console.report import addresses, table, wait_until_all_answer
from toolchain.cache import locked, locked_if_free
from toolchain.progress import Progress, SetupError

NAME = "slipway"  # the project's, in Pulumi.yaml
POLICIES = "policies"  # the folder of the rules, beside the program
# In the names of what is taken up by itself, which never is without a parent: what our providers
# make, and a repository's settings (`slipway.github.leftovers`).
_TAKEN_UP = ("$pulumi-python:dynamic/", "$github:index/")
# What a builder says meanwhile, and the engine's sign of life.
_NO_NEWS = re.compile(
    rb"docker-build:index:Image \S+ \w+ing \([\d.]+m?s\) (?!\s*error)|^@ \w+\.+\s*$"
)
ANSWER_SECONDS = 120.0  # after `pulumi up`; apps that were stopped with the sandbox start again


def raise_stack(pulumi: "Pulumi", stack: str) -> int:
    """Runs `pulumi up`, waits until every address answers, and prints them; the exit code."""
    progress = Progress()

    def wait() -> None:
        progress.note(f"Another command raises {stack} here; waiting for its end")

    with locked(pulumi.home.folder / f"up-{stack}.lock", on_wait=wait):
        pulumi.select(stack)
        if note := pulumi.release_stale_lock(stack):
            progress.note(note)
            pulumi.forget_interrupted_creates(stack)
        progress.note(push_snapshot(pulumi.home, stack))
        code = pulumi.up(stack)
    if code != 0:
        return code
    here, outputs = pulumi.environment["HF_ENDPOINT"], pulumi.outputs(stack)
    for note in trust_publishers(pulumi.home, outputs):
        progress.note(note)
    found = [(name, for_people(url, here)) for name, url in addresses(outputs)]
    names = {url: name for name, url in found}

    def wait_for(urls: Sequence[str]) -> None:
        late = ", ".join(names[url] for url in urls)
        progress.note(f"Waiting until these answer too, {ANSWER_SECONDS:.0f} s at most: {late}")

    said = wait_until_all_answer(list(names), ANSWER_SECONDS, wait_for)
    print()
    print(table([(name, url, said[url][1]) for name, url in found], (stack, "address", "")))
    if all(good for good, _ in said.values()):
        return 0
    progress.note("What does not answer says why in its log: `make status` shows each one's stage")
    return 1


def for_people(url: str, hub: str) -> str:
    """An address as this machine's own visitors have it, where builds and containers have another.

    Args:
        url: as an output says it.
        hub: the Hub's address for all of them.
    """
    host = urlsplit(hub).hostname
    return url.replace(f"//{host}:", "//127.0.0.1:", 1)


def is_news(line: bytes) -> bool:
    """Whether somebody who reads a file of the engine's lines wants this one."""
    return _NO_NEWS.search(line) is None


def raising(home: Home) -> list[str]:
    """Stacks that a command is raising in this sandbox right now."""
    busy = []
    for path in sorted(home.folder.glob("up-*.lock")):
        with locked_if_free(path) as free:
            if not free:
                busy.append(path.stem.removeprefix("up-"))
    return busy


def preview(pulumi: "Pulumi", stack: str, save: Path | None = None) -> int:
    """Shows what `pulumi preview` would change and what the rules say; the engine's exit code.

    Args:
        pulumi: the CLI.
        stack: whose plan.
        save: a file for the plan, for `report` and `policies`.
    """
    pulumi.prepare_preview(stack)
    return planned(pulumi, stack, save)


def planned(pulumi: "Pulumi", stack: str, save: Path | None = None) -> int:
    """The same of a stack that is there, asking nothing of any platform."""
    ended = subprocess.run(
        [
            *("pulumi", "preview", "--json", "--non-interactive", "--stack", stack),
            *rules_of(pulumi.home, stack),
        ],
        cwd=pulumi.home.project,
        # As events, since the whole object leaves out what the rules say.
        env={**pulumi.environment, "PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "1"},
        check=False,
        stdout=subprocess.PIPE,
        text=True,
    )
    if save is not None:
        save.write_text(ended.stdout, encoding="utf-8")
    try:
        plan = read_plan(ended.stdout, stack)
    except UnreadablePlanError:  # it failed before there was any; what it said is all there is
        sys.stdout.write(ended.stdout)
        return ended.returncode or 1
    sys.stdout.write(render_terminal(plan))
    return ended.returncode


def rules_of(home: Home, stack: str) -> list[str]:
    """The arguments that have pulumi ask the rules, with what the stack decides about them."""
    settings = f"{POLICIES}/{stack}.json"
    known = (home.checkout / settings).is_file()
    return ["--policy-pack", POLICIES, *(["--policy-pack-config", settings] if known else [])]


@dataclass(frozen=True)
class Pulumi:
    """The CLI in the mirror project, with the sandbox's environment."""

    home: Home
    environment: Mapping[str, str]

    def run(self, *arguments: str) -> int:
        """Runs a command, its output going to the person, and returns its exit code."""
        return run_whoever_reads(["pulumi", *arguments], self.home.project, self.environment)

    def up(self, stack: str) -> int:
        """Raises a stack; the exit code.

        After a run that failed or died it looks at the platforms first: what that one wrote in
        part is in no state, and nothing would differ once the change is taken back.

        A person at a terminal sees the engine's own tree, which redraws. In a file, the hundreds
        of lines that image builds say stay in a log of their own.
        """
        unfinished = self.home.folder / f"up-{stack}.unfinished"
        looks = ["--refresh"] if unfinished.exists() else []
        unfinished.touch()
        code = self._up(stack, ["up", "--yes", "--skip-preview", "--stack", stack, *looks])
        if code == 0:
            unfinished.unlink(missing_ok=True)
        return code

    def _up(self, stack: str, arguments: list[str]) -> int:
        if sys.stdout.isatty():
            return self.run(*arguments)
        log = self.home.folder / f"up-{stack}.log"
        command = ["pulumi", *arguments, "--non-interactive"]
        code = run_with_excerpt(command, self.home.project, self.environment, log, is_news)
        if code != 0:
            Progress().note(f"All that was said, image builds included: {log}")
        return code

    def read(self, *arguments: str) -> str:
        """Runs a quiet command and returns what it prints; raises SetupError with its words."""
        ended = subprocess.run(
            ["pulumi", *arguments],
            cwd=self.home.project,
            env=dict(self.environment),
            check=False,
            capture_output=True,
            text=True,
        )
        if ended.returncode != 0:
            said = (ended.stderr or ended.stdout).strip()
            raise SetupError(f"`pulumi {' '.join(arguments)}` failed:\n{said}")
        return ended.stdout

    def select(self, stack: str) -> None:
        """Makes the stack exist."""
        self.read("stack", "select", "--create", "--stack", stack, "--non-interactive")

    def prepare_preview(self, stack: str) -> None:
        """Makes exist what a preview looks at: the stack, and the repository on GitHub."""
        if note := ensure_repository(self.home):
            Progress().note(note)
        self.select(stack)

    def outputs(self, stack: str) -> dict[str, Any]:
        """The stack's outputs, secrets masked."""
        outputs: dict[str, Any] = json.loads(self.read("stack", "output", "--json", "-s", stack))
        return outputs

    def release_stale_lock(self, stack: str) -> str | None:
        """Cancels a lock left by a killed engine on this host and says so; None if there is none.

        A lock of another host, or of a process that still lives, is left alone: the engine then
        says who holds it.
        """
        for lock in self._locks(stack):
            if lock["hostname"] == socket.gethostname() and not _is_engine(int(lock["pid"])):
                self._forget_torn_attributes()
                self.read("cancel", "--yes", "--stack", stack)
                return (
                    f"Stack {stack}: an engine (process {lock['pid']}) died here while it held "
                    "the lock. The lock is released; what it began is taken up again."
                )
        return None

    def _forget_torn_attributes(self) -> None:
        """Removes what the backend keeps beside a state file where a kill left half of it.

        The engine replaces a state file at once and writes these, a content type and a checksum, in
        place; half of one makes it refuse the whole stack with "failed to load checkpoint: EOF",
        and none at all is well.
        """
        for path in (self.home.backend / ".pulumi").rglob("*.attrs"):
            try:
                json.loads(path.read_bytes())
            except ValueError:
                path.unlink()

    def forget_interrupted_creates(self, stack: str) -> None:
        """Drops what the state says of creates that a killed engine never saw the end of.

        The engine would warn of them in every run from now on, until a person looks. Nobody has
        to: whatever had been made by then, the next create finds.
        """
        exported = json.loads(self.read("stack", "export", "--stack", stack))
        pending = exported["deployment"].get("pending_operations") or []
        left = [each for each in pending if not _is_taken_up(each["resource"]["urn"])]
        if len(left) == len(pending):
            return
        exported["deployment"]["pending_operations"] = left
        # In the home, which is closed to other users; secrets in it are encrypted.
        path = self.home.folder / f"interrupted-{stack}.json"
        path.write_text(json.dumps(exported), encoding="utf-8")
        try:
            self.read("stack", "import", "--file", str(path), "--stack", stack)
        finally:
            path.unlink()

    def _locks(self, stack: str) -> Iterator[dict[str, Any]]:
        folder = self.home.backend / ".pulumi" / "locks" / "organization" / NAME / stack
        for path in folder.glob("*.json") if folder.is_dir() else ():
            # An engine may be writing it or taking it away right now; then it lives.
            with suppress(FileNotFoundError, json.JSONDecodeError):
                yield json.loads(path.read_text(encoding="utf-8"))


def _is_taken_up(urn: str) -> bool:
    return any(kind in urn for kind in _TAKEN_UP)


def _is_engine(pid: int) -> bool:
    """Whether that process lives and is a pulumi: numbers of dead processes are given again."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        program = Path(f"/proc/{pid}/cmdline").read_bytes().partition(b"\0")[0]
        # Its name alone: folders and arguments of any program may speak of pulumi.
        return b"pulumi" in program.rpartition(b"/")[2]
    except ProcessLookupError:
        return False
    except FileNotFoundError:  # it ended just now, or there is no /proc, as on macOS
        return not Path("/proc/self").exists()
