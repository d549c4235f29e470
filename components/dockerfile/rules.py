"""What a Dockerfile with a model in it must not do, found before anything is built."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from slipway.dockerfile.broken_rule import BrokenRule
from slipway.dockerfile.image_rules import broken_image_rules
from slipway.dockerfile.secret_rules import broken_secret_rules
from slipway.dockerfile.stages import Copy, Stage, Stages

MODEL_STAGES = ("model", "model-downloader")
DELIVERIES = ("baked", "download", "lfs")
DELIVERY_ARGUMENT = "MODEL_DELIVERY"  # a Dockerfile that chooses by `FROM …-${MODEL_DELIVERY}`

_FETCH = re.compile(
    r"\b(?:huggingface-cli\s+download|hf\s+download|snapshot_download|hf_hub_download"
    r"|git\s+lfs\s+(?:pull|clone|fetch)|git\s+clone\s[^;&|]*huggingface\.co"
    r"|(?:wget|curl)\s[^;&|]*huggingface\.co|python3?\s+\S*download_models?\.py)"
)


def target_stage(stages: Stages, delivery: str) -> Stage | None:
    """The stage to build: the last one of a Dockerfile that takes the delivery as an argument.

    Of others it is the stage named after the delivery, or the last one unless that is another
    delivery's; None if there is no such stage.
    """
    last = stages.all[-1]
    if DELIVERY_ARGUMENT in stages.global_arguments:
        return last
    return stages.find(delivery) or (last if last.name not in DELIVERIES else None)


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
    text: str,
    delivery: str,
    model_arguments: Iterable[str],
    folders: frozenset[str] = frozenset(),
) -> list[BrokenRule]:
    """What is wrong.

    Args:
        stages: all of the Dockerfile's.
        target: the one whose image is deployed.
        text: the Dockerfile's.
        delivery: how the model gets to the app, one of `DELIVERIES`.
        model_arguments: build arguments that say which model it is.
        folders: the context's folders, relative to it.
    """
    lineage = stages.lineage(target)
    wrong = [*broken_secret_rules(stages, text), *broken_image_rules(lineage)]
    copy = model_copy(stages, target)
    fetch = _fetch_in(lineage)
    if delivery == "baked":
        if copy is None or fetch:
            wrong.append(_no_stage_of_its_own(fetch[0] if fetch else ""))
        if copy is not None:
            wrong += _baked(stages, lineage, copy, tuple(model_arguments), folders)
    elif copy is not None or fetch:
        does = "copies from the model stage" if copy else f"runs `{fetch and fetch[0]}`"
        wrong.append(
            BrokenRule(
                "delivery",
                f"the image still {does}, but delivery is {delivery!r}",
                f"give that delivery a stage of its own, `FROM … AS {delivery}`, without that",
            )
        )
    return wrong


def bakes_model(stages: Stages, target: Stage) -> bool:
    """Whether the image holds a model when it is built, as far as its Dockerfile shows."""
    return model_copy(stages, target) is not None or _fetch_in(stages.lineage(target)) is not None


def _fetch_in(lineage: Iterable[Stage]) -> re.Match[str] | None:
    """The first command of some stages that fetches a model."""
    runs = (run for stage in lineage for run in stage.runs)
    return next((found for run in runs if (found := _FETCH.search(run.command))), None)


def _no_stage_of_its_own(fetch: str) -> BrokenRule:
    names = ", ".join(MODEL_STAGES)
    said = f" (`{fetch}`)" if fetch else ", or not at all"
    return BrokenRule(
        "model-stage",
        f"the model is fetched in the stage that runs{said}",
        f"fetch it in a stage of its own (named {names}) and `COPY --from` it, so that a change of "
        "the code does not fetch it again and the downloader stays out of the image",
    )


def _baked(
    stages: Stages,
    lineage: list[Stage],
    copy: Copy,
    model_arguments: tuple[str, ...],
    folders: frozenset[str],
) -> Iterator[BrokenRule]:
    stage = stages.find(copy.origin or "")
    if stage is None:  # model_copy found it a moment ago
        raise AssertionError(copy.origin)
    making = stages.lineage(stage)
    if undeclared := [name for name in model_arguments if name not in stage.arguments]:
        yield BrokenRule(
            "model-pin",
            f"stage {stage.name} declares no ARG {', '.join(undeclared)}, so the model asked for "
            "would have no effect",
            "declare it before the download",
        )
    for source in _sources(making):
        if os.path.normpath(source) in {".", "/", *folders} or "*" in source:
            yield BrokenRule(
                "model-cache",
                f"stage {stage.name} copies {source}, so every change of the code fetches the "
                "model again",
                "copy only the downloader's own files there, by name",
            )
    if not copy.link and (before := _copied_before(lineage, copy)):
        yield BrokenRule(
            "model-order",
            f"{before} is copied before the model, so with every change of it the weights' layer "
            "is made again, and by a builder that has not seen them fetched again",
            "copy the model first, or with `COPY --link`, whose layer depends on nothing below it",
        )
    words = {word for each in making for run in each.runs for word in run.command.split()}
    for source in _sources(lineage):
        name = PurePosixPath(source).name
        if name in {PurePosixPath(word).name for word in words} and source in _sources(making):
            yield BrokenRule(
                "downloader",
                f"{source} is copied into the final image, which has its model already",
                "leave it out; nothing that fetches is needed there",
            )


def _sources(stages: Iterable[Stage]) -> list[str]:
    """What some stages copy from the build context."""
    copies = (copy for stage in stages for copy in stage.copies if copy.origin is None)
    return [source for copy in copies for source in copy.sources]


def _copied_before(lineage: list[Stage], model: Copy) -> str | None:
    """A source of the context that is copied before the model."""
    for stage in lineage:
        for copy in stage.copies:
            if copy is model:
                return None
            if copy.origin is None and copy.sources:
                return copy.sources[0]
    return None
