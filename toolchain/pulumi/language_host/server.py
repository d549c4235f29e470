"""The language host's process."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from pulumi.runtime.proto import language_pb2_grpc

from .lifeline import kill_own_group
from .service import LanguageHost
from .serving import serve


def main(arguments: Sequence[str]) -> NoReturn:
    """Serves the engine until it says to stop or is gone, and ends the programs that run.

    Args:
        arguments: the engine's address, among flags of no interest (logging, tracing).
    """
    parser = argparse.ArgumentParser(prog="pulumi-language-python", allow_abbrev=False)
    parser.add_argument("engine", nargs="?", default="")
    engine = parser.parse_known_args(arguments)[0].engine
    executor = Path(__file__).resolve().parents[2] / "bin" / "pulumi-language-python-exec"
    host = LanguageHost(engine, executor)

    def at_end(told: bool) -> None:  # noqa: FBT001 - as `serve` calls it
        host.programs.end_all()
        if not told:
            kill_own_group()  # nobody is left to tell

    serve(
        lambda server: language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server), at_end
    )
