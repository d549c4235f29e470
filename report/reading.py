"""Reads what `pulumi preview` wrote: one JSON object (`--json`), or one event a line.

Events come on the output with PULUMI_ENABLE_STREAMING_JSON_PREVIEW=1, or from `--event-log FILE`,
which the engine knows with PULUMI_DEBUG_COMMANDS=1 alone.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from report.plan import Change, Operation, Plan, PolicyResult, short_type, type_of
from report.untrusted import count, parsed, texts

_OPERATIONS = {
    "create": Operation.CREATE,
    "import": Operation.CREATE,
    "update": Operation.UPDATE,
    "delete": Operation.DELETE,
    "discard": Operation.DELETE,
    "replace": Operation.REPLACE,
    "create-replacement": Operation.REPLACE,
    "delete-replaced": Operation.REPLACE,
    "import-replacement": Operation.REPLACE,
}
_COLOUR = re.compile(r"<\{%[^%]*%\}>")
_QUIET = ("__provider", "__internal", "__defaults")  # serialized code and the engine's own
_COMPONENTS = "slipway:"  # their children are what changes
# Addresses on this machine: the same payload in another folder has not changed.
_LOCAL = ("sources", "seed_sources")


class UnreadablePlanError(ValueError):
    """A file is no plan of Pulumi's."""


def read_plan(text: str, stack: str) -> Plan:
    """What the engine plans.

    Args:
        text: the whole of what it wrote.
        stack: its name, for people.

    Raises:
        UnreadablePlanError: it is neither format.
    """
    try:
        steps, errors, policies, untold, outside = _read(text)
        plan = _plan(stack, steps, errors, policies)
        drift = _plan(stack, outside, (), ()).changes
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadablePlanError(
            f"Stack {stack}: this is no plan of Pulumi's ({type(error).__name__}). Make it with "
            "`pulumi preview --json` or `--event-log`."
        ) from None
    return replace(plan, unchanged=plan.unchanged + untold, drift=drift)


_Step = Mapping[str, Any]  # op, urn, old, new; states with inputs, outputs, parent
# The last two: how many are not told, since they are unchanged; what differs outside.
_Read = tuple[list[_Step], list[str], list[PolicyResult], int, list[_Step]]


def _read(text: str) -> _Read:
    try:
        whole = parsed(text)
    except ValueError:
        return _read_events([parsed(line) for line in text.splitlines() if line.strip()])
    if "steps" not in whole and "diagnostics" not in whole:
        return _read_events([whole])
    steps: list[_Step] = [
        {**step, "old": step.get("oldState"), "new": step.get("newState")}
        for step in whole.get("steps") or ()
    ]
    # This format leaves out what stays as it is, and only counts it.
    told = sum(step["op"] == "same" for step in steps)
    untold = max(0, count(whole.get("changeSummary") or {}, "same", 0) - told)
    return steps, _errors(whole.get("diagnostics") or ()), [], untold, []


def _read_events(events: Sequence[Mapping[str, Any]]) -> _Read:
    known = ("resourcePreEvent", "diagnosticEvent", "policyEvent", "summaryEvent", "preludeEvent")
    if not any(kind in event for event in events for kind in known):
        raise UnreadablePlanError
    steps = [e["resourcePreEvent"]["metadata"] for e in events if "resourcePreEvent" in e]
    planned = [step for step in steps if step["op"] != "refresh"]
    found, outside = list(_looked_at(events)), list[_Step]()
    if planned:  # of `preview --refresh`, which looks first
        steps, outside = planned, [*({**each, "op": _met(each)} for each in found)]
    else:  # of `refresh --preview-only`
        steps += [each for each in found if each["op"] != "refresh"]
    said = [event["diagnosticEvent"] for event in events if "diagnosticEvent" in event]
    policies = [_policy(event["policyEvent"]) for event in events if "policyEvent" in event]
    return steps, _errors(said), policies, 0, outside


