"""What the guides get wrong, declared with the project's own components: a rule stops each.

The numbers are those of the checklist that the guides were read into. Some mistakes never get as
far as a rule: the component refuses them when they are written down.
"""

import pytest

from policies.check import check
from policies.rule import Level
from policies.rules import ALL
from policies.settings import strict
from policies.sources import render_blueprint, space_folder
from slipway.errors import ConfigError
from slipway.github.environments import EnvironmentArgs
from slipway.github.repository import RepositorySettings, RepositorySettingsArgs
from slipway.huggingface.space.space import Space, SpaceArgs
from slipway.images.model_image import ModelImage
from slipway.images.model_image_args import ModelImageArgs
from slipway.images.model_source import ModelSource
from slipway.payload.files import payload_from_folder
from slipway.render.service.sources import Image, Repository
from slipway.render.service.web_service import WebService, WebServiceArgs
from tests.components.recorder import OUTPUTS, record
from tests.policies.recorded import everything

COMMIT, DIGEST = "c" * 40, "sha256:" + "d" * 64
README = "---\nsdk: docker\napp_port: {port}\n---\n"
SOUND = """\
FROM python:3.11-slim
USER 1000
EXPOSE 7860
"""
LOGIN = """\
FROM python:3.11-slim
RUN --mount=type=secret,id=HF_TOKEN export HF_TOKEN=$(cat /run/secrets/HF_TOKEN) \\
 && huggingface-cli login --token $HF_TOKEN && python download_models.py
USER 1000
EXPOSE 7860
"""
UNDECLARED = """\
FROM python:3.11-slim AS model
RUN --mount=type=secret,id=HF_TOKEN,required=true \\
    HF_TOKEN=$(cat /run/secrets/HF_TOKEN) python download_models.py
FROM python:3.11-slim
COPY --from=model /models /models
USER 1000
EXPOSE 7860
"""
ARGUMENT = "FROM python:3.11-slim\nARG HF_TOKEN\nUSER 1000\nEXPOSE 7860\n"
ROOT = "FROM python:3.11-slim\nEXPOSE 7860\n"
BAKED = """\
FROM python:3.11-slim AS model
ARG MODEL_REPO
ARG MODEL_REVISION
COPY download_models.py .
RUN python download_models.py
FROM python:3.11-slim
COPY --link --from=model /models /models
USER 1000
EXPOSE 5002
"""
PHI = "microsoft/phi-2"


@pytest.fixture(autouse=True)
def credentials(monkeypatch):
    for name in ("HF_TOKEN", "RENDER_API_KEY", "GITHUB_TOKEN"):
        monkeypatch.setenv(name, f"canary-{name}")
    monkeypatch.delenv("GITHUB_OWNER", raising=False)
    monkeypatch.setenv("SLIPWAY_REGISTRY", "registry.test")
    image = {"ref": f"registry.test/it:1@{DIGEST}", "digest": DIGEST}
    monkeypatch.setitem(OUTPUTS, "docker-build:index:Image", image)
    facts = {"size_bytes": 5.0, "model_layer": "sha256:d", "model_layer_bytes": 3.0}
    monkeypatch.setitem(OUTPUTS, "pulumi-python:dynamic/docker:ImageFacts", facts)


@pytest.fixture
def folder(tmp_path):
    """A folder of given files; the Dockerfile's text is enough for a Space."""

    def make(dockerfile=SOUND, port=7860):
        (tmp_path / "README.md").write_text(README.format(port=port))
        (tmp_path / "Dockerfile").write_text(dockerfile)
        (tmp_path / "download_models.py").write_text("print()\n")
        return tmp_path

    return make


def stopped(program, **options):
    """Names of the rules that stop what a program declares."""
    settings = strict(ALL)
    for name, given in options.items():
        rule = name.replace("_", "-")
        old = settings[rule]
        settings[rule] = type(old)(level=old.level, options={**old.options, **given})
    found = check(everything(record(program, stack="prod")), ALL, settings)
    return {each.rule for each in found if each.stops}


def space(folder, **changes):
    sound = {
        "repo_id": "acme/demo",
        "payload": payload_from_folder(folder),
        "variables": {"AUTH_REQUIRED": "true"},
        "secrets": {"API_KEY": "k-production"},
        "protect": True,
    }
    return Space("demo", SpaceArgs(**{**sound, **changes}))


def web_service(name="frigo-gpt", **changes):
    sound = {
        "name": name,
        "image": Image(ref=f"registry.test/{name}@{DIGEST}"),
        "env": {"AUTH_REQUIRED": "true"},
        "secrets": {"API_KEY": "k-production"},
        "protect": True,
    }
    return WebService(name, WebServiceArgs(**{**sound, **changes}))


