# ruff: noqa: T201 - a command line: it says what it did
"""Shows what a change will do.

    python -m report terminal FOLDER --stack dev   for a terminal
    python -m report comment FOLDER --stack dev    the comment, on the output
    python -m report post FOLDER --stack dev       that comment and a label, on the pull request

FOLDER holds `head.json`, and whatever else is known; see `report/sources.py`. `post` reads
GITHUB_API_URL, GITHUB_REPOSITORY and GITHUB_TOKEN, and, in HEAD_OWNER, HEAD_BRANCH and HEAD_SHA,
whose workflow wrote the folder: the number of the pull request is never taken from there.
"""

import argparse
import os
import sys
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
    options = parser.parse_args()
    try:
        plan = plan_from_files(options.folder, options.stack)
    except UnreadablePlanError as error:
        # Whoever waits for the comment shall hear of it there.
        plan = Plan(stack=options.stack, errors=(str(error),))
    if options.command == "terminal":
        print(render_terminal(plan), end="")
        return 0
    if options.command == "comment":
        print(render_comment(plan), end="")
        return 0
    try:
        return _post(plan)
    except (PostingError, KeyError) as error:
        print(f"The comment could not be posted: {error}", file=sys.stderr)
        return 1


def _post(plan: Plan) -> int:
    of = os.environ
    repository = Repository(of["GITHUB_API_URL"], of["GITHUB_REPOSITORY"], of["GITHUB_TOKEN"])
    pull = repository.open_pull(of["HEAD_OWNER"], of["HEAD_BRANCH"], of["HEAD_SHA"])
    if pull is None:
        print("No open pull request has that commit as its head any more; nothing is posted.")
        return 0
    said = repository.put_comment(pull, plan.stack, render_comment(plan))
    repository.put_label(pull, label([plan]))
    print(f"Pull request {pull}: comment {said}, label {label([plan])!r}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
