"""Findings about systems that were run, as a section of a comment."""

from collections.abc import Iterator, Sequence

from report.behaviour.findings import System
from report.behaviour.lines import answer_parts, lines
from report.markdown import code, length, plain

LIMIT = 20_000  # characters: a third of a comment's
_ROWS = 16  # of one system's table of answers


def section(systems: Sequence[System] | None) -> Iterator[str]:
    """Blocks of Markdown that stay within the limit; none where nobody ran anything."""
    if systems is None:
        return
    yield "\n### Behaviour\n\n"
    if not systems:
        yield "No app and no model is touched: nothing was run.\n"
    left = LIMIT
    for block in _blocks(systems):
        left -= length(block)
        if left < 0:
            yield "\n… and more, in the artifact of this workflow\n"
            return
        yield block


def _blocks(systems: Sequence[System]) -> Iterator[str]:
    told = [list(lines(system, code)) for system in systems]
    # What became of each stands before how it was found.
    yield from (f"* **{first}**\n" for first, *_ in told)
    for system, (first, *others) in zip(systems, told, strict=True):
        yield f"\n{first}\n\n" + "".join(f"* {each}\n" for each in others)
        yield from _answers(system)


def _answers(system: System) -> Iterator[str]:
    rows = [
        f"| {plain(changed.request, 80)} | {code(place, 60)} | {code(old)} | {code(new)} |\n"
        for changed in system.changed
        for place, old, new in answer_parts(changed)
    ]
    if not rows:
        return
    cut = f"\n… and {len(rows) - _ROWS} more\n" if len(rows) > _ROWS else ""
    yield (
        "\n<details><summary>the answers that changed</summary>\n\n"
        "| request | part | before | after |\n|---|---|---|---|\n"
        f"{''.join(rows[:_ROWS])}{cut}\n</details>\n\n"
    )
