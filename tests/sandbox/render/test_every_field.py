"""Every field that Render's own SDK can send acts, or is refused with 501 by name: none is lost.

The fields come from the SDK's models, so a new version of it brings its new ones here.
"""

import inspect
import re
from unittest.mock import Mock

import pytest
from render.public_api import models

from sandbox.http.errors import NotImitatedError
from sandbox.render.postgres.specification import patched
from tests.sandbox.render.live import OWNER, files, web

# What acts, by model; how is shown by the tests of this folder.
ACTS = {
    "ServicePOST": "type name ownerId repo autoDeploy autoDeployTrigger branch image buildFilter "
    "rootDir envVars secretFiles serviceDetails",
    "ServicePATCH": "autoDeploy autoDeployTrigger repo branch image name buildFilter rootDir "
    "serviceDetails",
    "WebServiceDetailsPOST": "runtime env envSpecificDetails disk healthCheckPath numInstances "
    "plan preDeployCommand region maxShutdownDelaySeconds",
    "WebServiceDetailsPATCH": "runtime envSpecificDetails healthCheckPath plan preDeployCommand "
    "maxShutdownDelaySeconds",
    "PrivateServiceDetailsPOST": "runtime env envSpecificDetails disk numInstances plan "
    "preDeployCommand region maxShutdownDelaySeconds",
    "BackgroundWorkerDetailsPOST": "runtime env envSpecificDetails disk numInstances plan "
    "preDeployCommand region maxShutdownDelaySeconds",
    "StaticSiteDetailsPOST": "buildCommand publishPath",
    "DockerDetailsPOST": "dockerCommand dockerContext dockerfilePath registryCredentialId",
    "EnvGroupPOSTInput": "name ownerId envVars secretFiles serviceIds",
    "PostgresPOSTInput": "name ownerId plan version databaseName databaseUser diskSizeGB region "
    "ipAllowList",
    "PostgresPATCHInput": "name plan diskSizeGB ipAllowList",
    "CreateDeployBody": "clearCache commitId imageUrl deployMode",
}
# What asks for more than the sandbox can, for each field that does not act.
ASKS = {
    "environmentId": "evm-00000000000000000000",
    "artifactSourceId": "ars-00000000000000000000",
    "artifactId": "art-00000000000000000000",
    "autoscaling": {"enabled": True, "min": 1, "max": 2, "criteria": {}},
    "maintenanceMode": {"enabled": True, "uri": ""},
    "internalRouting": "ipOnly",
    "pullRequestPreviewsEnabled": "yes",
    "previews": {"generation": "automatic"},
    "renderSubdomainPolicy": "disabled",
    "ipAllowList": [{"cidrBlock": "203.0.113.0/24", "description": "office"}],
    "cache": {"profile": "standard"},
    "headers": [{"path": "/*", "name": "X-A", "value": "b"}],
    "routes": [{"type": "redirect", "source": "/a", "destination": "/b"}],
    "datadogAPIKey": "0123456789abcdef0123456789abcdef",
    "datadogSite": "EU1",
    "enableHighAvailability": True,
    "enableDiskAutoscaling": True,
    "connectionPool": "pgbouncer",
    "parameterOverrides": {"work_mem": "8MB"},
    "readReplicas": [{"name": "second"}],
}
TYPES = {
    "WebServiceDetailsPOST": "web_service",
    "PrivateServiceDetailsPOST": "private_service",
    "BackgroundWorkerDetailsPOST": "background_worker",
    "StaticSiteDetailsPOST": "static_site",
}


def fields_of(model: str) -> set[str]:
    """The keys that a model of the SDK writes."""
    source = inspect.getsource(getattr(models, model).to_dict)
    found = re.findall(r'field_dict\["(\w+)"\]|^\s+"(\w+)":', source, re.MULTILINE)
    return {first or second for first, second in found}


LEFT = [
    (model, field)
    for model, acting in ACTS.items()
    for field in sorted(fields_of(model) - set(acting.split()))
]


def test_what_acts_is_a_field_of_the_sdk():
    for model, acting in ACTS.items():
        assert len(fields_of(model)) > 3
        assert set(acting.split()) <= fields_of(model), model


@pytest.mark.parametrize(("model", "field"), LEFT, ids=[".".join(each) for each in LEFT])
def test_what_does_not_act_is_refused_by_name(render, repository, model, field):
    assert field in ASKS, "say what asks for it, or that it acts"
    if model == "PostgresPATCHInput":  # the machine of these tests runs no database to be changed
        with pytest.raises(NotImitatedError):
            patched(Mock(), {field: ASKS[field]})
        return
    repository.commit(files())
    asked = {field: ASKS[field]}
    if model in TYPES:
        body = web("web", repo=repository.url, type=TYPES[model], details=asked)
        if model == "StaticSiteDetailsPOST":
            del body["serviceDetails"]["runtime"]
        answer = render.http.post("/services", json=body)
    elif model == "ServicePOST":
        answer = render.http.post("/services", json=web("web", repo=repository.url, **asked))
    elif model == "EnvGroupPOSTInput":
        body = {"name": "shared", "ownerId": OWNER, "envVars": [], **asked}
        answer = render.http.post("/env-groups", json=body)
    elif model == "PostgresPOSTInput":
        body = {"name": "d", "ownerId": OWNER, "plan": "basic_256mb", "version": "16", **asked}
        answer = render.http.post("/postgres", json=body)
    else:
        service, _ = render.create(repo=repository.url)
        place = f"/services/{service['id']}"
        if model == "CreateDeployBody":
            answer = render.http.post(f"{place}/deploys", json=asked)
        elif model == "ServicePATCH":
            answer = render.http.patch(place, json=asked)
        else:
            answer = render.http.patch(place, json={"serviceDetails": asked})
    # A deploy of an artifact is refused as on the platform: the service has no artifacts.
    allowed = (400,) if (model, field) == ("CreateDeployBody", "artifactId") else (501,)
    assert answer.status_code in allowed, answer.text
