"""How a command of a command line ends: with an exit code, and with what a person has to know."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

from sandbox.machine.contract import MachineUnavailableError
from toolchain.cache import cache_folder
from toolchain.disk_errors import explain
from toolchain.progress import Progress, SetupError


def exit_code(command: Callable[[], int | None], folder: Path) -> int:
    """Runs a command; errors for people go to stderr.

    Args:
        command: its own exit code; None is 0.
        folder: the sandbox's, for what is said of a full or read-only disk.
    """
    try:
        code = command()
        sys.stdout.flush()
    except (SetupError, MachineUnavailableError) as error:
        return _failed(str(error))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        if said := explain(error, (folder, cache_folder())):
            return _failed(said)
        raise  # the trace says where it happened
    return code or 0


def _failed(why: str) -> int:
    Progress().note(f"\n{why}")
    return 1
