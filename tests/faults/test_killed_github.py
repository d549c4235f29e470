"""Protects a repository's settings from whoever dies meanwhile: the next `up` takes them up.

What Pulumi's own provider for GitHub makes carries no mark and is known by its name alone. Engine
and provider are killed at each call that changes something, before GitHub sees it and after it
obeyed; each time one `up`, without a question, leads to what is declared, once each.
"""

import json
from dataclasses import dataclass
from itertools import count

import pytest

from tests.faults.killing import Call, calls_of, killed_at
from tests.faults.project import Project
from tests.providers.platform import Platform
from tests.sandbox.github.live import OWNER, TOKEN, live_github
from toolchain.pulumi.standin_plugins import ensure_standins

pytestmark = pytest.mark.e2e

PLUGIN = b"standins/run.py\0github"  # in its command line
PROGRAM = """
import json
from pathlib import Path

from pulumi import Alias, ComponentResource, ResourceOptions

from slipway.github.environments import EnvironmentArgs
from slipway.github.repository import RepositorySettings, RepositorySettingsArgs
from slipway.github.rulesets import BranchRules

declared = json.loads(Path("declared.json").read_text())
value, wanted = declared["value"], declared["wanted"]
inside = EnvironmentArgs(
    name=declared["environment"],
    branch=f"release-{value}",
    wait_minutes=declared["number"],
    secrets={"KEY": f"canary-{value}"},
    variables={"URL": value},
)
rules = BranchRules(branch="main", checks=["test"], reviews=declared["number"])
role, group = declared.get("role", "deployment"), declared.get("group")
opts = ResourceOptions(
    parent=ComponentResource("test:test:Group", group) if group else None,
    aliases=[Alias(name=each) for each in declared.get("names", [])] + declared.get("urns", []),
)
RepositorySettings(declared.get("component", "it"), RepositorySettingsArgs(
    owner="slipway",
    repository=declared["repository"],
    secrets={"TOKEN": f"canary-{value}"} if wanted else {},
    variables={"SPACE": value} if wanted else {},
    branches={role: rules} if wanted else {},
    environments={role: inside} if wanted else {},
    adopt=declared.get("adopt", []),
), opts)
"""
_numbers = count()


@dataclass(kw_only=True)
class GitHub(Platform):
    """The running GitHub."""

    live: object

    def repository(self):
        """The name of a fresh repository."""
        name = f"demo-{next(_numbers)}"
        self.live.repository(name, {"README.md": "# demo"})
        return name

    def get(self, repository, path):
        answer = self.live.http.get(f"/repos/{OWNER}/{repository}/{path}")
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def running_github(tmp_path_factory):
    with live_github(tmp_path_factory.mktemp("github")) as live:
        yield GitHub(name="github", url=live.url, log=live.log, faults=live.faults, live=live)


@pytest.fixture
def github(running_github):
    running_github.mark()
    yield running_github
    running_github.faults.clear()


@pytest.fixture
def declared(github):
    """What a test declares, of a repository of its own."""

    def make(number=1, **changes):
        value = {"number": number, "value": f"v{number}", "wanted": True, "environment": "prod"}
        return {**value, "repository": changes.get("repository") or github.repository(), **changes}

    return make


@pytest.fixture
def run(tmp_path, github, declared):
    made = Project(tmp_path / "project", "http://127.0.0.1:9", PROGRAM, declared())
    made.environment |= {
        "GITHUB_BASE_URL": f"{github.url}/",
        "GITHUB_TOKEN": TOKEN,
        "GITHUB_OWNER": OWNER,
    }
    ensure_standins(tmp_path / "project" / "state" / "pulumi-home")
    made.init()
    github.mark()
    return made


def names(found, key="name"):
    return [each[key] for each in found]


