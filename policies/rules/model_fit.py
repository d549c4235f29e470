"""Models fit where they go: into memory, onto the disk, into the time a build may take."""

from collections.abc import Iterator

from policies.model_uses import size_of, used_by, uses
from policies.rule import Broken, Rule, Settings, Severity, Undecided, Verdicts
from policies.things import Everything, Image, Service, Thing
from policies.values import Unknown
from slipway.core.findings import Finding
from slipway.core.findings import Severity as Found
from slipway.errors import ConfigError
from slipway.huggingface.space.hardware import HARDWARE
from slipway.preflight.build_time import LIMIT_MINUTES, check_build_time, estimate
from slipway.preflight.sizes import check_disk, check_memory, memory_needed
from slipway.render.plans import PLANS, plan_id

_SIZES: dict[str, dict[str, float]] = {"megabytes": {}}
_GIVE_IT = "Give it in the stack's settings, megabytes; the file's page on the Hub says it"


@Rule(
    name="model-fits-memory",
    about="its model fits into its plan's memory",
    why="the platform kills it while it loads, again and again",
    severity=Severity.MEDIUM,
    options=_SIZES,
).of_all
def fits_memory(everything: Everything, settings: Settings) -> Verdicts:
    """The weights and a bare server are within the plan's memory.

    That is the least a service needs. What a context takes depends on the model's shape, which
    nothing here knows; a program that knows it asks `slipway.preflight.sizes` itself.
    """
    for service, size in _sized(everything, settings):
        if isinstance(size, Undecided):
            yield service, size
            continue
        memory = _memory(service)
        if isinstance(memory, Undecided):
            yield service, memory
            continue
        plan, megabytes = memory
        needed = memory_needed(size, context_tokens=0)
        yield from _errors(service, check_memory("", needed, plan, megabytes))


@Rule(
    name="model-fits-disk",
    about="its image with the model fits onto its disk",
    why="the build or the start ends with 'no space left on device'",
    severity=Severity.MEDIUM,
    options={**_SIZES, "gigabytes": 0},
).of_all
def fits_disk(everything: Everything, settings: Settings) -> Verdicts:
    """An image with the weights is within the disk, where the platform says how large that is."""
    limit = float(settings.options["gigabytes"])
    for service, size in _sized(everything, settings):
        disk = round(limit * 10**9)
        if not disk and service.kind == "space":
            if isinstance(service.plan, Unknown):
                yield service, Undecided("its hardware")
                continue
            known = HARDWARE.get(service.plan or "cpu-basic")
            disk = known.disk_bytes if known else 0
        if not disk:
            continue  # Render publishes no figure; `gigabytes` gives one
        if isinstance(size, Undecided):
            yield service, size
        else:
            yield from _errors(service, check_disk("", size, disk))


@Rule(
    name="model-builds-in-time",
    about="a first build ends within the limit",
    why="the platform gives a build up when its time is over, and every further one as well",
    severity=Severity.MEDIUM,
    options={**_SIZES, "minutes": LIMIT_MINUTES},
).of_all
def builds_in_time(everything: Everything, settings: Settings) -> Verdicts:
    """A first build, which fetches the weights, ends before the platform ends it."""
    limit = float(settings.options["minutes"])
    for use in uses(everything):
        thing = use.thing
        baked = (
            thing.dockerfile is not None and thing.dockerfile.bakes_model
            if isinstance(thing, Service)
            else isinstance(thing, Image) and thing.delivery != "download"
        )
        if not baked:
            continue
        size = size_of(use, everything, dict(settings.options["megabytes"]))
        if size is None:
            yield thing, Undecided("the size of its model", _GIVE_IT)
        else:
            yield from _errors(thing, check_build_time("", estimate(size), limit))


def _sized(everything: Everything, settings: Settings) -> Iterator[tuple[Service, int | Undecided]]:
    """Every service with models, and how large they are together."""
    megabytes = dict(settings.options["megabytes"])
    for service in everything.of(Service):
        if isinstance(service.variables, Unknown):
            yield service, Undecided("what its variables are, and with them its model")
            continue
        found = used_by(service, everything)
        sizes = [size_of(use, everything, megabytes) for use in found]
        if not found:
            continue
        if any(size is None for size in sizes):
            yield service, Undecided("the size of its model", _GIVE_IT)
        else:
            yield service, max(size for size in sizes if size is not None)


def _memory(service: Service) -> tuple[str, int] | Undecided:
    """(plan, megabytes) of what a service runs on."""
    if isinstance(service.plan, Unknown):
        return Undecided("its plan")
    if service.kind == "space":
        name = service.plan or "cpu-basic"
        known = HARDWARE.get(name)
        return (name, known.memory_mb) if known else Undecided(f"the memory of hardware {name}")
    try:
        name = plan_id("", service.plan or "starter")
    except ConfigError:
        return Undecided(f"the memory of plan {service.plan}")
    return name, PLANS[name].memory_mb


def _errors(thing: Thing, findings: list[Finding]) -> Verdicts:
    for each in findings:
        if each.severity is Found.ERROR:
            yield thing, Broken(each.problem, each.remedy)
