"""The SDK's protobufs without the SDK: what only answers the engine starts in half the time.

The engine waits for each process that it starts, one after the other. `pulumi.runtime.proto` lies
in packages whose own code imports all of the SDK, which is more work than the protobufs and gRPC.
"""

import sys
from importlib.machinery import PathFinder
from pathlib import Path
from types import ModuleType


def import_without_the_sdk() -> None:
    """Lets `pulumi.runtime.proto` be imported alone; nothing else of the SDK can be, after it.

    Raises:
        ModuleNotFoundError: the SDK is not there.
    """
    found = PathFinder.find_spec("pulumi")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("No module named 'pulumi'", name="pulumi")
    root = found.submodule_search_locations[0]
    for name, folder in (("pulumi", Path(root)), ("pulumi.runtime", Path(root, "runtime"))):
        package = ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package
