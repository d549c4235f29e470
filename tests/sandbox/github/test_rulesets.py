"""Rulesets as objects; what they forbid is tested with git."""

import pytest

CONDITIONS = {"ref_name": {"include": ["~DEFAULT_BRANCH", "refs/heads/release/*"], "exclude": []}}
CHECKS = {
    "type": "required_status_checks",
    "parameters": {
        "strict_required_status_checks_policy": True,
        "required_status_checks": [{"context": "test"}, {"context": "lint", "integration_id": 15}],
    },
}


@pytest.fixture
def rulesets(repository) -> str:
    return f"/repos/{repository}/rulesets"


def body(**more) -> dict:
    return {"name": "main", "enforcement": "active", "conditions": CONDITIONS, **more}


def test_a_ruleset_comes_back_as_it_was_written(gh, rulesets):
    actors = [{"actor_id": 5, "actor_type": "RepositoryRole", "bypass_mode": "always"}]
    sent = body(rules=[{"type": "deletion"}, CHECKS], bypass_actors=actors)
    answer = gh.http.post(rulesets, json=sent)
    assert answer.status_code == 201
    made = answer.json()
    assert made["conditions"] == CONDITIONS
    assert made["bypass_actors"] == actors
    assert made["target"] == "branch"
    checks = made["rules"][1]["parameters"]
    assert checks["required_status_checks"] == CHECKS["parameters"]["required_status_checks"]
    assert gh.http.get(f"{rulesets}/{made['id']}").json() == made
    listed = gh.http.get(rulesets).json()
    assert [each["id"] for each in listed] == [made["id"]]
    assert "rules" not in listed[0]


def test_a_put_changes_what_it_names(gh, rulesets):
    made = gh.http.post(rulesets, json=body(rules=[{"type": "deletion"}])).json()
    one = f"{rulesets}/{made['id']}"
    changed = gh.http.put(one, json={"enforcement": "disabled"}).json()
    assert changed["enforcement"] == "disabled"
    assert changed["rules"] == made["rules"]
    assert changed["conditions"] == made["conditions"]
    assert gh.http.put(one, json={"rules": []}).json()["rules"] == []
    assert gh.http.delete(one).status_code == 204
    assert gh.http.get(one).status_code == 404
    assert gh.http.put(one, json={}).status_code == 404


@pytest.mark.parametrize(
    "broken",
    [
        {"enforcement": "perhaps"},
        {"target": "wall"},
        {"name": " "},
        {"rules": [{"type": "magic"}]},
        {"rules": [{"type": "required_status_checks"}]},
        {"rules": [{"type": "pull_request", "parameters": {}}]},
        {"conditions": {"ref_name": {"include": ["main"], "exclude": []}}},
        {"bypass_actors": [{"actor_type": "Nobody"}]},
    ],
)
def test_rulesets_that_the_platform_refuses(gh, rulesets, broken):
    assert gh.http.post(rulesets, json=body(**broken)).status_code == 422
    assert gh.http.get(rulesets).json() == []


def test_a_name_is_taken_once_a_repository(gh, rulesets):
    assert gh.http.post(rulesets, json=body()).status_code == 201
    assert gh.http.post(rulesets, json=body()).status_code == 422
    other = gh.repository("other")
    assert gh.http.post(f"/repos/{other}/rulesets", json=body()).status_code == 201


def test_a_rule_that_would_not_be_held_up_is_not_accepted_in_force(gh, rulesets):
    unknown = body(rules=[{"type": "required_signatures"}])
    answer = gh.http.post(rulesets, json=unknown)
    assert answer.status_code == 501
    assert "required_signatures" in answer.json()["message"]
    made = gh.http.post(rulesets, json={**unknown, "enforcement": "disabled"})
    assert made.status_code == 201
    one = f"{rulesets}/{made.json()['id']}"
    assert gh.http.put(one, json={"enforcement": "active"}).status_code == 501


def test_the_rules_of_a_branch_are_those_of_every_ruleset_in_force(gh, repository, rulesets):
    gh.http.post(rulesets, json=body(rules=[{"type": "deletion"}]))
    gh.http.post(rulesets, json=body(name="off", enforcement="disabled", rules=[CHECKS]))
    path = f"/repos/{repository}/rules/branches"
    assert [each["type"] for each in gh.http.get(f"{path}/release/1").json()] == ["deletion"]
    assert gh.http.get(f"{path}/work").json() == []
