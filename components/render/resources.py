"""The dynamic resources for Render: their types, which are persistent state, and their outputs."""

from collections.abc import Mapping
from typing import Any

from pulumi import Output, ResourceOptions
from pulumi.dynamic import Resource

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

# The engine re-marks a secret only under the key it came in by; these carry what was derived from
# secrets under other keys and would stand in the state in clear.
_HIDE = ResourceOptions(
    additional_secret_outputs=[
        "secrets",
        "secret_files",
        "salt",
        "secrets_digests",
        "secret_files_digests",
    ]
)


class WebServiceResource(Resource, module="render", name="WebService"):
    """A web service without its deploys; see `ServiceProvider` for its properties."""

    url: Output[str]
    page: Output[str]
    slug: Output[str]
    first_deploy: Output[str]
    revision: Output[str]

    def __init__(self, name: str, props: Mapping[str, Any], opts: ResourceOptions) -> None:
        outputs = dict.fromkeys(service.OUTPUTS)
        opts = ResourceOptions.merge(opts, _HIDE)
        super().__init__(ServiceProvider(), name, {**outputs, **props}, opts)


class StaticSiteResource(Resource, module="render", name="StaticSite"):
    """A static site without its deploys; see `ServiceProvider` for its properties."""

    url: Output[str]
    page: Output[str]
    first_deploy: Output[str]
    revision: Output[str]

    def __init__(self, name: str, props: Mapping[str, Any], opts: ResourceOptions) -> None:
        outputs = dict.fromkeys(service.OUTPUTS)
        opts = ResourceOptions.merge(opts, _HIDE)
        super().__init__(StaticSiteProvider(), name, {**outputs, **props}, opts)


class EnvWiringResource(Resource, module="render", name="EnvWiring"):
    """Env vars that name other services; see `EnvWiringProvider` for its properties."""

    revision: Output[str]

    def __init__(self, name: str, props: Mapping[str, Any], opts: ResourceOptions) -> None:
        outputs = dict.fromkeys(env_wiring.OUTPUTS)
        super().__init__(EnvWiringProvider(), name, {**outputs, **props}, opts)


class DeployResource(Resource, module="render", name="Deploy"):
    """A deploy and the wait for it; see `DeployProvider` for its properties."""

    deploy_id: Output[str]
    status: Output[str]
    commit: Output[str]
    image_digest: Output[str]

    def __init__(self, name: str, props: Mapping[str, Any], opts: ResourceOptions) -> None:
        outputs = dict.fromkeys(deploy.OUTPUTS)
        super().__init__(DeployProvider(), name, {**outputs, **props}, opts)


class RegistryCredentialResource(Resource, module="render", name="RegistryCredential"):
    """A registry credential; see `RegistryCredentialProvider` for its properties."""

    credential_id: Output[str]

    def __init__(self, name: str, props: Mapping[str, Any], opts: ResourceOptions) -> None:
        outputs = dict.fromkeys(registry_credential.OUTPUTS)
        hide = ResourceOptions(additional_secret_outputs=["token", "salt", "token_digest"])
        opts = ResourceOptions.merge(opts, hide)
        super().__init__(RegistryCredentialProvider(), name, {**outputs, **props}, opts)


class PostgresResource(Resource, module="render", name="Postgres"):
    """A database without the wait for it; see `PostgresProvider` for its properties."""

    page: Output[str]
    expires_at: Output[str]

    def __init__(self, name: str, props: Mapping[str, Any], opts: ResourceOptions) -> None:
        outputs = dict.fromkeys(postgres.OUTPUTS)
        super().__init__(PostgresProvider(), name, {**outputs, **props}, opts)


class PostgresReadyResource(Resource, module="render", name="PostgresReady"):
    """The wait for a database; see `PostgresReadyProvider` for its properties."""

    internal_url: Output[str]
    external_url: Output[str]

    def __init__(self, name: str, props: Mapping[str, Any], opts: ResourceOptions) -> None:
        outputs = dict.fromkeys(postgres_ready.ADDRESSES)
        hide = ResourceOptions(additional_secret_outputs=list(postgres_ready.ADDRESSES))
        opts = ResourceOptions.merge(opts, hide)
        super().__init__(PostgresReadyProvider(), name, {**outputs, **props}, opts)
