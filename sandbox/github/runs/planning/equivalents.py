"""Which actions a job uses, and what stands in for those that would come from the internet."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from sandbox.github.runs.planning.yaml_text import YamlError, parse_yaml

_FOLDER = Path(__file__).parent / "actions"
_DEPTH = 5  # of actions that use actions

ReadFile = Callable[[str], bytes | None]  # a file of the run's commit
FindOwn = Callable[[str, str], Path | None]  # (repository, ref) -> a copy, if this GitHub holds it


@dataclass
class FoundActions:
    """What the `uses` of a job lead to."""

    folders: dict[str, Path] = field(default_factory=dict)  # "owner/name@ref" -> its files
    notes: list[str] = field(default_factory=list)  # for the log
    missing: list[str] = field(default_factory=list)  # why the job cannot run


def known_equivalents() -> list[str]:
    """The actions that have a local equivalent, as `owner/name`."""
    return sorted(
        str(found.parent.relative_to(_FOLDER)) for found in _FOLDER.glob("*/*/action.yml")
    )


def find_actions(
    steps: Sequence[Mapping[str, Any]], read_file: ReadFile, find_own: FindOwn
) -> FoundActions:
    """Resolves the actions of a job's steps, and of the repository's own actions among them."""
    found = FoundActions()
    for uses in dict.fromkeys(_used(steps, read_file, _DEPTH)):
        if uses.startswith("./"):
            continue
        if uses.startswith("docker://"):
            found.missing.append(f"{uses}: actions that are images are not run here")
            continue
        address, _, ref = uses.partition("@")
        parts = address.split("/")
        if len(parts) < 2 or not ref:  # noqa: PLR2004 - owner and name
            found.missing.append(
                f"Unable to resolve action `{uses}`: expected owner/name[/path]@ref"
            )
            continue
        _resolve("/".join(parts[:2]), "/".join(parts[2:]), ref, find_own, found)
    for step in steps:
        found.notes += _unexpected_inputs(step)
    return found


def _unexpected_inputs(step: Mapping[str, Any]) -> list[str]:
    """A warning in GitHub's words for inputs that a local equivalent would drop."""
    uses, given = str(step.get("uses") or ""), step.get("with")
    file = _FOLDER / uses.partition("@")[0].lower() / "action.yml"
    if not uses or not isinstance(given, Mapping) or not file.is_file():
        return []
    valid = list(parse_yaml(file.read_bytes()).get("inputs") or {})
    unknown = [str(name) for name in given if str(name).lower() not in valid]
    if not unknown:
        return []
    named = ", ".join(f"'{name}'" for name in unknown)
    inputs = ", ".join(f"'{name}'" for name in valid)
    return [f"##[warning]Unexpected input(s) {named} of {uses}, valid inputs here are [{inputs}]"]


def _resolve(name: str, path: str, ref: str, find_own: FindOwn, found: FoundActions) -> None:
    full = "/".join(filter(None, (name, path)))
    folder = _FOLDER / name.lower()
    if (folder / path / "action.yml").is_file():
        found.folders[f"{name}@{ref}"] = folder
        found.notes.append(f"{full}@{ref}: local equivalent of {full}, which is not downloaded")
        return
    own = find_own(name, ref)
    if own is not None:
        found.folders[f"{name}@{ref}"] = own
        found.notes.append(f"{full}@{ref}: from this sandbox's own repository {name}")
        return
    known = ", ".join(known_equivalents())
    found.missing.append(
        f"Unable to resolve action `{full}@{ref}`: nothing is downloaded here, the sandbox holds no"
        f" repository {name} with that ref, and there is no local equivalent. There are local"
        f" equivalents of {known}."
    )


def _used(steps: Sequence[Mapping[str, Any]], read_file: ReadFile, depth: int) -> Iterator[str]:
    for step in steps:
        uses = step.get("uses") if isinstance(step, Mapping) else None
        if not isinstance(uses, str):
            continue
        yield uses
        if uses.startswith("./") and depth > 0:
            yield from _used(_own_steps(uses, read_file), read_file, depth - 1)


def _own_steps(uses: str, read_file: ReadFile) -> Sequence[Mapping[str, Any]]:
    """The steps of an action that lies in the repository itself; none if it cannot be read."""
    for name in ("action.yml", "action.yaml"):
        content = read_file(str(PurePosixPath(uses) / name))
        if content is not None:
            try:
                runs = parse_yaml(content)["runs"]
                return list(runs.get("steps") or [])
            except (YamlError, KeyError, TypeError, AttributeError):
                return []  # act says what is wrong with it
    return []
