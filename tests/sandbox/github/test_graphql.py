"""GraphQL over HTTP: who may ask what, and how a refusal looks."""

import inspect
from collections.abc import Iterator

import pytest
from graphql import GraphQLObjectType

from sandbox.github.graphql import queries, search
from sandbox.github.graphql.connections import Connection, Edge, PageInfo
from sandbox.github.graphql.execution import attribute_of, github_schema
from sandbox.github.graphql.inquiry import Part
from sandbox.github.graphql.mutations.root import Mutation
from sandbox.github.graphql.objects import checks
from sandbox.github.http.rate_limit import Limits
from tests.sandbox.github.live import (
    JOB_TOKEN,
    PUBLIC_TOKEN,
    READ_TOKEN,
    SCOPELESS_TOKEN,
    STRANGERS_TOKEN,
    TOKEN,
    live_github,
)

PLACE = "/repos/slipway/one"


@pytest.fixture
def ask(gh):
    """Asks a query and returns the answer's JSON."""

    def asked(query, token=TOKEN, status=200, **variables) -> dict:
        with gh.client(token, prefix="/api") as client:
            answer = client.post("/graphql", json={"query": query, "variables": variables})
        assert answer.status_code == status, answer.text
        return answer.json()

    return asked


def errors(answer) -> list[tuple[str | None, str]]:
    return [(each.get("type"), each["message"]) for each in answer["errors"]]


REPOSITORY = "query($o: String!, $n: String!) { repository(owner: $o, name: $n) { id name } }"
CREATE = """
    mutation($id: ID!) {
      createIssue(input: {repositoryId: $id, title: "New", clientMutationId: "m1"}) {
        clientMutationId issue { number url author { login __typename } }
      }
    }
"""


def test_both_addresses_answer_and_only_signed_in_callers(gh, ask, repository):
    del repository
    with gh.client(TOKEN, prefix="") as client:
        body = {"query": "{ viewer { login isViewer } }"}
        answer = client.post("/graphql", json=body)
        assert answer.json() == {"data": {"viewer": {"login": "slipway", "isViewer": True}}}
        assert answer.headers["x-ratelimit-remaining"]
        assert client.post("/graphql", content=b"{").status_code == 400
        assert client.post("/graphql", json={"query": 7}).status_code == 400
        assert client.post("/graphql", json={"query": "{a}", "variables": []}).status_code == 200
        assert client.post("/graphql", json={"query": "{a}", "variables": [1]}).status_code == 400
    refused = ask("{ viewer { login } }", token=None, status=401)
    assert refused["message"] == "This endpoint requires you to be authenticated."
    assert ask("{ viewer { login } }", token="ghp_nobodys", status=401)
    job = ask("{ viewer { login } }", token=JOB_TOKEN)
    assert job["data"]["viewer"]["login"] == "github-actions[bot]"


@pytest.mark.parametrize(
    ("token", "seen"),
    [
        (TOKEN, True),
        (READ_TOKEN, True),
        (JOB_TOKEN, True),
        (STRANGERS_TOKEN, False),
        (SCOPELESS_TOKEN, False),
        (PUBLIC_TOKEN, False),
    ],
)
def test_what_one_may_not_see_is_not_there(gh, ask, token, seen):
    gh.repository("hidden", {"a.txt": "a"}, private=True)
    gh.http.post("/repos/slipway/hidden/issues", json={"title": "secret words"})
    issue = gh.http.get("/repos/slipway/hidden/issues/1").json()["node_id"]
    there = ask(REPOSITORY, token=token, o="slipway", n="hidden")
    node = ask("query($i: ID!) { node(id: $i) { id } }", token=token, i=issue)
    found = ask(
        '{ search(query: "secret", type: ISSUE, first: 5) { issueCount } '
        'repositoryOwner(login: "slipway") { repositories(first: 5) { nodes { name } } } }',
        token=token,
    )["data"]
    names = [each["name"] for each in found["repositoryOwner"]["repositories"]["nodes"]]
    assert (found["search"]["issueCount"], "hidden" in names) == (int(seen), seen)
    if seen:
        assert there["data"]["repository"]["name"] == "hidden"
        assert node["data"]["node"]["id"] == issue
        return
    assert there["data"] == {"repository": None}
    missing = ask(REPOSITORY, token=token, o="slipway", n="absent")
    assert errors(there)[0][0] == errors(missing)[0][0] == "NOT_FOUND"
    assert errors(there)[0][1].replace("hidden", "absent") == errors(missing)[0][1]
    assert there["errors"][0]["path"] == ["repository"]
    assert errors(node)[0][0] == "NOT_FOUND"


