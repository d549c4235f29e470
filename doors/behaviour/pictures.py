"""Pages as a browser draws them, so that whether one changed is seen and not guessed."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from doors.behaviour.asking import App
from doors.behaviour.findings import Page
from doors.behaviour.golden import Golden, Question
from doors.behaviour.masking import masked

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_SIZE = "1280,900"  # pixels
_SETTLE_MS = 8000  # of the page's own clock, which runs ahead while nothing is awaited
_SECONDS = 60.0
NONE = "no Chromium or Chrome is on the PATH, so nobody looked at the pages"


def browser() -> str | None:
    """The program that draws, or None."""
    return next((found for name in _BROWSERS if (found := shutil.which(name))), None)


def look_at_pages(golden: Golden, base: App, head: App, folder: Path, program: str) -> list[Page]:
    """Draws each page of both sides; pictures of those that changed stay in the folder."""
    return [_look(each, golden.system, base, head, folder, program) for each in golden.pages]


def _look(page: Question, system: str, base: App, head: App, folder: Path, program: str) -> Page:
    files = [folder / f"{system}-{page.name}-{when}.png" for when in ("before", "after")]
    for app, file in zip((base, head), files, strict=True):
        draw(program, app, page, file)
    if not all(each.is_file() for each in files):
        return Page(page.name, "unsteady", _kept(files))
    if _same(*files):
        for each in files:
            each.unlink()
        return Page(page.name, "same")
    # One that shows the time, or is drawn before it is whole, differs from itself as well.
    again = folder / f"{system}-{page.name}-again.png"
    draw(program, base, page, again)
    steady = again.is_file() and _same(files[0], again)
    again.unlink(missing_ok=True)
    return Page(page.name, "changed" if steady else "unsteady", _kept(files))


def draw(program: str, app: App, page: Question, file: Path) -> None:
    """Draws a page into a PNG; there is no file where the browser fails."""
    with masked(app, page.at) as address, tempfile.TemporaryDirectory() as profile:
        command = [
            program,
            "--headless",
            "--disable-gpu",
            "--hide-scrollbars",
            "--no-first-run",
            f"--user-data-dir={profile}",
            f"--window-size={_SIZE}",
            f"--virtual-time-budget={_SETTLE_MS}",
            f"--screenshot={file}",
            *(("--no-sandbox",) if os.geteuid() == 0 else ()),  # it refuses to be root otherwise
            f"{address}{page.path}",
        ]
        try:
            subprocess.run(command, check=False, capture_output=True, timeout=_SECONDS)
        except subprocess.TimeoutExpired:
            file.unlink(missing_ok=True)


def _same(one: Path, other: Path) -> bool:
    return one.read_bytes() == other.read_bytes()  # the same pixels are the same file


def _kept(files: Sequence[Path]) -> list[str]:
    return [each.name for each in files if each.is_file()]
