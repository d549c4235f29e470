"""Every type through its life against the sandbox's GitHub; states fit the SDK."""

import base64
import time
from urllib.parse import quote

import pytest
from nacl.public import PublicKey, SealedBox

from sandbox.github.settings.holders import Holder
from tests.sandbox.standins.github.sdk import misfits
from tests.sandbox.standins.github.small_engine import refusal

ENVIRONMENTS = ("production", "a/b", "a:b", "per cent % #1")


def path(hub, repository, *rest):
    return "/".join(("/repos", hub.owner, repository, *rest))


def quoted(environment):
    return quote(environment, safe="")


def value_on_server(hub, repository, name, environment=None):
    """What GitHub decrypts."""
    found = hub.service.registry.find(hub.owner, repository)
    number = 0
    if environment:
        number = hub.service.environments.find(found.id, environment).id
    return hub.service.secret_store.values(Holder(found.id, number)).get(name)


def writes(hub, since):
    return [
        row.method for row in hub.log.requests(since_id=since) if row.mutates and row.status < 300
    ]


def last(hub):
    return max((row.id for row in hub.log.requests()), default=0)


def fits(declared):
    assert misfits(declared.token, declared.state) == []
    assert declared.plan() == (set(), set())
    return declared


def test_a_secret_arrives_as_it_was_given_and_its_state_fits(hub, repository, declare):
    secret = declare("ActionsSecret").up(repository=repository, secretName="KEY", value="one ü")
    assert value_on_server(hub, repository, "KEY") == "one ü"
    assert secret.id == f"{repository}:KEY"
    assert secret.state["updatedAt"] == secret.state["remoteUpdatedAt"]
    assert secret.state["updatedAt"].endswith(" +0000 UTC")
    assert secret.refresh()
    fits(secret)
    secret.up(repository=repository, secretName="KEY", value="two")
    assert value_on_server(hub, repository, "KEY") == "two"
    fits(secret)


def test_a_sealed_value_is_passed_on_as_it_is(hub, repository, declare):
    key = hub.http.get(path(hub, repository, "actions/secrets/public-key")).json()
    box = SealedBox(PublicKey(base64.b64decode(key["key"])))
    sealed = base64.b64encode(box.encrypt(b"sealed elsewhere")).decode()
    inputs = {"repository": repository, "secretName": "KEY", "valueEncrypted": sealed}
    secret = declare("ActionsSecret")
    [(name, _)] = secret.check(**inputs)
    assert name == "keyId"
    secret.up(**inputs, keyId=key["key_id"])
    assert value_on_server(hub, repository, "KEY") == "sealed elsewhere"
    assert "value" not in secret.state
    assert secret.refresh()
    fits(secret)


@pytest.mark.parametrize("environment", [None, "a/b"])
def test_a_secret_changed_elsewhere_is_found_and_put_right(hub, repository, declare, environment):
    kind, place = "ActionsSecret", {"repository": repository}
    base = path(hub, repository, "actions/secrets")
    if environment:
        declare("RepositoryEnvironment").up(**place, environment=environment)
        kind, place = "ActionsEnvironmentSecret", {**place, "environment": environment}
        base = path(hub, repository, "environments", quoted(environment), "secrets")
    inputs = {**place, "secretName": "KEY", "value": "ours"}
    secret = declare(kind).up(**inputs)
    key = hub.http.get(f"{base}/public-key").json()
    box = SealedBox(PublicKey(base64.b64decode(key["key"])))
    time.sleep(1.1)  # GitHub's times have a resolution of a second
    body = {
        "encrypted_value": base64.b64encode(box.encrypt(b"theirs")).decode(),
        "key_id": key["key_id"],
    }
    assert hub.http.put(f"{base}/KEY", json=body).status_code == 204

    assert secret.plan() == (set(), set())  # nobody has looked yet
    assert secret.refresh()
    assert secret.plan() == ({"remoteUpdatedAt"}, set())
    assert secret.plan(ignore=["remoteUpdatedAt"]) == (set(), set())
    secret.up(**inputs)
    assert value_on_server(hub, repository, "KEY", environment) == "ours"
    assert secret.refresh()
    fits(secret)


