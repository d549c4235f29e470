"""Where secrets and variables live: in a repository, or in one of its environments."""

from collections.abc import Iterator
from typing import ClassVar

from toolchain.standins.github import names
from toolchain.standins.github.connection import Connection
from toolchain.standins.github.rest import ApiError
from toolchain.standins.protocol import Problem, Properties, ResourceType


class InRepository(ResourceType[Connection]):
    """A resource that is part of a repository; `place` are the names that its id consists of."""

    place: ClassVar[tuple[str, ...]] = ("repository",)

    def replaces(self, name: str, state: Properties, inputs: Properties) -> bool:
        """A renamed repository is still the same one, which its number tells."""
        if name != "repository" or not isinstance(inputs.get(name), str):
            return super().replaces(name, state, inputs)
        try:
            return self.connection.repository_id(inputs[name]) != state.get("repositoryId")
        except ApiError:
            return True

    def check(self, inputs: Properties) -> Iterator[Problem]:
        """The repository's name."""
        yield from names.problems_of_repository(inputs["repository"])

    def id_of(self, properties: Properties) -> str:
        """The id: every name of the place."""
        return names.join(*(str(properties[key]) for key in self.place))

    def placed(self, id_: str, state: Properties) -> Properties:
        """The state, and after an import the names of which the id consists."""
        return state or dict(names.split(id_, *self.place))

    def repository(self, properties: Properties) -> tuple[str, ...]:
        """The repository's path."""
        return self.connection.repository(properties["repository"])

    def environment(self, properties: Properties) -> tuple[str, ...]:
        """The environment's path, where there is one."""
        return (*self.repository(properties), "environments", properties["environment"])

    def base(self, properties: Properties, what: str) -> tuple[str, ...]:
        """The path of the secrets or variables of the place."""
        if "environment" in self.place:
            return (*self.environment(properties), what)
        return (*self.repository(properties), "actions", what)
