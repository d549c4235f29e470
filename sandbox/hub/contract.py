"""What the repositories of the Hub tell its Spaces, and ask of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, kw_only=True)
class SpaceSettings:
    """What `POST /api/repos/create` may say of a new Space besides its repository."""

    sdk: str
    hardware: str | None = None
    sleep_time_seconds: int | None = None
    secrets: Sequence[Mapping[str, str]] = field(
        default_factory=tuple
    )  # {key, value, description?}
    variables: Sequence[Mapping[str, str]] = field(default_factory=tuple)


class SpaceHost(Protocol):
    """The Spaces half: it is told what happens to repositories of type space."""

    def created(self, repo_id: str, settings: SpaceSettings) -> None:
        """A Space repository exists and holds its initial commit."""
        ...

    def committed(self, repo_id: str, commit: str) -> None:
        """`main` now points at `commit` (API commit or git push)."""
        ...

    def moved(self, old_id: str, new_id: str) -> None:
        """The Space was renamed."""
        ...

    def deleted(self, repo_id: str) -> None:
        """The Space is gone: stop it and forget it."""
        ...

    def runtime(self, repo_id: str) -> dict[str, Any]:
        """The `runtime` object of `GET /api/spaces/{id}`."""
        ...

    def host(self, repo_id: str) -> tuple[str, str]:
        """(`host` URL under which the app answers, `subdomain`)."""
        ...
