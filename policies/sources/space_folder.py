"""The folder of a Space, anybody's: its README's front matter and its Dockerfile."""

import re
from pathlib import Path

import yaml

from policies.declared import dockerfile_of
from policies.things import Build, Everything, Service, Thing
from policies.values import UNKNOWN, Value
from slipway.dockerfile.facts import instructions
from slipway.dockerfile.summary import summary_of_text
from slipway.errors import ConfigError
from slipway.huggingface.space.card import DEFAULT_APP_PORT

_FRONT_MATTER = re.compile(r"\A---\r?\n(.*?)\r?\n---\s*(?:\r?\n|\Z)", re.DOTALL)


def read(path: Path) -> Everything:
    """What a Space's own files say; settings on its page are nowhere in them.

    Args:
        path: the folder, or its README.md.

    Raises:
        ConfigError: no README, or one without front matter.
    """
    readme = path / "README.md" if path.is_dir() else path
    try:
        written = readme.read_text(encoding="utf-8")
    except OSError:
        raise ConfigError(f"{path}: no README.md. A Space is configured by its README.") from None
    front = _FRONT_MATTER.match(written)
    data = yaml.safe_load(front[1]) if front else None
    if not isinstance(data, dict):
        raise ConfigError(f"{readme}: it has no front matter, so it is no Space's README.")
    dockerfile = readme.parent / "Dockerfile"
    found = dockerfile.read_text(encoding="utf-8") if dockerfile.is_file() else None
    docker = data.get("sdk") == "docker"
    label = f"Space {data.get('title') or readme.parent.resolve().name}"
    space = Service(
        urn=str(readme),
        label=label,
        kind="space",
        variables=UNKNOWN,  # they stand on the Space's page
        secrets=UNKNOWN,
        plan=str(data.get("suggested_hardware") or ""),
        port=data.get("app_port", DEFAULT_APP_PORT) if docker else None,
        dockerfile=dockerfile_of(summary_of_text(found)) if docker else None,
    )
    return Everything([space, *_build(dockerfile, label, found)])


def _build(path: Path, label: str, text: str | None) -> list[Thing]:
    """The values that a Dockerfile gives its ARG and ENV."""
    values: dict[str, Value] = {}
    for keyword, words in instructions(text or ""):
        if keyword in ("ARG", "ENV"):
            for word in words:
                name, separator, value = word.partition("=")
                if separator:
                    values[name] = value.strip("\"'")
    return [Build(urn=str(path), label=f"{label}, Dockerfile", arguments=values)] if text else []
