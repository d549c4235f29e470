"""What has to be written so that a Space's secrets and variables are as declared."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from slipway.core.difference import Change

if TYPE_CHECKING:
    from slipway.huggingface.space.client import SpaceClient


def without_clashes(
    spaces: "SpaceClient",
    repo_id: str,
    declared: tuple[Iterable[str], Iterable[str]],
    changes: tuple[Change, Change],
) -> tuple[Change, Change]:
    """The changes, and the deletion of what bears a declared name but is of the other kind.

    Args:
        spaces: the client.
        repo_id: the Space.
        declared: names of all declared secrets and of all declared variables.
        changes: of secrets and of variables.
    """
    secret_names, variable_names = map(set, declared)
    secrets, variables = changes
    return (
        secrets.also_without(variable_names & set(spaces.secrets(repo_id))),
        variables.also_without(secret_names & set(spaces.variables(repo_id))),
    )


def write_settings(spaces: "SpaceClient", repo_id: str, secrets: Change, variables: Change) -> None:
    """Writes what differs.

    Everything that goes is deleted first: one name as a secret and a variable at the same time
    takes a Space down (CONFIG_ERROR), also in passing.
    """
    for name in sorted(secrets.gone):
        spaces.delete_secret(repo_id, name)
    for name in sorted(variables.gone):
        spaces.delete_variable(repo_id, name)
    for name, value in sorted(variables.wanted.items()):
        spaces.set_variable(repo_id, name, value)
    for name, value in sorted(secrets.wanted.items()):
        spaces.set_secret(repo_id, name, value)
