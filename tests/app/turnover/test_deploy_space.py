"""The deployment by `git push`: a real git, a Hub that takes pushes, and a Space's answers made up.

The end-to-end test has a Space that really builds; here is what the script decides by itself.
"""

import base64
import http.server
import json
import os
import subprocess
import sys
import threading
import urllib.parse
from pathlib import Path

import pytest

from tests.app.turnover.conftest import APP

TOKEN = "hf_canary_of_the_deployment"
FILES = {"api.py": "print('one')\n", "README.md": "---\nsdk: docker\n---\n"}


def git(folder, *arguments):
    command = ["git", "-c", "user.name=me", "-c", "user.email=me@example.com", *arguments]
    quiet = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull}
    ended = subprocess.run(
        command, cwd=folder, env=quiet, check=True, capture_output=True, text=True
    )
    return ended.stdout.strip()


class World:
    """A checkout with the app in it, and a Hub with the Spaces dev and prod as git repositories."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.checkout = folder, folder / "checkout"
        self.role, self.stage, self.healthy = "write", "RUNNING", {"dev": True, "prod": True}
        self.authorizations: set[str] = set()
        self.trusts, self.exchanged = True, {}
        for name in ("dev", "prod"):
            git(folder, "init", "-q", "--bare", "-b", "main", f"spaces/me/{name}")
            git(folder, "clone", "-q", f"spaces/me/{name}", f"seed-{name}")
            git(folder / f"seed-{name}", "commit", "-q", "--allow-empty", "-m", "initial commit")
            git(folder / f"seed-{name}", "push", "-q", "origin", "HEAD:main")
        git(folder, "init", "-q", "-b", "dev", "checkout")
        (self.checkout / "app/turnover").mkdir(parents=True)
        (self.checkout / "app/turnover/scripts").symlink_to(APP / "scripts")
        (self.checkout / ".gitignore").write_text("scripts\n")
        self.commit(FILES)

    def commit(self, files, message="work"):
        for name, text in files.items():
            (self.checkout / "app/turnover" / name).write_text(text)
        git(self.checkout, "add", "-A")
        git(self.checkout, "commit", "-q", "--allow-empty", "-m", message)

    def head(self, name):
        return git(self.folder / f"spaces/me/{name}", "rev-parse", "main")

    def titles(self, name):
        return git(self.folder / f"spaces/me/{name}", "log", "--format=%s", "main").splitlines()

    def served(self, name):
        """What the Space's main holds, file by file."""
        at = self.folder / f"spaces/me/{name}"
        names = git(at, "ls-tree", "-r", "--name-only", "main").splitlines()
        return {each: git(at, "show", f"main:{each}") + "\n" for each in names}

    def deploy(self, space="dev", **variables):
        given = {"HF_TOKEN": TOKEN, "HF_SPACE": f"me/{space}", "HF_ENDPOINT": self.url}
        script = self.checkout / "app/turnover/scripts/deploy_space.py"
        # Not resolved by the link: the script deploys the folder that it was started in.
        ended = subprocess.run(
            [sys.executable, "-c", RUN, str(script), "--seconds", "20"],
            cwd=self.checkout / "app/turnover",
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder), **given, **variables},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert TOKEN not in ended.stdout + ended.stderr
        return ended.returncode, ended.stdout + ended.stderr


