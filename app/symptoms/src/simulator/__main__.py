# ruff: noqa: T201 - a command line: it says what came back
"""Sends synthetic patients to the API at API_URL, with API_KEY.

python -m src.simulator --rate 5 --seconds 10
python -m src.simulator --invalid-percent 20        what raises the alert invalid-input
python -m src.simulator --only influenza            what raises the alert one-label
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from ..config import Settings
from ..model.patients import LABELS
from ..proxy import APIProxyClient
from .traffic import Traffic, send_traffic

_HIGHEST_STATUS, _WHOLE = 499, 100


def main(arguments: Sequence[str]) -> int:
    """The command line; ends with 1 if the API failed or did not answer."""
    parser = argparse.ArgumentParser(
        prog="python -m src.simulator",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rate", type=float, default=5.0, help="requests per second")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--invalid-percent", type=int, default=0)
    parser.add_argument("--only", choices=LABELS, default="")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    if (
        not 0 < given.rate <= _WHOLE
        or not given.seconds > 0
        or not 0 <= given.invalid_percent <= _WHOLE
    ):
        parser.error("--rate is above 0 up to 100, --seconds above 0, --invalid-percent 0 to 100")
    settings = Settings.load()
    client = APIProxyClient(
        settings.api_url, api_key=settings.api_key, timeout_seconds=settings.api_timeout_seconds
    )
    traffic = Traffic(
        rate_per_second=given.rate,
        seconds=given.seconds,
        invalid_percent=given.invalid_percent,
        only=given.only,
        seed=given.seed,
    )
    outcome = send_traffic(traffic, client.post_predict)
    print(json.dumps(asdict(outcome)))
    return 1 if max(outcome.statuses) > _HIGHEST_STATUS else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
