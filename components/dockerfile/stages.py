"""The stages of a Dockerfile: what each is made from, takes from others, and hands to the image."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from slipway.dockerfile.facts import instructions, read_dockerfile
from slipway.errors import ConfigError

_VARIABLE = re.compile(r"\$(?:\{(?P<braced>\w+)(?::-(?P<default>[^}]*))?[^}]*\}|(?P<bare>\w+))")
_HEREDOC = re.compile(r"\d*<<")
_SECRET_VARIABLE = re.compile(r"--mount=\S*\benv=(\w+)")


@dataclass(frozen=True)
class Copy:
    """One COPY or ADD."""

    sources: tuple[str, ...]  # as written, variables filled in; heredocs left out
    target: str
    origin: str | None  # of --from: a stage or image; None is the build context
    checksum: bool = False  # whether ADD compares what it downloads
    link: bool = False  # whether its layer stands for itself, whatever is below it


@dataclass(frozen=True)
class Run:
    """One RUN."""

    command: str  # without its flags, blanks made one; the lines of a heredoc are left out
    secrets: frozenset[str]  # ids of its secret mounts, and the variables they are given as


@dataclass(frozen=True)
class Stage:
    """One FROM and what follows it."""

    name: str  # of AS, or its number
    base: str  # an image, or the name of an earlier stage
    arguments: frozenset[str]  # declared by ARG
    variables: frozenset[str]  # set by ENV
    copies: tuple[Copy, ...]
    runs: tuple[Run, ...]
    user: str | None  # the last USER; None inherits the base's
    secrets: frozenset[str]  # ids of its secret mounts
    required_secrets: frozenset[str]  # those without which a RUN of it fails


@dataclass
class _Draft:
    name: str
    base: str
    arguments: set[str] = field(default_factory=set)
    variables: set[str] = field(default_factory=set)
    copies: list[Copy] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    user: str | None = None
    secrets: set[str] = field(default_factory=set)
    required_secrets: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Stages:
    """All stages in order, found by name."""

    all: Sequence[Stage]
    global_arguments: frozenset[str] = frozenset()  # declared before the first FROM

    def find(self, name: str) -> Stage | None:
        """The stage of that name or number; names know no case."""
        for number, stage in enumerate(self.all):
            if name.lower() in (stage.name.lower(), str(number)):
                return stage
        return None

    def lineage(self, stage: Stage) -> list[Stage]:
        """The stage and those it is made from, the oldest first: what the image consists of."""
        found = [stage]
        while (parent := self.find(found[0].base)) is not None and parent not in found:
            found.insert(0, parent)
        return found

    def needed_for(self, stage: Stage) -> list[Stage]:
        """Every stage that is built for this one, itself included."""
        found: list[Stage] = []
        waiting = [stage]
        while waiting:
            for each in self.lineage(waiting.pop()):
                if each not in found:
                    found.append(each)
                    origins = (copy.origin for copy in each.copies if copy.origin)
                    waiting += [made for name in origins if (made := self.find(name))]
        return found


def read_stages(text: str, build_args: Mapping[str, str] | None = None) -> Stages:
    """Reads a Dockerfile's stages; nothing of it is executed.

    Args:
        text: the Dockerfile's.
        build_args: what the build is given, in place of the defaults written there.

    Raises:
        ConfigError: it has no FROM.
    """
    drafts: list[_Draft] = []
    given = dict(build_args or {})
    defaults: dict[str, str] = {}
    before: set[str] = set()
    for keyword, words in instructions(text):
        if keyword == "FROM":
            base, name = _from(words, str(len(drafts)))
            drafts.append(_Draft(name, _filled(base, defaults)))
            continue
        if keyword == "ARG":
            for name, separator, value in (word.partition("=") for word in words):
                if separator or name in given:
                    defaults[name] = given.get(name, value.strip("\"'"))
        if not drafts:
            before.update(word.partition("=")[0] for word in words)
        else:
            _read(drafts[-1], keyword, words, defaults)
    if not drafts:
        raise ConfigError("Dockerfile: it has no FROM, so there is nothing to build.")
    return Stages(
        [
            Stage(
                name=draft.name,
                base=draft.base,
                arguments=frozenset(draft.arguments),
                variables=frozenset(draft.variables),
                copies=tuple(draft.copies),
                runs=tuple(draft.runs),
                user=draft.user,
                secrets=frozenset(draft.secrets),
                required_secrets=frozenset(draft.required_secrets),
            )
            for draft in drafts
        ],
        frozenset(before),
    )


def _from(words: list[str], number: str) -> tuple[str, str]:
    """(image, name) of a FROM's words; flags such as --platform stand first."""
    rest = [word for word in words if not word.startswith("--")]
    named = len(rest) == 3 and rest[1].lower() == "as"  # noqa: PLR2004 - IMAGE AS NAME
    return rest[0] if rest else "", rest[2] if named else number


def _read(draft: _Draft, keyword: str, words: list[str], defaults: dict[str, str]) -> None:
    match keyword:
        case "ARG":
            draft.arguments.update(word.partition("=")[0] for word in words)
        case "ENV":
            # The old form, ENV NAME some value, has one name and no equals sign in it.
            names = words if words and "=" in words[0] else words[:1]
            draft.variables.update(word.partition("=")[0] for word in names)
        case "USER":
            draft.user = _filled(words[0], defaults) if words else None
        case "RUN":
            facts = read_dockerfile(f"RUN {' '.join(words)}")
            flags = list(takewhile(lambda word: word.startswith("--"), words))
            variables = _SECRET_VARIABLE.findall(" ".join(flags))
            command = " ".join(words[len(flags) :])
            draft.runs.append(Run(command, facts.secrets.union(variables)))
            draft.secrets |= facts.secrets
            draft.required_secrets |= facts.required_secrets
        case "COPY" | "ADD":
            draft.copies.append(_copy(words, defaults))


def _copy(words: list[str], defaults: dict[str, str]) -> Copy:
    flags = {w.partition("=")[0]: w.partition("=")[2] for w in words if w.startswith("--")}
    rest = [word for word in words if not word.startswith("--")]
    if rest and rest[0].startswith("["):  # the JSON form, for paths with blanks
        rest = re.findall(r'"([^"]*)"', " ".join(rest))
    paths = [_filled(word.strip("\"'"), defaults) for word in rest]
    sources = tuple(path for path in paths[:-1] if not _HEREDOC.match(path))
    return Copy(
        sources,
        "".join(paths[-1:]),
        flags.get("--from"),
        checksum="--checksum" in flags,
        link=flags.get("--link", "false").lower() in ("", "true"),
    )


def _filled(text: str, values: dict[str, str]) -> str:
    """`text` with variables replaced by what is known of them; unknown ones stay as written."""

    def value(match: re.Match[str]) -> str:
        name = match["braced"] or match["bare"]
        return values.get(name) or match["default"] or match[0]

    return _VARIABLE.sub(value, text)


def is_variable(text: str) -> bool:
    """Whether a part is only known while the image is built."""
    return _VARIABLE.search(text) is not None


def names_in(stages: Iterable[Stage]) -> frozenset[str]:
    """Every ARG and ENV name of some stages."""
    return frozenset(name for each in stages for name in each.arguments | each.variables)
