"""What a Dockerfile with a model in it must not do, found before anything is built."""

import os
import re
from collections.abc import Iterable

from components.docker.stages import Copy, Stage, Stages, names_in

MODEL_STAGES = ("model", "model-downloader")
DELIVERIES = ("baked", "download", "lfs")
DELIVERY_ARGUMENT = "MODEL_DELIVERY"  # a Dockerfile that chooses by `FROM …-${MODEL_DELIVERY}`

_SECRET_WORDS = frozenset(
    {"TOKEN", "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIAL", "CREDENTIALS", "APIKEY"}
)
_SECRET_ENDINGS = ("API_KEY", "ACCESS_KEY", "PRIVATE_KEY", "SECRET_KEY", "SIGNING_KEY")
_HARMLESS_ENDINGS = ("_PATH", "_FILE", "_DIR", "_URL", "_ID", "_NAME")
_REQUIREMENTS = re.compile(r"(?:^|/)(?:requirements[^/]*\.(?:txt|in)|pyproject\.toml|[^/]*\.lock)$")


def looks_secret(name: str) -> bool:
    """Whether a variable of this name is likely to hold a credential."""
    upper = name.upper()
    if upper.endswith(_HARMLESS_ENDINGS):
        return False
    return upper.endswith(_SECRET_ENDINGS) or bool(_SECRET_WORDS & set(upper.split("_")))


def target_stage(stages: Stages, delivery: str) -> Stage | None:
    """The stage to build: the last one of a Dockerfile that takes the delivery as an argument.

    Of others it is the stage named after the delivery, or the last one unless that is another
    delivery's; None if there is no such stage.
    """
    last = stages.all[-1]
    if DELIVERY_ARGUMENT in stages.global_arguments:
        return last
    return stages.find(delivery) or (last if last.name not in DELIVERIES else None)


def model_stage(stages: Stages, target: Stage) -> Stage | None:
    """The stage that fetches the model for this image; None if the image takes none from one."""
    found = model_copy(stages, target)
    return stages.find(found.origin or "") if found else None


def model_copy(stages: Stages, target: Stage) -> Copy | None:
    """The COPY that puts the model stage's files into the image."""
    for stage in stages.lineage(target):
        for copy in stage.copies:
            origin = stages.find(copy.origin) if copy.origin else None
            if origin is not None and origin.name.lower() in MODEL_STAGES:
                return copy
    return None


def broken_rules(
    stages: Stages,
    target: Stage,
    *,
    delivery: str,
    model_arguments: Iterable[str],
    folders: frozenset[str] = frozenset(),
) -> list[str]:
    """What is wrong, one sentence with its remedy each.

    Args:
        stages: all of the Dockerfile's.
        target: the one whose image is deployed.
        delivery: how the model gets to the app, one of `DELIVERIES`.
        model_arguments: build arguments that say which model it is.
        folders: the context's folders, relative to it.
    """
    wrong = [*_secrets(stages), *_root(stages, target)]
    if delivery == "baked":
        wrong += _baked(stages, target, tuple(model_arguments), folders)
    elif model_copy(stages, target) is not None:
        wrong.append(
            f"the image still copies from the model stage, but delivery is {delivery!r}: give that "
            f"delivery a stage of its own, `FROM … AS {delivery}`, without the copy."
        )
    return wrong


def _secrets(stages: Stages) -> list[str]:
    return [
        f"{name} is an ARG or ENV, and those stay readable in the image's history: use `RUN "
        f"--mount=type=secret,id={name}` and give the value as a build secret."
        for name in sorted(stages.global_arguments | names_in(stages.all))
        if looks_secret(name)
    ]


def _root(stages: Stages, target: Stage) -> list[str]:
    user = None
    for stage in stages.lineage(target):
        user = stage.user or user
    if user is not None and user.partition(":")[0] not in ("root", "0"):
        return []
    remedy = "create a user and end the last stage with, for instance, `USER 1000`."
    return [f"the final image runs as root: {remedy}"]


def _baked(
    stages: Stages, target: Stage, model_arguments: tuple[str, ...], folders: frozenset[str]
) -> list[str]:
    copy = model_copy(stages, target)
    if copy is None:
        names = ", ".join(MODEL_STAGES)
        remedy = (
            f"fetch it in a stage of its own (named {names}) and `COPY --from` it, so that a "
            "change of the code does not fetch it again and the downloader stays out of the image."
        )
        return [f"the model is fetched in the stage that runs, or not at all: {remedy}"]
    stage = stages.find(copy.origin or "")
    if stage is None:  # model_copy found it a moment ago
        raise AssertionError(copy.origin)
    wrong = []
    if undeclared := [name for name in model_arguments if name not in stage.arguments]:
        wrong.append(
            f"stage {stage.name} declares no ARG {', '.join(undeclared)}, so the model asked for "
            "would have no effect: declare it before the download."
        )
    wrong += [
        f"stage {stage.name} copies {source}, so every change of the code fetches the model again: "
        "copy only the downloader's own files there, by name."
        for part in stages.lineage(stage)
        for each in part.copies
        if each.origin is None
        for source in each.sources
        if os.path.normpath(source) in {".", "/", *folders} or "*" in source
    ]
    if before := _code_before(stages, target, copy):
        wrong.append(
            f"{before} is copied before the model, so the weights' layer is made again with every "
            "change of the code: copy the model first."
        )
    return wrong


def _code_before(stages: Stages, target: Stage, model: Copy) -> str | None:
    """A source of the context, other than requirements, that is copied before the model."""
    for stage in stages.lineage(target):
        for copy in stage.copies:
            if copy is model:
                return None
            for source in copy.sources if copy.origin is None else ():
                if not _REQUIREMENTS.search(source):
                    return source
    return None
