"""The process of a stand-in: the engine starts it, and it ends with the engine."""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Sequence
from concurrent import futures
from typing import NoReturn

import grpc  # type: ignore[import-untyped]
from pulumi.runtime.proto import provider_pb2_grpc

from toolchain.standins.protocol import Plugin
from toolchain.standins.service import StandIn

_THREADS = 32  # more than the engine works on at once, so that Cancel is always heard
_POLL_SECONDS = 0.25
_MEGABYTE = 1024 * 1024
_CHANNEL = [
    (f"grpc.max_{way}_message_length", 400 * _MEGABYTE)  # as Pulumi's own plugins
    for way in ("receive", "send")
]


def serve(plugin: Plugin, arguments: Sequence[str]) -> NoReturn:
    """Serves the engine until it says to stop or is gone; prints the port first, as it expects.

    Args:
        plugin: what is served.
        arguments: the engine's address, among flags of no interest (logging, tracing).
    """
    parser = argparse.ArgumentParser(
        prog=f"pulumi-resource-{plugin.name}",
        allow_abbrev=False,
        description=f"The sandbox's stand-in for the {plugin.name} plugin {plugin.version}.",
    )
    parser.add_argument("engine", nargs="?", default="")
    parser.parse_known_args(arguments)
    parent = os.getppid()
    server = grpc.server(futures.ThreadPoolExecutor(_THREADS), options=_CHANNEL)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(StandIn(plugin), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    # The engine is the parent. When it was killed nobody tells; the parent's id then changes.
    while not stop.wait(_POLL_SECONDS) and os.getppid() == parent:
        pass
    server.stop(grace=None)
    os._exit(0)  # threads that serve a cancelled call must not hold up the engine
