"""Models: which one is served is decided by a commit, and it lies in one place."""

import re
from collections import defaultdict

from policies.model_uses import own_repo, uses
from policies.rule import Broken, Level, Rule, Settings, Severity, Undecided, Verdicts
from policies.things import Everything, Image, Service
from policies.values import Unknown

_COMMIT = re.compile(r"[0-9a-f]{40}")


@Rule(
    name="model-pinned",
    about="models are pinned to a commit",
    why="a branch moves: what was reviewed is not what is served, and a pickle runs code",
    severity=Severity.HIGH,
).of_all
def model_pinned(everything: Everything, _settings: Settings) -> Verdicts:
    """A commit says what is served; a branch, a tag or nothing says what somebody pushed last."""
    for service in everything.of(Service):
        if isinstance(service.variables, Unknown):
            yield service, Undecided("what its variables are, and with them its model")
    for use in uses(everything):
        if isinstance(use.revision, Unknown):
            own = own_repo(use, everything)
            # The head of this stack's own repository is a commit, whichever it is going to be.
            if own is None or not everything.is_made_from(use.origins, own):
                yield use.thing, Undecided(use.told_by)
        elif not _COMMIT.fullmatch(use.revision):
            name = "its model" if isinstance(use.repo, Unknown) else f"model {use.repo}"
            said = f"{use.told_by} is {use.revision!r}" if use.revision else f"no {use.told_by}"
            yield (
                use.thing,
                Broken(
                    f"{name} is not pinned: {said}, so whoever pushes there decides what is served",
                    "Give the commit, 40 hex digits, as the repository's page shows under History",
                ),
            )


@Rule(
    name="model-baked-once",
    about="a model is in one image alone",
    why="each copy costs its size in build time, registry and memory",
    severity=Severity.LOW,
    prod=Level.ADVISORY,
    dev=Level.ADVISORY,
).of_all
def model_baked_once(everything: Everything, _settings: Settings) -> Verdicts:
    """One image has the weights, the others ask it."""
    baked: dict[str, list[Image]] = defaultdict(list)
    # By name: the engine tells of them in another order each time.
    for image in sorted(everything.of(Image), key=lambda each: (each.label, each.urn)):
        if isinstance(image.delivery, Unknown) or isinstance(image.model, Unknown):
            yield image, Undecided("which model is in it")
        elif image.delivery == "baked" and image.model:
            baked[image.model].append(image)
    for model, images in baked.items():
        for image in images[1:]:
            yield (
                image,
                Broken(
                    f"it holds {model}, and so does {images[0].label}: the weights are fetched, "
                    "sent and kept in memory twice",
                    "Let one service answer and the others ask it",
                ),
            )
