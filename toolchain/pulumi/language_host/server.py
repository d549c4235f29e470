"""The process that serves the engine, and how it ends."""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Sequence
from concurrent import futures
from pathlib import Path
from typing import NoReturn

import grpc  # type: ignore[import-untyped]
from pulumi.runtime.proto import language_pb2_grpc

from .lifeline import POLL_SECONDS, kill_own_group
from .service import LanguageHost

# Every running program and plugin holds a thread; too few would keep Cancel from being heard.
_THREADS = 64
_MEGABYTE = 1024 * 1024
_CHANNEL = [("grpc.max_receive_message_length", 400 * _MEGABYTE)]  # as Pulumi's own hosts


def main(arguments: Sequence[str]) -> NoReturn:
    """Serves the engine until it says to stop or is gone; prints the port first, as it expects.

    Args:
        arguments: the engine's address, among flags of no interest (logging, tracing).
    """
    parser = argparse.ArgumentParser(prog="pulumi-language-python", allow_abbrev=False)
    parser.add_argument("engine", nargs="?", default="")
    engine = parser.parse_known_args(arguments)[0].engine
    parent = os.getppid()
    executor = Path(__file__).resolve().parents[2] / "bin" / "pulumi-language-python-exec"
    host = LanguageHost(engine, executor)
    server = grpc.server(futures.ThreadPoolExecutor(_THREADS), options=_CHANNEL)
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    while not stop.wait(POLL_SECONDS) and os.getppid() == parent:
        pass
    host.programs.end_all()
    if not stop.is_set():
        kill_own_group()  # nobody is left to tell
    server.stop(grace=None)
    sys.stdout.flush()
    os._exit(0)  # threads that serve a cancelled call must not hold up the engine
