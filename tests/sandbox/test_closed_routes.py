"""No route tells or does anything of what is private, to nobody, to a false token or a stranger.

Every route that the platforms serve is asked about private things of somebody else; new ones are
found by themselves. Names, contents and values of those things are words that occur nowhere else.
"""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from sandbox.apps.addresses import AddressBook
from sandbox.server.home import Home
from sandbox.server.hosts import KnownHosts
from sandbox.server.options import Options, User
from sandbox.server.place import Platform
from sandbox.server.platforms import compose
from tests.providers.thread_machine import ThreadMachine

OWNER, REPOSITORY = "ada", "vault"
WORDS = ("opalescent", "quillwort", "marzipan-value", "vermilion")
CONTENT, TITLE, VALUE, HIDDEN = WORDS
HUB_STRANGER, GITHUB_STRANGER = "hf_of_eve", "ghp_of_eve"
CALLERS = ("nobody", "a false token", "a stranger")
REFUSED = {401, 403, 404}
# What routes are told that read it before they know of what they are asked; nothing to others.
BODIES: Mapping[str, object] = {
    "POST /{prefix:prefix}{namespace}/{name}/info/lfs/objects/batch": {
        "operation": "download",
        "objects": [],
    },
    "POST /api/repos/create": {"type": "model", "name": "new", "organization": OWNER},
    "DELETE /api/repos/delete": {"type": "model", "name": REPOSITORY, "organization": OWNER},
    "POST /api/repos/move": {
        "type": "model",
        "fromRepo": f"{OWNER}/{REPOSITORY}",
        "toRepo": "eve/stolen",
    },
    "POST /orgs/{login}/repos": {"name": "new"},
}
QUERY = {"/info/refs": "?service=git-upload-pack"}

# Asked of nobody in particular, and answered to everybody on the platforms too. For whom else.
OPEN = {
    "hub": {
        "GET /": "the page of what is public",
        "GET /api/{plural:plural}": "a list of what is public",
        "GET /api/spaces/hardware": "the price list",
        "GET /api/spaces/templates": "what may be duplicated",
        "GET /api/spaces/semantic-search": "a search, which is not imitated",
        "GET /api/agent-harnesses": "a list of the client's own",
        "POST /api/validate-yaml": "a check of what is sent along",
        "POST /oauth/token": "an exchange, which looks at what is sent along",
    },
    "render": {},
    "github": {
        "GET /": "the index",
        "GET /rate_limit": "the caller's own",
        "GET /users/{login}": "a profile",
        "GET /users/{login}/repos": "a list of what is public",
        "GET /orgs/{login}": "a profile",
        "GET /orgs/{login}/repos": "a list of what is public",
        "GET /user/{number:int}": "a profile",
        "GET /_services/token/.well-known/openid-configuration": "where the keys are",
        "GET /_services/token/.well-known/jwks": "public keys",
    },
}
# What a stranger may do with things of their own, or is shown of them.
OWN = {
    "hub": {"GET /api/whoami-v2", "GET /api/settings/webhooks", "POST /api/settings/webhooks"},
    "render": set(),
    "github": {
        *("GET /user", "GET /user/repos", "GET /user/orgs", "POST /user/repos"),
        *("POST /graphql", "POST /api/graphql"),
    },
}


@dataclass
class Served:
    """One platform with something private in it."""

    name: str
    client: TestClient
    routes: list[tuple[str, str]]  # method, address as the route has it
    owner: Mapping[str, str]
    stranger: Mapping[str, str] | None
    values: Mapping[str, str]

    def headers(self, caller: str) -> Mapping[str, str]:
        if caller == "nobody":
            return {}
        if caller == "a stranger" and self.stranger is not None:
            return self.stranger
        return {"authorization": "Bearer hf_of_nobody_at_all"}


def routes_of(platform: Platform) -> list[tuple[str, str]]:
    app: Any = platform.app
    while not hasattr(app, "_routes"):
        app = app._app
    found = [each for each in app._routes if isinstance(each, Route)]
    # The last ones answer 501 to what no platform imitates.
    return [
        (method, each.path)
        for each in found
        for method in sorted((each.methods or set()) - {"HEAD"})
        if not each.path.endswith("{path:path}") or len(each.methods or ()) < 5
    ]


