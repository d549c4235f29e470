"""One comment and one label on a pull request, over HTTP against GitHub's documented paging."""

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from report.__main__ import main
from report.comment import marker, render_comment
from report.github.pulls import Pull, Repository
from report.github.rest import PostingError
from report.plan import Plan

BOT, TOKEN = "github-actions[bot]", "ghs_canaryofthepostingtoken"


class StandIn(ThreadingHTTPServer):
    """Comments, labels and pulls of acme/shop, a page at a time as GitHub's REST API gives them."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.comments, self.worn, self.labels, self.pulls = [], [], set(), []
        self.asked, self.refuse, self.next_host = [], 0, ""

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def say(self, body, login=BOT):
        self.comments.append({"id": len(self.comments) + 1, "body": body, "user": {"login": login}})


class _Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do(self):  # noqa: PLR0911 - one answer for each route
        it, parts = self.server, urlsplit(self.path)
        size = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(size)) if size else {}
        path = unquote(parts.path).removeprefix("/repos/acme/shop/")
        it.asked.append((self.command, path))
        if it.refuse or self.headers["Authorization"] != f"Bearer {TOKEN}":
            return self.answer({"message": f"no, {TOKEN}"}, it.refuse or 401)
        match self.command, path:
            case "GET", "/user":  # an installation's token has no user
                return self.answer({"message": "Resource not accessible by integration"}, 403)
            case "GET", "issues/7/comments":
                return self.page(it.comments, parts)
            case "GET", "issues/7/labels":
                return self.page([{"name": name} for name in it.worn], parts)
            case "GET", "pulls":
                return self.page(it.pulls, parts)
            case "POST", "issues/7/comments":
                it.say(body["body"])
                return self.answer(it.comments[-1], 201)
            case "POST", "labels":
                new = body["name"] not in it.labels
                it.labels.add(body["name"])
                return self.answer({}, 201 if new else 422)
            case "POST", "issues/7/labels":
                it.worn += body["labels"]
                return self.answer([])
        if found := re.fullmatch(r"issues/comments/(\d+)", path):
            it.comments[int(found[1]) - 1]["body"] = body["body"]
            return self.answer({})
        it.worn.remove(path.removeprefix("issues/7/labels/"))
        return self.answer([])

    do_GET = do_POST = do_PATCH = do_DELETE = do  # noqa: N815 - the server's names

    def page(self, found, parts):
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        number, size = int(query.get("page", 1)), min(100, int(query.get("per_page", 30)))
        link = {}
        if number * size < len(found):
            where = self.server.next_host or self.server.url
            following = f"{where}{parts.path}?per_page={size}&page={number + 1}"
            last = f"{where}{parts.path}?page=99"
            link = {"Link": f'<{following}>; rel="next", <{last}>; rel="last"'}
        self.answer(found[(number - 1) * size : number * size], 200, link)

    def answer(self, value, status=200, headers=()):
        content = json.dumps(value).encode()
        self.send_response(status)
        for key, each in {**dict(headers), "Content-Length": len(content)}.items():
            self.send_header(key, str(each))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def github():
    with StandIn() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def repository(github):
    return Repository(github.url, "acme/shop", TOKEN)


def body(stack, *errors):
    return render_comment(Plan(stack=stack, errors=errors))


@pytest.mark.parametrize("before", [0, 99, 100, 250])
def test_a_stack_has_one_comment_that_is_updated_in_place_on_whatever_page_it_lies(
    github, repository, before
):
    for number in range(before):
        github.say(f"talk {number}", "ann")
    assert repository.put_comment(7, "dev", body("dev")) == "created"
    for number in range(130):
        github.say(f"more talk {number}", "ann")
    assert repository.put_comment(7, "prod", body("prod")) == "created"
    assert repository.put_comment(7, "dev", body("dev", "new")) == "updated"
    assert repository.put_comment(7, "dev", body("dev", "new")) == "unchanged"
    ours = [each["body"] for each in github.comments if each["user"]["login"] == BOT]
    assert ours == [body("dev", "new"), body("prod")]


def test_somebody_else_s_comment_with_the_marker_is_left_alone(github, repository):
    github.say(f"{marker('dev')} mine", "mallory")
    github.say(f"look: {marker('dev')}")
    assert repository.put_comment(7, "dev", body("dev")) == "created"
    assert [each["body"] for each in github.comments[:2]] == [
        f"{marker('dev')} mine",
        f"look: {marker('dev')}",
    ]


def test_a_pull_request_wears_one_label_of_ours_and_keeps_all_others(github, repository):
    github.worn = ["bug", "preview: mine"]
    for label in ("preview: adds", "preview: fails", "preview: fails", "preview: adds"):
        repository.put_label(7, label)
        assert sorted(github.worn) == sorted(["bug", "preview: mine", label])


def test_the_pull_request_is_the_one_whose_head_that_commit_still_is(github, repository):
    github.pulls = [
        {"number": n, "head": {"sha": f"{n:040}"}, "base": {"ref": f"b{n}"}} for n in range(1, 151)
    ]
    found = repository.open_pull("mallory", "patch&state=all", f"{140:040}")
    assert found == Pull(140, "b140")
    assert repository.open_pull("mallory", "patch", "f" * 40) is None


@pytest.mark.parametrize("status", [403, 404, 500])
def test_a_refusal_says_what_and_shows_no_token(github, repository, status):
    github.refuse = status
    with pytest.raises(PostingError) as refused:
        repository.put_comment(7, "dev", body("dev"))
    assert str(status) in str(refused.value)
    assert TOKEN not in str(refused.value)


def test_the_token_is_never_sent_to_another_host(github, repository):
    github.next_host = "http://127.0.0.1:9"
    for number in range(101):
        github.say(f"talk {number}")
    with pytest.raises(PostingError, match="another host"):
        repository.put_comment(7, "dev", body("dev"))


def test_the_command_posts_the_comment_and_the_label_of_what_a_stranger_s_workflow_left(
    github, tmp_path, monkeypatch, capsys
):
    github.pulls = [{"number": 7, "head": {"sha": "a" * 40}, "base": {"ref": "dev"}}]
    recorded = Path(__file__).parent / "recorded" / "preview.json"
    (tmp_path / "head.json").write_text(recorded.read_text())
    (tmp_path / "number").write_text("1")  # whatever else lies there is not read
    values = {"API_URL": github.url, "REPOSITORY": "acme/shop", "TOKEN": TOKEN}
    for name, value in values.items():
        monkeypatch.setenv(f"GITHUB_{name}", value)
    monkeypatch.setenv("HEAD_OWNER", "mallory")
    monkeypatch.setenv("HEAD_BRANCH", "patch")
    monkeypatch.setenv("HEAD_SHA", "a" * 40)
    words = ["report", "post", str(tmp_path), "--stack", "dev", "--into", "main=prod"]
    monkeypatch.setattr("sys.argv", words)
    assert main() == 0
    assert github.worn == ["preview: destroys"]
    (tmp_path / "head.json").write_text("<b>no plan</b>")
    assert main() == 0
    (only,) = github.comments
    assert "there is no plan" in only["body"]
    assert github.worn == ["preview: fails"]
    monkeypatch.setenv("HEAD_SHA", "b" * 40)  # pushed again meanwhile
    assert main() == 0
    assert len(github.comments) == 1
    assert "nothing is posted" in capsys.readouterr().out
    monkeypatch.setenv("HEAD_SHA", "a" * 40)
    github.pulls[0]["base"]["ref"] = "main"  # which deploys the other stack
    assert main() == 0
    assert [each["body"].startswith(marker("prod")) for each in github.comments] == [False, True]
