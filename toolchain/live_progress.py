"""The set-up's progress on a terminal: one view that redraws, with what is done above it."""

import time
from collections.abc import Mapping
from typing import TextIO

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from toolchain.progress import Progress, duration

_REDRAWS_PER_SECOND = 8


class LiveProgress(Progress):
    """Running steps with their clocks, then what is to come; nothing stays of it when all ended.

    Args:
        stream: a terminal.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._console = Console(file=stream, highlight=False, soft_wrap=False)
        self._running: dict[str, tuple[float, float, Spinner]] = {}
        self._live: Live | None = None
        self._started = time.monotonic()

    def note(self, text: str) -> None:
        """Prints one line above the view."""
        self._console.print(Text(text), soft_wrap=True)

    def expect(self, steps: Mapping[str, float]) -> None:
        """Says what is to come."""
        self._to_come = dict(steps)

    def _show_running(self, title: str, usually_seconds: float) -> None:
        with self._writing:
            self._running[title] = (time.monotonic(), usually_seconds, Spinner("dots"))
            if self._live is None:
                self._live = Live(
                    get_renderable=self._view,
                    console=self._console,
                    refresh_per_second=_REDRAWS_PER_SECOND,
                    transient=True,
                    # What others print while it stands goes where they sent it.
                    redirect_stdout=False,
                    redirect_stderr=False,
                )
                self._live.start()

    def _show_failed(self, title: str, how: str) -> None:
        self._end(title, Text.assemble(("✗ ", "red"), f"{title}: {how}"))

    def _show_done(self, title: str, took: str) -> None:
        self._end(title, Text.assemble(("✓ ", "green"), f"{title} ", (took, "dim")))

    def _end(self, title: str, line: Text) -> None:
        with self._writing:
            self._running.pop(title, None)
            if self._live is not None and not self._running:
                self._live.stop()
                self._live = None
        self._console.print(line, soft_wrap=True)

    def _view(self) -> RenderableType:
        now = time.monotonic()
        table = Table.grid(padding=(0, 1))
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True, overflow="ellipsis")
        table.add_column(no_wrap=True, style="dim")
        for title, (started, usual, spinner) in list(self._running.items()):
            clock = f"{now - started:.0f} s of usually {duration(usual)}"
            table.add_row(spinner, title, clock)
        to_come = list(self._to_come.items())
        for name, usual in to_come:
            table.add_row(Text("·", "dim"), Text(name, "dim"), f"usually {duration(usual)}")
        total = Text(f"  {now - self._started:.0f} s so far", "dim")
        return Group(table, total)
