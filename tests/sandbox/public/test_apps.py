"""A Space that writes the platforms' hosts out reaches the sandbox by them, with its own token."""

import time

import httpx
import pytest

from tests.sandbox.public.sandboxes import OWNER, git, served_sandbox

pytestmark = pytest.mark.machine

APP = """
import os, ssl, urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

ASKED = ("https://huggingface.co/api/whoami-v2", "https://api.render.com/v1/owners",
         "https://ghcr.io/v2/", "https://nobody.hf.space/")


def ask(url, context=None):
    asked = urllib.request.Request(url, headers={"authorization": "Bearer " + os.environ["TOKEN"]})
    try:
        return urllib.request.urlopen(asked, timeout=20, context=context).read().decode()
    except Exception as error:
        return getattr(error, "read", lambda: str(error).encode())().decode() or str(error)


class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        store = ssl.create_default_context(cafile="/etc/ssl/certs/ca-certificates.crt")
        said = [*map(ask, ASKED), "by the system's store: " + ask(ASKED[0], store)]
        self.wfile.write("\\n".join([str(os.getuid()), *said]).encode())


HTTPServer(("", 7860), Page).serve_forever()
"""
DOCKERFILE = 'FROM python:3.11-slim\nCOPY app.py /\nCMD ["python", "/app.py"]\n'


def test_an_app_reaches_the_sandbox_by_the_platforms_own_names(tmp_path):
    with served_sandbox(tmp_path / "home") as served:
        of = served.identity
        with served.hub() as hub:
            body = {
                "type": "space",
                "name": "app",
                "sdk": "docker",
                "secrets": [{"key": "TOKEN", "value": of.hub_token}],
            }
            assert hub.post("/api/repos/create", json=body).is_success
            files = {
                "README.md": "---\nsdk: docker\n---\n",
                "app.py": APP,
                "Dockerfile": DOCKERFILE,
            }
            clone = tmp_path / "clone"
            git(clone, "init", "-q", "-b", "main")
            for name, text in files.items():
                (clone / name).write_text(text)
            git(clone, "add", "-A")
            git(clone, "commit", "-qm", "app")
            remote = f"http://x:{of.hub_token}@127.0.0.1:{of.hub_port}/spaces/{OWNER}/app"
            git(clone, "push", "-qf", remote, "main")
            said = _page(hub)
        uid, hub_said, render_said, ghcr_said, app_said, store_said = said.split("\n")
        assert uid == "1000"
        assert '"name":"slipway"' in hub_said
        assert "nauthorized" in render_said, "the Hub's token is nobody's on Render"
        assert "ghcr.io is a host of the real platform" in ghcr_said
        assert "No app of this sandbox has the name nobody.hf.space" in app_said
        assert store_said.startswith("by the system's store: ")
        assert '"name":"slipway"' in store_said


def _page(hub: httpx.Client, seconds: float = 240) -> str:
    until = time.monotonic() + seconds
    while True:
        info = hub.get(f"/api/spaces/{OWNER}/app").json()
        stage = info["runtime"]["stage"]
        if stage == "RUNNING":
            host = info["host"]
            return httpx.get(host, timeout=90, trust_env=False).text
        assert "ERROR" not in stage, stage
        assert time.monotonic() < until, stage
        time.sleep(0.3)
