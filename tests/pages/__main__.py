"""Walks through the pages of the raised dev stack in a real browser, and keeps what it saw.

`make pictures`, after `make up`; needs Chromium or Chrome. A step that does not show what it should
ends the walk with an error. Pictures lie in `docs/pictures`, where the pages on the systems show
them.
"""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from doors.behaviour.pictures import NONE, browser
from tests.bench.raised_stack import RaisedStack
from tests.pages.walks import MILLISECONDS, WALKS

FOLDER = Path("docs/pictures")
_SIZE = {"width": 960, "height": 800}  # pixels; one look at half of a screen


def main() -> int:
    """Walks; the exit code."""
    program = browser()
    if program is None:
        sys.stderr.write(f"{NONE}\n")
        return 1
    stack = RaisedStack.here()
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as driver:
        # It refuses to be root otherwise; what it visits is this checkout's own.
        chromium = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for name, walk in WALKS.items():
            page = chromium.new_page(viewport=_SIZE, color_scheme="light")
            page.set_default_timeout(MILLISECONDS)
            walk(page, stack)
            page.screenshot(path=FOLDER / f"{name}.png", animations="disabled")
            sys.stdout.write(f"{name}: as it should be, {FOLDER / name}.png\n")
            page.close()
        chromium.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
