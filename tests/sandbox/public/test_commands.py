"""Commands and jobs on this machine itself: written-out hosts lead to the sandbox by its proxy."""

import json
import os
import socket
import ssl
import subprocess
import threading
import time
from contextlib import contextmanager, suppress

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sandbox.server.home import Home
from sandbox.server.public.authority import authority_of
from sandbox.server.public.environment import proxied_environment
from sandbox.server.public.names import NAMES, is_of_a_platform
from tests.sandbox.public.sandboxes import served_sandbox


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("public") / "home"
    with served_sandbox(folder, "--no-containers", "--jobs", "host") as made:
        yield made


@pytest.fixture(scope="module")
def command(served, tmp_path_factory):
    """Runs a shell's text as `./with-sandbox` would; what it prints."""
    folder = tmp_path_factory.mktemp("command")
    tokens = {"HF_TOKEN": served.identity.hub_token, "RENDER_API_KEY": served.identity.render_key}
    kept = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_CONFIG")},
        "NO_PROXY": "localhost,.github.com,huggingface.co",
        **tokens,
    }
    kept |= proxied_environment(served.home, kept)

    def run(text: str, **more: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            ["sh", "-c", text],
            env={**kept, **more},
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


WHO = 'Authorization: Bearer $HF_TOKEN" https://huggingface.co/api/whoami-v2'
PYTHON = """python3 -c '
import os, urllib.request
asked = urllib.request.Request("https://huggingface.co/api/whoami-v2",
    headers={"authorization": "Bearer " + os.environ["HF_TOKEN"]})
print(urllib.request.urlopen(asked).read().decode())'"""
GIT = "git ls-remote https://me:$HF_TOKEN@huggingface.co/slipway/by-command"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f'curl -fsS -H "{WHO}', '"name":"slipway"'),
        (f'curl -fsS -H "{WHO.replace("https:", "http:")}', '"name":"slipway"'),
        (PYTHON, '"name":"slipway"'),
        (GIT, "refs/heads/main"),
        (
            'curl -fsS -H "Authorization: Bearer $RENDER_API_KEY" https://api.render.com/v1/owners',
            "slipway",
        ),
        ("curl -sS https://ghcr.io/v2/", "ghcr.io is a host of the real platform"),
        ("curl -sS https://someone.hf.space/", "No app of this sandbox has the name someone.hf"),
        ("curl -sS https://x.onrender.com/", "No app of this sandbox has the name x.onrender.com"),
        ("curl -sS https://a.b.hf.space/ -k", "a.b.hf.space is a host of the real platform"),
    ],
)
def test_a_command_that_writes_a_host_out_reaches_the_sandbox(served, command, text, said):
    with served.hub() as client:
        client.post("/api/repos/create", json={"name": "by-command"})
    done = command(text)
    assert done.returncode == 0, done.stderr
    assert said in done.stdout


@pytest.mark.parametrize("private", [False, True])
def test_an_app_of_the_sandbox_answers_under_the_name_it_would_have(served, command, private):
    name = f"Its.page-{private}"
    with served.hub() as client:
        card = {"type": "space", "name": name, "sdk": "static", "private": private}
        made = client.post("/api/repos/create", json=card)
        assert made.is_success, made.text
        page = {"path": "index.html", "content": "a page of its own", "encoding": "utf-8"}
        lines = [{"key": "header", "value": {"summary": "page"}}, {"key": "file", "value": page}]
        at = f"/api/spaces/slipway/{name}"
        body = "\n".join(map(json.dumps, lines))
        kind = {"content-type": "application/x-ndjson"}
        assert client.post(f"{at}/commit/main", content=body, headers=kind).is_success
        until = time.monotonic() + 30
        while client.get(f"{at}/runtime").json()["stage"] != "RUNNING":
            assert time.monotonic() < until
            time.sleep(0.05)
    host = f"slipway-its-page-{private}".lower()
    ask = 'curl -sS -H "Authorization: Bearer $HF_TOKEN"'
    for address in (f"https://{host}.hf.space/", f"http://{host}.static.hf.space/"):
        assert command(f"{ask} {address}").stdout == "a page of its own"
    without = command(f"curl -sS https://{host}.hf.space/")
    assert without.stdout.startswith("404" if private else "a page of its own")
    # Several connections, a client that keeps its own open, and one that sends more than a head.
    several = command(f"{ask} https://{host}.hf.space/ https://{host}.hf.space/index.html")
    assert several.stdout == 2 * "a page of its own"
    code = f"-T - https://{host}.hf.space/x -o /dev/null -w '%{{http_code}}'"
    sent = command(f"head -c 300000 /dev/zero | {ask} {code}")
    assert sent.stdout == "501", sent.stderr  # what serves static files takes none


