"""Protects which login Render is given for which registry."""

import pytest

from slipway.errors import ConfigError
from slipway.render.registry_credential.hosts import registry_of


@pytest.mark.parametrize(
    ("address", "registry"),
    [
        ("ghcr.io/me", "GITHUB"),
        ("GHCR.io/me", "GITHUB"),
        ("docker.io/me", "DOCKER"),
        ("registry.gitlab.com/me/it", "GITLAB"),
        ("europe-west3-docker.pkg.dev/it/images", "GOOGLE_ARTIFACT"),
        ("1234.dkr.ecr.eu-central-1.amazonaws.com", "AWS_ECR"),
    ],
)
def test_a_host_that_render_knows_says_which_registry_it_is(address, registry):
    assert registry_of(address) == registry


def test_any_other_host_is_refused_with_the_words_there_are():
    with pytest.raises(ConfigError, match=r"registry\.example:5443: .*GITHUB, GITLAB, DOCKER"):
        registry_of("registry.example:5443/me")