def assert_converged(run, github, wanted):
    """What is declared is there once, and is all there is; nothing is asked, nothing is left."""
    repository, value = wanted["repository"], wanted["value"]
    there = ["main"] if wanted["wanted"] else []
    variables = github.get(repository, "actions/variables")["variables"]
    assert [(each["name"], each["value"]) for each in variables] == [
        ("SPACE", value) for _ in there
    ]
    assert names(github.get(repository, "actions/secrets")["secrets"]) == ["TOKEN" for _ in there]
    rulesets = github.get(repository, "rulesets")
    assert names(rulesets) == ["Slipway: main" for _ in there]
    for each in rulesets:
        rules = {
            rule["type"]: rule for rule in github.get(repository, f"rulesets/{each['id']}")["rules"]
        }
        asked = rules["pull_request"]["parameters"]["required_approving_review_count"]
        assert asked == wanted["number"]
    environments = github.get(repository, "environments")["environments"]
    assert names(environments) == [wanted["environment"] for _ in there]
    for _ in there:
        inside = f"environments/{wanted['environment']}"
        assert names(github.get(repository, f"{inside}/secrets")["secrets"]) == ["KEY"]
        variables = github.get(repository, f"{inside}/variables")["variables"]
        assert [(each["name"], each["value"]) for each in variables] == [("URL", value)]
        policies = github.get(repository, f"{inside}/deployment-branch-policies")
        assert names(policies["branch_policies"]) == [f"release-{value}"]
        [wait] = [
            each
            for each in github.get(repository, inside)["protection_rules"]
            if "wait_timer" in each
        ]
        assert wait["wait_timer"] == wanted["number"]
    assert not run.state().get("pending_operations")
    github.mark()
    run.unchanged()
    assert github.writes() == []


def changing(github):
    """The calls since the mark that change something, in whatever repository they are made."""
    calls = [call for call in calls_of(github.requests()) if call.mutates]
    return [Call(each.method, anywhere(each.path), each.nth, mutates=True) for each in calls]


def anywhere(path):
    head, repos, rest = path.partition(f"/repos/{OWNER}/")
    return f"{head}{repos}[^/]+/{rest.partition('/')[2]}"


def killed(run, github, call, obeyed, victim):
    killed_at(run, github, call, obeyed=obeyed, plugin=PLUGIN if victim == "provider" else b"")
    if victim == "engine":
        assert "pending" not in run.take_up()
    else:
        assert "pending" not in run.up()


MOMENTS = pytest.mark.parametrize("obeyed", [False, True], ids=["before", "after"])
VICTIMS = pytest.mark.parametrize(
    "victim", ["engine", pytest.param("provider", marks=pytest.mark.rare)]
)


def test_a_variable_whose_engine_died_before_it_knew_of_it_is_taken_up(run, github, declared):
    run.declare(wanted := declared())
    call = Call("POST", "/actions/variables$", 1, mutates=True)
    killed(run, github, call, True, "engine")
    assert_converged(run, github, wanted)


@pytest.mark.long
@VICTIMS
@MOMENTS
def test_a_creation_that_died_at_any_call_is_taken_up(run, github, declared, obeyed, victim):
    run.up()
    calls = changing(github)
    assert sorted(call.method for call in calls) == ["POST"] * 4 + ["PUT"] * 3
    for call in calls:
        run.forget()
        run.declare(wanted := declared())
        killed(run, github, call, obeyed, victim)
        assert_converged(run, github, wanted)


@pytest.mark.long
@VICTIMS
@MOMENTS
def test_an_update_that_died_at_any_call_is_carried_on(run, github, declared, obeyed, victim):
    run.declare(wanted := declared())
    run.up()
    again = {"repository": wanted["repository"]}
    run.declare(declared(2, **again))
    github.mark()
    run.up()
    calls = changing(github)
    assert sorted(call.method for call in calls) == ["PATCH"] * 2 + ["PUT"] * 5
    for number, call in enumerate(calls, start=3):
        run.declare(wanted := declared(number, **again))
        killed(run, github, call, obeyed, victim)
        assert_converged(run, github, wanted)