def bearer(token: str) -> Mapping[str, str]:
    return {"authorization": f"Bearer {token}"}


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[Mapping[str, Served]]:
    folder: Path = tmp_path_factory.mktemp("closed")
    home = Home(folder / "home")
    home.make_folder()
    identity = home.identity()
    eve = User(
        name="eve",
        hub_tokens={HUB_STRANGER: "write"},
        github_tokens={GITHUB_STRANGER: ["repo", "workflow", "delete_repo", "user"]},
    )
    machine = ThreadMachine()
    addresses = AddressBook(home.open_database())
    options = Options(users=(User(name=OWNER), eve), clock_speed=1e9)  # no quota is ever used up
    platforms = {each.name: each for each in compose(home, options, machine, addresses)}
    clients = {
        name: TestClient(KnownHosts(each.app, "127.0.0.1"), base_url="http://127.0.0.1")
        for name, each in platforms.items()
    }
    owners = {
        "hub": bearer(identity.hub_token),
        "github": bearer(identity.github_token),
        "render": bearer(identity.render_key),
    }
    told = f"http://127.0.0.1:{identity.hub_port}"  # of the webhooks; nobody listens there
    values = {
        "hub": hidden_on_the_hub(clients["hub"], owners["hub"], told),
        "github": hidden_on_github(clients["github"], owners["github"], told),
        "render": hidden_on_render(clients["render"], owners["render"]),
    }
    strangers = {"hub": bearer(HUB_STRANGER), "github": bearer(GITHUB_STRANGER)}
    yield {
        name: Served(
            name,
            clients[name],
            routes_of(each),
            owners[name],
            strangers.get(name),
            values[name],
        )
        for name, each in platforms.items()
    }
    for each in platforms.values():
        each.stop()
    machine.close()
    addresses.stop()
    home.close()


def done(answer) -> Any:
    assert answer.status_code < 300, f"{answer.request.url}: {answer.status_code} {answer.text}"
    return answer.json() if answer.content else None


def hidden_on_the_hub(client: TestClient, owner: Mapping[str, str], told: str) -> Mapping[str, str]:
    for kind in ("model", "space"):
        body = {"type": kind, "name": REPOSITORY, "private": True}
        if kind == "space":
            body |= {
                "sdk": "docker",
                "variables": [{"key": "OPEN", "value": VALUE}],
                "secrets": [{"key": "CLOSED", "value": VALUE}],
            }
        done(client.post("/api/repos/create", json=body, headers=owner))
        lines = [
            {"key": "header", "value": {"summary": TITLE}},
            {"key": "file", "value": {"path": "a.txt", "content": CONTENT}},
        ]
        commit = "\n".join(map(json.dumps, lines))
        place = f"/api/{kind}s/{OWNER}/{REPOSITORY}"
        done(client.post(f"{place}/commit/main", content=commit, headers=owner))
    sha = done(client.get(f"/api/models/{OWNER}/{REPOSITORY}", headers=owner))["sha"]
    watched = {
        "watched": [{"type": "user", "name": OWNER}],
        "url": f"{told}/{HIDDEN}",
        "domains": ["repo"],
        "secret": VALUE,
    }
    webhook = done(client.post("/api/settings/webhooks", json=watched, headers=owner))["webhook"]
    return {
        "namespace": OWNER,
        "name": REPOSITORY,
        "revision": "main",
        "branch": "main",
        "prefix": "spaces/",
        "plural": "spaces",
        "kind": "run",
        "oid": "0" * 64,
        "uid": sha[:24],
        "rest": "main/a.txt",
        "file": "main.tar.gz",
        "webhook": webhook["id"],
        "word": "tree",
    }


