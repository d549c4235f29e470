"""Images: made in stages, run as nobody in particular, and named by what they are."""

from collections.abc import Iterator

from policies.rule import Broken, Level, Rule, Settings, Severity, Undecided, Verdict, Verdicts
from policies.things import Dockerfile, Everything, Image, Service, Thing
from policies.values import Unknown

_MODEL_RULES = ("model-stage", "model-cache", "model-order", "downloader")
_INSIDE_RULES = ("compiler", "unchecked-download")


@Rule(
    name="image-multi-stage",
    about="a model in an image comes from a stage of its own",
    why="each change of the code fetches and pushes the weights again, with the downloader",
    severity=Severity.MEDIUM,
).of_each
def multi_stage(thing: Thing, _settings: Settings) -> Iterator[Verdict]:
    """A model that is in the image comes from a stage of its own."""
    yield from _said(thing, _MODEL_RULES)


@Rule(
    name="image-non-root",
    about="images run as another user than root",
    why="whoever breaks into the app owns all of its container",
    severity=Severity.HIGH,
).of_each
def non_root(thing: Thing, _settings: Settings) -> Iterator[Verdict]:
    """The last stage names a user that is not root."""
    yield from _said(thing, ("root",))


@Rule(
    name="image-clean",
    about="no compiler and no unchecked download stays in an image",
    why="they help an intruder more than the app, and weigh hundreds of megabytes",
    severity=Severity.LOW,
    prod=Level.ADVISORY,
    dev=Level.ADVISORY,
).of_each
def clean_image(thing: Thing, _settings: Settings) -> Iterator[Verdict]:
    """Nothing is in the image that only its build needed, or that nobody checked."""
    yield from _said(thing, _INSIDE_RULES)


@Rule(
    name="image-by-digest",
    about="services run images by their digest",
    why="a tag can be moved: what runs tomorrow is not what was tried",
    severity=Severity.HIGH,
    dev=Level.ADVISORY,
).of_all
def by_digest(everything: Everything, _settings: Settings) -> Verdicts:
    """What runs is one image, and not whatever has its tag today."""
    for service in everything.of(Service):
        if isinstance(service.image, Unknown):
            # What this stack builds is named by its digest: the builder says it when it is done.
            if everything.image_of(service) is None:
                yield service, Undecided("its image")
        elif service.image is not None and "@sha256:" not in service.image:
            yield (
                service,
                Broken(
                    f"it runs {service.image}, and a tag may name another image tomorrow",
                    "Name the image by its digest: NAME@sha256:…",
                ),
            )


@Rule(
    name="base-by-digest",
    about="stages are made from images by their digest",
    why="two builds of one commit give two images",
    severity=Severity.LOW,
    prod=Level.ADVISORY,
    dev=Level.DISABLED,
).of_each
def bases_by_digest(thing: Thing, _settings: Settings) -> Iterator[Verdict]:
    """The images that stages are made from, too."""
    dockerfile = _dockerfile(thing)
    loose = [base for base in dockerfile.bases if "@sha256:" not in base] if dockerfile else []
    if loose:
        yield Broken(
            f"it is built from {', '.join(loose)}, and each of its updates is another image",
            "Add the digest, NAME:TAG@sha256:…, and let a bot renew it",
        )


def _dockerfile(thing: Thing) -> Dockerfile | None:
    return thing.dockerfile if isinstance(thing, Service | Image) else None


def _said(thing: Thing, rules: tuple[str, ...]) -> Iterator[Verdict]:
    dockerfile = _dockerfile(thing)
    for each in dockerfile.broken if dockerfile else ():
        if each.rule in rules:
            yield Broken(
                f"its Dockerfile: {each.problem}", each.remedy[:1].upper() + each.remedy[1:]
            )
