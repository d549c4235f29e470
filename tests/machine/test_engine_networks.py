"""Networks of containers, also where an engine has given away all its ranges."""

import ipaddress
import uuid

import pytest
from docker.errors import APIError

from sandbox.machine import engine_networks
from sandbox.machine.contract import PrivateNetwork, RunRequest
from toolchain.engine.bridge import SELDOM_MET, routed_networks

pytestmark = pytest.mark.machine

WEB = "FROM busybox\nWORKDIR /www\nCMD echo here > index.html && exec httpd -f -p 7860\n"
# As engines say it that have no range left of their own: up to version 26, and from 27 on.
REFUSALS = (
    "could not find an available, non-overlapping IPv4 address pool among the defaults",
    "all predefined address pools have been fully subnetted",
)


@pytest.fixture(params=REFUSALS)
def exhausted(machine, monkeypatch, request):
    """Docker's own ranges are good for 31 networks; from then on an engine says this."""
    networks = machine._client.networks
    create = networks.create

    def refusing(name, *, ipam=None, **options):
        if ipam is None:
            raise APIError("500 Server Error", explanation=request.param)
        return create(name, ipam=ipam, **options)

    # A client makes this collection anew each time it is asked for.
    monkeypatch.setattr(type(networks), "create", staticmethod(refusing))


@pytest.mark.usefixtures("exhausted")
def test_an_engine_without_a_range_left_still_runs_apps(machine, build, fetch):
    build(WEB)
    shared = PrivateNetwork(f"shared-{uuid.uuid4().hex[:6]}", "web")
    before = routed_networks()
    for name in ("one", "two"):
        app = machine.run(RunRequest(name=name, image="app:1", port=7860, private_network=shared))
        assert fetch(f"http://127.0.0.1:{app.host_port}/").strip() == "here"
    mine = {"label": f"slipway.sandbox={machine._sandbox_id}"}
    made = [
        ipaddress.IPv4Network(part["Subnet"])
        for network in machine._client.networks.list(filters=mine)
        for part in network.attrs["IPAM"]["Config"]
    ]
    ranges = [ipaddress.IPv4Network(each) for each in SELDOM_MET]
    assert sorted(each.prefixlen for each in made) == [24, 28, 28]
    for network in made:
        assert any(network.subnet_of(each) for each in ranges)
        if network.prefixlen == 28:
            assert not any(network.overlaps(each) for each in before)


def test_what_an_engine_refuses_for_another_reason_is_said_as_it_says_it(machine, monkeypatch):
    def refusing(*_, **__):
        raise APIError("500 Server Error", explanation="no space left on device")

    monkeypatch.setattr(type(machine._client.networks), "create", refusing)
    monkeypatch.setattr(engine_networks, "routed_networks", lambda: pytest.fail("not asked for"))
    with pytest.raises(Exception, match="no space left on device"):
        machine._networks.make("slipway-test-refused", {})
