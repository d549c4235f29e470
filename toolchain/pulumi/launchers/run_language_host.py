"""Starts the language host that lies beside this file."""
# ruff: noqa: INP001 - a script; where it is installed, `language_host` is a folder beside it

import sys

try:
    from language_host.protobufs import (  # type: ignore[import-not-found]
        import_without_the_sdk,
    )

    import_without_the_sdk()
    from language_host.server import main  # type: ignore[import-not-found]
except ImportError as error:
    sys.exit(
        f"pulumi-language-python: {sys.executable} lacks the Pulumi SDK ({error})."
        " Set SLIPWAY_PYTHON to a Python that has it, or create the project's .venv."
    )

main(sys.argv[1:])