def repository(secrets=None, variables=None):
    deployment = EnvironmentArgs(name="prod", secrets=secrets or {}, variables=variables or {})
    args = RepositorySettingsArgs(
        owner="acme", repository="demo", environments={"deployment": deployment}, protect=True
    )
    return RepositorySettings("repository", args)


def test_the_sound_version_of_all_of_this_is_stopped_by_nothing(folder):
    def program():
        space(folder())
        web_service()
        repository({"API_KEY": "k-tests"}, {"HF_SPACE": "acme/demo"})

    assert stopped(program) == set()


def test_x01_a_login_in_a_layer(folder):
    given = {"API_KEY": "k", "HF_TOKEN": "t"}
    found = stopped(lambda: space(folder(LOGIN), secrets=given) and None)
    # The model is fetched in the stage that runs, too.
    assert found == {"build-secrets", "image-multi-stage"}


def test_x02_a_build_without_the_secret_that_it_reads_is_refused_where_it_is_written(folder):
    with pytest.raises(ConfigError, match="HF_TOKEN while it builds, and the Space declares none"):
        space(folder(UNDECLARED))
    declared = {"API_KEY": "k", "HF_TOKEN": "t"}
    assert stopped(lambda: space(folder(UNDECLARED), secrets=declared) and None) == set()


def test_x04_a_token_as_build_argument(folder):
    assert stopped(lambda: space(folder(ARGUMENT)) and None) == {"build-secrets"}


def test_x05_one_token_for_the_build_that_reads_and_the_workflow_that_writes(folder):
    def program():
        space(folder(), secrets={"API_KEY": "k", "HF_TOKEN": "hub-token"})
        repository({"HF_TOKEN": "hub-token"})

    assert stopped(program) == {"keyless", "secrets-differ"}


def test_x06_an_api_key_as_variable(folder):
    variables = {"AUTH_REQUIRED": "true", "API_KEY": "k"}
    assert stopped(lambda: space(folder(), variables=variables, secrets={}) and None) == {
        "auth-required",
        "secret-names",
    }


def test_x07_a_dev_space_that_nothing_deploys(folder):
    def program():
        seed = payload_from_folder(folder())
        space(folder(), repo_id="acme/demo-dev", payload=None, seed=seed)
        repository(variables={"HF_SPACE": "acme/demo"})

    assert stopped(program) == {"somebody-deploys"}


def test_x08_one_key_for_tests_and_production():
    def program():
        web_service()
        repository({"API_KEY": "k-production"})

    assert stopped(program) == {"secrets-differ"}


def test_x11_a_push_that_deploys_before_the_training_is_done():
    source = Repository(url="https://github.com/acme/demo", branch="main")
    hook = {"auto_deploy": "commit", "deploy_hook_key": "key-of-the-hook"}
    found = stopped(lambda: web_service(image=None, repository=source, **hook) and None)
    assert found == {"one-deployer"}


def test_x19_a_plan_that_does_not_exist_is_refused_where_it_is_written():
    with pytest.raises(ConfigError, match="Premium"):
        web_service(plan="Premium")


def test_x20_phi_2_on_512_megabytes():
    env = {"AUTH_REQUIRED": "true", "MODEL_REPO": PHI, "MODEL_REVISION": COMMIT}
    sizes = {"megabytes": {PHI: 5000}}
    options = {"model_fits_memory": sizes, "model_fits_disk": sizes}
    assert stopped(lambda: web_service(env=env) and None, **options) == {"model-fits-memory"}
    assert stopped(lambda: web_service(env=env, plan="pro_plus") and None, **options) == set()


def image(folder, name="gpt", **changes):
    model = ModelSource(repo=PHI, revision=COMMIT)
    given = {"repository": f"frigo/{name}", "context": folder, "model": model, **changes}
    return ModelImage(f"frigo-{name}", ModelImageArgs(**given))


def test_x21_the_same_weights_in_two_images_are_said(folder):
    def program():
        image(folder(BAKED), "app")
        image(folder(BAKED), "gpt")

    found = check(everything(record(program, stack="prod")), ALL, strict(ALL))
    twice = [each for each in found if each.rule == "model-baked-once"]
    assert [(each.level, each.object) for each in twice] == [(Level.ADVISORY, "Image frigo/gpt")]


