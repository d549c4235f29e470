"""Which jobs may prove who they are, and the proofs they are given.

A job whose `permissions:` say `id-token: write` finds an address and a bearer for it in its
environment. The bearer is that job's alone, is never written down, and is worth nothing once the
job has ended. What a fork proposes gets none, whatever its workflow asks for.
"""

import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from sandbox.github.http.accounts import Accounts
from sandbox.github.http.wire import SERVICES
from sandbox.github.oidc.claims import claims_of
from sandbox.github.oidc.signing_key import SigningKey
from sandbox.github.repositories.registry import Registry
from sandbox.github.runs.running.job_task import JobTask
from sandbox.http.credentials import same

ISSUER_PATH = f"{SERVICES}/token"
URL_VARIABLE = "ACTIONS_ID_TOKEN_REQUEST_URL"
TOKEN_VARIABLE = "ACTIONS_ID_TOKEN_REQUEST_TOKEN"  # noqa: S105 - the variable's name


class UnknownJobError(Exception):
    """The bearer is of no job that runs now."""


class JobIdentities:
    """The jobs at work that may prove who they are. Thread-safe.

    Args:
        registry: tells the number and visibility of a repository.
        accounts: tell the numbers of logins.
        key: signs.
        server: where this GitHub answers, such as "http://127.0.0.1:PORT".
        clock: seconds since 1970.
    """

    def __init__(
        self,
        registry: Registry,
        accounts: Accounts,
        key: SigningKey,
        *,
        server: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.issuer = f"{server}{ISSUER_PATH}"
        self.key = key
        self._registry = registry
        self._accounts = accounts
        self._server = server
        self._clock = clock
        self._jobs: dict[int, tuple[str, JobTask]] = {}  # by number; with the bearer
        self._changing = threading.Lock()

    @contextmanager
    def given(self, task: JobTask) -> Iterator[Mapping[str, str]]:
        """Variables for a job while this lasts; none where it may not prove who it is."""
        if not may_identify(task):
            yield {}
            return
        bearer = secrets.token_urlsafe(48)
        with self._changing:
            self._jobs[task.id] = (bearer, task)
        try:
            # With a query, since callers append `&audience=…`.
            url = f"{self.issuer}/jobs/{task.id}/idtoken?api-version=2.0"
            yield {URL_VARIABLE: url, TOKEN_VARIABLE: bearer}
        finally:
            with self._changing:
                del self._jobs[task.id]

    def token(self, job: int, bearer: str | None, audience: str | None) -> str:
        """A signed proof for a job; raises UnknownJobError unless the bearer is that job's."""
        with self._changing:
            expected, task = self._jobs.get(job, ("", None))
        if task is None or bearer is None or not same(bearer, expected):
            raise UnknownJobError
        repository = self._registry.find(*task.run.repository.split("/", 1))
        if repository is None:
            raise UnknownJobError
        claims = claims_of(
            task,
            repository,
            self._accounts,
            issuer=self.issuer,
            audience=audience,
            now=int(self._clock()),
            server=self._server,
        )
        return self.key.sign(claims)


def may_identify(task: JobTask) -> bool:
    """Whether a job gets what it needs to ask for a proof."""
    said = task.permissions or {}
    return said.get("id-token") == "write" and not task.run.foreign
