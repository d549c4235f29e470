"""Findings about systems that were run, as lines: for a comment, and the same for a terminal."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from report.behaviour.findings import ChangedAnswer, Latency, Memory, Size, System
from report.differences import masked

LISTED = 12  # lines of one kind
PARTS = 4  # of one answer
_REASONS = 3
_UNITS = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"))
Show = Callable[[str, int], str]  # a value and how much of it; it comes back without markup


def lines(system: System, code: Show) -> Iterator[str]:
    """One line per finding, what changed first; the first sums up."""
    verdicts = system.verdicts()
    yield f"{code(system.name, 60)}: {', '.join(verdicts) or 'behaves as before'}"
    if system.because:
        more = (
            f" and {len(system.because) - _REASONS} more" if len(system.because) > _REASONS else ""
        )
        shown = ", ".join(code(each, 100) for each in system.because[:_REASONS])
        yield f"run before and after because of {shown}{more}, in {system.seconds:.0f} s"
    for side, words in system.failed.items():
        yield f"{code(side, 20)} does not come up: {code(masked('', words), 800)}"
    if system.failed:
        return
    yield from _cut(_answers(system, code))
    yield from _cut(_latency(each, code) for each in system.latency)
    yield from _cut(_memory(each, code) for each in system.memory)
    yield from _cut(_size("image", each, code) for each in system.images)
    yield from _cut(_size("weights", each, code) for each in system.weights)
    yield from _cut(_pages(system, code))


def answer_parts(changed: ChangedAnswer) -> Iterator[tuple[str, str, str]]:
    """What differs between two answers: place, before, after; without secrets."""
    before, after = changed.status
    if before != after:
        yield "status", str(before or "none"), str(after or "none")
    for place, old, new in changed.parts[:PARTS]:
        yield place or "text", masked(place, old), masked(place, new)
    if len(changed.parts) > PARTS:
        yield "…", "", f"and {len(changed.parts) - PARTS} more"


def _answers(system: System, code: Show) -> Iterator[str]:
    asked = system.same + len(system.changed) + len(system.unsteady)
    yield f"answers: {len(system.changed)} of {asked} changed, {system.same} the same"
    for name in system.unsteady:
        yield f"answers to {code(name, 80)} differ from one time to the next"


def _latency(found: Latency, code: Show) -> str:
    said = {
        "slower": "slower",
        "faster": "faster",
        "alike": "no difference beyond the noise",
        "unsure": "the noise is too large to tell",
    }
    return (
        f"time of {code(found.request, 80)}: {found.ratio:.2f} of before ({found.low:.2f} to "
        f"{found.high:.2f} with 95 %, {found.pairs} pairs): {said.get(found.verdict, 'unknown')}"
    )


def _memory(found: Memory, code: Show) -> str:
    grown = [
        f"{each / max(found.requests, 1) / 1e3:+.1f} kB"
        for each in (found.grown_before, found.grown_after)
    ]
    said = {"leaks": "it leaks", "more": "it needs more", "alike": "alike"}
    return (
        f"memory of {code(found.name, 80)}: {size(found.before)} → {size(found.after)}; grows by "
        f"{grown[0]} → {grown[1]} a request over {found.requests}: "
        f"{said.get(found.verdict, 'unknown')}"
    )


def _size(what: str, found: Size, code: Show) -> str:
    known = found.before is not None and found.after is not None
    by = (found.after or 0) - (found.before or 0)
    change = f" ({by:+,} bytes)" if known and by else ""
    other = ", others than before" if found.other and known else ""
    return (
        f"{what} {code(found.name, 80)}: {size(found.before)} → {size(found.after)}{change}{other}"
    )


def _pages(system: System, code: Show) -> Iterator[str]:
    said = {
        "same": "looks as before",
        "changed": "looks otherwise",
        "unsteady": "differs from one look to the next",
    }
    for each in system.pages:
        shown = ", ".join(code(name, 80) for name in each.pictures[:2])
        where = f"; pictures in the artifact: {shown}" if shown else ""
        yield f"page {code(each.name, 60)}: {said.get(each.verdict, 'unknown')}{where}"
    if system.no_pictures:
        yield code(system.no_pictures, 200)


def size(count: int | None) -> str:
    """Bytes for people."""
    if count is None:
        return "none"
    for unit, name in _UNITS:
        if abs(count) >= unit:
            return f"{count / unit:.1f} {name}"
    return f"{count} bytes"


def _cut(found: Iterable[str]) -> Sequence[str]:
    every = list(found)
    more = [f"… and {len(every) - LISTED} more"] if len(every) > LISTED else []
    return [*every[:LISTED], *more]
