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
    "RenderPostgresReady": postgres_cases.postgres_ready,
    "RenderEnvWiring": render_cases.env_wiring,
    "RenderDeploy": render_cases.deploy,
}
OWNERS = [  # make something
    *("Space", "ModelRepo"),
    *("RenderWebService", "RenderStaticSite", "RenderRegistryCredential", "RenderPostgres"),
]
HUB_OWNERS = ["Space", "ModelRepo"]


def killers(case):
    """Ways to die at the n-th mutating call: `killers(case)["after"](n)` is a context."""
    if isinstance(case, hub_cases.HubCase):
        return {"after": hub_cases.HubKiller, "before": hub_cases.HubKillerBefore}
    before = lambda nth: render_cases.RenderKiller(nth, before=True)  # noqa: E731
    return {"after": render_cases.RenderKiller, "before": before}
