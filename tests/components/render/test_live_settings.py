"""Protects a refresh: what Render says of a service is no difference where it means none."""

import pytest

from slipway.render.api.client import Service
from slipway.render.service.settings import live_settings


def live(**answered):
    return live_settings(
        Service({"id": "srv-1", "name": "api", **answered}), {"auto_deploy": "off"}
    )


@pytest.mark.parametrize(
    ("answered", "expected"),
    [
        ({"autoDeploy": "yes", "imagePath": "ghcr.io/acme/api:1"}, "off"),  # as recorded
        ({"autoDeploy": "yes", "repo": "https://github.com/acme/api"}, "commit"),
        ({"autoDeploy": "no", "repo": "https://github.com/acme/api"}, "off"),
        ({"autoDeploy": "yes", "autoDeployTrigger": "checksPass"}, "checksPass"),
        (
            {
                "autoDeploy": "yes",
                "autoDeployTrigger": "commit",
                "imagePath": "ghcr.io/acme/api:1",
            },
            "commit",
        ),
    ],
)
def test_what_deploys_by_itself(answered, expected):
    assert live(**answered)["auto_deploy"] == expected
