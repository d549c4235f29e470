"""The front matter of a Space's README, as far as it decides how the Space runs."""

import re
from dataclasses import dataclass

from sandbox.hub.repositories.card import front_matter, validate
from sandbox.hub.repositories.names import RepoKind

DEFAULT_PORT = 7860
DEFAULT_STARTUP_SECONDS = 30 * 60.0  # "startup_duration_timeout", documented default 30m
_DURATION = re.compile(r"(\d+)\s*([smhd])")
_UNIT_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


class CardError(Exception):
    """The card makes the Space CONFIG_ERROR; the message becomes `errorMessage`."""


@dataclass(frozen=True, kw_only=True)
class SpaceCard:
    """What the front matter says about running the Space."""

    sdk: str
    title: str
    app_port: int = DEFAULT_PORT
    app_file: str = "index.html"  # static Spaces: the page at /
    startup_seconds: float = DEFAULT_STARTUP_SECONDS
    left_out: tuple[str, ...] = ()  # what it asks for and does not get here, for the build's log


_LEFT_OUT = {
    "preload_from_hub": "preload_from_hub is not done in this sandbox: the app finds an empty "
    "cache, and downloads when it asks",
    "hf_oauth": "hf_oauth is not imitated in this sandbox: the app finds no OAUTH_CLIENT_ID, "
    "OAUTH_CLIENT_SECRET, OAUTH_SCOPES or OPENID_PROVIDER_URL",
}


def parse_card(readme: bytes | None, *, name: str) -> SpaceCard:
    """Reads a README; `name` stands in for a missing title.

    Raises:
        CardError: no front matter, no `sdk`, a value against the Hub's rules, or something that
            this sandbox cannot build.
    """
    content = (readme or b"").decode("utf-8", errors="replace")
    errors = validate(content, RepoKind.SPACE).errors
    if errors:
        raise CardError(f"Invalid configuration in README: {'; '.join(errors)}")
    values = front_matter(content)
    if values is None or not values.get("sdk"):
        raise CardError("Missing configuration in README")
    if values["sdk"] not in ("docker", "static"):
        raise CardError(
            f"This sandbox builds docker and static Spaces only, not sdk {values['sdk']!r}. "
            "Give the Space a Dockerfile and 'sdk: docker'"
        )
    if values.get("app_build_command"):
        raise CardError(
            "This sandbox does not run app_build_command. Commit the built files, or use sdk docker"
        )
    return SpaceCard(
        sdk=values["sdk"],
        title=str(values.get("title") or name),
        app_port=int(values.get("app_port") or DEFAULT_PORT),
        app_file=str(values.get("app_file") or "index.html"),
        startup_seconds=_seconds(values.get("startup_duration_timeout")),
        left_out=tuple(text for key, text in _LEFT_OUT.items() if values.get(key)),
    )


def _seconds(duration: str | None) -> float:
    """Seconds of "30m", "1h" or "1h 30m"; the form has been validated."""
    if duration is None:
        return DEFAULT_STARTUP_SECONDS
    return sum(int(number) * _UNIT_SECONDS[unit] for number, unit in _DURATION.findall(duration))
