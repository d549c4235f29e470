"""Durations as Go writes them, "1m30s", and nanoseconds as the engine's API has them."""

import re

_NANOSECONDS = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)")


def nanoseconds(text: str) -> int:
    """Reads a duration; a ValueError names one that is none."""
    parts = _PART.findall(text)
    if "".join(f"{number}{unit}" for number, unit in parts) != text or not parts:
        raise ValueError(f"{text!r} is no duration such as 1m30s or 500ms")
    return int(sum(float(number) * _NANOSECONDS[unit] for number, unit in parts))


def text_of(duration: int) -> str:
    """Writes nanoseconds in the one way Go does."""
    if duration < _NANOSECONDS["s"]:
        for unit in ("ms", "µs", "ns"):
            if duration >= _NANOSECONDS[unit]:
                return f"{duration / _NANOSECONDS[unit]:.12g}{unit}"
        return "0s"
    hours, rest = divmod(duration, _NANOSECONDS["h"])
    minutes, last = divmod(rest, _NANOSECONDS["m"])
    seconds = f"{last / _NANOSECONDS['s']:.12g}s"
    if hours:
        return f"{hours}h{minutes}m{seconds}"
    return f"{minutes}m{seconds}" if minutes else seconds
