"""Files a deployment needs and does not have: COPY sources, and what git has not been told of."""

import subprocess
from collections.abc import Iterable
from pathlib import Path

from slipway.core.findings import Finding, error, warning
from slipway.dockerfile.context import BuildContext
from slipway.dockerfile.stages import Stage, read_stages

_SHOWN = 5


def check_copy_sources(
    subject: str, context: BuildContext, stages: Iterable[Stage] | None = None
) -> list[Finding]:
    """COPY and ADD of what the builder is not sent, in the stages that are built or in all."""
    looked_at = read_stages(context.text).all if stages is None else stages
    return [
        error(
            subject,
            f"{context.dockerfile.name} copies {source}, which {context.folder.name}/ does not "
            "hold or .dockerignore keeps from the builder",
            "Add the file; its path is relative to the context, not to the Dockerfile",
        )
        for source in context.missing_sources(looked_at)
    ]


def check_present(subject: str, folder: Path, names: Iterable[str]) -> list[Finding]:
    """Files that must be there by name."""
    return [
        error(subject, f"{name} is missing in {folder.name}/", "Add it")
        for name in names
        if not (folder / name).is_file()
    ]


def check_committed(subject: str, folder: Path) -> list[Finding]:
    """Changes that whoever deploys from git would not see."""
    said = subprocess.run(
        ["git", "status", "--porcelain", "--", "."],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
    )
    changed = [line[3:] for line in said.stdout.splitlines()]
    if said.returncode != 0 or not changed:
        return []
    more = f" and {len(changed) - _SHOWN} more" if len(changed) > _SHOWN else ""
    return [
        warning(
            subject,
            f"not committed: {', '.join(changed[:_SHOWN])}{more}",
            "Commit and push, or what is deployed from git will not have it",
        )
    ]
