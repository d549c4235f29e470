"""What happened to a pull request, as workflows hear of it."""

from collections.abc import Mapping
from typing import Any

from sandbox.github.contract import Head, Trigger
from sandbox.github.events import Events
from sandbox.github.pulls.merging import merge_reference
from sandbox.github.pulls.records import Pull
from sandbox.github.pulls.views import Shown
from sandbox.github.repositories.differences import proposed_files


def announce(
    events: Events,
    pull: Pull,
    shown: Shown,
    actor: str,
    event: str,
    payload: Mapping[str, Any],
) -> None:
    """Tells of an event, and of the one that runs what is on the base, `pull_request_target`."""
    store, base = shown.repository.git, f"refs/heads/{pull.base}"
    changed = proposed_files(store, pull.base_sha, pull.head_sha)
    gone = f"{pull.head_owner}/unknown"  # a repository that is gone has no name
    head = Head(
        repository=gone if shown.head_repository is None else shown.head_repository.full_name,
        branch=pull.head,
        commit=pull.head_sha,
        message=store.commit(pull.head_sha).message,
        paths=[each.path for each in changed],
    )

    def tell(name: str, ref: str, commit: str) -> None:
        events.tell(
            Trigger(
                repository=shown.repository.full_name,
                event=name,
                ref=ref,
                commit=commit,
                actor=actor,
                payload=payload,
                head=head,
            )
        )

    # What conflicts has no merge that could be run, on the platform neither.
    if pull.merge_sha is not None:
        tell(event, base if pull.merged else merge_reference(pull.number), pull.merge_sha)
    else:
        events.happened(shown.repository.full_name, event, actor, payload)
    if event == "pull_request":
        tell("pull_request_target", base, store.branch_head(pull.base) or pull.base_sha)
