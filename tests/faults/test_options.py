"""Protects Pulumi's own options: what a person says of a component holds for what it declares."""

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.long]

PROGRAM = """
import json
from pathlib import Path

import pulumi

from slipway.render.registry_credential.registry_credential import (
    RegistryCredential,
    RegistryCredentialArgs,
)

declared = json.loads(Path("declared.json").read_text())


def login(name, user="ann", **options):
    RegistryCredential(name, RegistryCredentialArgs(
        name=name, registry="GITHUB", username=user, token="canary-of-the-options",
    ), pulumi.ResourceOptions(**options))


def left_alone(args):
    if args.custom:
        ignored = pulumi.ResourceOptions(ignore_changes=["username"])
        args.opts = pulumi.ResourceOptions.merge(args.opts, ignored)
    return pulumi.ResourceTransformResult(args.props, args.opts)


login("retained", retain_on_delete=True)
login("protected", protect=True)
login("ignoring", declared["user"], transforms=[left_alone])
if declared["renamed"]:
    login("renamed", aliases=[pulumi.Alias(name="first")])
else:
    login("first")
"""


def test_each_option_reaches_what_is_on_the_platform(project, render):
    made = project(PROGRAM, {"user": "ann", "renamed": False})
    made.up()
    made.declare({"user": "bob", "renamed": True})
    planned = made.must("preview", "--diff")
    assert "delete" not in planned
    made.up()
    users = {
        each["name"].partition(" ")[0]: each["username"]
        for each in render.call("GET", "/registrycredentials")
    }
    assert users["ignoring"] == "ann"

    assert not made.pulumi("destroy", "--yes", "--skip-preview").ok
    left = {each["name"].partition(" ")[0] for each in render.call("GET", "/registrycredentials")}
    assert left == {"retained", "protected"}