def test_other_ports_of_a_platform_s_host_are_refused_by_name(command):
    done = command("curl -sS https://huggingface.co:8443/ 2>&1")
    assert done.returncode != 0
    assert "403" in done.stdout
    plain = command("curl -sS http://huggingface.co:8080/")
    assert "huggingface.co:8080 is of a real platform" in plain.stdout


def test_what_does_not_believe_the_sandbox_s_certificate_breaks_off(command):
    done = command(f'curl -sS --cacert /dev/null -H "{WHO} 2>&1')
    assert done.returncode != 0
    assert "certificate" in done.stdout.lower()


def test_any_other_host_is_passed_on_as_it_is(command):
    told: list[bytes] = []
    with _listening(told) as port:
        address = f"http://localhost:{port}/a/path?of=mine"
        done = command(f"curl -sS -H 'X-Mine: yes' {address}", NO_PROXY="", no_proxy="")
        assert done.stdout == "here", done.stderr
        tunnel = command(
            f"curl -sS --proxytunnel {address}", NO_PROXY="", no_proxy="", SSL_CERT_FILE=""
        )
        assert tunnel.stdout == "here", tunnel.stderr
    assert told[0].startswith(b"GET /a/path?of=mine HTTP/1.1\r\n")
    assert b"X-Mine: yes\r\n" in told[0]


def test_the_proxy_has_no_pages_and_takes_no_nonsense(served):
    port = json.loads((served.home.folder / "identity.json").read_text())["public_port"]
    for asked in (b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", b"CONNECT\r\n\r\n", b"\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", port), 10) as to:
            to.sendall(asked)
            assert to.recv(64).startswith(b"HTTP/1.1 400")


def test_a_host_that_can_t_be_reached_is_named(command):
    done = command("curl -sS http://nowhere.invalid/")
    assert "nowhere.invalid:80 can't be reached" in done.stdout


def test_a_job_on_this_machine_reaches_the_sandbox_too(served, tmp_path):
    name = "on-this-machine"
    served.repository(name, secrets={"HF_TOKEN": served.identity.hub_token})
    steps = [
        {"run": f'curl -fsS -H "{WHO} && echo', "env": {"HF_TOKEN": "${{ secrets.HF_TOKEN }}"}},
        {"run": "curl -sS https://router.huggingface.co/v1/models"},
    ]
    job = {"runs-on": "ubuntu-latest", "steps": steps}
    files = {".github/workflows/w.yml": json.dumps({"on": "push", "jobs": {"job": job}})}
    commit = served.push(name, files, tmp_path)
    conclusion, log = served.run(name, commit)
    assert conclusion == "success", log
    assert '"name":"slipway"' in log
    assert "router.huggingface.co is a host of the real platform" in log


def test_the_authority_is_closed_to_others_and_is_drawn_once(tmp_path):
    home = Home(tmp_path / "home")
    authority = authority_of(home)
    assert authority_of(home).pem == authority.pem
    (kept,) = (tmp_path / "home").glob("public-names.pem")
    assert kept.stat().st_mode & 0o777 == 0o600
    assert all(is_of_a_platform(name) for name in NAMES)
    assert not is_of_a_platform("evil-huggingface.co")
    assert not is_of_a_platform("huggingface.co.evil.example")


def test_a_certificate_for_another_host_is_not_believed(tmp_path):
    """Whoever had the authority's key could still speak for no bank."""
    authority = authority_of(Home(tmp_path / "home"))
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(authority.certificate.subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(authority.certificate.not_valid_before_utc)
        .not_valid_after(authority.certificate.not_valid_after_utc)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(authority.key, hashes.SHA256())
    )
    served = tmp_path / "served.pem"
    served.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(served)
    believing = ssl.create_default_context(cadata=authority.pem)
    one, other = socket.socketpair()
    with one, other:
        threading.Thread(target=_shake, args=(context, one), daemon=True).start()
        with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree"):
            believing.wrap_socket(other, server_hostname="localhost")


def _shake(context, plug) -> None:
    with suppress(OSError):
        context.wrap_socket(plug, server_side=True)


@contextmanager
def _listening(told: list[bytes]):
    """A server of one answer, which keeps what it is told; yields its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    told.append(connection.recv(65536))
                    connection.sendall(
                        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nhere"
                    )

        threading.Thread(target=answer, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
