"""Protects names, addresses and image references on Render."""

import pytest

from slipway.errors import ConfigError
from slipway.render.names import check_env_names, check_name, parse_image, predicted_url
from slipway.render.plans import PLANS, plan_id

DIGEST = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("name", "host"),
    [("frigo-app", "frigo-app"), ("My Shop", "my-shop"), ("a.b_c", "a-b-c"), ("X--Y", "x-y")],
)
def test_an_address_is_predicted_from_the_name(name, host):
    assert predicted_url(name) == f"https://{host}.onrender.com"


@pytest.mark.parametrize("name", ["", "-a", "a-", "a/b", "ä", "x" * 101, "a\nb"])
def test_a_name_that_makes_no_host_is_refused(name):
    with pytest.raises(ConfigError, match="at both ends"):
        check_name("It", name)


@pytest.mark.parametrize(
    ("given", "whole"),
    [
        ("nginx", "docker.io/library/nginx:latest"),
        ("nginx:1", "docker.io/library/nginx:1"),
        ("docker.io/nginx", "docker.io/library/nginx:latest"),
        ("acme/shop", "docker.io/acme/shop:latest"),
        ("ghcr.io/acme/shop:1.2", "ghcr.io/acme/shop:1.2"),
        ("localhost:5000/shop", "localhost:5000/shop:latest"),
        (f"ghcr.io/a/b@{DIGEST}", f"ghcr.io/a/b@{DIGEST}"),
        (f"ghcr.io/a/b:1@{DIGEST}", f"ghcr.io/a/b:1@{DIGEST}"),
    ],
)
def test_an_image_reference_is_spelled_out(given, whole):
    assert str(parse_image("It", given)) == whole


@pytest.mark.parametrize(
    "given", ["", "https://ghcr.io/a/b", "UPPER/case", "a b", "a@sha256:1", "a:", "a@", "ghcr.io/"]
)
def test_what_is_no_image_reference_is_refused(given):
    with pytest.raises(ConfigError, match="it must look like"):
        parse_image("It", given)


@pytest.mark.parametrize("name", PLANS)
def test_every_plan_is_known_by_its_id_and_by_its_size(name):
    plan = PLANS[name]
    assert plan_id("It", name) == name
    assert plan_id("It", f"Whatever ({plan.cpus:g} CPU, {plan.memory_mb}MB RAM)") == name


@pytest.mark.parametrize("name", ["lower.case", "A-B", "_x", ".hidden", "A1"])
def test_a_variable_is_called_as_render_takes_it(name):
    check_env_names("It", {"env": [name]})


@pytest.mark.parametrize("name", ["", "1A", "A B", "A=B", "É", "A\n", "A/B"])
def test_a_variable_that_render_refuses_is_refused(name):
    with pytest.raises(ConfigError, match=r"letters, digits and underscores, -, \., not starting"):
        check_env_names("It", {"env": [name]})
