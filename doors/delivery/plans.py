"""Plans that are kept: what was shown to whoever approves is what runs, or nothing does."""

import hashlib
import json
import re
import subprocess
from pathlib import Path
from typing import Any

from doors.delivery.engine import Engine
from report.reading import UnreadablePlanError, read_plan
from report.terminal import render_terminal
from toolchain.progress import SetupError

SHOWN, KEPT, BASIS = "head.json", "plan.json", "basis.json"  # in a plan's folder
_BREACH = re.compile(r"resource (?P<urn>\S+) violates plan: (?P<why>[^\n{\[]*)")
_SIGNS = re.compile(r"(?<=[ ,])[=~+-]+")  # before a property's name
_NO_STEP = re.compile(r"(?:create|update|delete|replace)[^\n]*not allowed by the plan[^\n]*")


class UnfitPlanError(SetupError):
    """A plan is not what was approved, or what it was made from has changed."""


def make_plan(engine: Engine, folder: Path) -> int:
    """Plans what the program says from what is there, and keeps it.

    Args:
        engine: of the stack.
        folder: gets the engine's plan, whose secrets are sealed with the stack's key; the events
            that `report` shows; and what both were made from.

    Returns:
        The engine's exit code; 1 if a rule forbids it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    basis = _basis(engine)
    kept = folder / KEPT
    # What somebody changed outside is part of what the program has to undo.
    looked = ("preview", "--refresh", "--save-plan", str(kept.resolve()))
    code, events = engine.events(*looked, *engine.rules())
    (folder / SHOWN).write_text(events, encoding="utf-8")
    (folder / BASIS).write_text(json.dumps(basis, indent=1), encoding="utf-8")
    try:
        print(render_terminal(read_plan(events, engine.stack)), end="")  # noqa: T201 - for people
    except UnreadablePlanError:
        print(events, end="")  # noqa: T201 - it failed before there was a plan
        return code or 1
    return code


def digest(folder: Path) -> str:
    """Of all that a plan's folder says; 64 hex digits.

    Raises:
        UnfitPlanError: it holds no whole plan.
    """
    summed = hashlib.sha256()
    for name in (KEPT, SHOWN, BASIS):
        try:
            content = (folder / name).read_bytes()
        except OSError:
            raise UnfitPlanError(
                f"{folder.name} holds no plan that could run: {name} is missing. See what "
                "stopped the planning."
            ) from None
        summed.update(hashlib.sha256(content).digest())
    return summed.hexdigest()


def changes(folder: Path, stack: str) -> int:
    """How many objects the plan changes."""
    events = (folder / SHOWN).read_text(encoding="utf-8")
    return len(read_plan(events, stack).changes)


def carry_out(engine: Engine, folder: Path, approved: str) -> int:
    """Does what the plan says, and nothing else.

    Args:
        engine: of the stack.
        folder: as `make_plan` filled it.
        approved: the digest of what was approved.

    Returns:
        The engine's exit code.

    Raises:
        UnfitPlanError: the plan is another than the approved one, or it does not fit any more.
    """
    if digest(folder) != approved:
        raise UnfitPlanError(f"Stack {engine.stack}: this is not the plan that was approved.")
    planned = json.loads((folder / BASIS).read_text(encoding="utf-8"))
    if moved := [word for word, now in _basis(engine).items() if planned.get(word) != now]:
        raise UnfitPlanError(_unfit(engine, f"its {' and its '.join(moved)} changed since"))
    log = folder / "up.log"
    kept = ("--plan", str((folder / KEPT).resolve()))
    doing = ("up", "--refresh", "--yes", "--skip-preview", *kept)
    code = engine.run(*doing, *engine.rules(), log=log)
    if code != 0 and (why := _breach(log.read_text(encoding="utf-8", errors="replace"))):
        raise UnfitPlanError(_unfit(engine, why))
    return code


def _unfit(engine: Engine, why: str) -> str:
    return (
        f"Stack {engine.stack}: the approved plan does not fit any more: {why}. Nothing beyond it "
        "was done; run the workflow again for a new plan."
    )


def _breach(said: str) -> str | None:
    """What would have gone beyond the plan, in the engine's words without any value."""
    if found := _BREACH.search(said):
        name = found["urn"].rpartition("::")[2]
        why = _SIGNS.sub("", found["why"]).strip()
        return f"{name} would change otherwise ({why})"
    if found := _NO_STEP.search(said):
        return found[0].strip()
    return None


def _basis(engine: Engine) -> dict[str, Any]:
    """What a plan is made from: the files of the program, and the state."""
    state = json.dumps(engine.state(), sort_keys=True).encode()
    return {"commit": _commit(engine.project), "state": hashlib.sha256(state).hexdigest()}


def _commit(project: Path) -> str:
    ended = subprocess.run(
        ["git", "rev-parse", "HEAD"],
        cwd=project,
        check=False,
        capture_output=True,
        text=True,
    )
    if ended.returncode != 0:
        raise SetupError(f"{project} is no git checkout, and a plan belongs to a commit.")
    return ended.stdout.strip()
