"""Rulesets: what must be true before a branch or tag changes."""

from collections.abc import Iterator
from typing import Any

from toolchain.standins.github import rules
from toolchain.standins.github.names import split
from toolchain.standins.github.places import InRepository
from toolchain.standins.github.rest import UnclearError
from toolchain.standins.protocol import Found, Problem, Properties

_TARGETS = ("branch", "tag", "push")
_ENFORCEMENTS = ("disabled", "active", "evaluate")


class RepositoryRuleset(InRepository):
    """A ruleset of a repository; its id is its number."""

    inputs = (
        "name",
        "repository",
        "target",
        "enforcement",
        "bypassActors",
        "conditions",
        "rules",
    )
    required = ("repository", "target", "enforcement", "rules")
    replace = ("repository",)
    computed = ("nodeId", "rulesetId", "etag")
    autonamed = "name"

    def replaces(self, name: str, state: Properties, inputs: Properties) -> bool:
        """Another repository is another ruleset; its state does not hold the repository's id."""
        del state, inputs
        return name in self.replace

    def check(self, inputs: Properties) -> Iterator[Problem]:
        """What GitHub answers 422 to, and rules that the stand-in does not know."""
        yield from super().check(inputs)
        if inputs["target"] not in _TARGETS:
            yield Problem("target", f"it must be one of {', '.join(_TARGETS)}")
        if inputs["enforcement"] not in _ENFORCEMENTS:
            yield Problem("enforcement", f"it must be one of {', '.join(_ENFORCEMENTS)}")
        if inputs["target"] != "push" and "refName" not in inputs.get("conditions", {}):
            yield Problem("conditions", "refName says for which branches or tags it is in force")
        for name in sorted(set(inputs["rules"]) - rules.SERVED):
            yield Problem("rules", f"the sandbox's stand-in for the github plugin lacks {name}")

    def normalise(self, name: str, value: Any) -> Any:  # noqa: ANN401 - any property's value
        """Rules with their defaults; lists in any order; an empty list is none."""
        if name == "rules":
            return rules.normalised(value or {})
        if name == "conditions" and value:
            names = value.get("refName") or {}
            return {key: sorted(names.get(key) or []) for key in ("includes", "excludes")}
        if name == "bypassActors":
            actors = ({"actorId": 0, **actor} for actor in value or [])
            return sorted(sorted(actor.items()) for actor in actors)
        return value

    def create(self, inputs: Properties) -> Found:
        """Makes it; one of the same name is refused."""
        path = (*self.repository(inputs), "rulesets")
        try:
            made = self.connection.rest.call("POST", *path, body=_body(inputs))
        except UnclearError:
            listed = self.connection.rest.call("GET", *path)
            same = [each["id"] for each in listed if each["name"] == inputs["name"]]
            if not same:
                raise
            made = self.connection.rest.call("GET", *path, str(same[0]))
        return Found(str(made["id"]), _state(inputs["repository"], made))

    def read(self, id_: str, state: Properties) -> Found | None:
        """The ruleset as it is now."""
        known = state or split(id_, "repository", "rulesetId")
        number = id_ if state else known["rulesetId"]
        found = self.connection.rest.get(*self.repository(known), "rulesets", number)
        return found and Found(str(found["id"]), _state(known["repository"], found))

    def update(self, id_: str, state: Properties, inputs: Properties) -> Properties:
        """Replaces it."""
        del state
        path = (*self.repository(inputs), "rulesets", id_)
        return _state(
            inputs["repository"], self.connection.rest.call("PUT", *path, body=_body(inputs))
        )

    def delete(self, id_: str, state: Properties) -> None:
        """Deletes it."""
        self.connection.rest.delete(*self.repository(state), "rulesets", id_)


def _body(inputs: Properties) -> dict[str, Any]:
    names = (inputs.get("conditions") or {}).get("refName") or {}
    return {
        "name": inputs["name"],
        "target": inputs["target"],
        "enforcement": inputs["enforcement"],
        "bypass_actors": [
            {
                "actor_id": actor.get("actorId"),
                "actor_type": actor["actorType"],
                "bypass_mode": actor["bypassMode"],
            }
            for actor in inputs.get("bypassActors") or []
        ],
        "conditions": {
            "ref_name": {
                "include": names.get("includes") or [],
                "exclude": names.get("excludes") or [],
            }
        },
        "rules": rules.to_api(inputs["rules"]),
    }


def _state(repository: str, found: dict[str, Any]) -> Properties:
    state: Properties = {
        "repository": repository,
        "name": found["name"],
        "target": found["target"],
        "enforcement": found["enforcement"],
        "rules": rules.from_api(found.get("rules") or []),
        "rulesetId": int(found["id"]),
        "nodeId": found.get("node_id", ""),
        "etag": "",  # the official plugin's own cache; nothing reads it
    }
    names = (found.get("conditions") or {}).get("ref_name") or {}
    if names.get("include") or names.get("exclude"):
        state["conditions"] = {
            "refName": {"includes": names["include"], "excludes": names["exclude"]}
        }
    if actors := found.get("bypass_actors"):
        state["bypassActors"] = [
            {
                **({"actorId": actor["actor_id"]} if actor.get("actor_id") else {}),
                "actorType": actor["actor_type"],
                "bypassMode": actor["bypass_mode"],
            }
            for actor in actors
        ]
    return state
