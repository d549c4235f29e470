"""Deployment environments and the branches and tags that may deploy to them."""

from collections.abc import Iterator
from typing import Any

from toolchain.standins.github import names
from toolchain.standins.github.places import InRepository
from toolchain.standins.github.rest import UnclearError
from toolchain.standins.protocol import Found, PluginError, Problem, Properties

_LONGEST_WAIT = 43200  # minutes: 30 days
_MOST_REVIEWERS = 6
_DEFAULTS = {"canAdminsBypass": True, "preventSelfReview": False, "waitTimer": 0}


class RepositoryEnvironment(InRepository):
    """An environment; every write replaces all that protects it."""

    inputs = (
        "repository",
        "environment",
        "canAdminsBypass",
        "preventSelfReview",
        "waitTimer",
        "reviewers",
        "deploymentBranchPolicy",
    )
    required = ("repository", "environment")
    replace = required
    computed = ("repositoryId",)
    place = required

    def check(self, inputs: Properties) -> Iterator[Problem]:
        """What GitHub answers 422 to."""
        yield from super().check(inputs)
        if not 0 <= inputs.get("waitTimer", 0) <= _LONGEST_WAIT:
            yield Problem("waitTimer", f"it must be 0 to {_LONGEST_WAIT} minutes")
        reviewers = _reviewers(inputs.get("reviewers"))
        if len(reviewers) > _MOST_REVIEWERS:
            yield Problem("reviewers", f"there may be {_MOST_REVIEWERS}, these are more")
        policy = inputs.get("deploymentBranchPolicy")
        if policy and policy["protectedBranches"] == policy["customBranchPolicies"]:
            yield Problem("deploymentBranchPolicy", "exactly one of its two must be true")

    def normalise(self, name: str, value: Any) -> Any:  # noqa: ANN401 - any property's value
        """Reviewers in any order and number of blocks; what is not given is GitHub's default."""
        if name == "reviewers":
            return _reviewers(value)
        return _DEFAULTS.get(name) if value is None else value

    def create(self, inputs: Properties) -> Found:
        """Makes it."""
        return Found(self.id_of(inputs), self._put(inputs))

    def read(self, id_: str, state: Properties) -> Found | None:
        """The environment as it is now."""
        known = self.placed(id_, state)
        found = self.connection.rest.get(*self.environment(known))
        if found is None:
            return None
        protection = {rule["type"]: rule for rule in found.get("protection_rules") or []}
        review = protection.get("required_reviewers", {})
        now: Properties = {
            "repository": known["repository"],
            "environment": known["environment"],
            "canAdminsBypass": found.get("can_admins_bypass", True),
            "preventSelfReview": review.get("prevent_self_review", False),
            "waitTimer": protection.get("wait_timer", {}).get("wait_timer"),
            "reviewers": _grouped(review.get("reviewers")),
            "repositoryId": self.connection.repository_id(known["repository"]),
        }
        if policy := found.get("deployment_branch_policy"):
            now["deploymentBranchPolicy"] = {
                "protectedBranches": policy["protected_branches"],
                "customBranchPolicies": policy["custom_branch_policies"],
            }
        given = {key: value for key, value in now.items() if value is not None}
        return Found(self.id_of(known), given)

    def update(self, id_: str, state: Properties, inputs: Properties) -> Properties:
        """Replaces all that protects it."""
        del id_, state
        return self._put(inputs)

    def delete(self, id_: str, state: Properties) -> None:
        """Deletes it; its secrets and variables go with it."""
        del id_
        self.connection.rest.delete(*self.environment(state))

    def _put(self, inputs: Properties) -> Properties:
        policy = inputs.get("deploymentBranchPolicy")
        body = {
            "wait_timer": inputs.get("waitTimer", 0),
            "prevent_self_review": inputs.get("preventSelfReview", False),
            "can_admins_bypass": inputs.get("canAdminsBypass", True),
            "reviewers": [
                {"type": kind, "id": number} for kind, number in _reviewers(inputs.get("reviewers"))
            ],
            "deployment_branch_policy": policy
            and {
                "protected_branches": policy["protectedBranches"],
                "custom_branch_policies": policy["customBranchPolicies"],
            },
        }
        self.connection.rest.call("PUT", *self.environment(inputs), body=body)
        defaults = {key: _DEFAULTS[key] for key in ("canAdminsBypass", "preventSelfReview")}
        number = self.connection.repository_id(inputs["repository"])
        return {**defaults, **inputs, "repositoryId": number}


