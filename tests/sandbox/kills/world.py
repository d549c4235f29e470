"""What a client knows of a sandbox: what it was told exists, and what may or may not have happened.

Each operation changes the belief only when the sandbox has answered. An operation that was cut off
leaves both beliefs standing, and `World.settle` learns which one is true.
"""

import base64
import hashlib
import json
import os
import subprocess
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx

from tests.sandbox.kills.server import Server

NAMESPACE = "slipway"
WORKFLOW_FILE = ".github/workflows/w.yml"
WORKFLOW = "on: push\njobs: {a: {if: false, runs-on: ubuntu-latest, steps: [{run: 'true'}]}}\n"
CARD = "---\ntitle: T\nsdk: static\n---\n"
_SECONDS = 30.0


@dataclass(frozen=True)
class Space:
    """A static Space: its page, and the names of its secrets and variables."""

    page: str | None
    secrets: tuple[str, ...]
    variables: tuple[str, ...]


@dataclass
class Beliefs:
    spaces: dict[str, Space] = field(default_factory=dict)
    models: dict[str, int] = field(default_factory=dict)  # name -> bytes of its large file
    repositories: dict[str, list[str]] = field(default_factory=dict)  # name -> pushed commits
    services: dict[str, str] = field(default_factory=dict)  # name -> repository it follows
    deploys: dict[str, int] = field(default_factory=dict)  # service -> deploys by the API

    def copy(self) -> "Beliefs":
        return Beliefs(
            dict(self.spaces),
            dict(self.models),
            {name: list(commits) for name, commits in self.repositories.items()},
            dict(self.services),
            dict(self.deploys),
        )


