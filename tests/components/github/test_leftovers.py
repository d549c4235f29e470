"""Protects what is taken for the leftover of a run that died: only what is as it is declared."""

import copy
import itertools

import pytest

from slipway.errors import ConfigError
from slipway.github.client import GitHubClient
from slipway.github.leftovers import (
    make_room,
    standing_pattern,
    standing_rules,
    standing_variable,
)
from slipway.github.rulesets import BranchRules
from tests.sandbox.github.live import OWNER, TOKEN, live_github

RULES = BranchRules(branch="main", checks=["lint", "test"], reviews=1)
RULESET = {
    "name": "Slipway: main",
    "target": "branch",
    "enforcement": "active",
    "conditions": {"ref_name": {"include": ["refs/heads/main"], "exclude": []}},
    "bypass_actors": [{"actor_id": 5, "actor_type": "RepositoryRole", "bypass_mode": "always"}],
    "rules": [
        {"type": "deletion"},
        {"type": "non_fast_forward"},
        {
            "type": "pull_request",
            "parameters": {
                "required_approving_review_count": 1,
                "dismiss_stale_reviews_on_push": False,
                "require_code_owner_review": False,
                "require_last_push_approval": False,
                "required_review_thread_resolution": False,
            },
        },
        {
            "type": "required_status_checks",
            "parameters": {
                "required_status_checks": [{"context": "lint"}, {"context": "test"}],
                "strict_required_status_checks_policy": False,
                "do_not_enforce_on_create": True,
            },
        },
    ],
}
_numbers = itertools.count()


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    with live_github(tmp_path_factory.mktemp("github")) as live:
        yield live


@pytest.fixture
def client(hub):
    return GitHubClient(f"{hub.url}/api/v3", TOKEN, OWNER, lambda _seconds: None)


@pytest.fixture
def repository(hub):
    name = f"demo-{next(_numbers)}"
    hub.repository(name, {"README.md": "# demo"})
    return name


@pytest.fixture
def there(hub, repository):
    """Makes something in the repository, or asks for it."""

    def call(method, path, body=None):
        answer = hub.http.request(method, f"/repos/{OWNER}/{repository}/{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    return call


def names(found):
    return [each["name"] for each in found]


@pytest.mark.parametrize("environment", ["", "a/b"], ids=["repository", "environment"])
def test_a_variable_goes_if_it_has_the_declared_value_and_stays_otherwise(
    client, repository, there, environment
):
    place, said = "actions", "variable URL is there already"
    if environment:
        there("PUT", "environments/a%2Fb", {})
        place, said = "environments/a%2Fb", "variable URL of environment a/b is there already"
    inputs = {"repository": repository, "variableName": "URL", "value": "ours"}
    inputs |= {"environment": environment} if environment else {}
    make_room(client, standing_variable, inputs)
    there("POST", f"{place}/variables", {"name": "URL", "value": "theirs"})
    with pytest.raises(ConfigError, match=f"{OWNER}/{repository}: {said}"):
        make_room(client, standing_variable, inputs)
    assert names(there("GET", f"{place}/variables")["variables"]) == ["URL"]
    there("PATCH", f"{place}/variables/URL", {"name": "URL", "value": "ours"})
    make_room(client, standing_variable, inputs)
    assert there("GET", f"{place}/variables")["variables"] == []


def test_a_branch_pattern_goes_and_a_tag_pattern_of_that_name_stays(client, repository, there):
    custom = {"protected_branches": False, "custom_branch_policies": True}
    there("PUT", "environments/prod", {"deployment_branch_policy": custom})
    path = "environments/prod/deployment-branch-policies"
    for name, kind in (("main", "tag"), ("main", "branch"), ("dev", "branch")):
        there("POST", path, {"name": name, "type": kind})
    inputs = {"repository": repository, "environment": "prod", "branchPattern": "main"}
    make_room(client, standing_pattern, inputs)
    left = [(each["name"], each["type"]) for each in there("GET", path)["branch_policies"]]
    assert left == [("main", "tag"), ("dev", "branch")]


def changed(*path, to):
    """The ruleset with something in it that is otherwise."""
    ruleset = copy.deepcopy(RULESET)
    place = ruleset
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = to
    return ruleset


def test_a_ruleset_goes_if_it_says_what_is_declared(client, repository, there):
    there("POST", "rulesets", RULESET)
    make_room(client, standing_rules(RULES), {"repository": repository})
    assert there("GET", "rulesets") == []


@pytest.mark.parametrize(
    "theirs",
    [
        changed("enforcement", to="disabled"),
        changed("conditions", "ref_name", "include", to=["refs/heads/other"]),
        changed("conditions", "ref_name", "exclude", to=["refs/heads/main"]),
        changed("bypass_actors", to=[]),
        changed("rules", to=RULESET["rules"][:3]),
        changed("rules", to=[*RULESET["rules"], {"type": "required_linear_history"}]),
        changed("rules", 2, "parameters", "required_approving_review_count", to=2),
        changed("rules", 2, "parameters", "require_code_owner_review", to=True),
        changed("rules", 3, "parameters", "required_status_checks", to=[{"context": "lint"}]),
        changed("rules", 3, "parameters", "strict_required_status_checks_policy", to=True),
    ],
)
def test_a_ruleset_that_says_anything_else_stays(client, repository, there, theirs):
    there("POST", "rulesets", theirs)
    with pytest.raises(ConfigError, match=f"{repository}: ruleset Slipway: main is there already"):
        make_room(client, standing_rules(RULES), {"repository": repository})
    assert names(there("GET", "rulesets")) == ["Slipway: main"]
