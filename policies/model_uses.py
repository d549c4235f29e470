"""Which model an application or an image is told to use, read off the names it is told by."""

from collections.abc import Iterator
from dataclasses import dataclass

from policies.things import Everything, Image, ModelRepo, Service, Thing
from policies.values import Unknown, Value, number

# The variable with the repository -> where its commit and its file may stand.
_NAMES = {
    "BASE_MODEL": (("BASE_MODEL_REVISION",), ("BASE_MODEL_FILE",)),
    "HF_MODEL_REPO": (("HF_MODEL_REVISION", "MODEL_REVISION"), ("HF_MODEL_FILE", "MODEL_FILE")),
    "MODEL_REPO": (("MODEL_REVISION",), ("MODEL_FILE",)),
    "MODEL_ID": (("MODEL_REVISION",), ("MODEL_FILE",)),
}


@dataclass(frozen=True)
class ModelUse:
    """One model, as somebody is told of it."""

    thing: Thing
    repo: Value
    file: Value  # empty: all of the repository's, or the downloader's choice
    revision: Value  # empty: none is given
    told_by: str  # what would say the revision
    origins: frozenset[str]  # urns that the values come from


def uses(everything: Everything) -> Iterator[ModelUse]:
    """Every model that something is told to use."""
    for service in everything.of(Service):
        yield from _by_variables(service)
    for image in everything.of(Image):
        if isinstance(image.model, Unknown) or image.model:
            yield ModelUse(
                image,
                image.model,
                image.model_file,
                image.model_revision,
                "model_revision",
                image.model_origins,
            )


def used_by(service: Service, everything: Everything) -> list[ModelUse]:
    """The models that a service has in memory: those of its variables and of its image."""
    image = everything.image_of(service)
    # By identity: equality would compare values that may be unknown.
    return [each for each in uses(everything) if each.thing is service or each.thing is image]


def _by_variables(service: Service) -> Iterator[ModelUse]:
    if isinstance(service.variables, Unknown):
        return
    for name, (revisions, files) in _NAMES.items():
        repo = service.variables.get(name, "")
        if isinstance(repo, Unknown) or repo:
            yield ModelUse(
                service,
                repo,
                _first(service, files),
                _first(service, revisions),
                " or ".join(revisions),
                service.model_origins,
            )


def _first(service: Service, names: tuple[str, ...]) -> Value:
    if isinstance(service.variables, Unknown):
        return ""
    return next((service.variables[name] for name in names if name in service.variables), "")


def own_repo(use: ModelUse, everything: Everything) -> ModelRepo | None:
    """The repository of this stack that a model lies in."""
    for each in everything.of(ModelRepo):
        known = not isinstance(each.repo, Unknown) and not isinstance(use.repo, Unknown)
        if known and each.repo == use.repo:
            return each
    return None


def size_of(use: ModelUse, everything: Everything, megabytes: dict[str, float]) -> int | None:
    """Bytes of a model's file: from this stack's own repository, else as its settings say.

    Args:
        use: of the model.
        everything: of the stack.
        megabytes: "namespace/name" or "namespace/name:file" -> size, of somebody else's.
    """
    if isinstance(use.repo, Unknown) or isinstance(use.file, Unknown):
        return None
    own = own_repo(use, everything)
    if own is not None and not isinstance(own.megabytes, Unknown):
        sizes = {path: number(size) for path, size in own.megabytes.items()}
        chosen = sizes.values() if not use.file else [sizes.get(use.file)]
        known = [size for size in chosen if isinstance(size, int)]
        if known:
            return sum(known) * 10**6
    for key in (f"{use.repo}:{use.file}", use.repo):
        if key in megabytes:
            return round(megabytes[key] * 10**6)
    return None
