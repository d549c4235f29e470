"""A repository on a served GitHub that runs workflows, for what the report does there."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.sandbox.github.live import OWNER, TOKEN
from tests.sandbox.github.runs.served import ServedRuns, served_runs

NAME = f"{OWNER}/shop"


class ServedRepository:
    """`slipway/shop`, with main in it."""

    def __init__(self, live: ServedRuns, http: httpx.Client) -> None:
        self.live, self.http = live, http
        self.environment = {
            "GITHUB_API_URL": f"{live.url}/api/v3",
            "GITHUB_REPOSITORY": NAME,
            "GITHUB_TOKEN": TOKEN,
        }

    def ask(self, method: str, path: str, **body):
        answer = self.http.request(method, f"/repos/{NAME}/{path}", json=body or None)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def commit(self, path: str, content: str, branch: str = "main") -> str:
        """Commits one file; the commit."""
        text = base64.b64encode(content.encode()).decode()
        body = {"message": f"Change {path}", "content": text, "branch": branch}
        return self.ask("PUT", f"contents/{path}", **body)["commit"]["sha"]


@contextmanager
def served_repository(folder: Path) -> Iterator[ServedRepository]:
    with served_runs(folder) as live, live.http() as http:
        http.post("/user/repos", json={"name": "shop", "auto_init": True}).raise_for_status()
        yield ServedRepository(live, http)
