"""A whole GitHub on a free port, for every test that needs one: `with live_github(…) as gh:`."""

import base64
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import httpx

from sandbox.github.app import create_github_app
from sandbox.github.contract import RunHost
from sandbox.github.hooks.run_events import RunWebhooks
from sandbox.github.http.access import Access
from sandbox.github.http.accounts import ACTIONS, Accounts, Token, User
from sandbox.github.http.job_tokens import JobTokens
from sandbox.github.http.rate_limit import Limits
from sandbox.github.http.wire import AddressesAsSent
from sandbox.github.runs.runners.host_runner import HostRunner
from sandbox.github.runs.service import RunService
from sandbox.github.service import BranchListener, GitHubService
from sandbox.http.faults import FaultInjector, Faults
from sandbox.http.request_log import RequestLog, RequestRecorder
from sandbox.store.database import Database
from tests.sandbox.background import BackgroundServer
from tests.sandbox.github.contract import Contract, description_file
from tests.sandbox.github.recorded_runs import RecordedRuns

OWNER, ORGANIZATION, STRANGER = "slipway", "acme", "eve"
TOKEN = "ghp_0123456789abcdefghijklmnopqrstuvwxyz"
READ_TOKEN = "github_pat_reads"  # fine-grained, may change nothing
SCOPELESS_TOKEN = "ghp_without_any_scope"
PUBLIC_TOKEN = "ghp_public_repositories_alone"
STRANGERS_TOKEN = "ghp_of_somebody_else"
JOB_TOKEN = "ghs_of_jobs"
WIDE = Limits(signed_in=100_000, anonymous=100_000, points=1_000_000)
USERS = (
    User(
        login=OWNER,
        tokens={
            TOKEN: Token(),
            READ_TOKEN: Token(scopes=None, may_write=False),
            SCOPELESS_TOKEN: Token(scopes=()),
            PUBLIC_TOKEN: Token(scopes=("public_repo",)),
        },
        organizations=[ORGANIZATION],
    ),
    User(login=STRANGER, tokens={STRANGERS_TOKEN: Token()}),
    User(
        login=ACTIONS,
        tokens={JOB_TOKEN: Token(scopes=None, may_administer=False)},
        works_for=[OWNER, ORGANIZATION],
    ),
)


class LiveGitHub:
    """A served GitHub; `http` is a client of it whose every exchange is held against the schema."""

    def __init__(
        self,
        folder: Path,
        *,
        run_host: RunHost | None = None,
        act: Path | None = None,
        limits: Limits = WIDE,
        branch_moved: BranchListener | None = None,
        paid: bool = True,
    ) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.owner, self.token = OWNER, TOKEN
        self.job_tokens = JobTokens()
        self.folder = folder
        self.database = Database(folder / "state.sqlite")
        self.service = GitHubService(
            self.database,
            Accounts(USERS, paid=paid, job_tokens=self.job_tokens),
            folder=folder / "github",
            url=self.url,
            branch_moved=branch_moved,
        )
        self.runs = RecordedRuns()
        self.runs.repositories = self.service
        self.run_host = run_host or self.runs
        if act is not None:  # workflows run for real
            self.run_host = RunService(
                self.database,
                self.service,
                folder=folder / "runs",
                github_url=self.url,
                runner=HostRunner(lambda: act),
                checks_passed=self.service.checks_passed,
                token_for=lambda _grant: nullcontext(JOB_TOKEN),
                access=Access(self.service.accounts, self.service.registry),
            )
        self.service.connect(self.run_host)
        if isinstance(self.run_host, RunService):
            webhooks = RunWebhooks(
                self.service.events, self.service.registry, self.service.accounts, self.url
            )
            webhooks.follow(self.run_host.records)
        self.log, self.faults = RequestLog(self.database), Faults(self.database)
        platform = create_github_app(self.service, self.run_host, limits=limits)
        injected = FaultInjector(platform, self.faults, "github")
        self._recorder = RequestRecorder(injected, self.log, "github", platform.routes)
        file = description_file()
        self.contract = None if file is None else Contract(file)
        self.http = self.client(TOKEN)
        self._server = BackgroundServer(AddressesAsSent(self._recorder), [self._socket])

    def start(self) -> None:
        self._server.start()
        if isinstance(self.run_host, RunService):
            self.run_host.start()
        self.service.webhooks.courier.start()

    def stop(self) -> None:
        self.http.close()
        self.service.webhooks.courier.stop()
        if isinstance(self.run_host, RunService):
            self.run_host.stop()
        self._server.stop()
        self._recorder.stop()
        self.database.close()

    def client(self, token: str | None, *, prefix: str = "/api/v3", **more: Any) -> httpx.Client:
        """A client with a token, or an anonymous one, of either form of the API's address."""
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        return httpx.Client(
            base_url=f"{self.url}{prefix}",
            headers=headers,
            timeout=30,
            trust_env=False,
            event_hooks={"response": [self._check]},
            **more,
        )

    def repository(self, name: str, files: Mapping[str, str] | None = None, **fields: Any) -> str:
        """`owner/name` of a new repository, with files committed one by one if there are any."""
        answer = self.http.post("/user/repos", json={"name": name, **fields})
        assert answer.status_code == 201, answer.text
        for path, content in (files or {}).items():
            self.commit(name, path, content)
        return f"{OWNER}/{name}"

    def commit(self, name: str, path: str, content: str, **fields: Any) -> str:
        """Commits one file through the API and returns the commit's id."""
        url = f"/repos/{OWNER}/{name}/contents/{path}"
        known = self.http.get(url, params={"ref": fields["branch"]} if "branch" in fields else {})
        sha = {"sha": known.json()["sha"]} if known.status_code == 200 else {}
        text = base64.b64encode(content.encode()).decode()
        body = {"message": f"{path}", "content": text, **sha, **fields}
        answer = self.http.put(url, json=body)
        assert answer.status_code in {200, 201}, answer.text
        return answer.json()["commit"]["sha"]

    def git_url(self, name: str, token: str | None = TOKEN) -> str:
        """The address under which git clones and pushes."""
        credentials = "" if token is None else f"x-access-token:{token}@"
        return f"{self.url.replace('://', f'://{credentials}')}/{OWNER}/{name}.git"

    def _check(self, response: httpx.Response) -> None:
        response.read()
        assert response.headers["x-github-request-id"]
        if self.contract is not None:
            self.contract.check(response)


@contextmanager
def live_github(folder: Path, **options: Any) -> Iterator[LiveGitHub]:
    """A GitHub that runs while the block does; the same folder is the same GitHub."""
    live = LiveGitHub(folder, **options)
    live.start()
    try:
        yield live
    finally:
        live.stop()
