"""How this project wants its sandbox: with the owners that its stack files name."""

import os
from typing import get_args

from doors.home import Home
from doors.namespaces import USER, namespaces
from sandbox.server.options import Jobs
from sandbox.server.process import ensure_server
from toolchain.engine.address import EngineAddress
from toolchain.progress import Progress, SetupError
from toolchain.standins.protocol import PluginError

JOBS_VARIABLE = "SLIPWAY_JOBS"  # `host`: jobs of workflows run on this machine itself


def ensure_sandbox(home: Home, progress: Progress, *, containers: bool = True) -> None:
    """Starts the sandbox unless it runs as it should; returns when it answers.

    Without containers it serves what needs no engine; the next start with them restarts it.

    Raises:
        SetupError: it did not come up; the text holds the end of its log. Or JOBS_VARIABLE names no
            place where jobs could run.
    """
    owners = sorted(namespaces(home.checkout, home.project) - {USER})
    flags = ["--user", USER, *(word for owner in owners for word in ("--organization", owner))]
    flags += [] if containers else ["--no-containers"]
    if where := os.environ.get(JOBS_VARIABLE):
        if where not in get_args(Jobs):
            raise SetupError(f"{JOBS_VARIABLE} is {' or '.join(get_args(Jobs))}, not {where}.")
        flags += ["--jobs", where]
    ensure_server(home, progress, flags, [home.checkout / "requirements-sandbox.txt"])


def forget_plugins(home: Home, prefix: str, engine: EngineAddress) -> None:
    """Removes what stand-ins of Pulumi's plugins made in the sandbox's engine."""
    # The client of the engine is a third of what loading all that a command needs takes.
    from toolchain.standins.docker.leftovers import remove_leftovers  # noqa: PLC0415

    try:
        remove_leftovers(engine.docker_host, home.identity().name, prefix)
    except PluginError as error:
        raise SetupError(str(error)) from None
