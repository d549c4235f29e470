"""The host's own distribution archives, out of its apt configuration in either format."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_SUITES = ("", "-updates", "-security", "-backports")  # what follows the codename
_KEYRINGS = ("debian-archive-", "ubuntu-archive-")
_FETCHABLE = ("http://", "https://")  # a path of the host means nothing in an image
_ONE_LINE = re.compile(
    r"^deb\s+(?:\[(?P<options>[^]]*)]\s+)?(?P<uri>\S+)\s+(?P<suite>\S+)\s+(?P<components>.+)$"
)


@dataclass(frozen=True)
class AptSource:
    """One archive, suite and set of components."""

    uri: str
    suite: str
    components: tuple[str, ...]
    signed_by: str | None = None  # keyring file, where one is named

    def deb822(self) -> str:
        """The stanza for a `.sources` file."""
        lines = [
            "Types: deb",
            f"URIs: {self.uri}",
            f"Suites: {self.suite}",
            f"Components: {' '.join(self.components)}",
        ]
        if self.signed_by is not None:
            lines.append(f"Signed-By: {self.signed_by}")
        return "\n".join(lines) + "\n"


def distribution_sources(etc_apt: Path, codename: str) -> list[AptSource]:
    """The archives of the distribution itself; those of third parties are left out.

    A third party's suite may carry the distribution's codename. It is told by its own keyring, or
    by having no component `main`.

    Args:
        etc_apt: the folder with sources.list and sources.list.d.
        codename: the release's name, such as "bookworm".

    Returns:
        The base suite first, as it is the one to bootstrap from.
    """
    suites = [f"{codename}{ending}" for ending in _SUITES]
    ours = [
        source
        for source in _all_sources(etc_apt)
        if source.suite in suites
        and "main" in source.components
        and source.uri.startswith(_FETCHABLE)
        and _is_distribution_keyring(source.signed_by)
    ]
    return sorted(dict.fromkeys(ours), key=lambda source: suites.index(source.suite))


def _is_distribution_keyring(signed_by: str | None) -> bool:
    return signed_by is None or Path(signed_by).name.startswith(_KEYRINGS)


def _all_sources(etc_apt: Path) -> Iterator[AptSource]:
    parts = etc_apt / "sources.list.d"
    for path in [etc_apt / "sources.list", *sorted(parts.glob("*.list"))]:
        if path.is_file():
            yield from _one_line_sources(path.read_text(encoding="utf-8"))
    for path in sorted(parts.glob("*.sources")):
        yield from _deb822_sources(path.read_text(encoding="utf-8"))


def _one_line_sources(text: str) -> Iterator[AptSource]:
    for line in text.splitlines():
        found = _ONE_LINE.match(line.partition("#")[0].strip())
        if found is None:
            continue
        options = dict(
            option.split("=", 1) for option in (found["options"] or "").split() if "=" in option
        )
        components = tuple(found["components"].split())
        yield AptSource(found["uri"], found["suite"], components, options.get("signed-by"))


def _deb822_sources(text: str) -> Iterator[AptSource]:
    for stanza in re.split(r"\n\s*\n", text):
        fields = _fields(stanza)
        if "deb" not in fields.get("types", "").split() or fields.get("enabled") == "no":
            continue
        # A key may stand in the field itself; such a source is a third party's.
        signed_by = fields.get("signed-by")
        for uri in fields.get("uris", "").split():
            for suite in fields.get("suites", "").split():
                components = tuple(fields.get("components", "").split())
                yield AptSource(uri, suite, components, signed_by)


def _fields(stanza: str) -> dict[str, str]:
    """A deb822 paragraph: names in lower case, continuation lines joined, comments left out."""
    fields: dict[str, str] = {}
    name = ""
    for line in stanza.splitlines():
        if line.startswith("#"):
            continue
        if line[:1].isspace():
            fields[name] = f"{fields.get(name, '')} {line.strip()}".strip()
        elif ":" in line:
            key, _, value = line.partition(":")
            name = key.strip().lower()
            fields[name] = value.strip()
    return fields
