"""Which permission of a fine-grained token an address asks for, as GitHub's reference lists them.

A job's token knows fewer (`job_tokens`): no job may be given secrets, variables or settings.
"""

import re

from sandbox.github.http.job_tokens import METADATA, kind_of

ADMINISTRATION = "administration"
_READS = ("GET", "HEAD")
_REPOSITORY = r"^(?:/api/v3)?/(?:repos/[^/]+/[^/]+|repositories/\d+)"
_ENVIRONMENTS = re.compile(rf"{_REPOSITORY}/environments/[^/]+/(?:secrets|variables)(?:/|$)")
_SECRETS = re.compile(rf"{_REPOSITORY}/actions/secrets(?:/|$)")
_VARIABLES = re.compile(rf"{_REPOSITORY}/actions/variables(?:/|$)")
_SETTINGS = re.compile(
    rf"{_REPOSITORY}(?:/?$|/(?:environments|rulesets|branches/[^/]+/protection))"
)
_READ_BY_ALL = re.compile(rf"{_REPOSITORY}(?:/?$|/rulesets(?:/|$)|/rules/)")


def permission_of(path: str, method: str) -> str:
    """A permission's name, in the words of a workflow's `permissions:` where it has one there."""
    for pattern, permission in (
        (_ENVIRONMENTS, "environments"),
        (_SECRETS, "secrets"),
        (_VARIABLES, "variables"),
    ):
        if pattern.match(path):
            return permission
    if method in _READS:
        return METADATA if _READ_BY_ALL.match(path) else kind_of(path)
    return ADMINISTRATION if _SETTINGS.match(path) else kind_of(path)
