"""The pages of pull requests and issues: all that was said, and nothing that a browser runs."""

from html.parser import HTMLParser

import pytest

PLACE = "/repos/slipway/one"
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "<details ontoggle=alert(1) open><summary>x</summary></details>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<style>body { display: none }</style>",
    "<svg><script>alert(1)</script></svg>",
    "![x](http://elsewhere.example/pixel.png)",
]
RUN = {"script", "img", "svg", "iframe", "object", "style"}


class Dangers(HTMLParser):
    """What of a page's body a browser would run, or fetch from elsewhere."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text.partition("<body>")[2])

    def handle_starttag(self, tag, attrs):
        if tag in RUN:
            self.found.append(tag)
        for name, value in attrs:
            scheme = (value or "").lower().partition(":")[0]
            if name.startswith("on") or (name == "href" and scheme in ("javascript", "data")):
                self.found.append(f"{tag} {name}")


@pytest.fixture
def number(gh, clone) -> int:
    clone.git("checkout", "-q", "-b", "work")
    clone.commit("a<b>.py", "print('</pre><script>alert(1)</script>')\n", "Change <b>")
    clone.git("push", "-q", "origin", "work")
    body = {
        "title": "A <b>change</b>",
        "head": "work",
        "base": "main",
        "body": "| a |\n|---|\n| 1 |",
    }
    return gh.http.post(f"{PLACE}/pulls", json=body).json()["number"]


def shown(gh, path) -> str:
    with gh.client(gh.token, prefix="") as client:
        answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_a_pull_request_shows_words_checks_commits_and_files(gh, number):
    sha = gh.http.get(f"{PLACE}/pulls/{number}").json()["head"]["sha"]
    for context, state in (("test", "success"), ("lint", "failure")):
        body = {"state": state, "context": context, "target_url": "javascript:alert(1)"}
        gh.http.post(f"{PLACE}/statuses/{sha}", json=body)
    comment = "<details><summary>2 changes</summary>\n\n**bold**\n</details>"
    gh.http.post(f"{PLACE}/issues/{number}/comments", json={"body": comment})
    gh.http.post(f"{PLACE}/issues/{number}/labels", json=["deploys"])
    text = shown(gh, f"/slipway/one/pull/{number}")
    for words in (
        "A &lt;b&gt;change&lt;/b&gt;",
        "<td>1</td>",
        "<summary>2 changes</summary>",
        "<strong>bold</strong>",
        '<span class="state bad">failure</span>',
        "deploys",
        "wants to merge 1 commit into",
        '<span class="added">+print(&#x27;&lt;/pre&gt;',
    ):
        assert words in text, words
    assert Dangers(text).found == []
    assert "+print" in shown(gh, f"/slipway/one/pull/{number}.diff")
    assert f"/slipway/one/pull/{number}" in shown(gh, "/slipway/one/pulls")


@pytest.mark.parametrize("words", HOSTILE)
def test_a_stranger_s_words_stay_words(gh, repository, words):
    body = {"title": words, "body": words}
    issue = gh.http.post(f"/repos/{repository}/issues", json=body).json()["number"]
    gh.http.post(f"/repos/{repository}/issues/{issue}/comments", json={"body": words})
    for path in (f"/{repository}/issues/{issue}", f"/{repository}/issues"):
        text = shown(gh, path)
        assert Dangers(text).found == [], text


def test_a_private_one_is_not_found(gh):
    gh.repository("two", {"a": "b"}, private=True)
    with gh.client(None, prefix="") as anonymous:
        for path in ("pulls", "issues", "pull/1", "pull/1.diff", "issues/1"):
            assert anonymous.get(f"/slipway/two/{path}").status_code == 404
