"""Webhooks of a repository. What GitHub holds of a secret is that there is one."""

from collections.abc import Iterator
from typing import Any

from toolchain.standins.github.names import split
from toolchain.standins.github.places import InRepository
from toolchain.standins.github.rest import UnclearError
from toolchain.standins.protocol import Found, Problem, Properties

_TYPES = ("form", "json")


class RepositoryWebhook(InRepository):
    """A webhook; its id is its number, and `REPOSITORY/NUMBER` to import it."""

    inputs = ("repository", "events", "active", "configuration", "etag")
    required = ("repository", "events")
    replace = ("repository",)
    computed = ("url", "etag")

    def replaces(self, name: str, state: Properties, inputs: Properties) -> bool:
        """Another repository has another webhook; its state does not hold the repository's id."""
        del state, inputs
        return name in self.replace

    def check(self, inputs: Properties) -> Iterator[Problem]:
        """What GitHub answers 422 to."""
        yield from super().check(inputs)
        configuration = inputs.get("configuration") or {}
        if not configuration.get("url"):
            yield Problem("configuration", "its url says where the webhook leads")
        if configuration.get("contentType", "form") not in _TYPES:
            yield Problem("configuration", f"its contentType must be one of {', '.join(_TYPES)}")
        if not inputs["events"]:
            yield Problem("events", "it must name at least one event")

    def normalise(self, name: str, value: Any) -> Any:  # noqa: ANN401 - any property's value
        """Events in any order; the defaults of the rest."""
        if name == "events":
            return sorted(set(value or []))
        if name == "active":
            return True if value is None else value
        if name == "configuration":
            return {"contentType": "form", "insecureSsl": False, **(value or {})}
        return value

    def create(self, inputs: Properties) -> Found:
        """Makes it; one that leads to the same address for the same events is refused."""
        path = (*self.repository(inputs), "hooks")
        try:
            made = self.connection.rest.call("POST", *path, body=_body(inputs))
        except UnclearError:
            wanted = (inputs["configuration"]["url"], self.normalise("events", inputs["events"]))
            listed = self.connection.rest.call("GET", *path)
            same = [
                each for each in listed if (each["config"]["url"], sorted(each["events"])) == wanted
            ]
            if not same:
                raise
            made = same[0]
        return Found(str(made["id"]), _state(inputs, made))

    def read(self, id_: str, state: Properties) -> Found | None:
        """The webhook as it is now."""
        known = state or split(id_.replace("/", ":"), "repository", "number")
        number = id_ if state else known["number"]
        found = self.connection.rest.get(*self.repository(known), "hooks", number)
        return found and Found(str(found["id"]), _state(known, found))

    def update(self, id_: str, state: Properties, inputs: Properties) -> Properties:
        """Makes it as it is wanted."""
        del state
        path = (*self.repository(inputs), "hooks", id_)
        return _state(inputs, self.connection.rest.call("PATCH", *path, body=_body(inputs)))

    def delete(self, id_: str, state: Properties) -> None:
        """Deletes it."""
        self.connection.rest.delete(*self.repository(state), "hooks", id_)


def _body(inputs: Properties) -> dict[str, Any]:
    configuration = inputs["configuration"]
    secret = configuration.get("secret")
    return {
        "events": inputs["events"],
        "active": inputs.get("active", True),
        "config": {
            "url": configuration["url"],
            "content_type": configuration.get("contentType", "form"),
            "insecure_ssl": "1" if configuration.get("insecureSsl") else "0",
            **({} if secret is None else {"secret": secret}),
        },
    }


def _state(known: Properties, found: dict[str, Any]) -> Properties:
    """What GitHub says, with the secret that it was given, which it shows to nobody."""
    config = found["config"]
    secret = (known.get("configuration") or {}).get("secret") if "secret" in config else None
    return {
        "repository": known["repository"],
        "events": found["events"],
        "active": found["active"],
        "url": found["url"],
        "etag": "",  # the official plugin's own cache; nothing reads it
        "configuration": {
            "url": config["url"],
            "contentType": config["content_type"],
            "insecureSsl": config["insecure_ssl"] == "1",
            **({} if secret is None else {"secret": secret}),
        },
    }
