"""Protects names, addresses and image references on Render."""

import pytest

from slipway.errors import ConfigError
from slipway.render.names import check_name, parse_image, predicted_url
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