class World:
    """One sandbox and what its only client believes of it."""

    def __init__(self, server: Server, folder: Path) -> None:
        identity = server.home.identity()
        self.server, self.folder = server, folder
        self.sure = Beliefs()
        self.hub = _client(identity.hub_port, identity.hub_token)
        self.github = _client(identity.github_port, identity.github_token)
        self.render = _client(identity.render_port, identity.render_key)
        self._pushing = (
            f"http://{NAMESPACE}:{identity.github_token}@127.0.0.1:{identity.github_port}"
        )
        self._hub_git = f"http://{NAMESPACE}:{identity.hub_token}@127.0.0.1:{identity.hub_port}"
        self._github = f"http://127.0.0.1:{identity.github_port}"
        self._count = 0
        self.wish: Beliefs | None = None  # what is believed if what is being done was done
        self.followed: dict[str, int] = {}  # service -> commits its repository had at its creation

    def close(self) -> None:
        for client in (self.hub, self.github, self.render):
            client.close()

    def fresh(self, kind: str) -> str:
        """A name nobody has."""
        self._count += 1
        return f"{kind}{self._count}"

    # --- what a client does; each returns what is believed if it was done

    def create_space(self, name: str) -> Beliefs:
        wish = self.wish = self.sure.copy()
        wish.spaces[name] = Space(None, ("S1", "S2"), ("V1",))
        body: dict[str, Any] = {"type": "space", "name": name, "sdk": "static"}
        body["secrets"] = [{"key": key, "value": "secret"} for key in ("S1", "S2")]
        body["variables"] = [{"key": "V1", "value": "v"}]
        return self._done(wish, lambda: self.hub.post("/api/repos/create", json=body))

    def rename_space(self, old: str, new: str) -> Beliefs:
        wish = self.wish = self.sure.copy()
        wish.spaces[new] = wish.spaces.pop(old)
        ids = {"fromRepo": f"{NAMESPACE}/{old}", "toRepo": f"{NAMESPACE}/{new}", "type": "space"}
        return self._done(wish, lambda: self.hub.post("/api/repos/move", json=ids))

    def delete_space(self, name: str) -> Beliefs:
        wish = self.wish = self.sure.copy()
        del wish.spaces[name]
        body = {"type": "space", "name": name}
        return self._done(wish, lambda: self.hub.request("DELETE", "/api/repos/delete", json=body))

    def commit_space(self, name: str, page: str) -> Beliefs:
        wish = self.wish = self.sure.copy()
        wish.spaces[name] = replace(wish.spaces[name], page=page)
        files = {"index.html": page, "README.md": CARD}
        lines = [{"key": "header", "value": {"summary": "page"}}]
        lines += [{"key": "file", "value": {"path": p, "content": c}} for p, c in files.items()]
        body = "\n".join(map(json.dumps, lines))
        url = f"/api/spaces/{NAMESPACE}/{name}/commit/main"
        return self._done(wish, lambda: self.hub.post(url, content=body))

    def push_space(self, name: str, page: str) -> Beliefs:
        wish = self.wish = self.sure.copy()
        wish.spaces[name] = replace(wish.spaces[name], page=page)
        url = f"{self._hub_git}/spaces/{NAMESPACE}/{name}"
        self._push(url, f"space-{name}", {"index.html": page, "README.md": CARD})
        return wish

    def upload_model(self, name: str, size: int) -> Beliefs:
        """A new model repository with one large file."""
        wish = self.wish = self.sure.copy()
        wish.models[name] = size
        content = os.urandom(size)
        oid = hashlib.sha256(content).hexdigest()
        body = {"type": "model", "name": name}
        _expect(self.hub.post("/api/repos/create", json=body), 200)
        self.sure.models[name] = 0
        batch = {"operation": "upload", "objects": [{"oid": oid, "size": size}]}
        answer = self.hub.post(f"/{NAMESPACE}/{name}.git/info/lfs/objects/batch", json=batch)
        href = _expect(answer, 200).json()["objects"][0]["actions"]["upload"]["href"]
        _expect(self.hub.put(href, content=content), 200)
        lines = [
            {"key": "header", "value": {"summary": "weights"}},
            {
                "key": "lfsFile",
                "value": {"path": "w.bin", "algo": "sha256", "oid": oid, "size": size},
            },
        ]
        url = f"/api/models/{NAMESPACE}/{name}/commit/main"
        commit = "\n".join(map(json.dumps, lines))
        return self._done(wish, lambda: self.hub.post(url, content=commit))

    def delete_model(self, name: str) -> Beliefs:
        wish = self.wish = self.sure.copy()
        del wish.models[name]
        body = {"type": "model", "name": name}
        return self._done(wish, lambda: self.hub.request("DELETE", "/api/repos/delete", json=body))

    def create_repository(self, name: str) -> Beliefs:
        wish = self.wish = self.sure.copy()
        wish.repositories[name] = []
        body = {"name": name, "auto_init": True}
        return self._done(wish, lambda: self.github.post("/api/v3/user/repos", json=body))

    def delete_repository(self, name: str) -> Beliefs:
        wish = self.wish = self.sure.copy()
        del wish.repositories[name]
        url = f"/api/v3/repos/{NAMESPACE}/{name}"
        return self._done(wish, lambda: self.github.delete(url))

    def push_repository(self, name: str, text: str) -> Beliefs:
        """A push by git, which starts a run and deploys what follows the branch."""
        files = {
            "app.txt": text,
            "Dockerfile": "FROM scratch\n",
            ".github/workflows/w.yml": WORKFLOW,
        }
        wish = self.wish = self.sure.copy()
        commit = self._commit(f"{self._pushing}/{NAMESPACE}/{name}", f"repo-{name}", files)
        wish.repositories[name].append(commit)
        self._git(self.folder / f"repo-{name}", "push", "-q", "origin", "HEAD:main")
        return wish

    def commit_repository(self, name: str, text: str) -> Beliefs:
        """A commit by the API on a branch with workflows; its id is known from the answer alone."""
        url = f"/api/v3/repos/{NAMESPACE}/{name}/contents/app.txt"
        found = self.github.get(url)
        sha = found.json()["sha"] if found.status_code == 200 else None
        body = {"message": "m", "content": base64.b64encode(text.encode()).decode()}
        body |= {"sha": sha} if sha else {}
        wish = self.wish = self.sure.copy()
        answer = _expect(self.github.put(url, json=body), 200, 201)
        wish.repositories[name].append(answer.json()["commit"]["sha"])
        return wish

    def create_service(self, name: str, repository: str) -> Beliefs:
        wish = self.wish = self.sure.copy()
        wish.services[name], wish.deploys[name] = repository, 1
        owner = self.render.get("/v1/owners").json()[0]["owner"]["id"]
        body = {
            "type": "web_service",
            "name": name,
            "ownerId": owner,
            "repo": f"{self._github}/{NAMESPACE}/{repository}",
            "branch": "main",
            "autoDeployTrigger": "commit",
            "envVars": [{"key": "A", "value": "1"}, {"key": "B", "value": "2"}],
            "serviceDetails": {"runtime": "docker"},
        }
        return self._done(wish, lambda: self.render.post("/v1/services", json=body))

    def deploy(self, name: str) -> Beliefs:
        wish = self.wish = self.sure.copy()
        wish.deploys[name] += 1
        service = self.service_ids()[name]
        return self._done(
            wish, lambda: self.render.post(f"/v1/services/{service}/deploys", json={})
        )

    def delete_service(self, name: str) -> Beliefs:
        wish = self.wish = self.sure.copy()
        del wish.services[name], wish.deploys[name]
        service = self.service_ids()[name]
        return self._done(wish, lambda: self.render.delete(f"/v1/services/{service}"))

    # --- what is there

    def service_ids(self) -> dict[str, str]:
        found = _expect(self.render.get("/v1/services", params={"limit": 100}), 200).json()
        return {each["service"]["name"]: each["service"]["id"] for each in found}

    def until(self, holds, otherwise) -> Any:
        deadline = time.monotonic() + _SECONDS
        while not (found := holds()):
            assert time.monotonic() < deadline, f"{otherwise()}\n{self.server.log()}"
            time.sleep(0.02)
        return found

    # --- inside

    def _done(self, wish: Beliefs, ask) -> Beliefs:
        _expect(ask(), 200, 201, 202, 204)
        return wish

    def _push(self, url: str, clone: str, files: dict[str, str]) -> None:
        self._commit(url, clone, files)
        self._git(self.folder / clone, "push", "-q", "origin", "HEAD:main")

    def _commit(self, url: str, clone: str, files: dict[str, str]) -> str:
        place = self.folder / clone
        if not place.exists():
            self._git(self.folder, "clone", "-q", url, str(place))
        self._git(place, "fetch", "-q", "origin", "main")
        self._git(place, "reset", "-q", "--hard", "FETCH_HEAD")
        for name, text in files.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_text(text)
        self._git(place, "add", "-A")
        self._git(place, "commit", "-q", "--allow-empty", "-m", "push")
        return self._git(place, "rev-parse", "HEAD").strip()

    def _git(self, place: Path, *arguments: str) -> str:
        identity = ["-c", "user.name=t", "-c", "user.email=t@localhost"]
        environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_TERMINAL_PROMPT": "0"}
        done = subprocess.run(
            ["git", *identity, *arguments],
            cwd=place,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise CutOffError(done.stderr)
        return done.stdout


class CutOffError(Exception):
    """git did not get its answer."""


def _client(port: int, token: str) -> httpx.Client:
    return httpx.Client(
        base_url=f"http://127.0.0.1:{port}",
        headers={"authorization": f"Bearer {token}"},
        timeout=30,
        limits=httpx.Limits(max_keepalive_connections=0),
    )


def _expect(answer: httpx.Response, *statuses: int) -> httpx.Response:
    assert answer.status_code in statuses, (
        f"{answer.request.url}: {answer.status_code} {answer.text[:500]}"
    )
    return answer
