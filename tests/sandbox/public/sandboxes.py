"""A sandbox as a person starts it: a process of its own, and clients of its platforms."""

import os
import subprocess
import sys
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from nacl.public import PublicKey, SealedBox

from sandbox.server.home import Home, Identity
from sandbox.server.process import running_server

ROOT = Path(__file__).parents[3]
OWNER = "slipway"


@dataclass
class Served:
    """A running sandbox."""

    home: Home

    @property
    def identity(self) -> Identity:
        return self.home.identity()

    @property
    def log(self) -> str:
        return (self.home.folder / "said.log").read_text(encoding="utf-8")

    def github(self) -> httpx.Client:
        of = self.identity
        return _client(f"http://127.0.0.1:{of.github_port}/api/v3", of.github_token)

    def hub(self) -> httpx.Client:
        of = self.identity
        return _client(f"http://127.0.0.1:{of.hub_port}", of.hub_token)

    def render(self) -> httpx.Client:
        of = self.identity
        return _client(f"http://127.0.0.1:{of.render_port}/v1", of.render_key)

    def repository(
        self, name: str, *, secrets: Mapping[str, str] | None = None, private: bool = False
    ) -> str:
        """A new repository on its GitHub, with secrets."""
        with self.github() as client:
            made = client.post("/user/repos", json={"name": name, "private": private})
            assert made.status_code == 201, made.text
        for key, value in (secrets or {}).items():
            self.secret(name, key, value)
        return f"{OWNER}/{name}"

    def secret(self, name: str, key: str, value: str) -> None:
        with self.github() as client:
            at = f"/repos/{OWNER}/{name}/actions/secrets"
            public = client.get(f"{at}/public-key").json()
            sealed = SealedBox(PublicKey(b64decode(public["key"]))).encrypt(value.encode())
            body = {"encrypted_value": b64encode(sealed).decode(), "key_id": public["key_id"]}
            assert client.put(f"{at}/{key}", json=body).is_success

    def push(self, name: str, files: Mapping[str, str], folder: Path, branch: str = "main") -> str:
        """Commits the files to a clone in `folder` and pushes it; the commit."""
        of = self.identity
        remote = f"http://x:{of.github_token}@127.0.0.1:{of.github_port}/{OWNER}/{name}.git"
        if not (folder / ".git").exists():
            git(folder, "init", "-q", "-b", branch)
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "--allow-empty", "-m", "change")
        git(folder, "push", "-q", remote, f"HEAD:refs/heads/{branch}")
        return git(folder, "rev-parse", "HEAD")

    def run(self, name: str, commit: str, seconds: float = 240) -> tuple[str, str]:
        """The conclusion of a commit's only run, and the log of its jobs."""
        until = time.monotonic() + seconds
        with self.github() as client:
            at = f"/repos/{OWNER}/{name}/actions/runs"
            while True:
                found = client.get(at, params={"head_sha": commit}).json()["workflow_runs"]
                if found and all(each["status"] == "completed" for each in found):
                    break
                assert time.monotonic() < until, f"no end of {found}"
                time.sleep(0.2)
            jobs = client.get(f"{at}/{found[0]['id']}/jobs").json()["jobs"]
            logs = [
                client.get(
                    f"/repos/{OWNER}/{name}/actions/jobs/{job['id']}/logs", follow_redirects=True
                ).text
                for job in jobs
            ]
        return found[0]["conclusion"], "\n".join(logs)


def _client(base: str, token: str) -> httpx.Client:
    headers = {"authorization": f"Bearer {token}"}
    return httpx.Client(base_url=base, headers=headers, timeout=60, trust_env=False)


def git(folder: Path, *words: str) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    settings = {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "ada@example.org",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "ada@example.org",
    }
    done = subprocess.run(
        ["git", *words],
        cwd=folder,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@contextmanager
def served_sandbox(folder: Path, *flags: str) -> Iterator[Served]:
    home = Home(folder)
    home.make_folder()
    with (folder / "said.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "sandbox", "serve", "--home", folder, *flags],
            cwd=ROOT,
            stdout=log,
            stderr=log,
        )
    made = Served(home)
    try:
        until = time.monotonic() + 180
        while running_server(home) is None:
            assert process.poll() is None, made.log
            assert time.monotonic() < until, made.log
            time.sleep(0.05)
        yield made
    finally:
        process.terminate()
        process.wait(60)
        subprocess.run(
            [sys.executable, "-m", "sandbox", "reset", "--home", folder],
            cwd=ROOT,
            check=True,
            stdout=subprocess.DEVNULL,
        )
