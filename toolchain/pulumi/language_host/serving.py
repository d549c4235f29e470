"""How a process serves the engine that started it, and how it ends."""

import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent import futures
from typing import NoReturn

import grpc  # type: ignore[import-untyped]

from .lifeline import POLL_SECONDS

# What runs, or what the engine works on at once, holds a thread each; too few would keep Cancel
# from being heard.
_THREADS = 64
_MEGABYTE = 1024 * 1024
_CHANNEL = [
    (f"grpc.max_{way}_message_length", 400 * _MEGABYTE)  # as Pulumi's own hosts and plugins
    for way in ("receive", "send")
]


def serve(
    add: Callable[[grpc.Server], None], at_end: Callable[[bool], None] = lambda _: None
) -> NoReturn:
    """Serves until the engine says to stop or is gone; prints the port first, as it expects.

    Args:
        add: lays down what is served.
        at_end: called before the end, with whether the engine said so.
    """
    parent = os.getppid()
    server = grpc.server(futures.ThreadPoolExecutor(_THREADS), options=_CHANNEL)
    add(server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    # The engine is the parent. When it was killed nobody tells; the parent's id then changes.
    while not stop.wait(POLL_SECONDS) and os.getppid() == parent:
        pass
    at_end(stop.is_set())
    server.stop(grace=None)
    sys.stdout.flush()
    os._exit(0)  # threads that serve a cancelled call must not hold up the engine
