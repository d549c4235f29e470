"""The policy pack, asked as Pulumi's server asks it: with proxies that refuse what is not known."""

import json
from pathlib import Path

import pulumi_policy as policy
import pytest
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, unknown_checking_proxy

from policies.pack import Pack
from policies.rules import ALL
from policies.settings import DECLARED, FOLDER, UNDECIDED
from tests.policies.declared_stacks import ALWAYS_KNOWN, STACKS, UNKNOWN

OPTIONS = policy.PolicyResourceOptions(
    protect=False,
    ignore_changes=[],
    delete_before_replace=None,
    aliases=[],
    custom_timeouts=policy.PolicyCustomTimeouts(0, 0, 0),
    additional_secret_outputs=[],
    parent=None,
)
CONFIG = {"names": {"Space acme/model": ["HF_MODEL_REPO"]}}


def ask(declared, disabled=()):
    """[(policy, message)] of a stack of (type, inputs), as a server would report it."""
    found = []
    policies = [each for each in Pack().policies() if each.name not in disabled]
    resources = []
    for at, (type_, inputs) in enumerate(declared):
        known = json.loads(json.dumps(inputs).replace(UNKNOWN, UNKNOWN_STRING_VALUE))
        props = unknown_checking_proxy({k: v for k, v in known.items() if k != "protect"})
        urn = f"urn:pulumi:prod::trial::{type_}::it-{at}"
        options = policy.PolicyResourceOptions(**{**vars(OPTIONS), "protect": "protect" in inputs})
        for each in policies:
            if isinstance(each, policy.ResourceValidationPolicy):
                config = CONFIG if each.name == "settings-present" else {}
                args = policy.ResourceValidationArgs(
                    type_, props, urn, f"it-{at}", options, None, config
                )
                each.validate(args, lambda text, _=None, p=each: found.append((p.name, text)))
        resources.append(
            policy.PolicyResource(
                type_, unknown_checking_proxy({}), urn, f"it-{at}", options, None, None, [], {}
            )
        )
    for each in policies:
        if isinstance(each, policy.StackValidationPolicy):
            args = policy.StackValidationArgs(resources, {})
            each.validate(args, lambda text, _=None, p=each: found.append((p.name, text)))
    return found


@pytest.mark.parametrize("rule", STACKS)
def test_a_broken_stack_is_reported_under_its_rule_and_a_kept_one_is_not(rule):
    broken, kept, too_little = STACKS[rule]
    assert rule in {name for name, _ in ask(broken)}
    assert rule not in {name for name, _ in ask(kept)}
    said = ask(too_little)
    if rule in ALWAYS_KNOWN:
        assert rule in {name for name, _ in said}
    else:
        assert any(name == UNDECIDED and text.startswith(f"{rule},") for name, text in said)


def test_every_rule_is_a_policy_with_its_level_severity_and_settings():
    made = {each.name: each for each in Pack().policies()}
    assert set(made) == {each.name for each in ALL} | {DECLARED, UNDECIDED}
    for rule in ALL:
        assert made[rule.name].enforcement_level.value == rule.prod.value
        assert made[rule.name].severity.value == rule.severity.value
        assert set(made[rule.name].config_schema.properties) == {"except", *rule.options}


def test_a_rule_that_sees_nothing_says_so_instead_of_passing():
    said = dict(ask(STACKS["ports-agree"][0], disabled=(DECLARED,)))
    assert "sees none of them" in said["ports-agree"]


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_the_files_of_settings_hold_what_pulumis_schema_takes(stack):
    content = json.loads(Path(FOLDER / f"{stack}.json").read_text())
    made = {each.name: each for each in Pack().policies()}
    for name, given in content.items():
        keys = set(given) - {"enforcementLevel"} if isinstance(given, dict) else set()
        assert keys <= set(made[name].config_schema.properties), name
