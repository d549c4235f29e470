"""A served GitHub that really runs workflows: `with served_runs(…) as live:`."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from sandbox.github.app import create_github_app
from sandbox.github.http.access import Access
from sandbox.github.http.accounts import Accounts
from sandbox.github.http.job_tokens import JobTokens
from sandbox.github.http.wire import AddressesAsSent
from sandbox.github.runs.runners.host_runner import HostRunner
from sandbox.github.runs.service import RunService
from sandbox.github.service import GitHubService
from sandbox.store.database import Database
from tests.sandbox.background import BackgroundServer
from tests.sandbox.github.live import TOKEN, USERS, WIDE
from toolchain.act import ensure_act
from toolchain.progress import Progress


@dataclass
class ServedRuns:
    """GitHub with both its halves."""

    url: str
    service: GitHubService
    runs: RunService

    def http(self, token: str = TOKEN) -> httpx.Client:
        return httpx.Client(
            base_url=f"{self.url}/api/v3",
            headers={"authorization": f"Bearer {token}"},
            trust_env=False,
            timeout=60,
        )

    def git_url(self, repository: str, token: str = TOKEN) -> str:
        return f"{self.url.replace('://', f'://x:{token}@')}/{repository}.git"

    def finished(self, repository: str, event: str, count: int = 1, seconds: float = 60):
        """The newest runs of an event, once there are so many and all have ended."""
        until = time.monotonic() + seconds
        while True:
            found = [e for e in self.runs.records.runs(repository) if e.event == event]
            if len(found) >= count and all(each.status == "completed" for each in found):
                return found
            assert time.monotonic() < until, [(e.name, e.status, e.note) for e in found]
            time.sleep(0.2)


@contextmanager
def served_runs(folder: Path, **options) -> Iterator[ServedRuns]:
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    database, tokens = Database(folder / "state.sqlite"), JobTokens()
    accounts = Accounts(USERS, job_tokens=tokens)
    service = GitHubService(database, accounts, folder=folder / "github", url=url)
    given = {
        "runner": HostRunner(lambda: ensure_act(Progress())),
        "checks_passed": lambda *_: None,
        **options,
    }
    runs = RunService(
        database,
        service,
        folder=folder / "runs",
        github_url=url,
        token_for=tokens.given,
        access=Access(service.accounts, service.registry),
        **given,
    )
    service.connect(runs)
    app = AddressesAsSent(create_github_app(service, runs, limits=WIDE))
    with BackgroundServer(app, [listening]):
        runs.start()
        try:
            yield ServedRuns(url, service, runs)
        finally:
            runs.stop()
