"""Three services that name each other, through the real engine: made, wired, left alone, gone."""

import pytest

from tests.providers.pulumi_project import PulumiProject
from tests.providers.render_platform import IMAGE, KEY

pytestmark = pytest.mark.e2e

SECRET = "canary-of-the-three"
PROGRAM = f"""
import pulumi
from slipway.render.service.web_service import DeployArgs, Image, WebServiceArgs
from slipway.render.service.web_services import WebServices

LINKS = {{
    "app": {{"CHAT_API_URL": "chat", "IA_SERVICE_URL": "gpt"}},
    "chat": {{"MAIN_APP_URL": "app"}},
    "gpt": {{"MAIN_APP_URL": "app"}},
}}
made = WebServices("trio", {{
    key: WebServiceArgs(
        name=f"trio-{{key}}",
        image=Image(ref="{IMAGE}:1"),
        port=5000,
        env={{"REVISION": "r1"}},
        secrets={{"API_KEY": "{SECRET}"}},
        links=links,
        deploy=DeployArgs(expect={{"revision": "r1"}}, timeout_seconds=60),
    )
    for key, links in LINKS.items()
}})
for key, service in made.services.items():
    pulumi.export(key, service.url)
"""


@pytest.fixture
def pulumi(running_render, tmp_path):
    """Runs pulumi in a project of its own against the sandbox's Render."""
    variables = {"RENDER_API_URL": running_render.url, "RENDER_API_KEY": KEY}
    return PulumiProject.make(tmp_path, PROGRAM, variables).run


@pytest.mark.long
def test_a_circle_of_services_costs_one_more_deploy_and_then_nothing(pulumi, running_render):
    render = running_render
    render.mark()
    pulumi("preview")
    assert render.writes() == []
    pulumi("up", "--yes", "--skip-preview")
    writes = render.writes()
    assert writes.count("POST it") == writes.count("POST deploys") == 3
    ids = {key: render.named(f"trio-{key}")[0] for key in ("app", "chat", "gpt")}
    urls = {key: each["serviceDetails"]["url"] for key, each in ids.items()}
    env = {key: render.env(each["id"]) for key, each in ids.items()}
    assert env["app"]["CHAT_API_URL"] == urls["chat"]
    assert env["app"]["IA_SERVICE_URL"] == urls["gpt"]
    assert env["chat"]["MAIN_APP_URL"] == env["gpt"]["MAIN_APP_URL"] == urls["app"]
    render.mark()
    pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")
    pulumi("preview", "--refresh", "--expect-no-changes")
    assert render.writes() == []
    state = pulumi("stack", "export")
    assert SECRET not in state
    assert KEY not in state
    pulumi("destroy", "--yes", "--skip-preview")
    assert render.writes() == ["DELETE it"] * 3
