"""Walks through pages in a real browser and keeps what it saw; needs Chromium or Chrome.

    python -m tests.pages          apps of the raised dev stack (`make pictures`, after `make up`)
    python -m tests.pages story    a pull request, its comment and check, and drift

A step that does not show what it should ends the walk with an error. Pictures lie in
`docs/pictures`, where the pages of the documents show them.
"""

import sys
from collections.abc import Callable

from playwright.sync_api import Page

from tests.bench.raised_stack import RaisedStack
from tests.pages import story
from tests.pages.camera import camera
from tests.pages.walks import WALKS, Walk
from toolchain.progress import SetupError


def main(arguments: list[str]) -> int:
    """Walks; the exit code."""
    try:
        if arguments == ["story"]:
            story.take()
            return 0
        stack = RaisedStack.here()
        with camera() as pictures:
            for name, walk in WALKS.items():
                file = pictures.take(name, _of(stack, walk))
                sys.stdout.write(f"{name}: as it should be, {file.name}\n")
    except SetupError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _of(stack: RaisedStack, walk: Walk) -> Callable[[Page], None]:
    return lambda page: walk(page, stack)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
