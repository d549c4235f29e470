"""Render's own Python SDK against the sandbox, in the null mode it can read."""

import json
from collections.abc import Iterator

import pytest
from render.public_api.api.deploys import (
    cancel_deploy,
    create_deploy,
    list_deploys,
    retrieve_deploy,
    rollback_deploy,
)
from render.public_api.api.logs import list_logs
from render.public_api.api.registry_credentials import (
    create_registry_credential,
    list_registry_credentials,
)
from render.public_api.api.services import (
    add_or_update_secret_file,
    create_service,
    delete_env_var,
    delete_service,
    get_env_vars_for_service,
    list_events,
    list_instances,
    list_services,
    resume_service,
    retrieve_service,
    scale_service,
    suspend_service,
    update_env_var,
    update_env_vars_for_service,
    update_service,
)
from render.public_api.api.users import get_user
from render.public_api.api.workspaces import list_owners
from render.public_api.models import (
    AddOrUpdateSecretFileBody,
    CreateDeployBody,
    CreateRegistryCredentialBody,
    EnvVarGenerateValue,
    EnvVarKeyValue,
    Image,
    Plan,
    RollbackDeployBody,
    ScaleServiceBody,
    ServicePATCH,
    ServicePOST,
    ServiceRuntime,
    ServiceType,
    WebServiceDetailsPATCH,
    WebServiceDetailsPOST,
)
from render.public_api.models.registry_credential_registry import RegistryCredentialRegistry

from tests.sandbox.render.live import OWNER, SETTLED, LiveRender, app, until


@pytest.fixture
def render(tmp_path, machine) -> Iterator[LiveRender]:
    machine.registry = {f"docker.io/acme/shop:{tag}": app(tag) for tag in ("1", "2")}
    with LiveRender(tmp_path / "sandbox", machine, nulls="strict") as live:
        yield live


def settled(render, service: str, deploy: str):
    def look():
        found = retrieve_deploy.sync(service, deploy, client=render.sdk)
        return found if found.status in SETTLED else None

    return until(look)


def test_sdk_follows_a_service_through_its_life(render):
    sdk = render.sdk
    assert get_user.sync(client=sdk).email == "ann@example.com"
    assert list_owners.sync(client=sdk)[0].owner.id == OWNER
    body = ServicePOST(
        type_=ServiceType.WEB_SERVICE,
        name="shop",
        owner_id=OWNER,
        image=Image(owner_id=OWNER, image_path="acme/shop:1"),
        env_vars=[EnvVarKeyValue(key="A", value="a")],
        service_details=WebServiceDetailsPOST(runtime=ServiceRuntime.IMAGE),
    )
    made = create_service.sync_detailed(client=sdk, body=body)
    assert made.status_code == 201
    # The SDK leaves the bodies of services unread: its `parsed` is None for them.
    listing = list_services.sync_detailed(client=sdk, name=["shop", "other"])
    (listed,) = json.loads(listing.content)
    service = listed["service"]["id"]
    assert json.loads(made.content)["service"]["id"] == service
    first = list_deploys.sync(service, client=sdk)[0].deploy
    found = settled(render, service, first.id)
    assert found.status == "live"
    assert found.image.ref == "docker.io/acme/shop:1"

    many = [EnvVarKeyValue(key=f"K{number}", value="v") for number in range(23)]
    answer = update_env_vars_for_service.sync(service, client=sdk, body=many)
    assert [each.env_var.key for each in answer] == [each.key for each in many]
    page = get_env_vars_for_service.sync(service, client=sdk)
    rest = get_env_vars_for_service.sync(service, client=sdk, cursor=page[-1].cursor)
    assert (len(page), len(rest)) == (20, 3)
    update_env_var.sync(service, "NEW", client=sdk, body=EnvVarGenerateValue(generate_value=True))
    assert delete_env_var.sync_detailed(service, "NEW", client=sdk).status_code == 204
    file = AddOrUpdateSecretFileBody(content="pem")
    added = add_or_update_secret_file.sync_detailed(service, "key.pem", client=sdk, body=file)
    assert added.status_code == 201

    patch = ServicePATCH(service_details=WebServiceDetailsPATCH(plan=Plan.STANDARD))
    assert update_service.sync_detailed(service, client=sdk, body=patch).status_code == 200
    wanted = CreateDeployBody(image_url="acme/shop:2")
    second = create_deploy.sync(service, client=sdk, body=wanted)
    assert settled(render, service, second.id).status == "live"
    assert cancel_deploy.sync_detailed(service, second.id, client=sdk).status_code == 400
    back = rollback_deploy.sync(service, client=sdk, body=RollbackDeployBody(deploy_id=first.id))
    assert settled(render, service, back.id).status == "live"

    lines = list_logs.sync(client=sdk, owner_id=OWNER, resource=[service], limit=100).logs
    assert "hello from 2" in [line.message for line in lines]
    kinds = {each.event.type_ for each in list_events.sync(service, client=sdk)}
    assert {"deploy_started", "deploy_ended", "plan_changed"} <= kinds
    assert len(list_instances.sync(service, client=sdk)) == 1
    scale = ScaleServiceBody(num_instances=2)
    assert scale_service.sync_detailed(service, client=sdk, body=scale).status_code == 202
    assert suspend_service.sync_detailed(service, client=sdk).status_code == 202
    assert resume_service.sync_detailed(service, client=sdk).status_code == 202
    assert delete_service.sync_detailed(service, client=sdk).status_code == 204
    gone = retrieve_service.sync_detailed(service, client=sdk)
    assert gone.status_code == 404
    assert gone.parsed.message == f"not found: {service}"


def test_sdk_manages_registry_credentials(render):
    body = CreateRegistryCredentialBody(
        registry=RegistryCredentialRegistry.GITHUB,
        name="ghcr",
        username="ann",
        auth_token="ghp_x",
        owner_id=OWNER,
    )
    made = create_registry_credential.sync(client=render.sdk, body=body)
    assert made.id.startswith("rgc-")
    (listed,) = list_registry_credentials.sync(client=render.sdk)
    assert listed.name == "ghcr"
