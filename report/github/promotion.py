# ruff: noqa: T201 - a command line: it says what it did
"""Proposes what one branch runs to the next one: one pull request, opened or brought up to date.

    python -m report.github.promotion --from dev --to main

It proposes only what the workflow *Deploy* has deployed from the first branch. It reads
GITHUB_REPOSITORY, GITHUB_TOKEN and, unless GitHub is meant, GITHUB_API_URL. The token is a
person's: what a workflow's own token opens starts no previews.
"""

import argparse
import sys
import urllib.parse
from collections.abc import Mapping, Sequence
from typing import Any

from report.comment import LIMIT, Page, marker
from report.github.environment import repository_from_environment
from report.github.rest import PostingError, Rest
from report.markdown import code, plain

WORKFLOW = "Deploy"
_NOTICE = 200  # characters kept free for the words that say what was cut


class NotDeployedError(Exception):
    """The first branch's head is not what its stack runs; the text says why."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; its exit code: 1 if there is no pull request though there should be."""
    parser = argparse.ArgumentParser(prog="python -m report.github.promotion", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--from", dest="head", default="dev", metavar="BRANCH")
    parser.add_argument("--to", dest="base", default="main", metavar="BRANCH")
    options = parser.parse_args(arguments)
    try:
        print(promote(repository_from_environment(), options.head, options.base))
    except KeyError as error:
        print(f"A promotion needs {error} in the environment.", file=sys.stderr)
        return 1
    except (NotDeployedError, PostingError) as error:
        print(f"{options.head} is not promoted: {error}", file=sys.stderr)
        return 1
    return 0


def promote(repository: Rest, head: str, base: str) -> str:
    """Opens the pull request, or brings the one that is open up to date.

    Args:
        repository: whose branches.
        head: the branch whose stack runs what is proposed.
        base: the branch that deploys the next stack.

    Returns:
        What was done, in a sentence.

    Raises:
        NotDeployedError: the head was not deployed, or not yet.
    """
    names = "...".join(urllib.parse.quote(each, safe="") for each in (base, head))
    found = repository.ask("GET", f"compare/{names}")
    commits = found["commits"]
    if not found["ahead_by"]:
        return f"{base} holds all that {head} does; there is nothing to promote."
    _check_deployed(repository, head, str(commits[-1]["sha"]))
    body = render_promotion(head, base, commits, int(found["ahead_by"]))
    title = f"Promote {head} to {base}"
    owner = repository.name.partition("/")[0]
    query = {"state": "open", "base": base, "head": f"{owner}:{head}"}
    for pull in repository.pages(f"pulls?{urllib.parse.urlencode(query)}"):
        if pull["body"] == body:
            return f"Pull request {pull['number']} proposes it already: {pull['html_url']}"
        repository.ask("PATCH", f"pulls/{pull['number']}", {"title": title, "body": body})
        return f"Pull request {pull['number']} is brought up to date: {pull['html_url']}"
    fields = {"title": title, "body": body, "head": head, "base": base}
    pull = repository.ask("POST", "pulls", fields)
    return f"Pull request {pull['number']} is opened: {pull['html_url']}"


def _check_deployed(repository: Rest, head: str, commit: str) -> None:
    query = {"branch": head, "head_sha": commit, "per_page": 100}
    answer = repository.ask("GET", f"actions/runs?{urllib.parse.urlencode(query)}")
    runs = [each for each in answer["workflow_runs"] if each["name"] == WORKFLOW]
    if not runs:
        raise NotDeployedError(f"no run of {WORKFLOW} deployed {commit[:7]}. Push it to {head}.")
    newest = max(runs, key=lambda each: int(each["run_number"]))
    if newest["conclusion"] != "success":
        said = newest["conclusion"] or newest["status"]
        raise NotDeployedError(
            f"{WORKFLOW} of {commit[:7]} is {said}, see {newest['html_url']}. Promote it once that "
            "has succeeded."
        )


def render_promotion(
    head: str, base: str, commits: Sequence[Mapping[str, Any]], count: int, limit: int = LIMIT
) -> str:
    """What the pull request says: the commits, the newest first, as many as fit."""
    page = Page(limit - _NOTICE)
    page.add(
        f"{marker(base, 'promotion')}\n{code(head, 60)} runs commit "
        f"{code(str(commits[-1]['sha'])[:7])}. Merged into {code(base, 60)}, the same files are "
        "planned for the next stack, and deployed once its environment lets them.\n\n"
    )
    shown = 0
    for each in reversed(commits):
        subject = str(each["commit"]["message"]).partition("\n")[0]
        if not page.add(f"* {code(str(each['sha'])[:7])} {plain(subject, 200)}\n"):
            break
        shown += 1
    if left := count - shown:
        page.end(f"* … and {left} more commits\n")
    return page.text


if __name__ == "__main__":
    sys.exit(main())