def test_each_environment_has_its_own_secrets_and_variables(hub, repository, declare):
    for number, environment in enumerate(ENVIRONMENTS):
        place = {"repository": repository, "environment": environment}
        made = declare("RepositoryEnvironment").up(**place)
        assert made.id == f"{repository}:{environment.replace(':', '??')}"
        secret = declare("ActionsEnvironmentSecret")
        secret.up(**place, secretName="KEY", value=f"s{number}")
        variable = declare("ActionsEnvironmentVariable")
        variable.up(**place, variableName="MODE", value=f"v{number}")
        for each in (made, secret, variable):
            assert each.refresh()
            fits(each)
            # The id alone is enough to find it again, whatever the name holds.
            again = declare(each.token.rpartition(":")[2]).adopt(each.id)
            assert again.inputs["environment"] == environment
            assert misfits(again.token, again.state) == []
    listed = hub.http.get(path(hub, repository, "environments")).json()["environments"]
    assert sorted(each["name"] for each in listed) == sorted(ENVIRONMENTS)
    for number, environment in enumerate(ENVIRONMENTS):
        assert value_on_server(hub, repository, "KEY", environment) == f"s{number}"


def test_a_variable_lives_and_shows_what_others_did(hub, repository, declare):
    place = {"repository": repository, "variableName": "SPACE_ID"}
    variable = fits(declare("ActionsVariable").up(**place, value="a"))
    fits(variable.up(**place, value="b"))
    url = path(hub, repository, "actions/variables/SPACE_ID")
    assert hub.http.get(url).json()["value"] == "b"
    hub.http.patch(url, json={"value": "theirs"})
    assert variable.refresh()
    assert variable.inputs["value"] == "theirs"
    assert variable.plan({**place, "value": "b"}) == ({"value"}, set())
    hub.http.delete(url)
    assert not variable.refresh()


def test_what_exists_is_not_overwritten_but_can_be_imported(hub, repository, declare):
    url = path(hub, repository, "actions/variables")
    hub.http.post(url, json={"name": "SPACE_ID", "value": "theirs"})
    place = {"repository": repository, "variableName": "SPACE_ID"}
    said = refusal(lambda: declare("ActionsVariable").up(**place, value="ours"))
    assert "409" in said
    assert "pulumi import" in said
    assert hub.http.get(f"{url}/SPACE_ID").json()["value"] == "theirs"
    imported = declare("ActionsVariable").adopt(f"{repository}:SPACE_ID")
    assert imported.inputs == {**place, "value": "theirs"}
    fits(imported)


PROTECTION = {
    "waitTimer": 5,
    "preventSelfReview": True,
    "canAdminsBypass": False,
    "deploymentBranchPolicy": {"protectedBranches": False, "customBranchPolicies": True},
}


def test_an_environments_protection_is_written_read_and_taken_away(hub, repository, declare):
    user = hub.http.get("/user").json()["id"]
    place = {"repository": repository, "environment": "production"}
    inputs = {**place, **PROTECTION, "reviewers": [{"users": [user]}]}
    made = fits(declare("RepositoryEnvironment").up(**inputs))
    assert made.refresh()
    assert made.inputs == inputs
    fits(made)
    shown = hub.http.get(path(hub, repository, "environments/production")).json()
    assert {rule["type"] for rule in shown["protection_rules"]} == {
        "wait_timer",
        "required_reviewers",
        "branch_policy",
    }
    made.up(**place)
    assert made.refresh()
    assert made.inputs == place
    shown = hub.http.get(path(hub, repository, "environments/production")).json()
    assert shown["protection_rules"] == []


def test_a_protection_loosened_elsewhere_is_found(hub, repository, declare):
    place = {"repository": repository, "environment": "production"}
    made = declare("RepositoryEnvironment").up(**place, **PROTECTION)
    hub.http.put(path(hub, repository, "environments/production"), json={})
    assert made.refresh()
    differing, replaced = made.plan({**place, **PROTECTION})
    assert differing == set(PROTECTION)
    assert replaced == set()


def test_reviewers_in_another_order_are_no_difference(repository, declare, hub):
    user = hub.http.get("/user").json()["id"]
    other = hub.http.get("/users/eve").json()["id"]
    place = {"repository": repository, "environment": "production"}
    made = declare("RepositoryEnvironment").up(**place, reviewers=[{"users": [user, other]}])
    assert made.plan({**place, "reviewers": [{"users": [other]}, {"users": [user]}]})[0] == set()
    assert made.plan({**place, "reviewers": [{"users": [other]}]})[0] == {"reviewers"}


