# ruff: noqa: T201 - a command line: it says what it did
"""Shows what a change will do.

    python -m report terminal FOLDER --stack dev   for a terminal
    python -m report comment FOLDER --stack dev    the comment, on the output
    python -m report post FOLDER --stack dev --into main=prod
                                                   that comment and a label, on the pull request,
                                                   which is about prod if it is one into main

FOLDER holds `head.json`, and whatever else is known; see `report/sources.py`. `post` reads
GITHUB_API_URL, GITHUB_REPOSITORY and GITHUB_TOKEN, and, in HEAD_OWNER, HEAD_BRANCH and HEAD_SHA,
whose workflow wrote the folder: the number of the pull request is never taken from there.
"""

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from report.comment import render_comment
from report.github.pulls import Repository
from report.github.rest import PostingError
from report.labels import label
from report.plan import Plan
from report.reading import UnreadablePlanError
from report.sources import plan_from_files
from report.terminal import render_terminal


def main() -> int:
    """Runs one command; its exit code: 1 if it could not."""
    parser = argparse.ArgumentParser(prog="python -m report", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("command", choices=["terminal", "comment", "post"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--stack", required=True)
    parser.add_argument(
        "--into",
        action="append",
        default=[],
        metavar="BRANCH=STACK",
        help="the stack of pull requests into a branch, where it is another",
    )
    options = parser.parse_args()
    if options.command == "terminal":
        print(render_terminal(_plan(options.folder, options.stack)), end="")
        return 0
    if options.command == "comment":
        print(render_comment(_plan(options.folder, options.stack)), end="")
        return 0
    try:
        others = dict(each.split("=", 1) for each in options.into)
        return _post(options.folder, options.stack, others)
    except (PostingError, KeyError) as error:
        print(f"The comment could not be posted: {error}", file=sys.stderr)
        return 1


def _plan(folder: Path, stack: str) -> Plan:
    try:
        return plan_from_files(folder, stack)
    except UnreadablePlanError as error:
        # Whoever waits for the comment shall hear of it there.
        return Plan(stack=stack, errors=(str(error),))


def _post(folder: Path, stack: str, others: Mapping[str, str]) -> int:
    of = os.environ
    repository = Repository(of["GITHUB_API_URL"], of["GITHUB_REPOSITORY"], of["GITHUB_TOKEN"])
    pull = repository.open_pull(of["HEAD_OWNER"], of["HEAD_BRANCH"], of["HEAD_SHA"])
    if pull is None:
        print("No open pull request has that commit as its head any more; nothing is posted.")
        return 0
    # GitHub's word, not the folder's: a stranger wrote that.
    plan = _plan(folder, others.get(pull.base, stack))
    said = repository.put_comment(pull.number, plan.stack, render_comment(plan))
    repository.put_label(pull.number, label([plan]))
    print(f"Pull request {pull.number}: comment {said}, label {label([plan])!r}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
