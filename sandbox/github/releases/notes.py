"""Notes that a release gets by itself: the pull requests that were merged since the last one."""

from collections.abc import Sequence
from urllib.parse import quote

from sandbox.github.http.errors import UnprocessableError
from sandbox.github.http.requests import Urls
from sandbox.github.pulls.records import Pull
from sandbox.github.repositories.differences import commits_between
from sandbox.github.repositories.registry import Repository


def generated_notes(
    repository: Repository,
    pulls: Sequence[Pull],
    here: Urls,
    tag: str,
    target: str | None,
    previous: str | None,
) -> str:
    """The body.

    Args:
        repository: where.
        pulls: of it, newest first.
        here: addresses for the notes.
        tag: of the release; it need not be there yet.
        target: what it would be made of; None for the default branch.
        previous: the tag before it; None if there is none.

    Raises:
        UnprocessableError: one of these is not there.
    """
    store = repository.git
    head = store.resolve(f"refs/tags/{tag}") or store.resolve(target or store.default_branch())
    base = None if previous is None else store.resolve(f"refs/tags/{previous}")
    if head is None or (previous is not None and base is None):
        missing = target if head is None else previous
        raise UnprocessableError("Validation Failed", f"There is no {missing} to make notes of")
    since = (
        {each.oid for each in store.history(head)}
        if base is None
        else {each.oid for each in commits_between(store, base, head)}
    )
    merged = [each for each in pulls if each.merged and each.merge_sha in since]
    web = f"{here.web}/{repository.full_name}"
    lines = [
        f"* {each.issue.title} by @{each.issue.author} in {web}/pull/{each.number}"
        for each in sorted(merged, key=lambda each: (each.merged_at or "", each.number))
    ]
    what = "commits/" if previous is None else f"compare/{quote(previous)}..."
    changes = ["## What's Changed", *lines, "", ""] if lines else []
    return "\n".join([*changes, f"**Full Changelog**: {web}/{what}{quote(tag)}"])
