"""How much one query may ask: what is beyond is refused at once, and the sandbox lives on."""

import time

import pytest

NAMED = 'repository(owner: "slipway", name: "one")'


@pytest.fixture
def refused(gh, repository):
    """The message with which a query is refused; quickly, and nothing else of it is answered."""
    del repository

    def asked(query: str) -> str:
        began = time.monotonic()
        answer = gh.http.post("/graphql", json={"query": query})
        assert time.monotonic() - began < 5
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert "data" not in body
        alive = gh.http.post("/graphql", json={"query": "{ viewer { login } }"})
        assert alive.json()["data"]["viewer"]["login"] == "slipway"
        return body["errors"][0]["message"]

    # Under the API's prefix of a GitHub of one's own GraphQL lies beside REST.
    with gh.client(gh.token, prefix="/api") as client:
        gh.http = client
        yield asked


def nested(size: str) -> str:
    users = f"users(first: {size}) {{ totalCount }}"
    return f"comments(first: {size}) {{ nodes {{ reactionGroups {{ {users} }} }} }}"


def test_depth(refused):
    nested = "id"
    for _ in range(30):
        nested = f"parent {{ {nested} }}"
    assert "exceeds max depth" in refused(f"{{ {NAMED} {{ {nested} }} }}")


@pytest.mark.parametrize("levels", [60, 120, 180, 240, 400, 900])
def test_any_depth_is_refused_and_not_an_accident(refused, levels):
    query = f"{{ {NAMED} {{ {'parent { ' * levels} id {' }' * levels} }} }}"
    assert "deep" in refused(query) or "depth" in refused(query)


def test_width(refused):
    many = " ".join(f"a{n}: nameWithOwner" for n in range(5100))
    assert "fields" in refused(f"{{ {NAMED} {{ {many} }} }}")


def test_pages_inside_pages(refused):
    query = f"{{ {NAMED} {{ issues(first: 100) {{ nodes {{ {nested('100')} }} }} }} }}"
    assert "maximum limit of 500,000" in refused(query)


def test_pages_whose_size_is_a_variable_count_too(gh, refused):
    chosen = f"issues(first: $n) {{ nodes {{ {nested('$n')} }} }}"
    query = f"query($n: Int = 100) {{ {NAMED} {{ {chosen} }} }}"
    assert "maximum limit of 500,000" in refused(query)
    small = {"query": query, "variables": {"n": 2}}
    assert "data" in gh.http.post("/graphql", json=small).json()


def test_fragments_that_multiply(refused):
    fragments = "fragment f0 on Repository { id name }"
    for n in range(1, 40):
        fragments += f" fragment f{n} on Repository {{ ...f{n - 1} ...f{n - 1} }}"
    assert "fields" in refused(f"{{ {NAMED} {{ ...f39 }} }} {fragments}")


def test_fragments_in_a_circle(refused):
    query = f"{{ {NAMED} {{ ...a }} }} fragment a on Repository {{ id parent {{ ...a }} }}"
    assert "spread fragment 'a' within itself" in refused(query)


def test_length(gh, refused):
    assert "tokens" in refused("{ viewer { " + "login " * 25_000 + "} }")
    body = {"query": "{ viewer { login } }" + " " * (2 << 20)}
    assert gh.http.post("/graphql", json=body).status_code == 413


def test_brackets_without_end(refused):
    assert refused("{ a" * 3000)
    assert refused("query($a: " + "[" * 3000)
