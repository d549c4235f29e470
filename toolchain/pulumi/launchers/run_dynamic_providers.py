"""Runs the SDK's server for dynamic providers, and ends it with the engine that started it."""
# ruff: noqa: INP001 - a script; where it is installed, `language_host` is a folder beside it

import runpy
import sys
from pathlib import Path

from language_host.lifeline import end_with_parent  # type: ignore[import-not-found]

end_with_parent()
# As with `python -m`: the program's folder comes first, so that its provider modules are found.
sys.path[0] = str(Path.cwd())
runpy.run_module("pulumi.dynamic", run_name="__main__", alter_sys=True)
