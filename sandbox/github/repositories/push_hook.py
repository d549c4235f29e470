"""The pre-receive hook of the sandbox's GitHub: run by git, refuses a push by its exit code.

What the push may do is in the sandbox's database.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from sandbox.git.moves import Move
from sandbox.git.push_judge import NewBlob, contents, git, moves, new_blobs, say
from sandbox.github.checks.statuses import Statuses
from sandbox.github.repositories.ancestry import GitAncestry
from sandbox.github.runs.planning.workflow import is_workflow
from sandbox.github.runs.unheard import unheard
from sandbox.github.settings.rules import judge
from sandbox.github.settings.rulesets import Rulesets
from sandbox.store.database import Database

_DATABASE, _REPOSITORY, _PAGE = "SLIPWAY_DATABASE", "SLIPWAY_REPOSITORY", "SLIPWAY_PAGE"
_USER, _ADMIN = "SLIPWAY_USER", "SLIPWAY_USER_ADMINISTERS"
_WORKFLOWS = "SLIPWAY_MAY_CHANGE_WORKFLOWS"
_LARGEST_FILE = 100 << 20  # bytes
_LARGEST_ADVISED = 50 << 20
_WORKFLOW_FOLDER = ".github/workflows/"


def hook_variables(
    database: Path,
    repository: int,
    page: str,
    user: int,
    *,
    admin: bool,
    may_change_workflows: bool,
) -> dict[str, str]:
    """What the hook has to know of a push.

    Args:
        database: the sandbox's file.
        repository: the number of what is pushed to.
        page: address of its page, for people.
        user: the number of who pushes.
        admin: whether they administer the repository.
        may_change_workflows: whether their token lets them.
    """
    return {
        _DATABASE: str(database),
        _REPOSITORY: str(repository),
        _PAGE: page,
        _USER: str(user),
        _ADMIN: str(int(admin)),
        _WORKFLOWS: str(int(may_change_workflows)),
    }


def main() -> int:
    """Judges the push described on standard input; 1 refuses it."""
    pushed = moves()
    kept = [move for move in pushed if not move.deletes]
    refused = [move for move in pushed if _refuses(move)]  # each says why
    refused += [move for move in kept if _changes_workflows(move)]
    blobs = list(new_blobs([move.new for move in kept]))
    too_large = [
        f"error: File {blob.path} is {blob.size / 2**20:.2f} MB; this exceeds GitHub's "
        "file size limit of 100.00 MB"
        for blob in blobs
        if blob.size > _LARGEST_FILE
    ]
    if too_large:
        say(
            "error: GH001: Large files detected. You may want to try Git Large File Storage - "
            "https://git-lfs.github.com.",
            *too_large,
        )
    say(
        *(
            f"warning: File {blob.path} is {blob.size / 2**20:.2f} MB; this is larger than "
            "GitHub's recommended maximum file size of 50.00 MB"
            for blob in blobs
            if _LARGEST_ADVISED < blob.size <= _LARGEST_FILE
        )
    )
    _tell_unheard([each for each in blobs if _is_workflow(each.path)])
    return int(bool(refused or too_large))


def _refuses(move: Move) -> bool:
    if move.ref.startswith("refs/pull/"):
        say(f"error: {move.ref} is read-only")
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
        say(f"Bypassed rule violations for {move.ref}:", "", *_list(verdict.passed_by))
    if verdict.broken:
        say(
            f"error: GH013: Repository rule violations found for {move.ref}.",
            f"Review all repository rules at {page}/rules?ref={quote(move.ref, safe='')}",
            "",
            *_list(verdict.broken),
        )
    return bool(verdict.broken)


def _list(rules: Sequence[str]) -> list[str]:
    return [line for rule in rules for line in (f"- {rule}", "")]


def _is_workflow(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    return f"{folder}/" == _WORKFLOW_FOLDER and is_workflow(name)


def _changes_workflows(move: Move) -> bool:
    """Whether it does, by a token that may not; then the person is told."""
    if os.environ[_WORKFLOWS] == "1" or not move.ref.startswith("refs/heads/"):
        return False
    names = ("--name-only", "-z")
    if move.creates:  # a new branch may well carry files that the repository knows already
        new = (move.new, "--not", "--all", "--", _WORKFLOW_FOLDER)
        changed = git("log", "-m", "--format=", *names, *new)
    else:
        changed = git("diff-tree", "-r", *names, move.old, move.new, "--", _WORKFLOW_FOLDER)
    if not changed:
        return False
    first = changed.partition(b"\0")[0].decode(errors="replace")  # names are any bytes
    say(
        "error: refusing to allow a Personal Access Token to create or update workflow "
        f"`{first}` without `workflow` scope"
    )
    return True


def _tell_unheard(blobs: Sequence[NewBlob]) -> None:
    """Says which events of the workflows that are pushed never happen here."""
    for blob, content in zip(blobs, contents(blobs), strict=True):
        for said in unheard(blob.path, content):
            say(f"warning: {said}.")


if __name__ == "__main__":
    sys.exit(main())
