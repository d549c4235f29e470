"""Protects the turnover system: what dev and prod raise from the stack files as they are."""

import json
from dataclasses import dataclass

import pytest

from slipway.core.secrecy.sealing import unseal
from slipway.errors import ConfigError
from slipway.github.secrets.kept_key import keep
from systems.turnover import APP, KEY, TurnoverSettings
from tests.components import recorder
from tests.components.recorder import Recorder, record, unwrap
from tests.systems.raising import findings_of, raise_system

DYNAMIC = "pulumi-python:dynamic"
COMMIT = "d" * 40  # head of the model repository, as the recorder's platform says
GIVEN = {"TURNOVER_API_KEY": "canary-space-key", "SLIPWAY_API_KEY": "canary-test-key"}


@pytest.fixture(autouse=True)
def keys(monkeypatch):
    for name, value in {**GIVEN, "GITHUB_TOKEN": "canary-github-token"}.items():
        monkeypatch.setenv(name, value)


@dataclass
class Raised:
    """What a stack registered, by what a person calls it."""

    recorder: Recorder

    @property
    def space(self):
        return self.recorder["turnover-space"].inputs

    def environment(self, role):
        """Logical name of one of GitHub's environments, by its role."""
        [path] = {
            name
            for name, each in self.recorder.resources.items()
            if each.type.endswith(":RepositoryEnvironment")
            and name.endswith("-tests") == (role == "tests")
        }
        return path

    def secrets_of(self, environment):
        """Names of the secrets in one of GitHub's environments, by its role."""
        start = f"{self.environment(environment)}/secret/"
        found = [each for name, each in self.recorder.resources.items() if name.startswith(start)]
        return {each.inputs["secretName"] for each in found if "secretName" in each.inputs}

    def variables_of(self, environment):
        start = f"{self.environment(environment)}/variable/"
        return {
            each.inputs["variableName"]: each.inputs["value"]
            for name, each in self.recorder.resources.items()
            if name.startswith(start)
        }

    def sealed(self, name):
        """The clear text of what is sealed for GitHub."""
        return unseal("canary-github-token", unwrap(self.recorder[name].inputs["sealed"]))


@pytest.fixture
def raised(stack_values):
    def raise_it():
        return raise_system("turnover")

    return lambda stack, **changes: Raised(
        record(raise_it, changed(stack_values(stack), **changes), stack=stack)
    )


@pytest.fixture
def problems(stack_values):
    def look(stack, **changes):
        seen = []
        values = changed(stack_values(stack), **changes)
        record(lambda: seen.extend(findings_of("turnover")), values, stack=stack)
        return [str(each) for each in seen if each.severity.value == "error"]

    return look


def changed(values, **changes):
    own = {**json.loads(values["slipway:turnover"]), **changes}
    return {**values, "slipway:turnover": json.dumps(own)}


def test_the_files_of_the_space_are_gits_and_the_app_is_what_it_begins_with(raised):
    space = raised("dev").space
    assert space["manifest"] == {}
    assert {"Dockerfile", "README.md", "api.py", "app.py", "src/service.py"} <= set(space["seed"])
    assert not [path for path in space["seed"] if "build/" in path or path == ".env"]


def test_dev_is_open_and_prod_asks_for_the_key_by_their_values_alone(raised):
    dev, prod = raised("dev").space["variables"], raised("prod").space["variables"]
    names = ("AUTH_REQUIRED", "DEBUG", "LOG_LEVEL")
    assert [dev[name] for name in names] == ["false", "true", "DEBUG"]
    assert [prod[name] for name in names] == ["true", "false", "INFO"]
    assert set(dev) == set(prod)


def test_the_model_is_pinned_to_the_commit_of_our_own_repository(raised):
    dev = raised("dev")
    variables = dev.space["variables"]
    assert variables["HF_MODEL_REPO"] == "slipway/employee-turnover-model-dev"
    assert variables["HF_MODEL_FILE"] == "model/model.pkl"
    assert variables["HF_MODEL_REVISION"] == COMMIT
    assert dev.recorder["turnover-ready"].inputs["expect"] == {"revision": COMMIT}


def test_the_model_repository_is_seeded_with_model_figures_and_card(raised):
    manifest = raised("prod").recorder["turnover-model-repo"].inputs["manifest"]
    assert set(manifest) == {"README.md", "model/metrics.json", "model/model.pkl"}


def test_the_space_holds_the_callers_key_and_no_token_of_the_hub(raised):
    for stack in ("dev", "prod"):
        secrets = unwrap(raised(stack).space["secrets"])
        assert set(secrets) == {"API_KEY"}
        assert unseal("canary-write-token", unwrap(secrets["API_KEY"])) == "canary-space-key"


def test_a_private_model_is_read_with_the_token_that_may_only_read(raised):
    secrets = unwrap(raised("dev", modelPrivate=True).space["secrets"])
    assert unseal("canary-write-token", unwrap(secrets["HF_TOKEN"])) == "canary-read-token"


