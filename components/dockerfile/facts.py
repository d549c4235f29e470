"""What a Dockerfile says of itself that a deployment must agree with."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# Blank lines in a continued instruction are skipped, as BuildKit does with a warning.
_CONTINUATION = {
    escape: re.compile(rf"{re.escape(escape)}[ \t]*\n(?:[ \t]*\n)*") for escape in "\\`"
}
_ESCAPE = re.compile(
    r"(?i)\A(?:[ \t]*#[ \t]*(?:syntax|check)[ \t]*=.*\n)*[ \t]*#[ \t]*escape[ \t]*=[ \t]*`"
)
_COMMENT = re.compile(r"(?m)^[ \t]*#.*\n?")
_INSTRUCTION = re.compile(r"[ \t]*(\w+)[ \t]+(.*)")
_WORD = re.compile(r"""(?:[^\s"']|"[^"]*"|'[^']*')+""")  # a quoted part may hold blanks
_HEREDOC = re.compile(r"""(?<!\S)\d*<<(-?)(["']?)([^\s"'<]+)\2(?!\S)""")
_TRUE = frozenset({"1", "t", "true"})  # as BuildKit reads a flag


@dataclass(frozen=True)
class DockerfileFacts:
    """Names and numbers read off a Dockerfile; nothing of it is executed."""

    build_args: frozenset[str]  # names declared by ARG
    secrets: frozenset[str]  # ids mounted by RUN --mount=type=secret
    required_secrets: frozenset[str]  # those mounted with required=true
    exposed_ports: tuple[int, ...]  # literal TCP ports of EXPOSE, in order

    @property
    def build_inputs(self) -> frozenset[str]:
        """Variables and secrets whose change alters the image, not only the running app."""
        return self.build_args | self.secrets


def read_dockerfile(text: str) -> DockerfileFacts:
    """Reads the facts off a Dockerfile's text."""
    args: set[str] = set()
    mounted: set[str] = set()
    required: set[str] = set()
    ports: list[int] = []
    for keyword, words in instructions(text):
        match keyword:
            case "ARG":
                args.update(word.split("=")[0] for word in words)
            case "FROM":
                ports.clear()  # only what the last stage exposes is the image's
            case "EXPOSE":
                ports += [int(p) for w in words if (p := w.removesuffix("/tcp")).isdecimal()]
            case "RUN":
                for mount in _secret_mounts(words):
                    mounted.add(mount["id"])
                    if mount.get("required", "").lower() in _TRUE:
                        required.add(mount["id"])
    return DockerfileFacts(
        frozenset(args), frozenset(mounted), frozenset(required), tuple(dict.fromkeys(ports))
    )


def instructions(text: str) -> Iterator[tuple[str, list[str]]]:
    """(keyword in capitals, its words) of each instruction; lines of heredocs are none."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    continuation = _CONTINUATION["`" if _ESCAPE.match(text) else "\\"]
    lines = continuation.sub(" ", _COMMENT.sub("", text)).split("\n")
    while lines:
        match = _INSTRUCTION.match(lines.pop(0))
        if match is None:
            continue
        keyword, rest = match[1].upper(), match[2]
        if keyword in ("RUN", "COPY", "ADD"):
            for dash, _, end in _HEREDOC.findall(rest):
                body = [line.lstrip("\t") if dash else line for line in lines]
                if end in body:
                    del lines[: body.index(end) + 1]
        yield keyword, _WORD.findall(rest)


def _secret_mounts(words: list[str]) -> Iterator[dict[str, str]]:
    """The options of each secret mount, `id` always among them; flags stand before the command."""
    for word in words:
        if not word.startswith("--"):
            return
        flag, _, value = word.partition("=")
        options = dict(_option(part) for part in value.split(","))
        if flag == "--mount" and options.get("type") == "secret":
            paths = [options[key] for key in ("target", "dst", "destination") if key in options]
            name = "".join(paths[:1]).rsplit("/", 1)[-1]
            yield {"id": name, **options}


def _option(part: str) -> tuple[str, str]:
    """`key=value`, or a bare flag, which BuildKit reads as true."""
    key, separator, value = part.partition("=")
    return key, value if separator else "true"
