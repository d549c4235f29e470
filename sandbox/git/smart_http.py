"""git over HTTP for every platform that hosts git: clone, fetch, push; with and without `.git`.

git's own server programs do the work, on a bare repository, one request at a time. Who may do what
is the platform's business: it opens the repository for each request, or says why not.
"""

import os
import subprocess
import sys
import tempfile
import zlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from sandbox.http.bodies import require_at_most
from sandbox.http.errors import MalformedError, NotImitatedError, TooLargeError
from sandbox.http.request_log import reads_only

_FETCH, _PUSH = "git-upload-pack", "git-receive-pack"
# Bytes of a request, uncompressed: of a fetch it is a list of commits.
_LARGEST = {_FETCH: 16 << 20, _PUSH: 8 << 30}
_IN_MEMORY = 1 << 20  # bytes of a request kept out of the file system
_CHUNK = 1 << 16  # bytes
_PARALLEL_PUSHES = 8
_NO_CACHE = {"Cache-Control": "no-cache, max-age=0, must-revalidate"}


@dataclass(frozen=True)
class Opened:
    """A repository that a caller may fetch from, or push to."""

    path: Path
    # Takes git's answer to a push while the platform watches what it moves; returns all of it.
    receive: Callable[[Iterator[bytes]], bytes] = b"".join
    variables: Mapping[str, str] = field(default_factory=dict[str, str])  # what the hook sees
    # Gives an open file that git is to keep as long as it may write.
    writing: Callable[[], AbstractContextManager[int | None]] = nullcontext


# Opens the repository of a request, to write or only to read; a Response says why not.
Opener = Callable[[Request, bool], Opened | Response]


def git_routes(place: str, git: "GitService", open_repository: Opener) -> list[Route]:
    """What git itself speaks to, below the address of a repository.

    Args:
        place: the route of a repository, such as `/{owner}/{repo}`.
        git: runs git's programs.
        open_repository: called in a thread.
    """
    # Who is told of a push may fetch it here: pushes must not take all the threads there are.
    pushes = CapacityLimiter(_PARALLEL_PUSHES)

    def advertise(request: Request) -> Response:
        service = request.query_params.get("service", "")
        if service not in _LARGEST:
            raise NotImitatedError("git's dumb HTTP protocol")
        opened = open_repository(request, service == _PUSH)
        if isinstance(opened, Response):
            return opened
        said = git.advertise(opened.path, service, request.headers.get("git-protocol"))
        media_type = f"application/x-{service}-advertisement"
        return Response(said, headers=_NO_CACHE, media_type=media_type)

    async def fetch(request: Request) -> Response:
        opened = await to_thread.run_sync(open_repository, request, False)
        if isinstance(opened, Response):
            return opened
        body = await _received(request, _LARGEST[_FETCH])
        return _result(_FETCH, _ran(git, opened, _FETCH, request, body))

    async def push(request: Request) -> Response:
        opened = await to_thread.run_sync(open_repository, request, True)
        if isinstance(opened, Response):
            return opened
        body = await _received(request, _LARGEST[_PUSH])
        answer = _ran(git, opened, _PUSH, request, body)
        # A push is over when its answer begins: whoever follows the branch knows of it by then.
        whole = await to_thread.run_sync(opened.receive, answer, limiter=pushes)
        return _result(_PUSH, iter([whole]))

    return [
        Route(f"{place}/info/refs", advertise),
        Route(f"{place}/{_FETCH}", reads_only(fetch), methods=["POST"]),
        Route(f"{place}/{_PUSH}", push, methods=["POST"]),
    ]


async def _received(request: Request, limit: int) -> IO[bytes]:
    """The body of a request, spooled and uncompressed; `_ran` closes it."""
    require_at_most(request, limit)
    spool = tempfile.TemporaryFile(buffering=_IN_MEMORY)  # noqa: SIM115 - closed by `_ran`
    compressed = request.headers.get("content-encoding") == "gzip"
    size = 0
    try:
        async for plain in _inflated(request.stream()) if compressed else request.stream():
            size += len(plain)
            if size > limit:
                raise TooLargeError(limit)
            await to_thread.run_sync(spool.write, plain)
    except BaseException:
        spool.close()
        raise
    return spool


async def _inflated(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """What gzip stands for, piece by piece: a few bytes may stand for gigabytes."""
    inflate = zlib.decompressobj(wbits=31)
    try:
        async for chunk in chunks:
            rest = chunk
            while rest:
                yield inflate.decompress(rest, _CHUNK)
                rest = inflate.unconsumed_tail
        yield inflate.flush()
    except zlib.error:
        raise MalformedError("The body is no gzip, as its header says") from None


def _ran(
    git: "GitService", opened: Opened, service: str, request: Request, body: IO[bytes]
) -> Iterator[bytes]:
    """Runs a service on a received body and yields its answer."""
    with body, opened.writing() as held:
        body.seek(0)
        protocol = request.headers.get("git-protocol")
        kept = () if held is None else (held,)
        yield from git.run(opened.path, service, body, protocol, opened.variables, kept)


def _result(service: str, answer: Iterator[bytes]) -> Response:
    """The HTTP form of a service's answer."""
    media_type = f"application/x-{service}-result"
    return StreamingResponse(answer, headers=_NO_CACHE, media_type=media_type)


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
        kept: Sequence[int] = (),
    ) -> Iterator[bytes]:
        """Feeds a request to a service and yields its answer.

        Args:
            repository: where.
            service: git-upload-pack or git-receive-pack.
            request: what the client sent.
            protocol: which the client wants, as its header says.
            variables: what the hook sees.
            kept: open files that git keeps until it ends.
        """
        with subprocess.Popen(
            self._command(repository, service),
            env=self._environment(protocol, variables),
            stdin=request,
            pass_fds=kept,
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
