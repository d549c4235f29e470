"""A container calls the ports of other machines that it may call, and no others."""

import random
import subprocess
import sys
from collections.abc import Iterator

import pytest

from sandbox.machine.contract import RunRequest
from toolchain.engine.firewall import choose_iptables

pytestmark = pytest.mark.machine

PORTS = (80, 443, 8080, 5432)
SERVE = """\
import socketserver
import threading
class Hello(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.recv(1000)
        self.request.sendall(b"HTTP/1.0 200 OK\\r\\nContent-Length: 5\\r\\n\\r\\nhello")
for port in {ports}:
    server = socketserver.ThreadingTCPServer(("", port), Hello)
    threading.Thread(target=server.serve_forever).start()
print("listens", flush=True)
"""
ASK = "".join(
    f"timeout 2 wget -qO- http://{{host}}:{port}/ >/dev/null && echo {port} answers;"
    for port in PORTS
)


@pytest.fixture
def outside(machine) -> Iterator[str]:
    """Another machine, as far as packets can tell: a network namespace with a wire to this one."""
    if machine._stand_ins is None or choose_iptables()[0] is None:
        pytest.skip("no rules can be made for this engine's networks")
    draw = random.SystemRandom().randrange(1 << 14)
    name, near = f"slipway-t{draw}", f"slwt{draw}"
    base = f"198.18.{draw >> 6}.{(draw & 63) * 4}".rsplit(".", 1)
    here, there = (f"{base[0]}.{int(base[1]) + number}" for number in (1, 2))
    ip(f"netns add {name}")
    try:
        ip(f"link add {near} type veth peer name far netns {name}")
        ip(f"address add {here}/30 dev {near}")
        ip(f"link set {near} up")
        ip(f"-netns {name} address add {there}/30 dev far")
        ip(f"-netns {name} link set far up")
        ip(f"-netns {name} route add default via {here}")
        serve = [sys.executable, "-c", SERVE.format(ports=PORTS)]
        with subprocess.Popen(
            ["ip", "netns", "exec", name, *serve], stdout=subprocess.PIPE, text=True
        ) as server:
            assert server.stdout.readline() == "listens\n"
            yield there
            server.kill()
    finally:
        ip(f"netns delete {name}")  # and both ends of the wire with it


def ip(words: str) -> None:
    subprocess.run(["ip", *words.split()], check=True)


def asked(machine, name: str, host: str, **request) -> list[str]:
    command = ("sh", "-c", ASK.format(host=host))
    container = machine.run(
        RunRequest(name=name, image="app:1", port=80, command=command, **request)
    )
    lines: list[str] = []
    machine.follow_logs(container.id, lines.append)
    return [line for line in lines if line.endswith("answers")]


@pytest.mark.long
def test_a_container_calls_the_ports_it_may_and_waits_in_vain_for_others(machine, build, outside):
    build("FROM busybox\n")
    all_ports = [f"{port} answers" for port in PORTS]
    assert asked(machine, "free", outside) == all_ports
    assert asked(machine, "bound", outside, outgoing=(80, 443, 8080)) == all_ports[:-1]
    # Networks of before are gone with their containers; their rules stop nobody.
    machine.remove("bound")
    assert asked(machine, "free", outside) == all_ports
    assert asked(machine, "again", outside, outgoing=(443,)) == ["443 answers"]


@pytest.mark.usefixtures("outside")
def test_rules_of_networks_that_are_gone_do_not_pile_up(machine, build):
    build("FROM busybox\n")
    devices = []
    for number in range(3):
        name = f"n{number}"
        machine.run(
            RunRequest(name=name, image="app:1", port=80, command=("true",), outgoing=(80,))
        )
        network = machine._client.networks.get(machine._engine_name(name))
        devices.append(f"br-{network.id[:12]}")
        machine.remove(name)
    bound = [rule[rule.index("-i") + 1] for rule in machine._networks._outgoing._rules()]
    assert not {*devices[:-1]} & {*bound}, "the next network takes them away"
