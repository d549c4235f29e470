"""Every provider of the components is in the contract suite, or it stands here why it is not."""

import importlib
import pkgutil

import pytest
from pulumi.dynamic import ResourceProvider

import slipway
from tests.providers.cases import KINDS, OWNERS

# A row of the suite asks who may take or delete what a provider made, or who finds it again after
# a death. These make nothing on any platform, so nothing can be taken, deleted, doubled or lost.
APART = {
    "ImageFactsProvider": "reads a registry, by a digest that never changes",
    "TrialRunProvider": "watches a container that another resource makes, and owns none",
    "ClaimProvider": "reads GitHub; tests/components/github/test_providers looks at its refusals",
    "SealedSecretProvider": "encrypts; what is written is the GitHub provider's own resource",
    "GeneratedKeyProvider": "draws a key that stands in the state alone",
    "LineageProvider": "draws what marks are told apart by, which stands in the state alone",
}


def providers():
    """Names of all classes that the engine can be given."""
    for module in pkgutil.walk_packages(slipway.__path__, "slipway."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found, seen = [ResourceProvider], {}
    while found:
        for each in found.pop().__subclasses__():
            found.append(each)
            seen[each.__name__] = each
    return {
        name
        for name, each in seen.items()
        # The others are bases.
        if each.__module__.startswith("slipway.") and each.create is not ResourceProvider.create
    }


def test_every_provider_has_its_case_or_a_reason(request):
    cases = {KINDS[kind](request.getfixturevalue).provider.__name__ for kind in KINDS}
    assert cases.isdisjoint(APART)
    assert providers() == cases | set(APART)


@pytest.mark.parametrize("kind", KINDS)
def test_what_makes_something_takes_part_in_the_rows_of_ownership(kind, request):
    case = KINDS[kind](request.getfixturevalue)
    assert ("mark" in case.inputs) is (kind in OWNERS) is case.owns
