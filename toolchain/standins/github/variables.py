"""Actions variables: readable, so that every change made elsewhere shows."""

from collections.abc import Iterator
from typing import ClassVar

from toolchain.standins.github import names
from toolchain.standins.github.places import InRepository
from toolchain.standins.github.rest import ApiError, UnclearError
from toolchain.standins.protocol import Found, Problem, Properties, UnfinishedError


class ActionsVariable(InRepository):
    """A variable of a repository."""

    inputs: ClassVar[tuple[str, ...]] = ("repository", "variableName", "value")
    required: ClassVar[tuple[str, ...]] = inputs
    replace: ClassVar[tuple[str, ...]] = ("repository", "variableName")
    computed = ("createdAt", "updatedAt", "repositoryId")
    renewed = ("updatedAt",)
    place: ClassVar[tuple[str, ...]] = replace

    def check(self, inputs: Properties) -> Iterator[Problem]:
        """Names."""
        yield from super().check(inputs)
        yield from names.problems_of_name("variableName", inputs["variableName"])

    def create(self, inputs: Properties) -> Found:
        """Makes it; one that exists already is refused."""
        path = self.base(inputs, "variables")
        body = {"name": inputs["variableName"], "value": inputs["value"]}
        try:
            self.connection.rest.call("POST", *path, body=body)
        except UnclearError:
            # No answer may hide a success, and a second POST would be refused: look instead.
            found = self.connection.rest.get(*path, inputs["variableName"])
            if found is None or found["value"] != inputs["value"]:
                raise
        return Found(self.id_of(inputs), self._written(inputs))

    def read(self, id_: str, state: Properties) -> Found | None:
        """The variable as it is now."""
        known = self.placed(id_, state)
        found = self.connection.rest.get(*self._path(known))
        if found is None:
            return None
        return Found(
            self.id_of(known),
            {
                **known,
                "value": found["value"],
                "createdAt": names.time_of(found["created_at"]),
                "updatedAt": names.time_of(found["updated_at"]),
                "repositoryId": self.connection.repository_id(known["repository"]),
            },
        )

    def update(self, id_: str, state: Properties, inputs: Properties) -> Properties:
        """Changes its value."""
        del id_, state
        body = {"name": inputs["variableName"], "value": inputs["value"]}
        self.connection.rest.call("PATCH", *self._path(inputs), body=body)
        return self._written(inputs)

    def delete(self, id_: str, state: Properties) -> None:
        """Deletes it."""
        del id_
        self.connection.rest.delete(*self._path(state))

    def _path(self, properties: Properties) -> tuple[str, ...]:
        return (*self.base(properties, "variables"), properties["variableName"])

    def _written(self, inputs: Properties) -> Properties:
        try:
            found = self.connection.rest.call("GET", *self._path(inputs))
            number = self.connection.repository_id(inputs["repository"])
        except ApiError as error:
            raise UnfinishedError(str(error), self.id_of(inputs), inputs) from None
        return {
            **inputs,
            "repositoryId": number,
            "createdAt": names.time_of(found["created_at"]),
            "updatedAt": names.time_of(found["updated_at"]),
        }


class ActionsEnvironmentVariable(ActionsVariable):
    """A variable of an environment."""

    inputs = ("repository", "environment", "variableName", "value")
    required = inputs
    replace = ("repository", "environment", "variableName")
    place = replace
