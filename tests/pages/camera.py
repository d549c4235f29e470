"""A real browser that keeps pictures of pages where the documents show them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from doors.behaviour.pictures import NONE, browser
from tests.pages.walks import MILLISECONDS
from toolchain.progress import SetupError

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
_WIDTH, _HEIGHT = 960, 800  # pixels; one look at half of a screen


class Camera:
    """Opens pages and keeps what they show."""

    def __init__(self, chromium: Browser) -> None:
        self._chromium = chromium

    def take(
        self, name: str, walk: Callable[[Page], None], *, part: str = "", height: int = 0
    ) -> Path:
        """Walks through a page and keeps its picture; the file.

        Args:
            name: of the picture.
            walk: what a person does there; what has to be seen, and is not, raises.
            part: a selector of what alone is kept; empty: what fits on half of a screen.
            height: pixels of the screen, where it has to be higher.
        """
        size = ViewportSize(width=_WIDTH, height=height or _HEIGHT)
        page = self._chromium.new_page(viewport=size, color_scheme="light")
        page.set_default_timeout(MILLISECONDS)
        walk(page)
        FOLDER.mkdir(exist_ok=True)
        file = FOLDER / f"{name}.png"
        seen = page.locator(part).first if part else page
        seen.screenshot(path=file, animations="disabled")
        page.close()
        return file


@contextmanager
def camera() -> Iterator[Camera]:
    """A browser as long as it is held.

    Raises:
        SetupError: this machine has none.
    """
    program = browser()
    if program is None:
        raise SetupError(NONE)
    with sync_playwright() as driver:
        # It refuses to be root otherwise; what it visits is this machine's own.
        chromium = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        try:
            yield Camera(chromium)
        finally:
            chromium.close()
