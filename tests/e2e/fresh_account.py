"""A fresh account on platforms as narrow as real ones, and the README's commands in it."""

import datetime as dt
import ipaddress
import json
import os
import re
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sandbox.server.options import Options, User
from slipway.core.credentials import PLATFORM_CREDENTIALS
from tests.e2e.clone import CHECKOUT, Clone
from toolchain.pulumi.cli import ensure_pulumi
from toolchain.pulumi.docker_build_plugin import ensure_docker_build
from toolchain.pulumi.environment import local_backend, pulumi_environment
from toolchain.pulumi.standin_plugins import ensure_standins

PERSON, TEAM, POOR_TEAM, WORKSPACE = "ada", "team", "lab", "side"
RIGHTS = dict.fromkeys(("administration", "secrets", "variables", "environments"), "write")
TOKENS = {  # by what the README calls them; each may do one thing
    "HF_TOKEN": "hf_canaryofthewritingone",
    "HF_READ_TOKEN": "hf_canaryofthereadingone",
    "GITHUB_TOKEN": "github_pat_canaryoftherules",
    "SLIPWAY_REGISTRY_TOKEN": "canary-registry-token",
}
_LOGIN = "ada:$2b$05$abcdefghijklmnopqrstuuniCSuK/Q2AOA97zQYJRbSXunLl6ZcWa"  # of that last one
OPTIONS = Options(
    users=[
        User(
            name=PERSON,
            organizations=(TEAM, POOR_TEAM),
            hub_tokens={
                TOKENS["HF_TOKEN"]: {each: ["repo.write"] for each in (TEAM, POOR_TEAM)},
                TOKENS["HF_READ_TOKEN"]: {TEAM: ["repo.content.read"]},
            },
            github_tokens={TOKENS["GITHUB_TOKEN"]: RIGHTS},
        )
    ],
    free=(PERSON, POOR_TEAM),
    workspaces=(WORKSPACE,),
)
_BLOCK = re.compile(r"^## On the real platforms\n.*?^```\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_EXPORT = re.compile(r"([A-Z_]+)=(\S+)")


def commands() -> list[str]:
    """The README's section on the real platforms, one command in each item."""
    [block] = _BLOCK.findall((CHECKOUT / "README.md").read_text(encoding="utf-8"))
    lines = [line.partition("#")[0].strip() for line in block.splitlines()]
    return [line for line in lines if line]


@contextmanager
def private_registry(folder: Path, port: int):
    """The official registry over TLS, where nobody fetches or pushes without the login."""
    folder.mkdir()
    (folder / "htpasswd").write_text(_LOGIN)
    _write_certificate(folder)
    configuration = {
        "version": "0.1",
        "log": {"level": "error", "accesslog": {"disabled": True}},
        "storage": {"filesystem": {"rootdirectory": str(folder / "data")}},
        "http": {
            "addr": f"127.0.0.1:{port}",
            "tls": {"certificate": str(folder / "cert.pem"), "key": str(folder / "key.pem")},
        },
        "auth": {"htpasswd": {"realm": "it", "path": str(folder / "htpasswd")}},
    }
    (folder / "config.json").write_text(json.dumps(configuration))
    with (folder / "log").open("wb") as log:
        program = subprocess.Popen(
            ["docker-registry", "serve", str(folder / "config.json")], stdout=log, stderr=log
        )
    try:
        yield f"127.0.0.1:{port}"
    finally:
        program.terminate()
        program.wait(timeout=20)


def _write_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "registry of a test")])
    now = dt.datetime.now(dt.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


@dataclass
class FreshAccount:
    """A checkout and what stands in its shell; tokens are kept in the stack alone."""

    clone: Clone
    registry: str  # with the folder that is this test's own
    environment: dict[str, str]
    render_key: str
    said: list[str] = field(default_factory=list)  # of every command

    @property
    def state(self) -> Path:
        """The folder of the stack's state."""
        return self.clone.folder.parent / "shell" / "backend"

    def follow(self, command: str) -> subprocess.CompletedProcess[str] | None:
        """One line of the README, with this account's names and tokens."""
        if command.startswith("export "):
            for name, value in _EXPORT.findall(command):
                self._export(name, value)
            return None
        if command.startswith("make "):
            return self.run(sys.executable, "-m", "doors", *command.split()[1:])
        return self.run(*self._named(command).split(), *_ANSWERS.get(command, ()))

    def run(self, *words: str, fails: bool = False) -> subprocess.CompletedProcess[str]:
        ended = subprocess.run(
            words,
            cwd=self.clone.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
        self.said.append(f"{ended.stdout}{ended.stderr}")
        assert fails or ended.returncode == 0, f"{words}: {self.said[-1]}"
        return ended

    def left_by_hand(self) -> list[str]:
        """The checklist of a preview, which itself may fail for what is not there yet."""
        words = ("pulumi", "preview", "--non-interactive", "--color", "never")
        said = self.run(*words, fails=True).stdout
        return sorted(set(re.findall(r"By hand: .*", said)))

    def _export(self, name: str, value: str) -> None:
        stored = {each.variable: each.config_key for each in PLATFORM_CREDENTIALS}
        if name in stored:
            given = {**TOKENS, "RENDER_API_KEY": self.render_key}[name]
            self.run("pulumi", "config", "set", "--secret", stored[name], given)
        elif value != "…":
            self.environment[name] = self._named(value)

    def _named(self, text: str) -> str:
        words = text.replace("ghcr.io", self.registry)
        return words.replace("YOUR-NAME", POOR_TEAM if "hfNamespace" in text else PERSON)


_ANSWERS = {
    "pulumi preview": ("--non-interactive",),
    "pulumi up": ("--yes", "--non-interactive"),
    "pulumi stack init dev --secrets-provider passphrase": ("--non-interactive",),
}


def shell(folder: Path, engine, strict, progress) -> dict[str, str]:
    """What a person's shell has: programs and endpoints, and no token."""
    toolchain = ensure_pulumi(progress)
    found = pulumi_environment(toolchain, folder)
    home = Path(found["PULUMI_HOME"])
    ensure_standins(home)
    found |= ensure_docker_build(progress, folder, home, engine.address, "unused")
    kept = ("HF_", "RENDER_", "GITHUB_", "PULUMI_", "SLIPWAY_")
    backend = folder / "backend"
    backend.mkdir()
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(kept)},
        **found,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), found["PATH"]]),
        "HF_ENDPOINT": strict.hub.replace("127.0.0.1", engine.address.bind_host),
        "HF_HUB_DISABLE_XET": "1",
        "HF_HOME": str(folder / "huggingface"),
        "RENDER_API_URL": strict.render,
        "GITHUB_BASE_URL": f"{strict.github}/",
        "PULUMI_BACKEND_URL": local_backend(backend),
        "PULUMI_CONFIG_PASSPHRASE": "canary-passphrase",
    }
