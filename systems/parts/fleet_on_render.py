"""A fleet on Render: services that are wired to each other, with a Postgres where they ask one."""

from collections.abc import Mapping
from dataclasses import replace

from pulumi import Input, Output

from slipway.render.postgres.postgres import Postgres, PostgresArgs
from slipway.render.service.web_service import DeployArgs, Image, WebServiceArgs
from slipway.render.service.web_services import WebServices
from systems.config import StackConfig
from systems.parts.fleet_settings import FleetSettings
from systems.parts.member import BuiltMember
from systems.render_login import render_login


def serve_on_render(
    system: str,
    stack: StackConfig,
    members: Mapping[str, BuiltMember],
    images: Mapping[str, Input[str]],
    settings: FleetSettings,
) -> dict[str, Output[str]]:
    """Raises the services, and their database if they have one; gives their addresses.

    Args:
        system: whose they are; their logical name.
        stack: which may hand some of it over, and protect it.
        members: by the keys under which they know each other.
        images: what each runs, likewise.
        settings: what the stack says of them.
    """
    login = render_login(stack, settings.names.format("registry"))
    services = {
        key: WebServiceArgs(
            name=each.name,
            workspace=stack.render_workspace,
            region=settings.region,
            plan=settings.plan,
            image=Image(ref=images[key], registry_credential=login),
            port=each.member.port,
            health_path="/health",
            env=each.env,
            secrets=each.secrets,
            links=each.member.links,
            deploy=DeployArgs(expect=each.says),
            adopt=stack.adopts(each.name),
            protect=stack.protect,
        )
        for key, each in members.items()
    }
    asking = {key: each.member.database_variable for key, each in members.items()}
    asking = {key: variable for key, variable in asking.items() if variable}
    if settings.database and asking:
        address = _database(system, stack, settings)
        for key, variable in asking.items():
            secrets = {**services[key].secrets, variable: address}
            services[key] = replace(services[key], secrets=secrets)
    raised = WebServices(system, services)
    return {key: raised[key].url for key in services}


def _database(system: str, stack: StackConfig, settings: FleetSettings) -> Output[str]:
    """The database's address, a secret; only services of its region reach it."""
    name = settings.names.format("db")
    args = PostgresArgs(
        name=name,
        workspace=stack.render_workspace,
        region=settings.region,
        plan=settings.database_plan,
        version=settings.database_version,
        database_name=system,
        adopt=stack.adopts(name),
        protect=stack.protect,
        delete_data=settings.delete_data,
    )
    return Postgres(f"{system}-database", args).internal_url