@pytest.mark.long
@VICTIMS
@MOMENTS
def test_a_replacement_that_died_at_any_call_is_carried_on(run, github, declared, obeyed, victim):
    run.declare(wanted := declared())
    run.up()
    again = {"repository": wanted["repository"]}
    run.declare(declared(environment="other-0", **again))
    github.mark()
    run.up()
    made = changing(github)
    assert {call.method for call in made} == {"POST", "PUT", "DELETE"}
    # By what they do, whatever the environment's name.
    calls = {
        (each.method, each.path.replace("other-0", "[^/]+").replace("prod", "[^/]+"))
        for each in made
    }
    for number, (method, path) in enumerate(sorted(calls), start=1):
        run.declare(wanted := declared(environment=f"other-{number}", **again))
        killed(run, github, Call(method, path, 1, mutates=True), obeyed, victim)
        assert_converged(run, github, wanted)


@pytest.mark.long
@VICTIMS
@MOMENTS
def test_a_deletion_that_died_at_any_call_is_carried_on(run, github, declared, obeyed, victim):
    run.declare(wanted := declared())
    run.up()
    again = {"repository": wanted["repository"]}
    gone = declared(wanted=False, **again)
    run.declare(gone)
    github.mark()
    run.up()
    calls = changing(github)
    assert {call.method for call in calls} == {"DELETE"}
    for call in calls:
        run.declare(wanted)
        run.up()
        run.declare(gone)
        killed(run, github, call, obeyed, victim)
        assert_converged(run, github, gone)


BY_HAND = {"name": "THEIRS", "value": "by hand"}
COMPONENT = "slipway:github:RepositorySettings"
CLAIM = "pulumi-python:dynamic/github:Claim"
FORMER_NAMES = {  # by what former versions called them, the longer ones first
    "environment/prod/secret/KEY/sealed": "it-environment-deployment-secret-key-sealed",
    "environment/prod/secret/KEY": "it-environment-deployment-secret-key",
    "environment/prod/variable/URL": "it-environment-deployment-variable-url",
    "environment/prod/branch": "it-environment-deployment-branch",
    "environment/prod": "it-environment-deployment",
    "secret/TOKEN/sealed": "it-secret-token-sealed",
    "secret/TOKEN": "it-secret-token",
    "variable/SPACE": "it-variable-space",
    "rules/main": "it-rules-deployment",
}
EVERYTHING = [
    "secret TOKEN",
    "variable SPACE",
    "ruleset Slipway: main",
    "environment prod",
    "secret KEY of environment prod",
    "variable URL of environment prod",
]


def raised(run, github, wanted):
    """Raises it; then somebody puts a value of their own into the environment, by hand."""
    run.declare(wanted)
    run.up()
    inside = f"/repos/{OWNER}/{wanted['repository']}/environments/prod/variables"
    assert github.live.http.post(inside, json=BY_HAND).status_code == 201
    github.mark()


def assert_nothing_happened(run, github, declares):
    run.declare(declares)
    run.up()
    assert github.writes() == []
    variables = github.get(declares["repository"], "environments/prod/variables")["variables"]
    assert BY_HAND["name"] in names(variables)
    run.unchanged()
    assert github.writes() == []


def assert_refused(run, github, declares, says):
    run.declare(declares)
    said = run.pulumi("preview")
    assert not said.ok
    assert says in said.said
    said = run.pulumi("up", "--yes", "--skip-preview")  # whose components the state has after it
    assert not said.ok
    assert says in said.said
    assert github.writes() == []


