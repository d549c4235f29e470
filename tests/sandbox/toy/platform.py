"""The toy, put into a sandbox."""

from sandbox.server.place import Place, Platform
from tests.sandbox.toy.app import create_toy_app
from tests.sandbox.toy.records import Notes

NAME = "toy"


def toy(place: Place) -> Platform:
    """The platform over a sandbox's database."""
    quota = place.options.quotas_of(NAME, {"calls"}).get("calls", 100)
    app = create_toy_app(Notes(place.database), place.home.identity().hub_token, quota)
    return place.platform(NAME, app, start=_nothing, stop=_nothing)


def _nothing() -> None:
    """No app of it runs."""
