"""What the sandbox's command does where the Hub has a page: whom repositories trust."""

import json
from collections.abc import Sequence
from pathlib import Path

from sandbox.console.report import table
from sandbox.hub.publishing.exchange import InvalidGrantError, InvalidRequestError, parse_resource
from sandbox.hub.publishing.publishers import Publishers
from sandbox.hub.repositories.registry import Registry
from sandbox.store.database import Database
from toolchain.progress import SetupError

_HEAD = ("id", "repository", "provider", "claims", "last used")


class TrustSettings:
    """Publishers as a person configures them; all texts are for people.

    Args:
        database: the sandbox's.
        repositories: the folder of the Hub's.
    """

    def __init__(self, database: Database, repositories: Path) -> None:
        self._registry = Registry(database, repositories)
        self._publishers = Publishers(database)

    def trust(self, resource: str, pairs: Sequence[str]) -> int:
        """Lets workflows push to a repository; the publisher's number, also if it is there already.

        Args:
            resource: as in HF_OIDC_RESOURCE: "ada/model", "spaces/ada/app".
            pairs: claims, each `NAME=VALUE`.

        Raises:
            SetupError: there is no such repository, or these claims are none.
        """
        claims = {}
        for pair in pairs:
            name, _, value = pair.partition("=")
            if name in claims:
                raise SetupError(f"The claim {name!r} is given twice: a publisher has one of each.")
            claims[name] = value
        try:
            kind, repo_id = parse_resource(resource)
            found = None if kind is None else self._registry.find(kind, repo_id)
            if found is None:
                raise SetupError(f"There is no repository {resource} on the sandbox's Hub.")
            known = (each for each in self._publishers.of(found.uid) if each.claims == claims)
            return (next(known, None) or self._publishers.add(found.uid, claims)).id
        except (ValueError, InvalidRequestError, InvalidGrantError) as error:
            raise SetupError(f"{resource} can't trust this publisher: {error}.") from None

    def distrust(self, number: int) -> None:
        """Removes a publisher; tokens it has stay good for what is left of their hour."""
        if not self._publishers.remove(number):
            raise SetupError(f"There is no publisher with the number {number}.")

    def listing(self) -> str:
        """All of them, as a table."""
        rows = []
        for each in self._publishers.all():
            repository = self._registry.find_uid(each.repository)
            name = "" if repository is None else repository.name.web_path
            claims = json.dumps(each.claims, ensure_ascii=False)
            rows.append((str(each.id), name, each.provider, claims, each.last_used_at or "never"))
        return table(rows, _HEAD)