def hidden_on_github(client: TestClient, owner: Mapping[str, str], told: str) -> Mapping[str, str]:
    def ask(method: str, path: str, body: object = None) -> Any:
        return done(client.request(method, f"/api/v3{path}", json=body, headers=owner))

    made = ask("POST", "/user/repos", {"name": REPOSITORY, "private": True, "description": HIDDEN})
    place = f"/repos/{OWNER}/{REPOSITORY}"
    content = base64.b64encode(CONTENT.encode()).decode()
    ask("PUT", f"{place}/contents/a.txt", {"message": TITLE, "content": content})
    workflow = "on: push\njobs: {a: {if: false, runs-on: ubuntu-latest, steps: [{run: 'true'}]}}\n"
    encoded = base64.b64encode(workflow.encode()).decode()
    path = f"{place}/contents/.github/workflows/w.yml"
    ask("PUT", path, {"message": TITLE, "content": encoded})
    sha = ask("GET", f"{place}/commits/main")["sha"]
    ask("PUT", f"{place}/environments/production", {})
    ask("POST", f"{place}/actions/variables", {"name": "OPEN", "value": VALUE})
    where = f"{place}/environments/production/variables"
    ask("POST", where, {"name": "OPEN", "value": VALUE})
    ask("POST", f"{place}/issues", {"title": TITLE, "body": HIDDEN})
    ask("POST", f"{place}/issues/1/comments", {"body": HIDDEN})
    ask("POST", f"{place}/git/refs", {"ref": "refs/heads/side", "sha": sha})
    beside = {"message": TITLE, "content": content, "branch": "side"}
    ask("PUT", f"{place}/contents/b.txt", beside)
    ask("POST", f"{place}/pulls", {"title": TITLE, "head": "side", "base": "main"})
    ask("POST", f"{place}/deployments", {"ref": "main", "environment": "production"})
    ask("POST", f"{place}/rulesets", {"name": HIDDEN, "enforcement": "active"})
    shown = {"tag_name": "v1", "name": TITLE, "body": HIDDEN}
    release = ask("POST", f"{place}/releases", shown)
    upload = f"/api/v3{place}/releases/{release['id']}/assets?name=OPEN"
    done(client.post(upload, content=CONTENT, headers=owner))
    hook = {"url": f"{told}/{HIDDEN}", "secret": VALUE}
    ask("POST", f"{place}/hooks", {"config": hook, "events": ["issues"]})
    one = "1"
    return {
        "owner": OWNER,
        "login": OWNER,
        "repo": REPOSITORY,
        "repository_id": str(made["id"]),
        "sha": sha,
        "ref": "main",
        "branch": "main",
        "basehead": "main...side",
        "number": "2",
        "path": "a.txt",
        "rest": "main/a.txt",
        "file": "main.tar.gz",
        "name": "OPEN",
        "environment": "production",
        "workflow": "w.yml",
        "run": one,
        "job": one,
        "attempt": one,
        "artifact": one,
        "tag": "v1",
        "release": one,
        "asset": one,
        "hook": one,
        "delivery": one,
        "comment": one,
        "review": one,
        "deployment": one,
        "ruleset": one,
        "policy": one,
    }


def hidden_on_render(client: TestClient, owner: Mapping[str, str]) -> Mapping[str, str]:
    account = done(client.get("/v1/owners", headers=owner))[0]["owner"]["id"]
    body = {
        "type": "web_service",
        "name": TITLE,
        "ownerId": account,
        "image": {"ownerId": account, "imagePath": "docker.io/acme/x:1"},
        "envVars": [{"key": "OPEN", "value": VALUE}],
        "serviceDetails": {"runtime": "image", "plan": "starter"},
    }
    made = done(client.post("/v1/services", json=body, headers=owner))
    service, deploy = made["service"]["id"], made["deployId"]
    return {"id": service, "deploy": deploy, "name": "OPEN", "service": service}


def address(template: str, values: Mapping[str, str]) -> str:
    """A route's address with what is private in it."""
    found = re.sub(r"\{(\w+)(?::\w+)?\}", lambda each: values.get(each[1], each[0]), template)
    assert "{" not in found, f"{template}: say in `values` what stands for its parameters"
    return found


def ask(of: Served, method: str, template: str, headers: Mapping[str, str]):
    return of.client.request(
        method,
        address(template, of.values) + QUERY.get(template.rpartition("}")[2], ""),
        headers=headers,
        json=None if method == "GET" else BODIES.get(f"{method} {template}", {}),
        follow_redirects=False,
    )


@pytest.mark.parametrize("platform", ["hub", "render", "github"])
@pytest.mark.parametrize("caller", CALLERS)
def test_what_is_private_is_told_to_and_done_for_its_owner_alone(served, platform, caller):
    of = served[platform]
    wrong = {}
    assert len(of.routes) > 40
    for method, template in of.routes:
        route = f"{method} {template}"
        answer = ask(of, method, template, of.headers(caller))
        told = [word for word in WORDS if word in answer.text]
        may = route in OPEN[platform] or (caller == "a stranger" and route in OWN[platform])
        if told or (answer.status_code not in REFUSED and not may):
            wrong[route] = (answer.status_code, told, answer.text[:200])
    assert not wrong, "\n".join(f"{route}: {said}" for route, said in wrong.items())


def test_what_is_open_is_a_route_that_is_served(served):
    for name, of in served.items():
        known = {f"{method} {template}" for method, template in of.routes}
        assert {*OPEN[name], *OWN[name]} <= known


@pytest.mark.parametrize("platform", ["hub", "render", "github"])
@pytest.mark.parametrize(
    ("header", "status"),
    [
        ({"host": "evil.example"}, 421),
        ({"host": "127.0.0.1.evil.example:80"}, 421),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
    ],
)
def test_a_page_of_another_name_is_answered_by_no_route_even_with_the_owners_token(
    served, platform, header, status
):
    of = served[platform]
    answers = {
        f"{method} {template}": ask(of, method, template, {**of.owner, **header}).status_code
        for method, template in of.routes
    }
    assert {each: code for each, code in answers.items() if code != status} == {}
