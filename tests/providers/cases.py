"""The contract suite's cases: a platform's provider joins by a function and one line here."""

from tests.providers import hub_cases, postgres_cases, render_cases

KINDS = {
    "Space": hub_cases.space,
    "ModelRepo": hub_cases.model_repo,
    "SpaceReady": hub_cases.space_ready,
    "RenderWebService": render_cases.web_service,
    "RenderStaticSite": render_cases.static_site,
    "RenderRegistryCredential": render_cases.registry_credential,
    "RenderPostgres": postgres_cases.postgres,
    "RenderEnvWiring": render_cases.env_wiring,
    "RenderDeploy": render_cases.deploy,
}
OWNERS = [  # make something
    *("Space", "ModelRepo"),
    *("RenderWebService", "RenderRegistryCredential", "RenderPostgres", "RenderStaticSite"),
]
HUB_OWNERS = ["Space", "ModelRepo"]
