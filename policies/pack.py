"""The rules as a policy pack: what `pulumi preview --policy-pack policies` starts.

Rules about one thing are asked when its resource is registered, in `pulumi up` before anything is
made of it; rules about several at the end, of all that was registered. A rule that can't tell, as
a value is not known before it is made, says so under the name `undecided`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pulumi_policy as policy
from pulumi_policy.proxy import UnknownValueError

from policies.declared import everything_of, thing_of
from policies.resource import Resource
from policies.rule import Outcome, Result, Rule, Settings
from policies.rules import ALL
from policies.settings import DECLARED, EXCEPT, LEVEL, UNDECIDED, parse
from policies.sources.pulumi_json import PLACEHOLDERS
from policies.values import UNKNOWN

NAME = "slipway"


class Pack:
    """The policies over one run of the engine, and what they have seen of it."""

    def __init__(self, rules: Sequence[Rule] = ALL) -> None:
        self._rules = rules
        self._seen: dict[str, Resource] = {}
        self._undecided: dict[tuple[str, ...], Result] = {}

    def policies(self) -> list[policy.Policy]:
        """One for each rule, and one for what they could not decide."""
        made = [
            self._of_thing(each) if each.thing is not None else self._of_stack(each)
            for each in self._rules
        ]
        watcher = policy.ResourceValidationPolicy(
            name=DECLARED,
            description="Notes what is declared, for the rules about several things.",
            validate=self._watch,
            enforcement_level=policy.EnforcementLevel.ADVISORY,
        )
        undecided = policy.StackValidationPolicy(
            name=UNDECIDED,
            description="Rules that could not be decided, since something is not known yet.",
            validate=self._say_undecided,
            enforcement_level=policy.EnforcementLevel.ADVISORY,
        )
        return [watcher, *made, undecided]

    def _of_thing(self, rule: Rule) -> policy.Policy:
        def validate(args: policy.ResourceValidationArgs, report: policy.ReportViolation) -> None:
            thing = thing_of(_resource(args))
            if thing is not None:
                self._report(rule.of_thing(thing, _settings(rule, args.get_config())), report)

        return policy.ResourceValidationPolicy(validate=validate, **_described(rule))

    def _of_stack(self, rule: Rule) -> policy.Policy:
        def validate(args: policy.StackValidationArgs, report: policy.ReportViolation) -> None:
            settings = _settings(rule, args.get_config())
            declared = self._declared(args)
            if not declared and args.resources:
                report(_BLIND, None)
            self._report(rule.of_stack(everything_of(declared), settings), report)

        return policy.StackValidationPolicy(validate=validate, **_described(rule))

    def _watch(self, args: policy.ResourceValidationArgs, report: policy.ReportViolation) -> None:
        del report
        known = _resource(args)
        # The engine's own, such as a provider with all of the configuration, are only passed by.
        self._seen[args.urn] = known if thing_of(known) is not None else replace(known, inputs={})

    def _declared(self, args: policy.StackValidationArgs) -> list[Resource]:
        """What was registered, with what only the whole stack shows; the rest is from before.

        The engine shows outputs here, and of a component only those that it names. So the inputs
        are those that were seen before.
        """
        return [
            self._seen[each.urn].with_origins(
                each.parent.urn if each.parent else "",
                {
                    key: frozenset(origin.urn for origin in origins)
                    for key, origins in each.property_dependencies.items()
                },
            )
            for each in args.resources
            if each.urn in self._seen
        ]

    def _report(self, results: Iterable[Result], report: policy.ReportViolation) -> None:
        for result in results:
            if result.outcome is Outcome.BROKEN:
                report(result.text, result.urn or None)
            elif result.outcome is Outcome.UNDECIDED:
                self._undecided[result.rule, result.object, result.unknown] = result

    def _say_undecided(
        self, args: policy.StackValidationArgs, report: policy.ReportViolation
    ) -> None:
        del args
        by_rule: dict[str, dict[str, str]] = {}
        for each in self._undecided.values():
            by_rule.setdefault(each.rule, {})[f"{each.object} ({each.unknown})"] = each.remedy
        for name, things in sorted(by_rule.items()):
            remedies = ". ".join(sorted(set(things.values())))
            report(f"{name}, not known yet: {', '.join(sorted(things))}. {remedies}.", None)
        self._undecided.clear()  # of a preview; the update after it asks anew


_BLIND = (
    f"This rule is about several things and sees none of them: the policy `{DECLARED}`, which "
    "notes what is declared, is disabled. Enable it."
)


def serve() -> None:
    """Serves the engine; never returns."""
    policy.PolicyPack(name=NAME, policies=Pack().policies())


def _described(rule: Rule) -> dict[str, Any]:
    properties: dict[str, dict[str, Any]] = {EXCEPT: {"type": "object", "default": {}}}
    for name, default in rule.options.items():
        properties[name] = {"type": _TYPES[type(default)], "default": default}
    return {
        "name": rule.name,
        "description": f"{rule.about[:1].upper()}{rule.about[1:]}: {rule.why}.",
        "enforcement_level": policy.EnforcementLevel(rule.prod.value),
        "severity": policy.Severity(rule.severity.value),
        "config_schema": policy.PolicyConfigSchema(properties=properties),
    }


_TYPES = {int: "number", float: "number", list: "array", dict: "object"}


def _settings(rule: Rule, config: Mapping[str, Any]) -> Settings:
    """The rule's part of the stack's file; its level is the engine's business from here on."""
    given = {key: value for key, value in config.items() if key != LEVEL}
    return parse("policies", {rule.name: given}, [rule])[rule.name]


def _resource(args: policy.ResourceValidationArgs) -> Resource:
    return Resource(
        urn=args.urn,
        inputs=_plain(args.props),
        parent=args.opts.parent or "",
        protect=bool(args.opts.protect),
    )


def _plain(given: Any) -> Any:  # noqa: ANN401 - any data
    """Data out of the proxies, which raise where a value is not known."""
    if isinstance(given, Mapping):
        return {str(key): _one(given, key) for key in given}
    if isinstance(given, Sequence) and not isinstance(given, str | bytes):
        return [_one(given, at) for at in range(len(given))]
    return UNKNOWN if given in PLACEHOLDERS else given


def _one(given: Any, key: object) -> Any:  # noqa: ANN401 - any data
    get: Callable[[Any], Any] = given.__getitem__
    try:
        return _plain(get(key))
    except UnknownValueError:
        return UNKNOWN
