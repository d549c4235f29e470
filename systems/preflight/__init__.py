"""Checks of every system that a stack names, all made before the first resource is declared.

The engine creates what a program declared even if the program fails afterwards, so a check that
stands between two systems, or between two resources of one, would come too late.
"""

from collections.abc import Callable, Iterable, Mapping

import pulumi

from slipway.core.findings import Finding, Severity, gather, refuse_errors
from systems.config import StackConfig
from systems.preflight.distinct import check_adopted, check_distinct
from systems.preflight.frigo import check_frigo
from systems.preflight.inference import check_inference
from systems.preflight.repository import check_repository_values
from systems.preflight.retraining import check_retraining
from systems.preflight.symptoms import check_symptoms
from systems.preflight.turnover import check_turnover

CHECKS: Mapping[str, Callable[[StackConfig], Iterable[Finding]]] = {
    "frigo": check_frigo,
    "inference": check_inference,
    "repository": check_repository_values,
    "retraining": check_retraining,
    "symptoms": check_symptoms,
    "turnover": check_turnover,
}


def preflight(config: StackConfig) -> None:
    """Checks what the stack names; says warnings and prices.

    Raises:
        ConfigError: names everything that cannot work, of all systems, with the remedies.
    """
    found: list[Finding] = []
    for name in config.systems:
        if check := CHECKS.get(name):
            found += gather(f"slipway:{name}", lambda check=check: check(config))  # type: ignore[misc]
    found += [*check_distinct(config), *check_adopted(config)]
    for finding in refuse_errors(found):
        say = pulumi.log.warn if finding.severity is Severity.WARNING else pulumi.log.info
        say(str(finding))