@pytest.mark.parametrize(
    ("token", "refusal"),
    [
        (TOKEN, None),
        (STRANGERS_TOKEN, None),  # anybody who sees a repository may report something
        (JOB_TOKEN, None),
        (READ_TOKEN, "FORBIDDEN"),
        (SCOPELESS_TOKEN, "FORBIDDEN"),
    ],
)
def test_a_token_changes_by_graphql_what_it_changes_by_rest(gh, ask, repository, token, refusal):
    node = gh.http.get(f"/repos/{repository}").json()["node_id"]
    answer = ask(CREATE, token=token, id=node)
    with gh.client(token) as client:
        rest = client.post(f"{PLACE}/issues", json={"title": "New"}).status_code
    assert rest == (201 if refusal is None else 403)
    if refusal is None:
        made = answer["data"]["createIssue"]
        assert (made["clientMutationId"], made["issue"]["number"]) == ("m1", 1)
        assert made["issue"]["url"].endswith("/slipway/one/issues/1")
        return
    assert errors(answer)[0][0] == refusal
    assert answer["data"] == {"createIssue": None}
    assert gh.http.get(f"{PLACE}/issues").json() == []


STRANGERS = {
    "updateIssue": '{id: $i, title: "x"}',
    "closeIssue": "{issueId: $i}",
    "addLabelsToLabelable": "{labelableId: $i, labelIds: []}",
    "addAssigneesToAssignable": "{assignableId: $i, assigneeIds: []}",
    "replaceActorsForAssignable": "{assignableId: $i, actorLogins: []}",
    "lockLockable": "{lockableId: $i}",
}


@pytest.mark.parametrize("name", STRANGERS)
def test_a_stranger_changes_nothing_of_others(gh, ask, repository, name):
    gh.http.post(f"/repos/{repository}/issues", json={"title": "Old"})
    before = gh.http.get(f"{PLACE}/issues/1").json()
    mutation = f"mutation($i: ID!) {{ {name}(input: {STRANGERS[name]}) {{ clientMutationId }} }}"
    answer = ask(mutation, token=STRANGERS_TOKEN, i=before["node_id"])
    assert errors(answer)[0][0] == "FORBIDDEN"
    assert gh.http.get(f"{PLACE}/issues/1").json() == before
    assert ask(mutation, i=before["node_id"])["data"][name] == {"clientMutationId": None}


def test_what_is_not_imitated_is_named(ask, repository):
    del repository
    answer = ask("{ viewer { sponsors } repository(owner: 1) { x } }")
    assert "data" not in answer
    [field, *_] = answer["errors"]
    assert field["extensions"] == {
        "code": "undefinedField",
        "typeName": "User",
        "fieldName": "sponsors",
    }
    assert field["message"].startswith("Field 'sponsors' doesn't exist on type 'User'")
    assert "not imitated by the sandbox" in field["message"]
    argument = errors(ask("{ viewer { repositories(first: 1, isArchived: true) { totalCount } } }"))
    assert argument[0][1].startswith("Field 'repositories' doesn't accept argument 'isArchived'")
    search_ = '{ search(query: "language:python", type: REPOSITORY, first: 1) { repositoryCount } }'
    assert errors(ask(search_)) == [
        ("NOT_IMITATED", "The sandbox does not imitate the search qualifier language:python")
    ]
    assert "Syntax Error" in errors(ask("{ viewer {"))[0][1]
    assert errors(ask("query a { viewer { id } } query b { viewer { id } }")) == [
        (None, "No operation of that name, or none is named")
    ]


def test_clients_find_out_what_there_is(ask):
    query = '{ __type(name: "PullRequest") { fields(includeDeprecated: true) { name } } }'
    names = {each["name"] for each in ask(query)["data"]["__type"]["fields"]}
    assert {"isInMergeQueue", "reviewDecision", "statusCheckRollup"} <= names
    assert "closingIssuesReferences" not in names


def test_pages_lead_to_each_other_from_both_ends(ask, repository):
    del repository
    query = """
        query($first: Int, $last: Int, $after: String, $before: String) {
          repository(owner: "slipway", name: "one") {
            labels(first: $first, last: $last, after: $after, before: $before) {
              totalCount nodes { name } edges { cursor }
              pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
            }
          }
        }
    """

    def page(**asked) -> dict:
        return ask(query, **asked)["data"]["repository"]["labels"]

    names, after = [], None
    while True:
        found = page(first=4, after=after)
        names += [each["name"] for each in found["nodes"]]
        after = found["pageInfo"]["endCursor"]
        assert found["edges"][-1]["cursor"] == after
        if not found["pageInfo"]["hasNextPage"]:
            break
    assert len(names) == found["totalCount"] == 9
    assert names == sorted(names)
    end = page(last=2)
    assert [each["name"] for each in end["nodes"]] == names[-2:]
    before = page(last=3, before=end["pageInfo"]["startCursor"])
    assert [each["name"] for each in before["nodes"]] == names[-5:-2]
    assert page(first=5, after=after)["nodes"] == []
    for wrong, said in (
        ({}, "You must provide a `first` or `last` value"),
        ({"first": 101}, "exceeds the `first` limit of 100 records"),
        ({"last": -1}, "must be a non-negative integer"),
        ({"first": 1, "after": "bogus"}, "does not appear to be a valid cursor"),
    ):
        assert said in errors(ask(query, **wrong))[0][1]
    only = '{ repository(owner: "slipway", name: "one") { labels { totalCount } } }'
    assert ask(only)["data"]["repository"]["labels"]["totalCount"] == 9


