"""Protects an account's rate limits: whoever has heard that a window is used up waits for its end.

Time is the test's own: what the client sleeps passes for the platform as well.
"""

import threading

import pytest
from starlette.routing import Route

from sandbox.render.http.wire import Limiter, Limits
from slipway.errors import ApiError
from slipway.render.api.client import RenderClient
from slipway.render.api.rate_limits import Budget, bucket_of
from tests.providers.render_platform import IMAGE, KEY, OWNER, serve_render

MINUTE, HOUR = 60, 3600
LIMITS = Limits(service_creates=3, datastore_creates=3, per_service=4, writes=5, reads=50)


class Clock:
    """Time that passes only where somebody sleeps."""

    def __init__(self):
        self.time = 0.0
        self.lock = threading.Lock()

    def now(self):
        return self.time

    def sleep(self, seconds):
        with self.lock:
            self.time += seconds


@pytest.fixture(scope="module")
def clock():
    return Clock()


@pytest.fixture(scope="module")
def limited(tmp_path_factory, clock):
    folder = tmp_path_factory.mktemp("limited")
    with serve_render(folder, limits=LIMITS, clock=clock.now) as render:
        yield render


@pytest.fixture
def render(limited, clock):
    clock.sleep(HOUR)  # whatever other tests used is forgotten
    limited.mark()
    return limited


@pytest.fixture
def make_client(render, clock):
    """Clients of processes of their own: they know nothing of each other."""

    def make():
        client = RenderClient(render.url, KEY, clock.sleep)
        client.calls.budget = Budget(clock.now)
        return client

    return make


@pytest.fixture
def service(render, clock):
    body = {
        "type": "web_service",
        "name": f"limited-{clock.now():.0f}",
        "ownerId": OWNER,
        "image": {"ownerId": OWNER, "imagePath": f"{IMAGE}:1"},
        "serviceDetails": {"runtime": "image"},
    }
    made = render.call("POST", "/services", json=body)["service"]["id"]
    yield made
    clock.sleep(HOUR)
    render.call("DELETE", f"/services/{made}")


def refusals(render):
    return [each for each in render.requests() if each.status == 429]


CALLS = {
    "reads": (LIMITS.reads, "GET", "/users", None),
    "writes": (LIMITS.writes, "PUT", "/services/{}/env-vars/A", {"value": "a"}),
    "one service": (LIMITS.per_service, "PATCH", "/services/{}", {"name": "limited"}),
}


@pytest.mark.parametrize("bucket", CALLS)
def test_a_used_up_minute_is_waited_for_and_never_overdrawn(
    make_client, render, service, clock, bucket
):
    quota, method, path, body = CALLS[bucket]
    client = make_client()
    clock.sleep(MINUTE)
    started = clock.now()
    for _ in range(2 * quota + 1):
        client.calls.request("test", method, path.format(service), body=body)
    assert 2 * MINUTE <= clock.now() - started <= 2 * MINUTE + 2
    assert refusals(render) == []


@pytest.mark.parametrize("bucket", CALLS)
def test_a_minute_that_somebody_else_used_up_is_waited_for_as_the_refusal_says(
    make_client, render, service, clock, bucket
):
    quota, method, path, body = CALLS[bucket]
    clock.sleep(MINUTE)
    theirs, ours = make_client(), make_client()
    for _ in range(quota):
        theirs.calls.request("test", method, path.format(service), body=body)
    clock.sleep(20)
    started = clock.now()
    ours.calls.request("test", method, path.format(service), body=body)
    assert len(refusals(render)) == 1
    assert 40 <= clock.now() - started <= 42


def test_an_hour_that_is_used_up_is_told_at_once_and_nothing_is_made(make_client, render, clock):
    client = make_client()
    body = {"registry": "GITHUB", "username": "a", "authToken": "t", "ownerId": OWNER}

    def create(number):
        name = f"hourly-{clock.now():.0f}-{number}"
        image = {"ownerId": OWNER, "imagePath": f"{IMAGE}:1"}
        details = {"type": "web_service", "serviceDetails": {"runtime": "image"}, "image": image}
        wanted = {"name": name, "ownerId": OWNER, **details}
        return client.create_service(name, OWNER, wanted, ())[0].id

    made = [create(number) for number in range(LIMITS.service_creates)]
    clock.sleep(20 * MINUTE)
    started = clock.now()
    with pytest.raises(ApiError, match=r"rate limit is used up for another 2400 s") as caught:
        create(9)
    assert (caught.value.status, clock.now()) == (429, started)
    assert len(render.call("GET", "/services")) == len(made)
    # Other calls are not held up by it.
    client.calls.request("test", "POST", "/registrycredentials", body={**body, "name": "x"})
    clock.sleep(HOUR)
    made.append(create(10))
    assert refusals(render) == []
    for each in made:
        client.delete_service(each)


def test_callers_at_once_lose_nothing(make_client, service):
    client = make_client()
    done = []

    def work():
        for _ in range(LIMITS.writes):
            client.calls.request(
                "test", "PUT", f"/services/{service}/env-vars/A", body={"value": "a"}
            )
            done.append(True)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 4 * LIMITS.writes


def test_client_and_platform_mean_the_same_calls_by_a_bucket(limited):
    """What the client has heard of one bucket must not hold up the calls of another."""
    limit = Limiter(LIMITS)
    pairs = set()
    routes = [each for each in limited.routes if isinstance(each, Route)]
    for route in routes:
        for method in (route.methods or set()) - {"HEAD", "OPTIONS"}:
            path = route.path.replace("{id}", "srv-x").replace("{path:path}", "v1/unknown")
            if path.startswith("/v1/"):
                ours = bucket_of(method, path.removeprefix("/v1"))
                pairs.add((ours, limit._bucket(method, path).name))
    assert len(pairs) == len({ours for ours, _ in pairs}) == 5, pairs
