"""Mutations of repositories."""

from sandbox.github.graphql.mutations.changes import Input, Mutations, Payload, refuse
from sandbox.http.errors import NotImitatedError


class RepositoryMutations(Mutations):
    """Making them."""

    def create_repository(self, *, input: Input) -> Payload:  # noqa: A002 - the schema's name
        """`createRepository`: empty, for the caller or an organization of theirs."""
        refuse(input, "team_id", "template")
        if input["visibility"] == "INTERNAL":
            raise NotImitatedError("internal repositories, which only enterprises have")
        owner = self._nodes.login(input["owner_id"]) if input.get("owner_id") else None
        made = self._service.create(
            self._caller,
            owner or self._caller.login,
            input["name"],
            private=input["visibility"] == "PRIVATE",
            description=input.get("description"),
            homepage=input.get("homepage_url"),
        )
        return Payload(input, repository=self._inquiry.make.repository(made))
