"""The dynamic resources for Render: their types, which are persistent state, and their outputs."""

from pulumi import Output

from slipway.core.resource import ManagedResource
from slipway.render.deploy import provider as deploy
from slipway.render.deploy.provider import DeployProvider
from slipway.render.postgres import provider as postgres
from slipway.render.postgres import ready_provider as postgres_ready
from slipway.render.postgres.provider import PostgresProvider
from slipway.render.postgres.ready_provider import PostgresReadyProvider
from slipway.render.registry_credential import provider as registry_credential
from slipway.render.registry_credential.provider import RegistryCredentialProvider
from slipway.render.service import env_wiring
from slipway.render.service import provider as service
from slipway.render.service.env_wiring import EnvWiringProvider
from slipway.render.service.provider import ServiceProvider
from slipway.render.service.static_site_provider import StaticSiteProvider

_HIDDEN = ("secrets", "secret_files", "salt", "secrets_digests", "secret_files_digests")


class WebServiceResource(ManagedResource, module="render", name="WebService"):
    """A web service without its deploys; see `ServiceProvider` for its properties."""

    url: Output[str]
    page: Output[str]
    slug: Output[str]
    first_deploy: Output[str]
    revision: Output[str]

    made_by = ServiceProvider
    outputs = service.OUTPUTS
    hidden = _HIDDEN


class StaticSiteResource(ManagedResource, module="render", name="StaticSite"):
    """A static site without its deploys; see `ServiceProvider` for its properties."""

    url: Output[str]
    page: Output[str]
    first_deploy: Output[str]
    revision: Output[str]

    made_by = StaticSiteProvider
    outputs = service.OUTPUTS
    hidden = _HIDDEN


class EnvWiringResource(ManagedResource, module="render", name="EnvWiring"):
    """Env vars that name other services; see `EnvWiringProvider` for its properties."""

    revision: Output[str]

    made_by = EnvWiringProvider
    outputs = env_wiring.OUTPUTS


class DeployResource(ManagedResource, module="render", name="Deploy"):
    """A deploy and the wait for it; see `DeployProvider` for its properties."""

    deploy_id: Output[str]
    status: Output[str]
    commit: Output[str]
    image_digest: Output[str]

    made_by = DeployProvider
    outputs = deploy.OUTPUTS


class RegistryCredentialResource(ManagedResource, module="render", name="RegistryCredential"):
    """A registry credential; see `RegistryCredentialProvider` for its properties."""

    credential_id: Output[str]

    made_by = RegistryCredentialProvider
    outputs = registry_credential.OUTPUTS
    hidden = ("token", "salt", "token_digest")


class PostgresResource(ManagedResource, module="render", name="Postgres"):
    """A database without the wait for it; see `PostgresProvider` for its properties."""

    page: Output[str]
    expires_at: Output[str]

    made_by = PostgresProvider
    outputs = postgres.OUTPUTS


class PostgresReadyResource(ManagedResource, module="render", name="PostgresReady"):
    """The wait for a database; see `PostgresReadyProvider` for its properties."""

    internal_url: Output[str]
    external_url: Output[str]

    made_by = PostgresReadyProvider
    outputs = postgres_ready.ADDRESSES
    hidden = postgres_ready.ADDRESSES
