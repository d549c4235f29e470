"""Every rule, of a stack that breaks it, one that keeps it, and one of which little is known."""

from dataclasses import dataclass

import pytest

from policies.check import check, stops
from policies.rule import Level, Outcome
from policies.rules import ALL
from policies.settings import parse
from policies.values import UNKNOWN
from tests.policies.things import (
    BUILD_URN,
    COMMIT,
    IMAGE_URN,
    REPO_URN,
    build,
    database,
    dockerfile,
    image,
    kept,
    model_repo,
    service,
    space,
    stack,
    stored,
    stored_digests,
    using,
)

TOKEN = "hf_" + "a" * 34


@dataclass(frozen=True)
class Case:
    broken: list  # stacks, each of which breaks the rule
    kept: list  # stacks, each of which keeps it
    unknown: list  # stacks of which nobody can tell yet
    hidden: list = ()  # stacks that break it, whatever else is not known


CASES = {
    "auth-required": Case(
        broken=[
            stack(space(variables={})),
            stack(space(variables={"AUTH_REQUIRED": "false"})),
            stack(service(secrets=frozenset())),
        ],
        kept=[stack(space(), service()), stack(space(kind="static_site", variables={}))],
        unknown=[
            stack(space(variables=UNKNOWN)),
            stack(space(variables={"AUTH_REQUIRED": UNKNOWN})),
            stack(space(secrets=UNKNOWN)),
        ],
        hidden=[stack(space(variables={"AUTH_REQUIRED": "0", "X": UNKNOWN}, secrets=UNKNOWN))],
    ),
    "debug-off": Case(
        broken=[
            stack(space(variables={"DEBUG": "True"})),
            stack(service(variables={"FLASK_ENV": "development"})),
            stack(service(variables={"LOG_LEVEL": "debug"})),
        ],
        kept=[stack(space(variables={"DEBUG": "false", "LOG_LEVEL": "INFO"}))],
        unknown=[stack(space(variables=UNKNOWN)), stack(space(variables={"DEBUG": UNKNOWN}))],
        hidden=[stack(space(variables={"DEBUG": "1", "LOG_LEVEL": "INFO", "X": UNKNOWN}))],
    ),
    "secret-names": Case(
        broken=[
            stack(space(variables={"API_KEY": "k"})),
            stack(build(arguments={"HF_TOKEN": ""})),
            stack(stored("RENDER_API_KEY", "x")),
        ],
        kept=[stack(space(), build(), stored("HF_SPACE", "a/b"), stored("API_KEY", secret=True))],
        unknown=[
            stack(space(variables=UNKNOWN)),
            stack(build(arguments=UNKNOWN)),
            stack(stored(UNKNOWN)),
        ],
        hidden=[stack(space(variables={"HF_TOKEN": UNKNOWN}))],
    ),
    "secret-values": Case(
        broken=[
            stack(space(variables={"HOOK": "https://api.render.com/deploy/srv-abc?key=d4"})),
            stack(space(variables={"GREETING": TOKEN})),
            stack(build(arguments={"A": TOKEN})),
        ],
        kept=[stack(space(variables={"GREETING": "hello"}))],
        unknown=[
            stack(space(variables=UNKNOWN)),
            stack(space(variables={"GREETING": UNKNOWN})),
            stack(stored("HF_SPACE", UNKNOWN)),
        ],
        hidden=[stack(space(variables={"A": TOKEN}, secrets=UNKNOWN))],
    ),
    "plaintext-database": Case(
        broken=[
            stack(service(variables={"DATABASE_URL": "postgresql://me:pass@host/db"})),
            stack(service(variables={"WHERE": "redis://:pass@host:6379"})),
        ],
        kept=[
            stack(service(variables={"DATABASE_URL": "sqlite:///data.db"})),
            stack(service(variables={"SITE": "https://host/a@b:c"})),
            stack(service(secrets=frozenset({"DATABASE_URL"}))),
        ],
        unknown=[
            stack(service(variables={"DATABASE_URL": UNKNOWN})),
            stack(space(variables=UNKNOWN)),
        ],
        hidden=[stack(service(variables={"A": "mysql://a:b@c/d", "REDIS_URL": "x", "B": UNKNOWN}))],
    ),
    "build-secrets": Case(
        broken=[
            stack(space(dockerfile=dockerfile("secret-login"))),
            stack(image(dockerfile=dockerfile("secret-argument"))),
        ],
        kept=[stack(space(), image())],
        unknown=[],
        hidden=[stack(space(variables=UNKNOWN, dockerfile=dockerfile("secret-literal")))],
    ),
    "secrets-declared": Case(
        broken=[stack(space(dockerfile=dockerfile(required_secrets=frozenset({"HF_TOKEN"}))))],
        kept=[
            stack(space()),
            stack(space(dockerfile=dockerfile(required_secrets=frozenset({"API_KEY"})))),
        ],
        unknown=[
            stack(
                space(
                    secrets=UNKNOWN, dockerfile=dockerfile(required_secrets=frozenset({"HF_TOKEN"}))
                )
            )
        ],
    ),
    "secrets-differ": Case(
        broken=[
            stack(space(), stored_digests(API_KEY="1")),
            stack(service(), stored_digests(X="1")),
        ],
        kept=[stack(space(), stored_digests(API_KEY="2")), stack(space(), service())],
        unknown=[
            stack(space(digests={"API_KEY": UNKNOWN}), stored_digests(API_KEY="1")),
            stack(space(digests=UNKNOWN), stored_digests(API_KEY="1")),
            stack(space(), stored_digests(API_KEY=UNKNOWN)),
            stack(space(digests={"API_KEY": ""}), stored_digests(API_KEY="")),
        ],
        hidden=[stack(space(), stored_digests(API_KEY="1", X=UNKNOWN))],
    ),
    "keyless": Case(
        broken=[stack(stored("HF_TOKEN", secret=True))],
        kept=[stack(stored("API_KEY", secret=True), stored("HF_TOKEN", "public"))],
        unknown=[stack(stored(UNKNOWN, secret=True))],
    ),
    "ports-agree": Case(
        broken=[
            stack(space(port=8000)),
            stack(
                service(port=5000, image=UNKNOWN, image_origins=frozenset({BUILD_URN})),
                image(),
                parents={BUILD_URN: IMAGE_URN},
            ),
        ],
        kept=[
            stack(space()),
            stack(service(port=8000, image_origins=frozenset({IMAGE_URN})), image()),
            stack(space(dockerfile=None, port=1)),
        ],
        unknown=[stack(space(port=UNKNOWN))],
        hidden=[stack(space(port=1, variables=UNKNOWN))],
    ),
    "one-port": Case(
        broken=[stack(space(dockerfile=dockerfile(exposed_ports=(7860, 8000))))],
        kept=[stack(space()), stack(service(dockerfile=dockerfile(exposed_ports=(1, 2))))],
        unknown=[],
        hidden=[stack(space(variables=UNKNOWN, dockerfile=dockerfile(exposed_ports=(7860, 8000))))],
    ),
    "settings-present": Case(
        broken=[stack(space(variables={}))],
        kept=[
            stack(space(variables={"HF_MODEL_REPO": UNKNOWN})),
            stack(space(secrets=frozenset({"HF_MODEL_REPO"}))),
            stack(space(label="Space acme/other", variables={})),
        ],
        unknown=[stack(space(variables=UNKNOWN)), stack(space(variables={}, secrets=UNKNOWN))],
    ),
    "space-reaches": Case(
        broken=[
            stack(space(variables={"DATABASE_URL": "postgresql://host/db"})),
            stack(space(variables={"ENGINE": "https://host:8443/x"})),
        ],
        kept=[
            stack(space(variables={"ENGINE": "https://host/x", "B": "http://host:8080"})),
            stack(space(variables={"ENGINE": "http://127.0.0.1:5001", "TITLE": "a: b"})),
            stack(service(variables={"DATABASE_URL": "postgresql://host/db"})),
        ],
        unknown=[
            stack(space(variables={"REMOTE_ENGINE_URL": UNKNOWN})),
            stack(space(variables=UNKNOWN)),
        ],
        hidden=[stack(space(variables={"A": "redis://host", "B": UNKNOWN}))],
    ),
    "model-pinned": Case(
        broken=[
            stack(space(variables=using(revision="main"))),
            stack(space(variables=using(revision=""))),
            stack(image(model_revision="v1.0")),
        ],
        kept=[
            stack(space(variables=using()), image(model_revision=COMMIT)),
            # What this very stack will have there.
            stack(
                space(variables=using(revision=UNKNOWN), model_origins=frozenset({"urn:inside"})),
                model_repo(),
                parents={"urn:inside": REPO_URN},
            ),
        ],
        unknown=[
            stack(space(variables=using(revision=UNKNOWN))),
            stack(space(variables=using(revision=UNKNOWN)), model_repo()),
            stack(image(model_revision=UNKNOWN)),
            stack(space(variables=UNKNOWN)),
        ],
        hidden=[stack(space(variables=using(repo=UNKNOWN, revision="main")))],
    ),
    "model-baked-once": Case(
        broken=[stack(image(), image(urn="urn:other", label="Image other"))],
        kept=[stack(image(), image(delivery="download")), stack(image(), image(model=""))],
        unknown=[stack(image(delivery=UNKNOWN))],
    ),
    "model-fits-memory": Case(
        broken=[
            stack(service(variables=using()), model_repo(2000)),
            stack(
                service(image_origins=frozenset({IMAGE_URN}), variables={}),
                image(),
                model_repo(600),
            ),
        ],
        kept=[
            stack(service(variables=using()), model_repo(100)),
            stack(space(variables=using()), model_repo(2000)),
            stack(service()),
        ],
        unknown=[
            stack(service(variables=using())),  # nobody said how large
            stack(service(variables=using(repo=UNKNOWN)), model_repo()),
            stack(service(variables=using(), plan=UNKNOWN), model_repo()),
            stack(space(variables=using(), plan="zero-a10g"), model_repo()),
            stack(service(variables=UNKNOWN)),
        ],
    ),
    "model-fits-disk": Case(
        broken=[stack(space(variables=using()), model_repo(60_000))],
        kept=[stack(space(variables=using()), model_repo(100))],
        unknown=[
            stack(space(variables=using())),
            stack(space(variables=using(), plan=UNKNOWN), model_repo()),
            stack(space(variables=UNKNOWN)),
        ],
    ),
    "model-builds-in-time": Case(
        broken=[stack(image(), model_repo(20_000))],
        kept=[
            stack(image(), model_repo(100)),
            stack(image(delivery="download"), model_repo(20_000)),
        ],
        unknown=[stack(image())],
    ),
    "image-multi-stage": Case(
        broken=[stack(image(dockerfile=dockerfile("model-stage")))],
        kept=[stack(image(), space())],
        unknown=[],
        hidden=[stack(space(variables=UNKNOWN, dockerfile=dockerfile("model-stage")))],
    ),
    "image-non-root": Case(
        broken=[stack(space(dockerfile=dockerfile("root")))],
        kept=[stack(image(), space())],
        unknown=[],
        hidden=[stack(space(variables=UNKNOWN, dockerfile=dockerfile("root")))],
    ),
    "image-clean": Case(
        broken=[stack(space(dockerfile=dockerfile("compiler")))],
        kept=[stack(image(), space())],
        unknown=[],
        hidden=[stack(space(variables=UNKNOWN, dockerfile=dockerfile("compiler")))],
    ),
    "image-by-digest": Case(
        broken=[stack(service(image="registry.test/app:latest"))],
        kept=[
            stack(service(), space()),
            stack(service(image=UNKNOWN, image_origins=frozenset({IMAGE_URN})), image()),
        ],
        unknown=[stack(service(image=UNKNOWN))],
    ),
    "base-by-digest": Case(
        broken=[stack(space(dockerfile=dockerfile(bases=("python:3.11-slim",))))],
        kept=[stack(space(), image())],
        unknown=[],
        hidden=[stack(space(variables=UNKNOWN, dockerfile=dockerfile(bases=("debian",))))],
    ),
    "somebody-deploys": Case(
        broken=[stack(space(files_by_git=True), stored("HF_SPACE", "acme/demo-dev"))],
        kept=[stack(space(files_by_git=True), stored("HF_SPACE", "acme/demo")), stack(space())],
        unknown=[stack(space(files_by_git=True), stored("HF_SPACE", UNKNOWN))],
    ),
    "one-deployer": Case(
        broken=[stack(service(hook_stored=True, pushes_deploy=True))],
        kept=[stack(service(hook_stored=True)), stack(service(pushes_deploy=True))],
        unknown=[],
        hidden=[stack(service(hook_stored=True, pushes_deploy=True, variables=UNKNOWN))],
    ),
    "protected": Case(
        broken=[stack(kept(protect=False))],
        kept=[stack(kept(protect=True))],
        unknown=[],
        hidden=[stack(space(variables=UNKNOWN), kept(protect=False))],
    ),
    "regions": Case(
        broken=[stack(service(region="mars")), stack(database(region="mars"))],
        kept=[stack(service(), space(), database())],
        unknown=[stack(service(region=UNKNOWN))],
    ),
    "monthly-budget": Case(
        broken=[stack(*[service(plan="standard", label=f"Render service {n}") for n in range(5)])],
        kept=[stack(service(), space(), database())],
        unknown=[
            stack(service(plan=UNKNOWN)),
            stack(service(plan="pro")),  # no list at hand has its price
            stack(database(plan="basic_256mb")),
            stack(space(plan="h100")),
        ],
        hidden=[stack(*[service(plan="standard") for _ in range(5)], service(plan=UNKNOWN))],
    ),
}
NAMES = {"settings-present": {"names": {"Space acme/demo": ["HF_MODEL_REPO"]}}}
RULES = {each.name: each for each in ALL}