def test_a_branch_policy_is_added_changed_and_found_again(hub, repository, declare):
    place = {"repository": repository, "environment": "a/b"}
    declare("RepositoryEnvironment").up(**place, **PROTECTION)
    policy = fits(
        declare("RepositoryEnvironmentDeploymentPolicy").up(**place, branchPattern="main")
    )
    url = path(hub, repository, "environments", quoted("a/b"), "deployment-branch-policies")
    [shown] = hub.http.get(url).json()["branch_policies"]
    assert (shown["name"], policy.state["policyId"]) == ("main", shown["id"])
    fits(policy.up(**place, branchPattern="release/*"))
    assert policy.refresh()
    assert policy.inputs["branchPattern"] == "release/*"
    tags = {**place, "tagPattern": "v*"}
    assert policy.plan(tags) == ({"branchPattern", "tagPattern"}, {"branchPattern", "tagPattern"})
    adopted = declare("RepositoryEnvironmentDeploymentPolicy").adopt(policy.id)
    assert adopted.inputs == {**place, "branchPattern": "release/*"}
    policy.destroy()
    policy.destroy()
    assert not policy.refresh()


RULES = {
    "deletion": True,
    "nonFastForward": True,
    "pullRequest": {"requiredApprovingReviewCount": 1},
    "requiredStatusChecks": {"requiredChecks": [{"context": "lint"}, {"context": "test"}]},
}
RULESET = {
    "name": "main",
    "target": "branch",
    "enforcement": "active",
    "conditions": {"refName": {"includes": ["refs/heads/main"], "excludes": []}},
    "bypassActors": [{"actorId": 5, "actorType": "RepositoryRole", "bypassMode": "always"}],
    "rules": RULES,
}


def test_a_ruleset_arrives_and_stays_as_it_is(hub, repository, declare):
    made = fits(declare("RepositoryRuleset").up(repository=repository, **RULESET))
    assert made.refresh()
    assert made.inputs == {"repository": repository, **RULESET}
    fits(made)
    shown = hub.http.get(path(hub, repository, "rulesets", made.id)).json()
    assert {rule["type"] for rule in shown["rules"]} == {
        "deletion",
        "non_fast_forward",
        "pull_request",
        "required_status_checks",
    }
    reordered = {**RULES["requiredStatusChecks"]}
    reordered["requiredChecks"] = reordered["requiredChecks"][::-1]
    rules = {**RULES, "requiredStatusChecks": reordered, "creation": False}
    assert made.plan({"repository": repository, **RULESET, "rules": rules})[0] == set()


def test_a_ruleset_weakened_elsewhere_is_found_and_put_right(hub, repository, declare):
    inputs = {"repository": repository, **RULESET}
    made = declare("RepositoryRuleset").up(**inputs)
    url = path(hub, repository, "rulesets", made.id)
    hub.http.put(url, json={"enforcement": "disabled", "rules": [{"type": "deletion"}]})
    assert made.refresh()
    assert made.plan(inputs)[0] == {"enforcement", "rules"}
    made.up(**inputs)
    assert hub.http.get(url).json()["enforcement"] == "active"
    fits(made)
    adopted = declare("RepositoryRuleset").adopt(f"{repository}:{made.id}")
    assert adopted.plan(inputs)[0] == set()


def test_every_rule_that_is_served_survives_the_way_there_and_back(repository, declare):
    pattern = {"operator": "starts_with", "pattern": "x"}
    rules = {
        **RULES,
        "creation": True,
        "requiredLinearHistory": True,
        "requiredSignatures": True,
        "update": True,
        "updateAllowsFetchAndMerge": True,
        "requiredDeployments": {"requiredDeploymentEnvironments": ["production"]},
        "mergeQueue": {"mergeMethod": "SQUASH"},
        "commitMessagePattern": pattern,
        "commitAuthorEmailPattern": pattern,
        "committerEmailPattern": pattern,
        "branchNamePattern": {**pattern, "negate": True, "name": "n"},
    }
    # The sandbox keeps rules that it can't hold up only in a ruleset that is not in force.
    inputs = {**RULESET, "enforcement": "disabled", "rules": rules, "repository": repository}
    made = fits(declare("RepositoryRuleset").up(**inputs))
    assert made.refresh()
    assert made.inputs == inputs
    fits(made)


def test_nothing_is_written_while_nothing_differs(hub, repository, declare):
    place = {"repository": repository}
    made = [
        (declare("ActionsSecret"), {**place, "secretName": "KEY", "value": "v"}),
        (declare("ActionsVariable"), {**place, "variableName": "MODE", "value": "v"}),
        (declare("RepositoryEnvironment"), {**place, "environment": "e"}),
        (declare("RepositoryRuleset"), {**place, **RULESET}),
    ]
    for declared, inputs in made:
        declared.up(**inputs)
    before = last(hub)
    for declared, inputs in made:
        assert declared.refresh()
        declared.up(**inputs)
    assert writes(hub, before) == []