# The script's own module, with the app's folder being that of the checkout of this test.
RUN = """
import sys
from pathlib import Path
script = Path(sys.argv[1])
sys.path.insert(0, str(script.parent.parent))
from scripts import deploy_space
deploy_space.APP = Path.cwd()
deploy_space._POLL_SECONDS = 0.05
sys.exit(deploy_space.main(sys.argv[2:]))
"""


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers for the Hub of `self.server.world`, and for the apps of its Spaces."""

    def do_GET(self):
        if "/git-" in self.path or "/info/refs" in self.path:
            self.git()
        elif self.path == "/api/whoami-v2":
            self.say(200, {"name": "me", "auth": {"accessToken": {"role": self.server.world.role}}})
        elif self.path.startswith("/identity?"):
            asked = urllib.parse.parse_qs(self.path.partition("?")[2])
            known = self.headers["Authorization"] == "Bearer canary-bearer" and "job" in asked
            self.say(200 if known else 401, {"value": asked["audience"][0]})
        elif self.path == "/oauth/token":
            self.exchange()
        elif self.path.startswith("/api/spaces/me/"):
            name = self.path.rsplit("/", 1)[-1]
            if name not in self.server.world.healthy:
                self.say(404, {})
                return
            head = self.server.world.head(name)
            runtime = {"stage": self.server.world.stage, "sha": head}
            self.say(
                200, {"sha": head, "runtime": runtime, "host": f"{self.server.world.url}/{name}"}
            )
        else:
            name = self.path.split("/")[1]
            well = self.server.world.healthy[name]
            self.say(200 if well else 503, {"model_loaded": well})

    do_POST = do_GET  # noqa: N815 - http.server's own name

    def exchange(self):
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self.server.world.trusts:
            self.say(400, {"error": "invalid_grant", "error_description": "another branch"})
            return
        self.server.world.exchanged = {name: said[name] for name in ("resource", "subject_token")}
        self.say(200, {"access_token": TOKEN, "expires_in": 3600})

    def git(self):
        self.server.world.authorizations.add(self.headers.get("Authorization", ""))
        path, _, query = self.path.partition("?")
        length = int(self.headers.get("Content-Length") or 0)
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(self.server.world.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REMOTE_USER": "me",
            "REQUEST_METHOD": self.command,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(length),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
        }
        answer = subprocess.run(
            ["git", "http-backend"],
            env=environment,
            input=self.rfile.read(length),
            check=False,
            capture_output=True,
        ).stdout
        head, _, body = answer.partition(b"\r\n\r\n")
        fields = [line.split(": ", 1) for line in head.decode().split("\r\n")]
        status = next((int(v.split()[0]) for k, v in fields if k == "Status"), 200)
        self.send_response(status)
        for name, value in fields:
            if name != "Status":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def say(self, status, body):
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        """Keeps the test output clean."""


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.world = made
    made.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


def test_the_apps_folder_is_what_the_space_holds_on_top_of_what_was_there(world):
    before = world.head("dev")
    code, said = world.deploy()
    assert code == 0, said
    assert world.served("dev") == FILES
    assert world.titles("dev")[1:] == ["initial commit"]
    assert world.titles("dev")[0].startswith("Deploy ")
    assert before in git(world.folder / "spaces/me/dev", "rev-list", "main").split()
    assert "model_loaded" in said
    credentials = base64.b64encode(f"me:{TOKEN}".encode()).decode()
    assert world.authorizations == {f"Basic {credentials}"}


def test_the_same_files_again_are_no_push(world):
    world.deploy()
    head = world.head("dev")
    world.commit({}, "nothing of the app")
    code, said = world.deploy()
    assert (code, world.head("dev")) == (0, head)
    assert "holds these files already" in said


def test_what_stands_in_the_working_tree_only_is_not_deployed(world):
    (world.checkout / "app/turnover/secret.txt").write_text("not committed")
    world.deploy()
    assert set(world.served("dev")) == set(FILES)


def test_a_token_that_may_only_read_is_told_before_any_push(world):
    world.role = "read"
    code, said = world.deploy()
    assert code == 1
    assert "may only read" in said
    assert world.titles("dev") == ["initial commit"]


@pytest.mark.parametrize(
    ("name", "said_of"), [("HF_TOKEN", "HF_OIDC_RESOURCE (or HF_TOKEN)"), ("HF_SPACE", "HF_SPACE")]
)
def test_what_the_environment_lacks_is_named_with_the_remedy(world, name, said_of):
    code, said = world.deploy(**{name: ""})
    assert code == 1
    assert f"{said_of} is missing" in said
    assert "pulumi up" in said


def keyless(world, **variables):
    """A deployment by a job that holds no token and may say who it is."""
    asks = {
        "HF_OIDC_RESOURCE": "spaces/me/dev",
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"{world.url}/identity?job=1",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "canary-bearer",
    }
    return world.deploy(**{"HF_TOKEN": "", **asks, **variables})


def test_a_job_that_the_space_trusts_pushes_with_a_token_of_its_own(world):
    code, said = keyless(world)
    assert code == 0, said
    assert set(world.served("dev")) == set(FILES)
    assert world.exchanged == {"resource": "spaces/me/dev", "subject_token": world.url}
    credentials = base64.b64encode(f"publisher:{TOKEN}".encode()).decode()
    assert world.authorizations == {f"Basic {credentials}"}


def test_a_job_that_the_space_does_not_trust_is_told_why_and_where(world):
    world.trusts = False
    code, said = keyless(world)
    assert code == 1
    assert "spaces/me/dev: the Hub, asked for a token, answered 400 (invalid_grant: another" in said
    assert "Settings, Trusted Publishers" in said
    assert world.titles("dev") == ["initial commit"]


def test_a_job_without_the_permission_is_told_so(world):
    code, said = keyless(world, ACTIONS_ID_TOKEN_REQUEST_TOKEN="")
    assert code == 1
    assert "id-token: write" in said


def test_a_space_that_is_not_there_is_an_error(world):
    assert world.deploy("nowhere")[0] == 1
    assert world.titles("dev") == ["initial commit"]


def test_a_build_that_fails_fails_the_job(world):
    world.stage = "BUILD_ERROR"
    code, said = world.deploy()
    assert code == 1
    assert "ended in BUILD_ERROR" in said


def gated(world, **variables):
    return world.deploy("prod", DEV_SPACE="me/dev", DEV_BRANCH="dev", **variables)


def test_what_went_through_dev_reaches_prod_while_dev_is_well(world):
    git(world.checkout, "checkout", "-q", "-b", "main")
    code, said = gated(world)
    assert code == 0, said
    assert "me/dev is well" in said
    assert world.served("prod") == FILES


def test_what_went_through_dev_stays_away_from_prod_while_dev_is_not_well(world):
    world.healthy["dev"] = False
    git(world.checkout, "checkout", "-q", "-b", "main")
    code, said = gated(world)
    assert code == 1
    assert "me/dev is not well" in said
    assert world.titles("prod") == ["initial commit"]


def test_a_hotfix_passes_a_dev_that_is_not_well_and_says_what_is_left_to_do(world):
    world.healthy["dev"] = False
    git(world.checkout, "checkout", "-q", "-b", "main")
    world.commit({"api.py": "print('mended')\n"}, "Hotfix")
    code, said = gated(world)
    assert code == 0, said
    assert "Merge main back into dev" in said
    assert world.served("prod")["api.py"] == "print('mended')\n"


def test_after_the_backport_the_hotfix_went_through_dev_as_well(world):
    git(world.checkout, "checkout", "-q", "-b", "main")
    world.commit({"api.py": "print('mended')\n"}, "Hotfix")
    git(world.checkout, "checkout", "-q", "dev")
    git(world.checkout, "merge", "-q", "main")
    git(world.checkout, "checkout", "-q", "main")
    world.healthy["dev"] = False
    assert gated(world)[0] == 1


def test_where_dev_is_unknown_nobody_guesses(world):
    code, said = world.deploy("prod", DEV_SPACE="me/dev", DEV_BRANCH="origin/dev")
    assert code == 1
    assert "fetch-depth: 0" in said
