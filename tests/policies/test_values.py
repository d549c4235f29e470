"""A value that is not known can't be taken for one that is."""

import pytest

from policies.declared import everything_of, thing_of
from policies.resource import Resource
from policies.rule import Broken, Level, Outcome, Rule, Settings, Severity
from policies.rules import ALL
from policies.things import Service
from policies.values import UNKNOWN, UnknownUsedError, names, number, text, texts
from tests.policies.things import space, stack


@pytest.mark.parametrize(
    "use",
    [
        lambda: UNKNOWN == "x",
        lambda: UNKNOWN != "x",
        lambda: bool(UNKNOWN),
        lambda: f"{UNKNOWN}",
        lambda: str(UNKNOWN),
        lambda: len(UNKNOWN),
        lambda: list(UNKNOWN),
        lambda: "x" in UNKNOWN,
    ],
)
def test_it_refuses_to_be_used(use):
    with pytest.raises(UnknownUsedError):
        use()


def test_a_rule_that_forgets_to_ask_has_not_been_kept():
    def of_one(service, _settings):
        if service.plan == "pro":
            yield Broken("x", "y")

    def of_all(everything, _settings):
        for each in everything.things:
            yield from ((each, verdict) for verdict in of_one(each, None))

    settings = Settings(level=Level.MANDATORY)
    for how in ({"kind": Service, "thing": of_one}, {"stack": of_all}):
        rule = Rule(name="x", about="all is well", why="it is not", severity=Severity.LOW, **how)
        [result] = rule.of_everything(stack(space(plan=UNKNOWN)), settings)
        assert result.outcome is Outcome.UNDECIDED
        assert list(rule.of_everything(stack(space(plan="free")), settings)) == []


def test_values_are_texts_as_the_platforms_write_them():
    assert [text(each) for each in (None, True, 3.0, 3.5, "x")] == ["", "true", "3", "3.5", "x"]
    assert text(UNKNOWN) is texts(UNKNOWN) is names(UNKNOWN) is number(UNKNOWN) is UNKNOWN
    assert texts("[secret]") is names("[secret]") is UNKNOWN
    assert names(["a", UNKNOWN]) is UNKNOWN
    assert (names({"a": UNKNOWN}), names(None)) == ({"a"}, frozenset())
    assert (number("7860"), number(8000.0), number(None)) == (7860, 8000, None)
    assert number("x") is UNKNOWN


@pytest.mark.parametrize(
    ("type_", "inputs"),
    [
        ("docker-build:index:Image", {"buildArgs": {"HF_TOKEN": "x"}}),
        ("docker:index/image:Image", {"build": {"args": {"HF_TOKEN": "x"}}}),
        ("docker:index/remoteImage:RemoteImage", {"build": {"buildArgs": {"HF_TOKEN": "x"}}}),
    ],
)
def test_build_arguments_are_found_whichever_package_builds(type_, inputs):
    resource = Resource(f"urn:pulumi:prod::p::{type_}::it", inputs)
    assert set(thing_of(resource).arguments) == {"HF_TOKEN"}
    without = Resource(f"urn:pulumi:prod::p::{type_}::it", {"name": "x"})
    assert thing_of(without).arguments == {}
    assert (
        thing_of(Resource(resource.urn, {"build": UNKNOWN, "buildArgs": UNKNOWN})).arguments
        is UNKNOWN
    )


TYPES = [
    "slipway:huggingface:Space",
    "slipway:huggingface:ModelRepo",
    "slipway:render:WebService",
    "slipway:render:StaticSite",
    "slipway:render:Postgres",
    "slipway:docker:DockerService",
    "slipway:docker:ModelImage",
    "slipway:github:RepositorySettings",
    "docker-build:index:Image",
    "github:index/actionsEnvironmentSecret:ActionsEnvironmentSecret",
    "pulumi-python:dynamic/render:Postgres",
]


class Everywhere(dict):
    """Inputs of which not one is known."""

    def get(self, _key, _default=None):
        return UNKNOWN


@pytest.mark.parametrize("type_", TYPES)
def test_a_resource_of_which_nothing_is_known_makes_no_rule_stumble(type_):
    resource = Resource(f"urn:pulumi:prod::p::{type_}::it", Everywhere())
    assert thing_of(resource).label.endswith("it") or "?" in thing_of(resource).label
    for rule in ALL:
        list(
            rule.of_everything(
                everything_of([resource]), Settings(level=Level.MANDATORY, options=rule.options)
            )
        )
