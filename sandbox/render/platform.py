"""Render, put into a sandbox."""

from dataclasses import fields

from sandbox.render.app import create_render_app
from sandbox.render.http.account import Account, Workspace
from sandbox.render.http.wire import Limits
from sandbox.render.services.service import RenderService
from sandbox.render.services.specification import Rules
from sandbox.server.place import Place, Platform

NAME = "render"
_WORKSPACE = "tea-slipway{:013}"


def render(place: Place) -> Platform:
    """The platform over a sandbox's database, machine and addresses."""
    identity, owner = place.home.identity(), place.owner.name
    email = f"{owner}@localhost"
    names = [owner, *place.options.workspaces]
    account = Account(
        name=owner,
        email=email,
        api_key=identity.render_key,
        hook_key=identity.render_hook_key,
        workspaces=[
            Workspace(id=_WORKSPACE.format(number), name=name, email=email)
            for number, name in enumerate(names)
        ],
    )
    service = RenderService(
        place.database,
        account,
        place.machine,
        place.addresses,
        folder=place.home.folder / "render",
        rules=Rules(card_on_file=place.options.card_on_file),
        located=place.neighbours.located,
        sandbox_ports=lambda: set(place.ports.values()),
    )
    place.neighbours.branch_listeners.append(service.pushed)
    app = create_render_app(
        service,
        nulls=place.options.nulls,
        limits=Limits(**place.options.quotas_of(NAME, {each.name for each in fields(Limits)})),
        clock=place.options.clock(),
    )
    return place.platform(
        NAME, app, start=service.start, stop=service.stop, app_port=service.app_port
    )
