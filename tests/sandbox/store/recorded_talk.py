"""What a recorded home holds beside what the kills know of: hooks, releases, reviews and such.

It is made once, when a home is recorded. Whoever opens that home gets the same answers.
"""

import base64
import json
from typing import Any

import httpx

from tests.sandbox.kills.world import NAMESPACE, World

_REPO = f"/api/v3/repos/{NAMESPACE}/talk"
ASSET = b"what a release hands out"
_RECEIVER = "http://127.0.0.1:9/"  # the port of `discard`: nobody answers, which is kept too
_CHANGES = ("updated_at", "updatedAt", "etag", "node_id")  # shown as of the moment, or of no weight


def talk(world: World) -> list[str]:
    """Makes one of each; returns what to ask for, "platform path" each."""
    hub, github, render = world.hub, world.github, world.render
    world.sure = world.create_repository("talk")
    hook = {
        "name": "web",
        "events": ["pull_request", "release"],
        "config": {"url": _RECEIVER, "secret": "s3cret"},
    }
    made = _of(github.post(f"{_REPO}/hooks", json=hook))
    pull = _reviewed_pull(github)
    release = _of(github.post(f"{_REPO}/releases", json={"tag_name": "v1", "body": "notes"}))
    upload = httpx.URL(release["upload_url"].partition("{")[0])
    kind = {"content-type": "application/octet-stream"}
    _of(github.post(upload.path, params={"name": "a.bin"}, content=ASSET, headers=kind))
    watched = [{"type": "user", "name": NAMESPACE}]
    listens = {"url": _RECEIVER, "watched": watched, "domains": ["repo"], "secret": "s3cret"}
    _of(hub.post("/api/settings/webhooks", json=listens))
    [service] = world.service_ids().values()
    place = f"/v1/notification-settings/overrides/services/{service}"
    wish = {"notificationsToSend": "failure", "previewNotificationsEnabled": "false"}
    _of(render.patch(place, json=wish))
    deliveries = f"{_REPO}/hooks/{made['id']}/deliveries"
    world.until(
        lambda: len(_of(github.get(deliveries))) >= 3 and _delivered(github, deliveries),
        lambda: f"deliveries: {github.get(deliveries).text}",
    )
    return [
        f"github {_REPO}/hooks",
        f"github {deliveries}",
        f"github {_REPO}/releases",
        f"github {_REPO}/pulls/{pull}",
        f"github {_REPO}/pulls/{pull}/comments",
        "hub /api/settings/webhooks",
        f"render {place}",
    ]


def answers(world: World, questions: list[str]) -> dict[str, Any]:
    """What is answered to each now, without what the moment and the machine say."""
    addresses = {
        str(client.base_url).rstrip("/").removeprefix("http://"): f"{{{name}}}"
        for name, client in _clients(world).items()
    }
    found = {}
    for question in questions:
        platform, _, path = question.partition(" ")
        text = json.dumps(_of(_clients(world)[platform].get(path)))
        for address, name in addresses.items():
            text = text.replace(address, name)
        found[question] = _lasting(json.loads(text))
    return found


def asset(world: World) -> bytes:
    """The content of the release's only file."""
    [release] = _of(world.github.get(f"{_REPO}/releases"))
    [made] = release["assets"]
    accept = {"accept": "application/octet-stream"}
    got = world.github.get(f"{_REPO}/releases/assets/{made['id']}", headers=accept)
    assert got.status_code == 200, got.text
    return got.content


def resolved(world: World) -> list[bool]:
    """Which conversations of the pull request are."""
    return [each["isResolved"] for each in _threads(world.github)]


def _reviewed_pull(github: httpx.Client) -> int:
    head = _of(github.get(f"{_REPO}/git/ref/heads/main"))["object"]["sha"]
    _of(github.post(f"{_REPO}/git/refs", json={"ref": "refs/heads/side", "sha": head}))
    content = base64.b64encode(b"one\ntwo\n").decode()
    change = {"message": "m", "content": content, "branch": "side"}
    commit = _of(github.put(f"{_REPO}/contents/a.txt", json=change))["commit"]["sha"]
    asked = {"title": "a change", "head": "side", "base": "main"}
    number = int(_of(github.post(f"{_REPO}/pulls", json=asked))["number"])
    remark = {"body": "why?", "commit_id": commit, "path": "a.txt", "line": 1, "side": "RIGHT"}
    _of(github.post(f"{_REPO}/pulls/{number}/comments", json=remark))
    [node] = _threads(github)
    resolve = f'resolveReviewThread(input: {{threadId: "{node["id"]}"}}) {{thread {{isResolved}}}}'
    _asked(github, f"mutation {{{resolve}}}")
    return number


def _threads(github: httpx.Client) -> list[dict[str, Any]]:
    asked = (
        f'{{repository(owner: "{NAMESPACE}", name: "talk") {{pullRequest(number: 1)'
        " {reviewThreads(first: 5) {nodes {id isResolved}}}}}"
    )
    found: list[dict[str, Any]] = _asked(github, asked)["repository"]["pullRequest"][
        "reviewThreads"
    ]["nodes"]
    return found


def _asked(github: httpx.Client, query: str) -> dict[str, Any]:
    answer = _of(github.post("/api/graphql", json={"query": query}))
    assert "errors" not in answer, answer
    found: dict[str, Any] = answer["data"]
    return found


def _delivered(github: httpx.Client, deliveries: str) -> bool:
    return all(each["status"] for each in _of(github.get(deliveries)))


def _clients(world: World) -> dict[str, httpx.Client]:
    return {"hub": world.hub, "github": world.github, "render": world.render}


def _lasting(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _lasting(each) for key, each in value.items() if key not in _CHANGES}
    return [_lasting(each) for each in value] if isinstance(value, list) else value


def _of(answer: httpx.Response) -> Any:
    assert answer.status_code < 300, f"{answer.request.url}: {answer.status_code} {answer.text}"
    return answer.json() if answer.content else None