@pytest.mark.parametrize(("stack", "branch"), [("dev", "dev"), ("prod", "main")])
def test_the_token_that_may_write_is_where_one_branch_alone_finds_it(raised, stack, branch):
    made = raised(stack, storedToken=True)
    assert made.secrets_of("deployment") == {"HF_TOKEN"}
    assert "HF_OIDC_RESOURCE" not in made.variables_of("deployment")
    assert made.secrets_of("tests") == {"API_KEY"}
    policies = [
        each.inputs["branchPattern"]
        for each in made.recorder.resources.values()
        if "branchPattern" in each.inputs
    ]
    assert policies == [branch]
    tokens = f"{made.environment('deployment')}/secret/HF_TOKEN/sealed"
    assert made.sealed(tokens) == "canary-write-token"


@pytest.mark.parametrize(
    ("stack", "branch", "space"), [("dev", "dev", "oc-p5-dev"), ("prod", "main", "oc-p5")]
)
def test_no_token_is_stored_where_the_space_trusts_the_workflow(raised, stack, branch, space):
    made = raised(stack)
    assert made.secrets_of("deployment") == set()
    assert made.variables_of("deployment")["HF_OIDC_RESOURCE"] == f"spaces/slipway/{space}"
    resource, *claims = made.recorder.outputs["publisher"].split()
    assert resource == f"spaces/slipway/{space}"
    assert dict(claim.split("=") for claim in claims) == {
        "repository": "slipway/slipway",
        "branch": branch,
        "workflow": "ci-cd.yml",
        "environment": f"turnover-{stack}",
    }


def test_the_tests_key_is_never_the_spaces(raised):
    made = raised("prod")
    name = f"{made.environment('tests')}/secret/API_KEY/sealed"
    assert made.sealed(name) == "canary-test-key"


def test_the_pipeline_finds_the_space_of_its_branch_and_prod_the_stage_before(raised):
    dev = raised("dev").variables_of("deployment")
    assert dev["HF_SPACE"] == "slipway/oc-p5-dev"
    prod = raised("prod").variables_of("deployment")
    assert (prod["HF_SPACE"], prod["DEV_SPACE"]) == ("slipway/oc-p5", "slipway/oc-p5-dev")
    tests = raised("prod").variables_of("tests")
    assert tests["HF_MODEL_REPO"] == "slipway/employee-turnover-model"
    assert tests["HF_MODEL_REVISION"] == COMMIT


def test_keys_that_nobody_gives_are_drawn_each_for_itself(raised, monkeypatch):
    for name in GIVEN:
        monkeypatch.delenv(name)
    kept = {"kept": keep("canary-github-token", "drawn")}
    monkeypatch.setitem(recorder.OUTPUTS, f"{DYNAMIC}/github:GeneratedKey", kept)
    made = raised("dev")
    names = (KEY, "turnover-test-key")
    drawn = {made.recorder[name].inputs["name"] for name in names}
    assert drawn == {"turnoverApiKey", "apiKey"}
    assert made.secrets_of("tests") == {"API_KEY"}


def test_dev_and_prod_share_no_physical_name(raised):
    def names(stack):
        made = raised(stack)
        environments = {
            made.recorder[made.environment(role)].inputs["environment"]
            for role in ("deployment", "tests")
        }
        repositories = {
            made.recorder[name].inputs["repo_id"]
            for name in ("turnover-space", "turnover-model-repo")
        }
        return environments | repositories

    assert len(names("dev")) == 4
    assert not names("dev") & names("prod")


def test_somebody_elses_model_must_be_pinned_with_its_sum(raised):
    with pytest.raises(ConfigError, match="modelRevision and modelSha256"):
        raised("prod", trainHere=False)
    pins = {"modelRevision": "a" * 40, "modelSha256": "b" * 64, "modelRepo": "other/model"}
    made = raised("prod", trainHere=False, **pins)
    assert "turnover-model-repo" not in made.recorder.resources
    variables = made.space["variables"]
    assert variables["HF_MODEL_REPO"] == "other/model"
    assert (variables["HF_MODEL_REVISION"], variables["HF_MODEL_SHA256"]) == ("a" * 40, "b" * 64)


def test_production_that_is_open_is_refused_before_any_call(problems):
    assert problems("prod") == problems("dev") == []
    assert "authRequired" in problems("prod", authRequired=False)[0]
    assert "debug" in problems("prod", debug=True)[0]


def test_a_model_that_is_not_trained_yet_is_refused_with_the_command(problems, checkout):
    (checkout / "model.pkl").unlink()
    assert "make model" in problems("dev")[0]


def test_the_defaults_are_closed():
    settings = TurnoverSettings(space="s", model_repo="m", environment="e", branch="b")
    assert settings.auth_required
    assert not settings.debug
    assert APP.is_dir()


def test_no_output_of_the_stack_is_a_key(stack_values):
    def program():
        return raise_system("turnover")

    outputs = record(program, stack_values("dev"), stack="dev").outputs
    assert set(outputs) == {"url", "page", "repository", "publisher"}
    assert "canary" not in json.dumps(outputs)