def test_x20_the_model_is_found_through_the_image_that_a_service_runs(folder):
    def program():
        web_service(image=Image(ref=image(folder(BAKED)).ref), port=5002)

    sizes = {"megabytes": {PHI: 5000}}
    assert stopped(program, model_fits_memory=sizes, model_builds_in_time=sizes) == {
        "model-fits-memory"
    }


def test_x27_a_build_that_takes_longer_than_the_platform_waits(folder):
    sizes = {"model_builds_in_time": {"megabytes": {PHI: 20_000}}}
    assert stopped(lambda: image(folder(BAKED)) and None, **sizes) == {"model-builds-in-time"}


def test_x28_a_copy_of_what_is_not_there_is_refused_where_it_is_written(folder):
    text = BAKED.replace("COPY download_models.py", "COPY gpt/download_models.py")
    with pytest.raises(ConfigError, match=r"COPY gpt/download_models\.py"):
        image(folder(text))


def test_x30_a_debug_switch_in_production():
    env = {"AUTH_REQUIRED": "true", "FLASK_ENV": "development"}
    assert stopped(lambda: web_service(env=env) and None) == {"debug-off"}


def test_x33_an_env_file_in_what_is_published_is_refused_where_it_is_read(folder):
    (folder() / ".env").write_text("HF_TOKEN=x\n")
    with pytest.raises(ConfigError, match=r"\.env"):
        payload_from_folder(folder())


def test_x34_a_port_that_nobody_listens_on(folder):
    # The component refuses it; of somebody else's Space the rule tells.
    with pytest.raises(ConfigError, match="Make them agree"):
        space(folder(port=8000))
    found = check(space_folder.read(folder(port=8000)), ALL, strict(ALL))
    assert "ports-agree" in {each.rule for each in found if each.stops}


def test_x41_a_space_that_is_not_told_where_its_model_lies(folder):
    names = {"settings_present": {"names": {"Space acme/demo": ["HF_MODEL_REPO"]}}}
    assert stopped(lambda: space(folder()) and None, **names) == {"settings-present"}
    told = {"AUTH_REQUIRED": "true", "HF_MODEL_REPO": "acme/model"}
    found = stopped(lambda: space(folder(), variables=told) and None, **names)
    assert "settings-present" not in found


def test_x44_a_space_that_asks_a_database_which_it_can_not_reach(folder):
    address = "postgresql://ml_user:password@db.example.com:5432/oc_p5_db"
    variables = {"AUTH_REQUIRED": "true", "DATABASE_URL": address}
    assert stopped(lambda: space(folder(), variables=variables) and None) == {
        "plaintext-database",
        "space-reaches",
    }


def test_x45_files_that_are_gits_and_pulumis_are_refused_where_it_is_written(folder):
    files = payload_from_folder(folder())
    with pytest.raises(ConfigError, match="payload and a seed"):
        space(folder(), payload=files, seed=files)


def test_a_model_that_follows_its_branch(folder):
    variables = {"AUTH_REQUIRED": "true", "HF_MODEL_REPO": "acme/model", "HF_MODEL_FILE": "m.pkl"}
    options = {
        "model_fits_memory": {"megabytes": {"acme/model": 1}},
        "model_fits_disk": {"megabytes": {"acme/model": 1}},
    }
    found = stopped(lambda: space(folder(), variables=variables) and None, **options)
    assert found == {"model-pinned"}


def test_an_image_by_its_tag_and_one_that_runs_as_root(folder):
    def program():
        web_service(image=Image(ref="acme/turnover-api:latest"))
        space(folder(ROOT))

    assert stopped(program) == {"image-by-digest", "image-non-root"}


def test_a_production_that_anybody_can_call_and_delete(folder):
    found = stopped(lambda: space(folder(), variables={}, protect=False) and None)
    assert found == {"auth-required", "protected"}


def test_a_stored_write_token():
    assert stopped(lambda: repository({"HF_TOKEN": "t"}) and None) == {"keyless"}


def test_a_blueprint_with_the_guides_passwords_in_it(tmp_path):
    (tmp_path / "render.yaml").write_text(
        """
services:
  - type: web
    name: turnover
    runtime: image
    image: {url: docker.io/acme/turnover-api:latest}
    envVars:
      - {key: DATABASE_URL, value: "postgresql://ml_user:password@db:5432/oc_p5_db"}
      - {key: POSTGRES_PASSWORD, value: password}
      - {key: DEBUG, value: "true"}
"""
    )
    found = check(render_blueprint.read(tmp_path / "render.yaml"), ALL, strict(ALL))
    assert {each.rule for each in found if each.stops} == {
        "auth-required",
        "debug-off",
        "image-by-digest",
        "plaintext-database",
        "secret-names",
    }
