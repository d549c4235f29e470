"""The pre-receive hook of the sandbox's GitHub: run by git, refuses a push by its exit code.

git hands over `old new ref` lines; what the push may do is in the sandbox's database.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from sandbox.github.checks.statuses import Statuses
from sandbox.github.repositories.ancestry import GitAncestry
from sandbox.github.repositories.registry import Repository
from sandbox.github.settings.rules import Move, judge
from sandbox.github.settings.rulesets import Rulesets
from sandbox.store.database import Database

_DATABASE, _REPOSITORY, _PAGE = "SLIPWAY_DATABASE", "SLIPWAY_REPOSITORY", "SLIPWAY_PAGE"
_USER, _ADMIN = "SLIPWAY_USER", "SLIPWAY_USER_ADMINISTERS"
_WORKFLOWS = "SLIPWAY_MAY_CHANGE_WORKFLOWS"
_LARGEST_FILE = 100 << 20  # bytes
_WORKFLOW_FOLDER = ".github/workflows/"


def hook_variables(
    database: Path,
    repository: Repository,
    page: str,
    user: int,
    *,
    admin: bool,
    may_change_workflows: bool,
) -> dict[str, str]:
    """What the hook has to know of a push.

    Args:
        database: the sandbox's file.
        repository: what is pushed to.
        page: address of its page, for people.
        user: the number of who pushes.
        admin: whether they administer the repository.
        may_change_workflows: whether their token lets them.
    """
    return {
        _DATABASE: str(database),
        _REPOSITORY: str(repository.id),
        _PAGE: page,
        _USER: str(user),
        _ADMIN: str(int(admin)),
        _WORKFLOWS: str(int(may_change_workflows)),
    }


def main() -> int:
    """Judges the push described on standard input; 1 refuses it."""
    moves = [
        Move(ref, old, new)
        for old, new, ref in (line.split(maxsplit=2) for line in sys.stdin.read().splitlines())
    ]
    kept = [move for move in moves if not move.deletes]
    refused = [move for move in moves if _refuses(move)]  # each says why
    refused += [move for move in kept if _changes_workflows(move)]
    too_large = list(_too_large([move.new for move in kept]))
    if too_large:
        _say(
            "error: GH001: Large files detected. You may want to try Git Large File Storage - "
            "https://git-lfs.github.com.",
            *too_large,
        )
    return int(bool(refused or too_large))


def _refuses(move: Move) -> bool:
    if move.ref.startswith("refs/pull/"):
        _say(f"error: {move.ref} is read-only")
        return True
    repository, page = int(os.environ[_REPOSITORY]), os.environ[_PAGE]
    database = Database(Path(os.environ[_DATABASE]))
    statuses = Statuses(database)
    verdict = judge(
        move,
        Rulesets(database).list(repository),
        default_branch=Path("HEAD").read_text(encoding="utf-8").strip().partition("heads/")[2],
        user=int(os.environ[_USER]),
        admin=os.environ[_ADMIN] == "1",
        ancestry=GitAncestry(Path.cwd()),
        passed=lambda sha: statuses.passed(repository, sha),
    )
    if verdict.passed_by:
        _say(f"Bypassed rule violations for {move.ref}:", "", *_list(verdict.passed_by))
    if verdict.broken:
        _say(
            f"error: GH013: Repository rule violations found for {move.ref}.",
            f"Review all repository rules at {page}/rules?ref={quote(move.ref, safe='')}",
            "",
            *_list(verdict.broken),
        )
    return bool(verdict.broken)


def _list(rules: Sequence[str]) -> list[str]:
    return [line for rule in rules for line in (f"- {rule}", "")]


def _too_large(commits: Sequence[str]) -> Iterator[str]:
    if not commits:
        return
    listing = _git("rev-list", "--objects", *commits, "--not", "--all")
    paths = {oid: path for oid, _, path in (line.partition(" ") for line in listing.splitlines())}
    if not paths:  # they are all there already
        return
    question = "\n".join(paths) + "\n"
    for line in _git("cat-file", "--batch-check", question=question).splitlines():
        oid, kind, size = line.split(" ")
        if kind == "blob" and int(size) > _LARGEST_FILE:
            yield (
                f"error: File {paths[oid]} is {int(size) / 2**20:.2f} MB; this exceeds GitHub's "
                "file size limit of 100.00 MB"
            )


def _changes_workflows(move: Move) -> bool:
    """Whether it does, by a token that may not; then the person is told."""
    if os.environ[_WORKFLOWS] == "1" or not move.ref.startswith("refs/heads/"):
        return False
    names = ("--name-only", "-z")
    if move.creates:  # a new branch may well carry files that the repository knows already
        new = (move.new, "--not", "--all", "--", _WORKFLOW_FOLDER)
        changed = _git("log", "-m", "--format=", *names, *new)
    else:
        changed = _git("diff-tree", "-r", *names, move.old, move.new, "--", _WORKFLOW_FOLDER)
    if not changed:
        return False
    _say(
        "error: refusing to allow a Personal Access Token to create or update workflow "
        f"`{changed.split(chr(0))[0]}` without `workflow` scope"
    )
    return True


def _say(*lines: str) -> None:
    sys.stderr.write("".join(f"{line}\n" for line in lines))


def _git(*arguments: str, question: str = "") -> str:
    done = subprocess.run(
        ["git", *arguments],
        input=question,
        capture_output=True,
        check=True,
        encoding="utf-8",
        errors="replace",  # names of files are any bytes
    )
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
