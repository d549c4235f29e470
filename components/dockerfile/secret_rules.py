"""How a build must not handle credentials: each of these leaves them where others can read them.

A secret mount is the one way that leaves nothing: not in the history, which shows arguments and
variables, not in a layer, not in the cache that is pushed beside the image.
"""

import re
from collections.abc import Iterator

from slipway.core.secrecy.shapes import credential_in
from slipway.dockerfile.broken_rule import BrokenRule
from slipway.dockerfile.stages import Run, Stages, names_in

_SECRET_WORDS = frozenset(
    {"TOKEN", "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIAL", "CREDENTIALS", "APIKEY"}
)
_SECRET_ENDINGS = ("API_KEY", "ACCESS_KEY", "PRIVATE_KEY", "SECRET_KEY", "SIGNING_KEY")
_HARMLESS_ENDINGS = ("_PATH", "_FILE", "_DIR", "_URL", "_ID", "_NAME")
_USED = re.compile(r"\$\{?([A-Za-z_]\w*)")
_ASSIGNED = re.compile(r"(?:^|[\s;&|(])(?:export\s+)?([A-Za-z_]\w*)=")
_MOUNTED = re.compile(r"/run/secrets/([\w.-]+)")
# Each of these writes the credential into a file of its own, and so into the layer.
_LOGIN = re.compile(
    r"(?:\b(?:huggingface-cli\s+login|hf\s+auth\s+login|docker\s+login|gh\s+auth\s+login"
    r"|git\s+config\s[^;&|]*(?:credential|insteadOf|extraheader)|git-credential)|\.netrc)\b"
)


def looks_secret(name: str) -> bool:
    """Whether a variable of this name is likely to hold a credential."""
    upper = name.upper()
    if upper.endswith(_HARMLESS_ENDINGS):
        return False
    return upper.endswith(_SECRET_ENDINGS) or bool(_SECRET_WORDS & set(upper.split("_")))


def broken_secret_rules(stages: Stages, text: str) -> Iterator[BrokenRule]:
    """What any stage does, also those that are not part of the image: all of them are cached.

    Args:
        stages: the Dockerfile's.
        text: of the Dockerfile.
    """
    for name in sorted(stages.global_arguments | names_in(stages.all)):
        if looks_secret(name):
            yield BrokenRule(
                "secret-argument",
                f"{name} is an ARG or ENV, and those stay readable in the image's history",
                f"use `RUN --mount=type=secret,id={name}` and give the value as a build secret",
            )
    if kind := credential_in(text.encode()):
        yield BrokenRule(
            "secret-literal",
            f"{kind} stands in it, readable to everybody who has the file or the image",
            "revoke it, and use `RUN --mount=type=secret`",
        )
    for stage in stages.all:
        for run in stage.runs:
            yield from _in_run(stage.name, run, {*stage.arguments, *stage.variables})


def _in_run(stage: str, run: Run, declared: set[str]) -> Iterator[BrokenRule]:
    own = {*_ASSIGNED.findall(run.command), *declared}  # declared ones are said above
    used = {name for name in _USED.findall(run.command) if looks_secret(name)} - own
    if bare := sorted((used | set(_MOUNTED.findall(run.command))) - run.secrets):
        yield BrokenRule(
            "secret-unmounted",
            f"a RUN of stage {stage} uses {', '.join(bare)}, which no build gives it there",
            f"mount it in that same RUN, `--mount=type=secret,id={bare[0]}`, and read "
            f"/run/secrets/{bare[0]}",
        )
    if login := _LOGIN.search(run.command):
        yield BrokenRule(
            "secret-login",
            f"`{' '.join(login[0].split())}` in stage {stage} writes the credential into a file of "
            "the layer, and into the cache, secret mount or not",
            "give it to the one command that needs it, as a variable of that command or a flag",
        )