def outcomes(name, everything, settings=None):
    rule = RULES[name]
    settings = settings or parse("x", NAMES, ALL)
    return [each.outcome for each in check(everything, [rule], settings)]


def test_every_rule_has_its_cases():
    assert set(CASES) == set(RULES)
    assert all(
        case.broken and case.kept and (case.unknown or case.hidden) for case in CASES.values()
    )


@pytest.mark.parametrize("name", RULES)
def test_a_stack_that_breaks_a_rule_is_told_why_and_what_to_do(name):
    for everything in CASES[name].broken:
        results = check(everything, [RULES[name]], parse("x", NAMES, ALL))
        broken = [each for each in results if each.outcome is Outcome.BROKEN]
        assert broken, everything
        assert all(each.why and each.remedy and each.object for each in broken)
        assert not any(each.why.endswith(".") or each.remedy.endswith(".") for each in broken)


@pytest.mark.parametrize("name", RULES)
def test_a_stack_that_keeps_a_rule_hears_nothing_of_it(name):
    for everything in CASES[name].kept:
        assert outcomes(name, everything) == [], everything


@pytest.mark.parametrize("name", RULES)
def test_what_is_not_known_is_said_and_never_passes_in_silence(name):
    for everything in CASES[name].unknown:
        found = outcomes(name, everything)
        assert found, everything
        assert set(found) == {Outcome.UNDECIDED}, everything


@pytest.mark.parametrize("name", RULES)
def test_what_is_not_known_hides_nothing_that_is(name):
    for everything in CASES[name].hidden:
        assert Outcome.BROKEN in outcomes(name, everything), everything


@pytest.mark.parametrize("name", RULES)
def test_an_exception_is_still_shown_with_its_reason(name):
    settings = parse("x", {name: {**NAMES.get(name, {}), "except": {"*": "we know"}}}, ALL)
    for everything in CASES[name].broken:
        found = check(everything, [RULES[name]], settings)
        assert {each.outcome for each in found} == {Outcome.EXCEPTED}
        assert all("we know" in each.remedy for each in found)
        assert not stops(found)


@pytest.mark.parametrize("level", Level)
def test_a_level_decides_whether_a_broken_rule_stops(level):
    settings = parse("x", {"regions": level.value}, ALL)
    found = check(stack(service(region="mars")), [RULES["regions"]], settings)
    assert stops(found) is (level is Level.MANDATORY)
    assert bool(found) is (level is not Level.DISABLED)
