"""A package index on this machine's loopback is named in images as builds reach it."""

import pytest

from toolchain.engine.bridge import Bridge
from toolchain.images import loopback_services
from toolchain.images.loopback_services import from_inside, named_services

BRIDGE = Bridge("slipwayabc", "10.99.255.1", 24, "10.99.0.0/17", 28)


@pytest.fixture(autouse=True)
def _bridge(monkeypatch):
    monkeypatch.setattr(loopback_services, "choose_bridge", lambda _: BRIDGE)


@pytest.mark.parametrize(
    ("setting", "inside", "services"),
    [
        (
            "index-url = http://localhost:3141/root/simple",
            "index-url = http://10.99.255.1:3141/root/simple",
            ["127.0.0.1:3141"],
        ),
        ("trusted-host = localhost", "trusted-host = 10.99.255.1", []),
        ("proxy = localhost:3128", "proxy = 10.99.255.1:3128", ["127.0.0.1:3128"]),
        (
            'Acquire::http::Proxy "http://me:word@127.0.0.1:3142/";',
            'Acquire::http::Proxy "http://me:word@10.99.255.1:3142/";',
            ["127.0.0.1:3142"],
        ),
        ("URIs: http://127.0.0.1/debian", "URIs: http://10.99.255.1/debian", ["127.0.0.1:80"]),
        (
            "index-url = https://mirror.example/localhost.d/",
            "index-url = https://mirror.example/localhost.d/",
            [],
        ),
        ("URIs: http://localhost.example:80/", "URIs: http://localhost.example:80/", []),
        ("URIs: http://10.127.0.0.1:80/", "URIs: http://10.127.0.0.1:80/", []),
    ],
)
def test_loopback_is_told_from_other_hosts(setting, inside, services):
    assert from_inside(setting) == inside
    assert named_services([setting]) == services


def test_one_service_in_two_settings_is_one():
    assert named_services(["http://localhost:1/", "http://127.0.0.1:1/"]) == ["127.0.0.1:1"]
