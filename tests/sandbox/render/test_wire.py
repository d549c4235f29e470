"""What holds for every exchange: keys, ids, errors, rate limits, pages, nulls, what is left out."""

import re
import threading

import httpx
import pytest

from sandbox.http.faults import CutAfter
from sandbox.render.http.wire import Limits
from sandbox.render.services.specification import Rules
from tests.sandbox.render.contract import description_file
from tests.sandbox.render.live import KEY, OWNER, WIDE, LiveRender, app, files, web

IMAGE = {"ownerId": OWNER, "imagePath": "acme/shop:1"}


@pytest.fixture
def shop(render, machine):
    machine.registry = {"docker.io/acme/shop:1": app("one")}
    service, deploy = render.create("shop", image=IMAGE)
    render.settled(service["id"], deploy)
    return service


@pytest.mark.skipif(description_file() is None, reason="no shared/specs/render-openapi.json here")
def test_exchanges_are_validated_and_a_wrong_one_would_be_noticed(render, shop):
    assert ("POST", "/services", 201) in render.contract.seen
    answer = render.http.get(f"/services/{shop['id']}")
    broken = answer.json() | {"suspended": "perhaps"}
    wrong = httpx.Response(200, json=broken, request=answer.request)
    with pytest.raises(AssertionError, match="perhaps"):
        render.contract.check(wrong)


@pytest.mark.parametrize(
    "header", [{}, {"authorization": "Bearer rnd_wrong"}, {"authorization": KEY}]
)
def test_every_address_wants_the_key(render, header):
    for path in ("/users", "/services", "/services/srv-x/env-vars", "/no-such-thing"):
        answer = httpx.get(f"{render.url}/v1{path}", headers=header)
        assert answer.status_code == 401
        assert answer.json()["message"] == "Unauthorized"
        assert answer.json()["id"] == answer.headers["render-request-id"]


def test_ids_and_times_have_the_platforms_form(render, shop):
    assert re.fullmatch(r"srv-[0-9a-z]{20}", shop["id"])
    deploy = render.http.get(f"/services/{shop['id']}/deploys").json()[0]["deploy"]
    assert re.fullmatch(r"dep-[0-9a-z]{20}", deploy["id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", deploy["createdAt"])
    answer = render.http.get("/users")
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert re.fullmatch(r"api-\w+/[\w-]+-\d+", answer.headers["render-request-id"])


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/blueprints"),
        ("POST", "/key-value"),
        ("POST", "/projects"),
        ("PUT", "/services/srv-x/autoscaling"),
        ("GET", "/metrics/cpu"),
        ("POST", "/webhooks"),
    ],
)
def test_what_is_not_imitated_says_so(render, method, path):
    answer = render.http.request(method, path)
    assert answer.status_code == 501
    assert f"{method} /v1{path}" in answer.json()["message"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nonsense", 404),
        ("GET", "/services/ID/nonsense", 404),
        ("POST", "/services/ID/env-vars", 405),
        ("PUT", "/services/ID", 405),
        ("DELETE", "/owners", 405),
        ("GET", "/services/ID/custom-domains/x/verify", 405),
    ],
)
def test_what_render_has_not_is_not_there(render, shop, method, path, status):
    answer = render.http.request(method, path.replace("ID", shop["id"]))
    assert answer.status_code == status
    assert "imitate" not in answer.text
    assert status != 405 or method not in answer.headers["Allow"].split(", ")


def test_malformed_bodies_are_refused(render, shop):
    url = f"/services/{shop['id']}"
    assert render.http.post("/services", content=b"{").status_code == 400
    assert render.http.patch(url, content=b"[]").status_code == 400
    assert render.http.post(f"{url}/deploys", json={"clearCache": "maybe"}).status_code == 400
    assert render.http.get("/services?limit=0").status_code == 400
    assert render.http.get("/services?cursor=%21").status_code == 400