def test_another_repository_is_another_secret_and_a_renamed_one_is_not(hub, repository, declare):
    secret = declare("ActionsSecret").up(repository=repository, secretName="KEY", value="v")
    other = f"{repository}-other"
    hub.repository(other)
    assert secret.plan({**secret.inputs, "repository": other}) == ({"repository"}, {"repository"})
    # Had it been renamed, the state would hold the number that the new name leads to.
    secret.state["repositoryId"] = hub.http.get(path(hub, other)).json()["id"]
    assert secret.plan({**secret.inputs, "repository": other}) == ({"repository"}, set())


def test_everything_can_be_deleted_twice_and_with_its_environment_gone(repository, declare):
    place = {"repository": repository}
    environment = declare("RepositoryEnvironment").up(**place, environment="e", **PROTECTION)
    inside = {**place, "environment": "e"}
    made = [
        declare("RepositoryEnvironmentDeploymentPolicy").up(**inside, branchPattern="main"),
        declare("ActionsEnvironmentSecret").up(**inside, secretName="KEY", value="v"),
        declare("ActionsEnvironmentVariable").up(**inside, variableName="MODE", value="v"),
        declare("ActionsSecret").up(**place, secretName="KEY", value="v"),
        declare("RepositoryRuleset").up(**place, **RULESET),
    ]
    environment.destroy()
    for each in (*made, environment, *made):
        each.destroy()
        assert (
            not declare(each.token.rpartition(":")[2])
            .adopt(
                each.id
                if each.id.count(":") or not each.id.isdigit()
                else f"{repository}:{each.id}"
            )
            .id
        )


@pytest.mark.parametrize(
    ("kind", "inputs", "name"),
    [
        ("ActionsSecret", {"secretName": "GITHUB_X", "value": "canary"}, "secretName"),
        ("ActionsSecret", {"secretName": "9x", "value": "canary"}, "secretName"),
        ("ActionsSecret", {"secretName": "A"}, "secretName"),
        ("ActionsSecret", {"secretName": "A", "value": "canary", "plaintextValue": ""}, None),
        ("ActionsSecret", {"secretName": "A", "valueEncrypted": "canary!", "keyId": "1"}, None),
        ("ActionsVariable", {"variableName": "github_x", "value": "v"}, "variableName"),
        ("ActionsVariable", {"variableName": "a b", "value": "v"}, "variableName"),
        ("ActionsVariable", {"repository": "o/r", "variableName": "A", "value": "v"}, "repository"),
        ("RepositoryEnvironment", {"environment": "e", "waitTimer": 43201}, "waitTimer"),
        (
            "RepositoryEnvironment",
            {"environment": "e", "reviewers": [{"users": list(range(7))}]},
            "reviewers",
        ),
        (
            "RepositoryEnvironment",
            {
                "environment": "e",
                "deploymentBranchPolicy": {
                    "protectedBranches": True,
                    "customBranchPolicies": True,
                },
            },
            "deploymentBranchPolicy",
        ),
        ("RepositoryEnvironmentDeploymentPolicy", {"environment": "e"}, "branchPattern"),
        ("RepositoryRuleset", {**RULESET, "target": "leaf"}, "target"),
        ("RepositoryRuleset", {**RULESET, "enforcement": "on"}, "enforcement"),
        ("RepositoryRuleset", {**RULESET, "conditions": {}}, "conditions"),
        ("RepositoryRuleset", {**RULESET, "rules": {"workflows": {}}}, "rules"),
    ],
)
def test_what_github_would_refuse_is_refused_in_preview(hub, declare, kind, inputs, name):
    before = last(hub)
    [(where, reason), *_] = declare(kind).check(**{"repository": "r", **inputs})
    assert where == (name or "secretName")
    assert "canary" not in reason
    assert last(hub) == before


def test_an_id_that_can_not_be_is_told_with_what_it_should_be(declare):
    for kind, id_ in (
        ("ActionsSecret", "KEY"),
        ("ActionsEnvironmentSecret", "repo:KEY"),
        ("RepositoryEnvironmentDeploymentPolicy", "repo:env:one"),
        ("RepositoryRuleset", "7"),
    ):
        said = refusal(lambda kind=kind, id_=id_: declare(kind).adopt(id_))
        assert "no id to import" in said
