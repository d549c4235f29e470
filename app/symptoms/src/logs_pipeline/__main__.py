# ruff: noqa: T201 - a command line: it says what it found
"""Reads the log and says what it warns of; ends with 1 if it warns of something.

python -m src.logs_pipeline                the log of the API at API_URL, with API_KEY
python -m src.logs_pipeline FILE           lines of JSON, such as a Space's run log; - is stdin
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from ..config import Settings
from ..proxy import APIProxyClient
from .alerts import alerts, rates
from .entry import LogEntry

_MOST, _GOOD = 1000, 200


def read_lines(lines: Iterable[str]) -> Iterator[LogEntry]:
    """The entries among the lines of a log; other programs' lines are passed over."""
    for line in lines:
        try:
            yield LogEntry.from_dict(json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError):
            continue


def main(arguments: Sequence[str]) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m src.logs_pipeline",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", nargs="?")
    given = parser.parse_args(arguments)
    if given.file is None:
        settings = Settings.load()
        client = APIProxyClient(settings.api_url, api_key=settings.api_key)
        answer, status = client.get_logs(_MOST)
        if status != _GOOD:
            print(f"no log: {status} {answer.get('detail')}", file=sys.stderr)
            return 2
        entries = [LogEntry.from_dict(each) for each in answer["logs"]]
    elif given.file == "-":
        entries = list(read_lines(sys.stdin))
    else:
        entries = list(read_lines(Path(given.file).read_text(encoding="utf-8").splitlines()))
    found = rates(entries)
    raised = alerts(found)
    print(json.dumps(asdict(found), ensure_ascii=False))
    for alert in raised:
        print(f"ALERT {alert.name}: {alert.said}")
    return 1 if raised else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