def test_windows_say_what_is_left_and_refuse_beyond(tmp_path, machine, repository):
    repository.commit(files())
    limits = Limits(service_creates=2, per_service=2, writes=3, reads=1000)
    with LiveRender(tmp_path / "limited", machine, limits=limits) as render:
        first = render.http.post("/services", json=web("a", repo=repository.url))
        assert first.headers["ratelimit-limit"] == "2"
        assert first.headers["ratelimit-remaining"] == "1"
        assert 60 < int(first.headers["ratelimit-reset"]) <= 3600
        render.http.post("/services", json=web("b", repo=repository.url))
        refused = render.http.post("/services", json=web("c", repo=repository.url))
        assert refused.status_code == 429
        assert 60 < int(refused.headers["retry-after"]) <= 3600
        assert len(render.http.get("/services").json()) == 2
        url = f"/services/{first.json()['service']['id']}"
        other = f"/services/{render.http.get('/services').json()[0]['service']['id']}"
        statuses = [render.http.patch(url, json={"name": "a"}).status_code for _ in range(3)]
        assert statuses == [200, 200, 429]
        assert render.http.patch(other, json={"name": "b"}).status_code == 200
        assert render.http.put(f"{url}/env-vars", json=[]).headers["ratelimit-limit"] == "3"


def test_pages_of_services_hold_each_one_once(tmp_path, machine, repository):
    repository.commit(files())
    with LiveRender(tmp_path / "many", machine, limits=WIDE) as render:
        names = [f"service-{number}" for number in range(5)]
        for name in names:
            created, _ = render.create(name, repo=repository.url)
            render.http.post(f"/services/{created['id']}/suspend")
        seen, cursor = [], None
        while True:
            query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
            page = render.http.get("/services", params=query).json()
            if not page:
                break
            seen += [each["service"]["name"] for each in page]
            cursor = page[-1]["cursor"]
        assert seen == names[::-1]


def test_absent_values_are_null_or_left_out_as_told(render, shop, tmp_path, machine):
    deploy = render.http.get(f"/services/{shop['id']}/deploys").json()[0]["deploy"]
    assert deploy["commit"] is None
    with LiveRender(tmp_path / "strict", machine, nulls="strict") as strict:
        service, identifier = strict.create("shop", image=IMAGE)
        assert "null" not in strict.http.get(f"/services/{service['id']}").text
        assert "commit" not in strict.settled(service["id"], identifier)


def test_logs_are_read_in_pages_both_ways_and_by_text(render, shop):
    query = {"ownerId": OWNER, "resource": shop["id"]}
    everything = render.http.get("/logs", params={**query, "limit": 100}).json()["logs"]
    assert len(everything) >= 4
    seen, step = [], {"limit": 2}
    while True:
        page = render.http.get("/logs", params={**query, **step}).json()
        seen += page["logs"]
        if not page["hasMore"]:
            break
        step = {"limit": 2, "startTime": page["nextStartTime"], "endTime": page["nextEndTime"]}
    assert seen == everything
    forward = render.http.get("/logs", params={**query, "direction": "forward", "limit": 100})
    assert forward.json()["logs"] == everything[::-1]
    assert render.logs(shop["id"], text="hello*one") == ["hello from one"]
    assert render.logs(shop["id"], type="build,request") == [
        "==> Pulling image docker.io/acme/shop:1..."
    ]
    assert render.http.get("/logs", params={"ownerId": OWNER}).status_code == 400
    assert render.http.get("/logs", params={**query, "startTime": "soon"}).status_code == 400


def test_lost_answer_of_a_create_leaves_one_service_that_can_be_found(render, machine):
    machine.registry = {"docker.io/acme/shop:1": app("one")}
    render.faults.set("render", CutAfter(), path="^/v1/services$", method="POST")
    with pytest.raises(httpx.HTTPError):
        render.create("shop", image=IMAGE)
    found = render.http.get("/services", params={"name": "shop"}).json()
    assert len(found) == 1
    assert render.http.post("/services", json=web("shop", image=IMAGE)).status_code == 409


def test_many_callers_at_once_leave_one_live_deploy(render, shop):
    url = f"/services/{shop['id']}/deploys"
    codes = []

    def ask():
        codes.append(render.http.post(url, json={}).status_code)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(codes) <= {201, 202}
    for each in render.http.get(url).json():
        render.settled(shop["id"], each["deploy"]["id"])
    statuses = [each["deploy"]["status"] for each in render.http.get(url).json()]
    assert statuses.count("live") == 1
    assert set(statuses) <= {"live", "deactivated", "canceled"}
    assert render.version(shop) == "one"


def test_account_without_a_card_creates_nothing(tmp_path, machine):
    with LiveRender(tmp_path / "poor", machine, rules=Rules(card_on_file=False)) as render:
        answer = render.http.post("/services", json=web("shop", image=IMAGE))
        assert answer.status_code == 402
        assert "dashboard.render.com/billing" in answer.json()["message"]
