"""Runs git's own server programs on a bare repository, one request at a time."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

SERVICES = ("git-upload-pack", "git-receive-pack")
_CHUNK = 1 << 16  # bytes


class GitService:
    """git upload-pack and receive-pack in their stateless form.

    Args:
        folder: for the hook; git takes it for the home folder.
        hook: the module that judges a push, run by git as its pre-receive hook.
    """

    def __init__(self, folder: Path, hook: str) -> None:
        self._hooks = folder / "hooks"
        self._home = folder
        self._hooks.mkdir(parents=True, exist_ok=True)
        script = self._hooks / "pre-receive"
        script.write_text(f"#!/bin/sh\nexec '{sys.executable}' -m {hook}\n")
        script.chmod(0o755)

    def advertise(self, repository: Path, service: str, protocol: str | None) -> bytes:
        """What the server has, as the answer to `info/refs`."""
        done = subprocess.run(
            self._command(repository, service, "--advertise-refs"),
            env=self._environment(protocol, {}),
            capture_output=True,
            check=True,
        )
        if protocol is not None and "version=2" in protocol:
            return done.stdout
        banner = f"# service={service}\n"
        return f"{len(banner) + 4:04x}{banner}0000".encode() + done.stdout

    def run(
        self,
        repository: Path,
        service: str,
        request: IO[bytes],
        protocol: str | None,
        variables: Mapping[str, str],
    ) -> Iterator[bytes]:
        """Feeds a request to a service and yields its answer; the hook sees the variables."""
        with subprocess.Popen(
            self._command(repository, service),
            env=self._environment(protocol, variables),
            stdin=request,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what the pusher is to read goes through the protocol
        ) as process:
            try:
                if process.stdout is not None:
                    while chunk := process.stdout.read1(_CHUNK):  # type: ignore[attr-defined]
                        yield chunk
            except BaseException:  # the caller has hung up
                process.kill()
                raise

    def _command(self, repository: Path, service: str, *flags: str) -> list[str]:
        return [
            "git",
            "-c",
            f"core.hooksPath={self._hooks}",
            # Names such as `..` or `.git` in a pushed tree are refused before anything reads them.
            "-c",
            "receive.fsckObjects=true",
            service.removeprefix("git-"),
            "--stateless-rpc",
            *flags,
            str(repository),
        ]

    def _environment(self, protocol: str | None, variables: Mapping[str, str]) -> Mapping[str, str]:
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self._home),
            "GIT_CONFIG_GLOBAL": os.devnull,  # a developer's own settings stay out of this
            "GIT_CONFIG_NOSYSTEM": "1",
            "PYTHONPATH": str(Path(__file__).parents[2]),
            **variables,
        }
        if protocol is not None:
            environment["GIT_PROTOCOL"] = protocol
        return environment
