"""What finds mistakes in the workflows before any platform reads them: `actionlint`.

`python -m toolchain.actionlint [FILE …]` builds it once and becomes it; without files it looks at
all workflows of the repository. It uses no shellcheck: every `run:` is one command of a door.
"""

import os
import sys
from pathlib import Path
from typing import NoReturn

from toolchain.golang.build import build
from toolchain.golang.programs import ACTIONLINT
from toolchain.progress import Progress, SetupError


def ensure_actionlint(progress: Progress) -> Path:
    """Builds it into the user's cache, once; its path.

    Raises:
        SetupError: no Go, or a module could not be fetched; the message names the log.
    """
    return build(ACTIONLINT, progress) / "actionlint"


def main() -> NoReturn:
    """Becomes it; ends with 1 if it can't be had."""
    try:
        program = str(ensure_actionlint(Progress()))
    except SetupError as error:
        sys.exit(str(error))
    words = [program, "-no-color", "-shellcheck=", "-pyflakes=", *sys.argv[1:]]
    os.execv(program, words)  # noqa: S606 - of our own making


if __name__ == "__main__":
    main()
