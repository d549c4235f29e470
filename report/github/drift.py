# ruff: noqa: T201 - a command line: it says what it did
"""Keeps the one issue that says how a stack differs from what is there.

    python -m report.github.drift FOLDER --stack dev

FOLDER holds `drift.json`, the events of `pulumi refresh --preview-only --json`. The issue is opened
where there is none, updated in place, and closed once nothing differs any more. It reads
GITHUB_API_URL, GITHUB_REPOSITORY and GITHUB_TOKEN, which needs `issues: write`.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from report.comment import LIMIT, Page, details, marker
from report.github.environment import repository_from_environment
from report.github.rest import PostingError, Rest
from report.markdown import code, plain
from report.plan import Change, Plan
from report.reading import UnreadablePlanError, read_plan
from report.sources import text_of

_NOTICE = 300  # characters kept free for the words that say what was cut
_SUBJECT = "drift"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; its exit code: 1 if nobody could look, or say what was seen."""
    parser = argparse.ArgumentParser(prog="python -m report.github.drift", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("folder", type=Path)
    parser.add_argument("--stack", required=True)
    options = parser.parse_args(arguments)
    try:
        found = read_plan(text_of(options.folder / "drift.json"), options.stack)
        if found.errors:
            # What could not be looked at may differ: that is no reason to close an issue.
            first = plain(found.errors[0])
            print(f"Stack {options.stack} could not be looked at: {first}", file=sys.stderr)
            return 1
        said = put_issue(repository_from_environment(), found)
    except KeyError as error:
        print(f"The issue needs {error} in the environment.", file=sys.stderr)
        return 1
    except (UnreadablePlanError, PostingError) as error:
        print(f"The drift could not be told: {error}", file=sys.stderr)
        return 1
    print(f"Stack {options.stack}: {len(found.changes)} objects differ; {said}.")
    return 0


def put_issue(repository: Rest, found: Plan) -> str:
    """Makes the stack's issue say what differs.

    Args:
        repository: where it is.
        found: what a look at the platforms found, as changes from the state to what is there.

    Returns:
        What was done, in words.
    """
    body = render_drift(found)
    opened = _open_issues(repository, found.stack)
    first = opened[0] if opened else None
    for number, _ in opened[1:]:  # of two looks at once; one issue is enough
        repository.ask("PATCH", f"issues/{number}", {"state": "closed"})
    if not found.changes:
        if first is None:
            return "no issue is open"
        number, _ = first
        gone = f"Stack {code(found.stack, 60)} is again what its program says."
        repository.ask("POST", f"issues/{number}/comments", {"body": gone})
        closed = {"state": "closed", "state_reason": "completed"}
        repository.ask("PATCH", f"issues/{number}", closed)
        return f"issue {number} is closed"
    if first is None:
        title = f"Stack {found.stack} has drifted"
        made = repository.ask("POST", "issues", {"title": title, "body": body})
        return f"issue {made['number']} is opened"
    number, before = first
    if before == body:
        return f"issue {number} says it already"
    repository.ask("PATCH", f"issues/{number}", {"body": body})
    return f"issue {number} is updated"


def _open_issues(repository: Rest, stack: str) -> list[tuple[int, str]]:
    """(number, text) of ours that are open, the oldest first."""
    own = repository.login()
    return sorted(
        (int(each["number"]), str(each["body"]))
        for each in repository.pages("issues?state=open")
        # Anybody may write the marker; GitHub lists pull requests among the issues.
        if str(each.get("body") or "").startswith(marker(stack, _SUBJECT))
        and "pull_request" not in each
        and (not own or (each.get("user") or {}).get("login") == own)
    )


def render_drift(found: Plan, limit: int = LIMIT) -> str:
    """What an issue says of it; never longer than the limit, and what is left out is said."""
    page = Page(limit - _NOTICE)
    page.add(
        f"{marker(found.stack, _SUBJECT)}\n{code(found.stack, 60)} is no longer what its program "
        f"says: {_count(found.changes)} changed outside of it. *Before* is what was deployed, "
        "*after* is what is there now.\n"
    )
    shown = 0
    for change in found.changes:
        if not page.add(details(change)):
            break
        shown += 1
    if left := len(found.changes) - shown:
        page.end(f"\n> **Cut to fit an issue.** {left} more differ: the workflow's summary.\n")
    else:
        page.end(
            "\nTo undo it, run the workflow *Deploy* again for this branch: it looks at what is "
            "there, and plans to make it what the program says. To keep it, say so in the "
            "program.\n"
        )
    return page.text


def _count(changes: Sequence[Change]) -> str:
    return f"{len(changes)} object{'s' if len(changes) != 1 else ''}"


if __name__ == "__main__":
    sys.exit(main())
