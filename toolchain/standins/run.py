"""Starts the stand-in that the first argument names; see `launchers`."""

import sys
from importlib import import_module
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[2])  # the checkout, wherever pulumi runs
try:
    from toolchain.pulumi.language_host.protobufs import import_without_the_sdk

    import_without_the_sdk()
    from pulumi.runtime.proto import provider_pb2_grpc

    from toolchain.pulumi.language_host.serving import serve
    from toolchain.standins.service import StandIn
except ImportError as error:
    sys.exit(
        f"pulumi-resource-{sys.argv[1]}: {sys.executable} lacks what the sandbox needs ({error})."
        " Set SLIPWAY_PYTHON to the Python of the project's .venv."
    )

stand_in = StandIn(import_module(f"toolchain.standins.{sys.argv[1]}").PLUGIN)
serve(lambda server: provider_pb2_grpc.add_ResourceProviderServicer_to_server(stand_in, server))
