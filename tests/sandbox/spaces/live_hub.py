"""A whole Hub on a free port: real repositories, real HTTP, Spaces over a given machine."""

import socket
import time
from pathlib import Path
from typing import Self

import httpx
from huggingface_hub import CommitOperationAdd, HfApi

from sandbox.apps.addresses import AddressBook
from sandbox.hub.app import create_hub_app
from sandbox.hub.http.access import Access
from sandbox.hub.http.accounts import Accounts, Organization, TokenRole, User
from sandbox.hub.repositories.reader import SpaceReader
from sandbox.hub.repositories.registry import Registry
from sandbox.hub.spaces.routes import space_routes
from sandbox.hub.spaces.running.turn import Tuning
from sandbox.hub.spaces.service import SpaceService
from sandbox.hub.spaces.visits import visits_of
from sandbox.machine.contract import Machine
from sandbox.store.database import Database
from tests.sandbox.background import BackgroundServer

TOKEN = "hf_owner_of_acme"
READER_TOKEN = "hf_reader_of_acme"
STRANGER_TOKEN = "hf_somebody_else"


class LiveHub:
    """`with LiveHub(folder, machine) as hub:` and then `hub.api` is the official client."""

    def __init__(
        self,
        folder: Path,
        machine: Machine,
        tuning: Tuning | None = None,
        bind_host: str = "127.0.0.1",
    ) -> None:
        self._database = database = Database(folder / "state.sqlite")
        users = [
            User(
                name="ann",
                tokens={TOKEN: TokenRole.WRITE, READER_TOKEN: TokenRole.READ},
                organizations=("acme",),
            ),
            User(name="bob", tokens={STRANGER_TOKEN: TokenRole.WRITE}),
        ]
        accounts = Accounts(users, [Organization(name="acme")])
        registry = Registry(database, folder)
        access = Access(accounts, registry)
        self.sockets = _listen(bind_host)
        port = self.sockets[0].getsockname()[1]
        self.addresses = AddressBook(database, bind_host=bind_host)
        self.service = SpaceService(
            database,
            SpaceReader(registry),
            machine,
            self.addresses,
            folder=folder / "spaces",
            hub_port=port,
            may_visit=visits_of(registry, access),
            tuning=tuning,
        )
        app = create_hub_app(
            registry,
            access,
            folder,
            self.service,
            extra_routes=space_routes(self.service, access),
        )
        self.url = f"http://127.0.0.1:{port}"
        self.api = HfApi(endpoint=self.url, token=TOKEN)
        self._server = BackgroundServer(
            app, self.sockets, timeout_graceful_shutdown=1, date_header=False
        )

    def __enter__(self) -> Self:
        self._server.start()
        self.service.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.service.stop()
        self.addresses.stop()
        self._server.stop()
        self._database.close()

    def commit(self, repo_id: str, content: dict[str, str]) -> str:
        """One commit of these files through the official client; returns its sha."""
        operations = [CommitOperationAdd(name, body.encode()) for name, body in content.items()]
        info = self.api.create_commit(repo_id, operations, commit_message="test", repo_type="space")
        return info.oid

    def wait(self, repo_id: str, sha: str | None = None, *, seconds: float = 60):
        """The settled runtime; with `sha`, of the turn that serves or fails that commit."""
        deadline = time.monotonic() + seconds
        while True:
            runtime = self.api.wait_for_space(repo_id, poll_interval=0.05, timeout=seconds)
            if sha is None or runtime.stage != "RUNNING" or runtime.raw.get("sha") == sha:
                return runtime
            assert time.monotonic() < deadline, runtime.raw

    def app(self, repo_id: str) -> str:
        """The public address of a Space's app."""
        return self.api.space_info(repo_id).host

    def log(self, repo_id: str, kind: str, **query: object) -> str:
        """A log as it stands, through the stream; it must be one that has ended."""
        answer = httpx.get(
            f"{self.url}/api/spaces/{repo_id}/logs/{kind}",
            params=query,
            headers={"authorization": f"Bearer {TOKEN}"},
            timeout=30,
        )
        answer.raise_for_status()
        return answer.text


def _listen(bind_host: str) -> list[socket.socket]:
    """The same free port on loopback and, if it is another address, where containers reach us."""
    while True:
        sockets = []
        port = 0
        try:
            for host in dict.fromkeys(["127.0.0.1", bind_host]):
                listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
                sockets.append(listener)
                listener.bind((host, port))
                port = listener.getsockname()[1]
        except OSError:
            for listener in sockets:
                listener.close()
            continue
        return sockets
