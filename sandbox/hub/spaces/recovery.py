"""Space repositories that an older version, killed at the wrong moment, left without a Space.

Both are written in one step now; what is in a home already is mended when the sandbox starts.
"""

import logging
from collections.abc import Callable

from sandbox.http.errors import Refusal
from sandbox.hub.contract import SpaceSettings
from sandbox.hub.repositories.card import front_matter
from sandbox.hub.repositories.reader import SpaceReader
from sandbox.hub.spaces.records import SpaceRecords
from sandbox.machine.contract import MachineUnavailableError

_LOG = logging.getLogger(__name__)


def adopt_orphans(
    reader: SpaceReader,
    records: SpaceRecords,
    created: Callable[[str, SpaceSettings], None],
) -> None:
    """Gives each repository without a Space one of its card's SDK; nothing else of it is known."""
    known = {record.repo_id for record in records.all()}
    for repo_id in reader.spaces():
        if repo_id in known:
            continue
        try:
            readme = reader.read_file(repo_id, reader.head(repo_id), "README.md") or b""
            card = front_matter(readme.decode(errors="replace")) or {}
            created(repo_id, SpaceSettings(sdk=str(card.get("sdk"))))
        except (Refusal, MachineUnavailableError) as error:
            _LOG.warning("Space %s was left half-made, and stays so: %s", repo_id, error)