class RepositoryEnvironmentDeploymentPolicy(InRepository):
    """A pattern of branches or of tags that may deploy to an environment with custom policies."""

    inputs = ("repository", "environment", "branchPattern", "tagPattern")
    required = ("repository", "environment")
    replace = required
    computed = ("policyId", "repositoryId")
    place = required

    def replaces(self, name: str, state: Properties, inputs: Properties) -> bool:
        """A pattern can be changed, but not from branches to tags."""
        if name in ("branchPattern", "tagPattern"):
            return (name in state) != (name in inputs)
        return super().replaces(name, state, inputs)

    def check(self, inputs: Properties) -> Iterator[Problem]:
        """One pattern."""
        yield from super().check(inputs)
        if ("branchPattern" in inputs) == ("tagPattern" in inputs):
            yield Problem("branchPattern", "give exactly one of branchPattern and tagPattern")

    def create(self, inputs: Properties) -> Found:
        """Adds the pattern."""
        name, kind = _pattern(inputs)
        path = self._policies(inputs)
        try:
            made = self.connection.rest.call("POST", *path, body={"name": name, "type": kind})
        except UnclearError:
            listed = self.connection.rest.call("GET", *path)["branch_policies"]
            same = [each for each in listed if (each["name"], each["type"]) == (name, kind)]
            if not same:
                raise
            made = same[0]
        number = self.connection.repository_id(inputs["repository"])
        return self._found({**inputs, "policyId": made["id"], "repositoryId": number})

    def read(self, id_: str, state: Properties) -> Found | None:
        """The pattern as it is now."""
        known = state or _imported(id_)
        found = self.connection.rest.get(*self._policies(known), str(known["policyId"]))
        if found is None:
            return None
        patterns = ("branchPattern", "tagPattern")
        kept = {key: value for key, value in known.items() if key not in patterns}
        kept["tagPattern" if found.get("type") == "tag" else "branchPattern"] = found["name"]
        kept["repositoryId"] = self.connection.repository_id(known["repository"])
        return self._found(kept)

    def update(self, id_: str, state: Properties, inputs: Properties) -> Properties:
        """Changes the pattern."""
        del id_
        path = (*self._policies(inputs), str(state["policyId"]))
        self.connection.rest.call("PUT", *path, body={"name": _pattern(inputs)[0]})
        kept = {key: state[key] for key in self.computed if key in state}
        return {**kept, **inputs}

    def delete(self, id_: str, state: Properties) -> None:
        """Takes the pattern away."""
        del id_
        self.connection.rest.delete(*self._policies(state), str(state["policyId"]))

    def _policies(self, properties: Properties) -> tuple[str, ...]:
        return (*self.environment(properties), "deployment-branch-policies")

    def _found(self, state: Properties) -> Found:
        return Found(
            names.join(state["repository"], state["environment"], str(state["policyId"])), state
        )


def _pattern(inputs: Properties) -> tuple[str, str]:
    if "branchPattern" in inputs:
        return str(inputs["branchPattern"]), "branch"
    return str(inputs["tagPattern"]), "tag"


def _imported(id_: str) -> Properties:
    parts: Properties = dict(names.split(id_, "repository", "environment", "policyId"))
    if not parts["policyId"].isdigit():
        raise PluginError(f"{id_!r} is no id to import: a policy's id is a number.")
    return {**parts, "policyId": int(parts["policyId"])}


def _reviewers(blocks: list[dict[str, list[int]]] | None) -> list[tuple[str, int]]:
    return sorted(
        (kind, number)
        for block in blocks or []
        for kind, key in (("Team", "teams"), ("User", "users"))
        for number in block.get(key) or []
    )


def _grouped(reviewers: list[dict[str, Any]] | None) -> list[dict[str, list[int]]] | None:
    if not reviewers:
        return None
    groups = (("teams", "Team"), ("users", "User"))
    block = {
        key: [each["reviewer"]["id"] for each in reviewers if each["type"] == kind]
        for key, kind in groups
    }
    return [{key: numbers for key, numbers in block.items() if numbers}]