def _looked_at(events: Sequence[Mapping[str, Any]]) -> Iterator[_Step]:
    """What a refresh found: it tells that afterwards, since before it knows only that it looks."""
    looking = set()
    for event in events:
        if "resourcePreEvent" in event:
            step = event["resourcePreEvent"]["metadata"]
            looking.add(step["urn"]) if step["op"] == "refresh" else looking.discard(step["urn"])
        elif "resOutputsEvent" in event and event["resOutputsEvent"]["metadata"]["urn"] in looking:
            yield event["resOutputsEvent"]["metadata"]


def _met(found: _Step) -> str:
    """What happened outside to an object that a preview looked at before it planned."""
    if not found.get("new"):
        return "delete"
    old, new = ((found.get(each) or {}).get("inputs") for each in ("old", "new"))
    return "same" if old == new else "update"


def _errors(diagnostics: Iterable[Mapping[str, Any]]) -> list[str]:
    return [
        _plain(each["message"]).removeprefix("error: ")
        for each in diagnostics
        if str(each.get("severity", "")).startswith("error")
    ]


def _plain(message: object) -> str:
    """A text without the engine's marks of colour."""
    return _COLOUR.sub("", str(message)).strip()


def _policy(event: Mapping[str, Any]) -> PolicyResult:
    why, _, remedy = _plain(event.get("message", "")).partition("\n")
    return PolicyResult(
        rule=str(event["policyName"]),
        severity=str(event.get("severity") or "medium"),
        level=str(event.get("enforcementLevel", "advisory")),
        object=str(event.get("resourceUrn", "")).rpartition("::")[2] or "The stack",
        why=why.rstrip("."),
        remedy=remedy.strip(),
    )


def _plan(
    stack: str, steps: Sequence[_Step], errors: Sequence[str], policies: Sequence[PolicyResult]
) -> Plan:
    parents = {
        step["urn"]: (step.get("new") or step.get("old") or {}).get("parent") or ""
        for step in steps
    }
    changes: dict[str, Change] = {}
    unchanged = 0
    for step in steps:
        operation = _OPERATIONS.get(step["op"])
        if not _shown(type_of(step["urn"])):
            continue
        if operation is None:
            unchanged += step["op"] == "same"
            continue
        change = _change(step, operation, system_of(step["urn"], parents))
        changes[step["urn"]] = _joined(changes.get(step["urn"]), change)
    order = list(Operation)
    return Plan(
        stack=stack,
        changes=sorted(
            changes.values(), key=lambda c: (order.index(c.operation), c.system, c.name, c.urn)
        ),
        unchanged=unchanged,
        errors=tuple(errors),
        policies=tuple(dict.fromkeys(policies)) or None,  # told in a first and in a second look,
    )


def _shown(token: str) -> bool:
    return not token.startswith(("pulumi:", _COMPONENTS))


def _change(step: _Step, operation: Operation, system: str) -> Change:
    old, new = step.get("old") or {}, step.get("new") or {}
    return Change(
        operation=operation,
        urn=step["urn"],
        system=system,
        old=dict(_said(old.get("inputs") or {})),
        new=dict(_said(new.get("inputs") or {})),
        old_outputs=old.get("outputs") or {},
        new_outputs=new.get("outputs") or {},
        because=tuple(texts(step, "keys") or texts(step, "replaceReasons")),
    )


def _said(inputs: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from ((key, inputs[key]) for key in inputs if key not in (*_QUIET, *_LOCAL))


def _joined(first: Change | None, second: Change) -> Change:
    """A replacement is told in up to three steps, a deletion in it as well."""
    if first is None:
        return second
    return Change(
        operation=Operation.REPLACE,
        urn=first.urn,
        system=first.system,
        old=first.old or second.old,
        new=first.new or second.new,
        old_outputs=first.old_outputs or second.old_outputs,
        new_outputs=first.new_outputs or second.new_outputs,
        because=first.because or second.because,
    )


def system_of(urn: str, parents: Mapping[str, str]) -> str:
    """The system an object belongs to: the first word of the name of its outermost parent."""
    seen = {urn}
    while (parent := parents.get(urn) or "") and parent not in seen:
        if type_of(parent) == "pulumi:pulumi:Stack":
            break
        seen.add(parent)
        urn = parent
    return urn.rpartition("::")[2].partition("-")[0] or short_type(type_of(urn))