def as_before_logical_names_said_where(run, repository):
    """Gives the state the names that a former version gave it."""
    exported = run.must("stack", "export")
    for name, former in FORMER_NAMES.items():
        exported = exported.replace(f"{OWNER}/{repository}/{name}", former)
    exported = exported.replace(f"::{CLAIM}::", f"::{COMPONENT}${CLAIM}::")
    state = json.loads(exported)
    resources = state["deployment"]["resources"]
    [component] = [each["urn"] for each in resources if each["type"] == COMPONENT]
    [claim] = [each for each in resources if each["type"] == CLAIM]
    claim["parent"] = component
    for values in (claim["inputs"], claim["outputs"]):
        del values["former_names"], values["former_parents"]
    file = run.folder / "former.json"
    file.write_text(json.dumps(state), encoding="utf-8")
    run.must("stack", "import", "--file", str(file))


def test_another_key_in_the_program_changes_nothing(run, github, declared):
    raised(run, github, wanted := declared())
    assert_nothing_happened(run, github, wanted | {"role": "release"})


@pytest.mark.long
@pytest.mark.parametrize("how", [{"names": ["it"]}, {"adopt": EVERYTHING}], ids=["alias", "adopt"])
def test_a_renamed_component_takes_nothing_of_its_former_self(run, github, declared, how):
    raised(run, github, wanted := declared())
    renamed = wanted | {"component": "renamed"}
    assert_refused(run, github, renamed, "aliases=[pulumi.Alias(name=")
    assert_nothing_happened(run, github, renamed | how)
    assert_nothing_happened(run, github, renamed)  # the state knows it by that name now


@pytest.mark.long
def test_a_component_that_moved_takes_nothing_of_its_former_self(run, github, declared):
    raised(run, github, wanted := declared())
    moved = wanted | {"group": "below"}
    urn = f"urn:pulumi:dev::slipway::{COMPONENT}::it"
    assert_refused(run, github, moved | {"adopt": EVERYTHING}, f'aliases=["{urn}"]')
    assert_nothing_happened(run, github, moved | {"urns": [urn]})
    assert_nothing_happened(run, github, moved)


@pytest.mark.long
@pytest.mark.parametrize(
    "change",
    [
        {},
        {"component": "renamed", "names": ["it"]},
        {"group": "below", "urns": [f"urn:pulumi:dev::slipway::{COMPONENT}::it"]},
    ],
    ids=["as it was", "and renamed", "and moved"],
)
def test_what_a_former_version_made_is_found(run, github, declared, change):
    raised(run, github, wanted := declared())
    as_before_logical_names_said_where(run, wanted["repository"])
    says = "environment prod: the state has it as it-environment-deployment"
    assert_refused(run, github, wanted | {"role": "release", "adopt": EVERYTHING}, says)
    assert_nothing_happened(run, github, wanted | change)
    assert_nothing_happened(run, github, wanted | change | {"role": "release"})


@pytest.mark.long
@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("actions/variables", {"name": "SPACE", "value": "theirs"}, "variable SPACE"),
        (
            "rulesets",
            {
                "name": "Slipway: main",
                "target": "branch",
                "enforcement": "active",
                "conditions": {"ref_name": {"include": ["refs/heads/other"], "exclude": []}},
                "rules": [{"type": "deletion"}],
            },
            "ruleset Slipway: main",
        ),
    ],
    ids=["variable", "ruleset"],
)
def test_what_somebody_made_meanwhile_is_refused_by_name(run, github, declared, path, body, said):
    run.declare(wanted := declared())
    killed_at(run, github, Call("POST", f"/{path}$", 1, mutates=True), obeyed=False)
    made = github.live.http.post(f"/repos/{OWNER}/{wanted['repository']}/{path}", json=body)
    assert made.status_code == 201, made.text
    github.mark()
    with pytest.raises(AssertionError) as refused:
        run.take_up()
    assert f"{wanted['repository']}: {said} is there already" in str(refused.value)
    key = path.rpartition("/")[2]
    found = github.get(wanted["repository"], path)
    [theirs] = found[key] if isinstance(found, dict) else found
    # What the killed run had made besides may go and be made anew; of theirs nothing is touched.
    assert not [line for line in github.writes() if f"/{path}" in line and "DELETE" in line]
    assert theirs["name"] == body["name"]
    assert theirs.get("value") == body.get("value")
