"""Environments: what protects them, and which branches may deploy there."""

import pytest

from tests.sandbox.github.live import OWNER

CUSTOM = {"protected_branches": False, "custom_branch_policies": True}
PROTECTED = {"protected_branches": True, "custom_branch_policies": False}


@pytest.fixture
def environment(repository) -> str:
    return f"/repos/{repository}/environments/a%2Fb:c%20d"


def rules(shown: dict) -> dict[str, dict]:
    return {rule["type"]: rule for rule in shown["protection_rules"]}


def test_a_put_replaces_all_that_protects(gh, environment):
    user = gh.http.get("/user").json()["id"]
    body = {
        "wait_timer": 30,
        "prevent_self_review": True,
        "reviewers": [{"type": "User", "id": user}],
        "deployment_branch_policy": PROTECTED,
        "can_admins_bypass": False,
    }
    made = gh.http.put(environment, json=body).json()
    assert made["name"] == "a/b:c d"
    assert rules(made)["wait_timer"]["wait_timer"] == 30
    assert rules(made)["required_reviewers"]["reviewers"][0]["reviewer"]["login"] == OWNER
    assert rules(made)["required_reviewers"]["prevent_self_review"] is True
    assert made["deployment_branch_policy"] == PROTECTED
    assert "branch_policy" in rules(made)
    bare = gh.http.put(environment, json={}).json()
    assert bare["id"] == made["id"]
    assert bare["protection_rules"] == []
    assert bare["deployment_branch_policy"] is None
    assert bare["can_admins_bypass"] is True


def test_an_environment_is_found_under_the_address_it_gives(gh, environment, repository):
    made = gh.http.put(environment, content=b"").json()
    assert gh.http.get(made["url"]).json() == made
    assert gh.http.get(environment.replace("a%2Fb", "A%2FB")).json() == made
    listed = gh.http.get(f"/repos/{repository}/environments").json()
    assert listed == {"total_count": 1, "environments": [made]}
    assert gh.http.delete(environment).status_code == 204
    assert gh.http.delete(environment).status_code == 404
    assert gh.http.get(environment).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"deployment_branch_policy": {"protected_branches": True, "custom_branch_policies": True}},
        {
            "deployment_branch_policy": {
                "protected_branches": False,
                "custom_branch_policies": False,
            }
        },
        {"deployment_branch_policy": {"protected_branches": True}},
        {"wait_timer": 43201},
        {"wait_timer": "5"},
        {"reviewers": [{"type": "User", "id": 1}]},
        {"reviewers": [{"type": "Robot", "id": 1}]},
        {"colour": "green"},
    ],
)
def test_settings_that_the_platform_refuses(gh, environment, body):
    assert gh.http.put(environment, json=body).status_code == 422
    assert gh.http.get(environment).status_code == 404


def test_custom_policies_say_which_branches_and_tags_may_deploy(gh, environment, repository):
    policies = f"{environment}/deployment-branch-policies"
    gh.http.put(environment, json={})
    assert gh.http.post(policies, json={"name": "main"}).status_code == 404
    gh.http.put(environment, json={"deployment_branch_policy": CUSTOM})

    def refusal(ref: str) -> str | None:
        return gh.service.environment_refusal(repository, "a/b:c d", ref)

    assert "is not allowed to deploy to a/b:c d" in refusal("refs/heads/main")
    made = gh.http.post(policies, json={"name": "release/*"}).json()
    assert gh.http.post(policies, json={"name": "release/*"}).status_code == 303
    gh.http.post(policies, json={"name": "v*", "type": "tag"})
    assert refusal("refs/heads/release/1") is None
    assert refusal("refs/tags/v1") is None
    assert refusal("refs/heads/release/1/2") is not None
    assert refusal("refs/heads/v1") is not None
    listed = gh.http.get(policies).json()
    assert [each["name"] for each in listed["branch_policies"]] == ["release/*", "v*"]
    one = f"{policies}/{made['id']}"
    assert gh.http.put(one, json={"name": "main"}).json()["name"] == "main"
    assert refusal("refs/heads/main") is None
    assert gh.http.delete(one).status_code == 204
    assert gh.http.get(one).status_code == 404
    gh.http.put(environment, json={})
    assert refusal("refs/heads/any") is None


def test_protected_branches_are_those_that_an_active_ruleset_concerns(gh, environment, repository):
    gh.http.put(environment, json={"deployment_branch_policy": PROTECTED})

    def may(ref: str) -> bool:
        return gh.service.environment_refusal(repository, "a/b:c d", ref) is None

    assert may("refs/heads/any")  # nothing is protected
    body = {
        "name": "main",
        "enforcement": "active",
        "conditions": {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}},
        "rules": [{"type": "deletion"}],
    }
    gh.http.post(f"/repos/{repository}/rulesets", json=body)
    assert may("refs/heads/main")
    assert not may("refs/heads/any")
    assert not may("refs/tags/v1")
    assert gh.http.get(f"/repos/{repository}/branches/main").json()["protected"] is True


def test_a_job_makes_the_environment_that_it_names(gh, repository):
    assert gh.service.environment_refusal(repository, "new", "refs/heads/main") is None
    assert gh.http.get(f"/repos/{repository}/environments/new").status_code == 200
