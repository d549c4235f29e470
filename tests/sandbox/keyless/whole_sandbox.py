"""A whole sandbox without containers, served in this process, and what its jobs would say."""

import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from sandbox.apps.addresses import AddressBook
from sandbox.github.http.accounts import Accounts
from sandbox.github.oidc.claims import claims_of
from sandbox.github.oidc.signing_key import SigningKey, draw_pem
from sandbox.github.repositories.registry import Repository
from sandbox.hub.publishing.configure import TrustSettings
from sandbox.machine.contract import Machine
from sandbox.machine.docker_machine import DockerMachine
from sandbox.machine.no_machine import NoMachine
from sandbox.server.home import Home
from sandbox.server.hosts import KnownHosts
from sandbox.server.options import Options
from sandbox.server.platforms import compose
from tests.sandbox.background import BackgroundServer
from tests.sandbox.keyless.job_tasks import task
from toolchain.engine.address import EngineAddress

GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"


class WholeSandbox:
    """Its platforms' addresses and tokens; `identity(…)` is a job's, signed as by its GitHub."""

    def __init__(self, folder: Path, options: Options = Options()) -> None:  # noqa: B008 - frozen
        self.home = Home(folder)
        identity = self.home.identity()
        self.hub_token, self.github_token = identity.hub_token, identity.github_token
        self.hub = f"http://127.0.0.1:{identity.hub_port}"
        self.github = f"http://127.0.0.1:{identity.github_port}"
        self.render = f"http://127.0.0.1:{identity.render_port}/v1"
        self.owner = options.users[0].name
        self.key = SigningKey(lambda: self.home.kept("github-oidc.pem", draw_pem))
        self._clients: dict[str | None, httpx.Client] = {}
        self.settings = TrustSettings(self.home.open_database(), self.home.repositories)

    def claims(self, audience: str | None = None, **changes: Any) -> dict[str, Any]:
        """What its GitHub says of a job of `training`'s publish.yml on main, changed."""
        of = task(self.github, repository=f"{self.owner}/training")
        repository = Repository(
            7, self.owner, "training", private=False, description=None, homepage=None,
            created_at="", updated_at="", pushed_at="", parent=None, path=Path(),
        )  # fmt: skip
        claims = claims_of(
            of,
            repository,
            Accounts([]),
            issuer=f"{self.github}/_services/token",
            audience=audience or self.hub,
            now=int(time.time()),
            server=self.github,
        )
        return {name: value for name, value in {**claims, **changes}.items() if value is not None}

    def identity(self, audience: str | None = None, **changes: Any) -> str:
        return self.key.sign(self.claims(audience, **changes))

    def exchange(self, identity: str, of: str, **changes: Any) -> httpx.Response:
        body = {
            "grant_type": GRANT,
            "subject_token_type": ID_TOKEN,
            "subject_token": identity,
            "resource": of,
            **changes,
        }
        sent = {name: value for name, value in body.items() if value is not None}
        return self.http(None).post("/oauth/token", json=sent)

    def http(self, token: str | None) -> httpx.Client:
        """A client of the Hub."""
        if token not in self._clients:
            headers = {} if token is None else {"authorization": f"Bearer {token}"}
            self._clients[token] = httpx.Client(
                base_url=self.hub, headers=headers, timeout=30, trust_env=False
            )
        return self._clients[token]

    def github_http(self) -> httpx.Client:
        """A client of GitHub's API."""
        headers = {"authorization": f"Bearer {self.github_token}"}
        return httpx.Client(
            base_url=f"{self.github}/api/v3", headers=headers, timeout=30, trust_env=False
        )

    def close(self) -> None:
        for client in self._clients.values():
            client.close()

    def create(self, name: str, **fields: Any) -> str:
        """A new repository on the Hub."""
        answer = self.http(self.hub_token).post(
            "/api/repos/create", json={"name": name, "type": "model", **fields}
        )
        assert answer.status_code == 200, answer.text
        return f"{self.owner}/{name}"

    def trust(self, resource: str, claims: Mapping[str, str] | None = None, **more: str) -> int:
        usual = {
            "repository": f"{self.owner}/training",
            "branch": "main",
            "workflow": "publish.yml",
        }
        pairs = {**(usual if claims is None else claims), **more}
        return self.settings.trust(resource, [f"{k}={v}" for k, v in pairs.items()])


@contextmanager
def whole_sandbox(
    folder: Path,
    engine: EngineAddress | None = None,
    options: Options | None = None,
    machine: Machine | None = None,
) -> Iterator[WholeSandbox]:
    """With an engine its jobs run in containers, else on this machine itself."""
    options = options or Options(jobs="containers" if engine else "host")
    made = WholeSandbox(folder, options)
    bind, machine = "127.0.0.1", machine or NoMachine()
    if engine is not None:
        bind = engine.bind_host
        contained = DockerMachine(engine, made.home.identity().name)
        # A computer's first time takes minutes, for which no test's own patience is meant.
        contained.runner_image(print)
        machine = contained
    addresses = AddressBook(made.home.open_database(), bind_host=bind)
    platforms = compose(made.home, options, machine, addresses)
    by_port = {each.port: each.app for each in platforms}

    async def app(scope, receive, send) -> None:
        await by_port[scope["server"][1]](scope, receive, send)

    hosts = dict.fromkeys(("127.0.0.1", bind))
    sockets = [socket.create_server((host, port)) for port in by_port for host in hosts]
    server = BackgroundServer(KnownHosts(app, machine.inside_host), sockets)
    for each in platforms:
        each.start()
    server.start()
    try:
        yield made
    finally:
        made.close()
        for each in platforms:
            each.stop()
        addresses.stop()
        if isinstance(machine, DockerMachine):
            assert machine.remove_containers() == 0, "a job's container outlived it"
            machine.close()
        server.stop()
        made.home.close()
