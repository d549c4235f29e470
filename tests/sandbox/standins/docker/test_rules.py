"""What the stand-in refuses and how it compares, without an engine."""

import re

import pulumi_docker
import pytest
from pulumi import _types

from toolchain.standins.docker import PLUGIN, containers
from toolchain.standins.docker.durations import nanoseconds, text_of
from toolchain.standins.docker.engine import ALLOW_VARIABLE, allowed_address
from toolchain.standins.protocol import PluginError

KINDS = {token: kind(None) for token, kind in PLUGIN.types.items()}


def by_name(name):
    return next(kind for token, kind in KINDS.items() if token.endswith(f":{name}"))


@pytest.mark.parametrize("token", PLUGIN.types)
def test_tokens_and_property_names_are_the_installed_sdk_s(token):
    name = token.rpartition(":")[2]
    sdk = getattr(pulumi_docker, name)
    inputs = _types.input_type_py_to_pulumi_names(getattr(pulumi_docker, f"{name}Args")).values()
    outputs = _types.resource_types(sdk)
    kind = KINDS[token]
    assert sdk.pulumi_type == token
    assert set(kind.inputs) <= set(inputs)
    assert set(kind.replace) | set(kind.required) <= set(kind.inputs)
    assert set(kind.inputs) | set(kind.computed) <= set(outputs)
    assert set(kind.renewed) <= set(kind.computed)


def test_nested_names_are_the_installed_sdk_s():
    types = _types.resource_types(pulumi_docker.Container)
    for property_, names in containers._NESTED.items():
        [output] = re.findall(r"outputs\.(\w+)", str(types[property_]))
        known = _types.output_type_types(getattr(pulumi_docker.outputs, output))
        assert set(names) <= set(known), property_


def test_the_version_is_the_sdk_s():
    assert PLUGIN.version == pulumi_docker._utilities.get_version().removeprefix("v")


@pytest.mark.parametrize(
    ("name", "inputs", "property_"),
    [
        ("Container", {"privileged": True}, "privileged"),
        ("Container", {"mounts": []}, "mounts"),
        ("Container", {"healthcheck": {"startInterval": "1s"}}, "healthcheck.startInterval"),
        ("Container", {"ports": [{"internal": 1, "weight": 2}]}, "ports.weight"),
        ("Container", {"restart": "sometimes"}, "restart"),
        ("Container", {"cpus": "many"}, "cpus"),
        ("Container", {"envs": ["NOTHING"]}, "envs"),
        ("Container", {"start": False}, "mustRun"),
        ("Container", {"healthcheck": {"interval": "soon"}}, "healthcheck.interval"),
        ("Network", {"ipv6": True}, "ipv6"),
        ("Volume", {"cluster": {}}, "cluster"),
        ("RemoteImage", {"build": {}}, "build"),
    ],
)
def test_what_is_not_served_or_can_not_work_is_refused_by_name(name, inputs, property_):
    found = list(by_name(name).check({"name": "n", "image": "i", **inputs}))
    known = ["image"] if name != "Container" else []
    assert [each.property for each in found if each.property not in known] == [property_]


@pytest.mark.parametrize(
    "address",
    ["unix:///run/engine.sock", "tcp://127.0.0.1:2375", "tcp://localhost:1", "tcp://[::1]:1"],
)
def test_engines_of_this_machine_may_be_used(address):
    assert allowed_address(address, {}) == address
    assert allowed_address("", {"DOCKER_HOST": address}) == address


@pytest.mark.parametrize(
    "address",
    ["", "ssh://me@machine", "tcp://192.0.2.7:2375", "tcp://localhost.example:1", "npipe:////./e"],
)
def test_no_other_engine_is_reached_unless_it_is_allowed_by_name(address):
    with pytest.raises(PluginError, match=re.escape(address) or "No Docker host"):
        allowed_address(address, {})
    if address:
        assert allowed_address(address, {ALLOW_VARIABLE: f"x, {address}"}) == address


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("0s", "0s"),
        ("500ms", "500ms"),
        ("90s", "1m30s"),
        ("60s", "1m0s"),
        ("1h", "1h0m0s"),
        ("1.5s", "1.5s"),
        ("2us", "2µs"),
    ],
)
def test_durations_are_read_and_written_as_go_does(text, canonical):
    assert text_of(nanoseconds(text)) == canonical
    assert nanoseconds(canonical) == nanoseconds(text)