def test_what_has_an_id_is_found_by_it(gh, ask, clone):
    clone.git("checkout", "-q", "-b", "work")
    clone.commit("a.txt", "a")
    clone.git("push", "-q", "origin", "work")
    body = {"title": "A change", "head": "work", "base": "main"}
    pull = gh.http.post(f"{PLACE}/pulls", json=body).json()
    comment = gh.http.post(f"{PLACE}/issues/1/comments", json={"body": "words"}).json()
    review = gh.http.post(f"{PLACE}/pulls/1/reviews", json={"event": "COMMENT", "body": "x"}).json()
    known = {
        "Repository": gh.http.get(PLACE).json()["node_id"],
        "User": gh.http.get("/user").json()["node_id"],
        "Organization": gh.http.get("/orgs/acme").json()["node_id"],
        "PullRequest": pull["node_id"],
        "IssueComment": comment["node_id"],
        "PullRequestReview": review["node_id"],
        "Label": gh.http.get(f"{PLACE}/labels/bug").json()["node_id"],
        "Commit": gh.http.get(f"{PLACE}/commits/main").json()["node_id"],
        "Ref": gh.http.get(f"{PLACE}/git/ref/heads/main").json()["node_id"],
    }
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
    found = ask(query, ids=list(known.values()))["data"]["nodes"]
    assert found == [{"__typename": kind, "id": node} for kind, node in known.items()]
    for wrong in ("", "x", "MDU6SXNzdWU5", pull["node_id"][:-4], "MDEwOlJlcG9zaXRvcnk5OTk5"):
        answer = ask("query($i: ID!) { node(id: $i) { id } }", i=wrong)
        assert errors(answer)[0][0] == "NOT_FOUND"
    other = ask(
        "mutation($i: ID!) { closeIssue(input: {issueId: $i}) { issue { id } } }", i=pull["node_id"]
    )
    assert errors(other)[0][0] == "NOT_FOUND"  # a pull request is no issue there


def kinds(base: type) -> Iterator[type]:
    for each in base.__subclasses__():
        yield each
        yield from kinds(each)


def test_every_field_of_the_schema_has_an_answer():
    classes = {e.typename: e for e in kinds(Part) if "typename" in vars(e)}
    classes |= {"Query": queries.Query, "Mutation": Mutation, "PageInfo": PageInfo}
    missing = []
    for name, kind in github_schema().type_map.items():
        if not isinstance(kind, GraphQLObjectType) or name.startswith("__"):
            continue
        known = classes.get(name)
        if known is None and name.endswith("Connection"):
            special = {
                "SearchResultItemConnection": search.SearchConnection,
                "StatusCheckRollupContextConnection": checks.ContextConnection,
            }
            known = special.get(name, Connection)
        elif known is None and name.endswith("Edge") and name != "LanguageEdge":
            known = Edge
        if known is None:
            continue  # what mutations answer, and what the sandbox keeps none of
        text = "".join(inspect.getsource(e) for e in known.__mro__ if "sandbox" in e.__module__)
        for field in kind.fields:
            attribute = attribute_of(field)
            declared = getattr(known, "__dataclass_fields__", {})
            if not (
                hasattr(known, attribute) or attribute in declared or f"self.{attribute}" in text
            ):
                missing.append(f"{name}.{field}")
    assert missing == []


def test_queries_have_an_hour_s_limit_of_their_own(tmp_path):
    limits = Limits(signed_in=3)
    with live_github(tmp_path, limits=limits) as gh, gh.client(TOKEN, prefix="") as client:
        body = {"query": "{ viewer { login } }"}
        seen = [client.post("/graphql", json=body) for _ in range(4)]
        assert [each.status_code for each in seen] == [200, 200, 200, 403]
        assert seen[0].headers["x-ratelimit-resource"] == "graphql"
        resources = client.get("/rate_limit").json()["resources"]
        assert resources["graphql"]["remaining"] == 0
        assert resources["core"]["remaining"] == 3
        assert client.get("/user").status_code == 200
