"""Every row of the guides: where it lives here, and which test shows it.

The rows stand in docs/guides/*.csv, one file a guide. `python -m tests.guides.page` writes
docs/guides.md from them.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROWS = ROOT / "docs" / "guides"
PAGE = ROOT / "docs" / "guides.md"
TITLES: Mapping[str, str] = {
    "0": "Guide 0: a Space that serves a language model (`inference`)",
    "1": "Guide 1: a Space with Redis, an API and a page (`symptoms`)",
    "2": "Guide 2: Spaces by branch, tested and deployed by a workflow (`turnover`)",
    "3": "Guide 3: train, upload, redeploy (`retraining`)",
    "4": "Guide 4: services on Render with a model in the image (`frigo`)",
    "K": "What all of them stand on",
    "X": "Where the guides contradict each other or a platform, and what was decided",
}
STATES: Mapping[str, str] = {
    "shown": "a test shows it",
    "documented": "it is a person's to do or to know, and a page says how",
    "impossible": "it cannot be had here, and the page says why",
    "open": "it is not there yet, or no test shows it",
}


@dataclass(frozen=True)
class Row:
    """One thing that a guide asks for."""

    row: str  # as in S1-07
    what: str
    state: str  # a key of STATES
    where: tuple[str, ...]  # paths in the repository
    test: tuple[str, ...]  # paths of tests, some with ::name


def rows(guide: str) -> list[Row]:
    """A guide's rows, in their order."""
    with (ROWS / f"{guide}.csv").open(encoding="utf-8", newline="") as file:
        return [
            Row(
                row=each["row"],
                what=each["what"],
                state=each["state"],
                where=_several(each["where"]),
                test=_several(each["test"]),
            )
            for each in csv.DictReader(file)
        ]


def _several(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def page() -> str:
    """The text of docs/guides.md."""
    return "\n".join([*_lines(), ""])


def _lines() -> Iterator[str]:
    yield "# The guides, row by row"
    yield ""
    yield "Written by `python -m tests.guides.page`; the rows themselves are `docs/guides/*.csv`."
    yield ""
    for state, meaning in STATES.items():
        yield f"- **{state}**: {meaning}."
    yield ""
    yield f"| guide | rows | {' | '.join(STATES)} |"
    yield "|---|---|" + "---|" * len(STATES)
    for guide, title in TITLES.items():
        count = Counter(row.state for row in rows(guide))
        cells = " | ".join(str(count[state]) for state in STATES)
        yield f"| {title} | {count.total()} | {cells} |"
    for guide, title in TITLES.items():
        yield from ("", f"## {title}", "", "| row | what | state | where | test |")
        yield "|---|---|---|---|---|"
        for row in rows(guide):
            where = "<br>".join(_link(path) for path in row.where)
            tests = "<br>".join(_link(path) for path in row.test)
            what = row.what.replace("|", "\\|")
            yield f"| {row.row} | {what} | {row.state} | {where} | {tests} |"


def _link(path: str) -> str:
    file, _, name = path.partition("::")
    return f"[{name or file}](../{file})"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
