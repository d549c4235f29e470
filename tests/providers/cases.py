"""The contract suite's cases: a platform's provider joins by a function and one line here."""

from tests.providers import hub_cases, render_cases

KINDS = {
    "Space": hub_cases.space,
    "ModelRepo": hub_cases.model_repo,
    "SpaceReady": hub_cases.space_ready,
    "RenderWebService": render_cases.web_service,
    "RenderRegistryCredential": render_cases.registry_credential,
    "RenderEnvWiring": render_cases.env_wiring,
    "RenderDeploy": render_cases.deploy,
}
OWNERS = ["Space", "ModelRepo", "RenderWebService", "RenderRegistryCredential"]  # make something
HUB_OWNERS = ["Space", "ModelRepo"]
