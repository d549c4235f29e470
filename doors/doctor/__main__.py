# ruff: noqa: T201 - a command line prints
"""`make doctor`: prints what was looked at; 1 if something stops the set-up.

With `--before-setup`, as `doors/bootstrap.sh` runs it: prints only what stops it.
"""

import argparse
import sys
from collections.abc import Sequence

from doors.doctor.examination import blocked, diagnose
from doors.doctor.table import refusal, table
from doors.home import Home


def main(arguments: Sequence[str]) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m doors.doctor", description=__doc__)
    parser.add_argument("--before-setup", action="store_true")
    options = parser.parse_args(arguments)
    home = Home.current()
    missing = options.before_setup or not (home.checkout / ".venv/.requirements").is_file()
    _, findings = diagnose(home, python_packages=missing)
    stopping = blocked(findings)
    if options.before_setup:
        if stopping:
            print(refusal(stopping))
    else:
        print(table(findings))
    return 1 if stopping else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
