"""What an image would be without: files its Dockerfile copies, packages its programs import."""

import re
from collections.abc import Collection, Iterable

from slipway.core.findings import Finding, Severity, error
from slipway.dockerfile.context import BuildContext
from slipway.dockerfile.rules import broken_rules, model_copy, target_stage
from slipway.dockerfile.stages import Stage, Stages, read_stages
from slipway.preflight.files import check_copy_sources
from slipway.preflight.imports import check_imports

_REQUIREMENTS = re.compile(r"(?:^|/)[^/]*requirements[^/]*\.txt$")
_PIP = re.compile(r"\bpip3?\s+install\s([^;&|]*)")
_OTHER_INSTALLERS = re.compile(r"\b(?:poetry|conda|mamba|pipenv|uv)\s")
_PLAIN_BASES = ("python", "debian", "ubuntu", "alpine")  # they bring no packages of their own


def check_dockerfile(
    subject: str,
    context: BuildContext,
    *,
    delivery: str,
    model_arguments: Collection[str] = (),
    waived_rules: Collection[str] = (),
) -> list[Finding]:
    """The rules of `dockerfile_rules`, COPY of what is not there, and imports without a package.

    Args:
        subject: the service that the image is for.
        context: what the builder is sent.
        delivery: how the model gets to the app, one of `dockerfile_rules.DELIVERIES`.
        model_arguments: build arguments that say which model it is.
        waived_rules: names of rules it may break.
    """
    stages = read_stages(context.text)
    target = target_stage(stages, delivery) or stages.all[-1]
    broken = broken_rules(
        stages,
        target,
        text=context.text,
        delivery=delivery,
        model_arguments=model_arguments if model_copy(stages, target) else (),
        folders=context.folders(),
    )
    rules = [
        error(subject, f"{context.dockerfile.name}: {each.problem}", f"Remedy: {each.remedy}")
        for each in broken
        if each.rule not in waived_rules
    ]
    copied = check_copy_sources(subject, context, stages.needed_for(target))
    return [*rules, *copied, *check_packages(subject, context, stages, target)]


def check_packages(
    subject: str, context: BuildContext, stages: Stages, target: Stage
) -> list[Finding]:
    """Imports that nothing installs in the image or in a stage that it copies from.

    Packages come from the requirements files that are copied and from `pip install NAME`. A base
    image or an installer that may bring others turns the findings into warnings.
    """
    origins = (copy.origin for each in stages.needed_for(target) for copy in each.copies)
    ends = [target, *(stage for name in origins if name and (stage := stages.find(name)))]
    found: list[Finding] = []
    for end in dict.fromkeys(ends):
        found += _missing(subject, context, stages.lineage(end))
    return list(dict.fromkeys(found))


def _missing(subject: str, context: BuildContext, lineage: list[Stage]) -> list[Finding]:
    copies = (copy for stage in lineage for copy in stage.copies if copy.origin is None)
    names = {n for copy in copies for source in copy.sources for n in context.matching(source)}
    commands = " ; ".join(run.command for stage in lineage for run in stage.runs)
    installed = [word for words in _PIP.findall(commands) for word in words.split()]
    found = check_imports(
        subject,
        [context.folder / name for name in sorted(names) if name.endswith(".py")],
        [context.folder / name for name in sorted(names) if _REQUIREMENTS.search(name)],
        installed=(word for word in installed if not word.startswith("-")),
    )
    base = lineage[0].base.rpartition("/")[2].partition(":")[0]
    if base in _PLAIN_BASES and not _OTHER_INSTALLERS.search(commands):
        return found
    return list(_as_warnings(found))


def _as_warnings(findings: Iterable[Finding]) -> Iterable[Finding]:
    for each in findings:
        yield Finding(
            severity=Severity.WARNING,
            subject=each.subject,
            problem=each.problem,
            remedy=each.remedy,
        )
