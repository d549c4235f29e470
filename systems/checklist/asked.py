"""Credentials as the checklist asks platforms with them."""

import pulumi

from slipway.core.credentials import Credential

UNAUTHORIZED, FORBIDDEN, NOT_FOUND = 401, 403, 404


def value_of(credential: Credential) -> str | None:
    """The value in clear, from the environment or this stack; it never leaves this process's calls.

    The program may know it: as an `Output` it could only be asked with once resources are declared,
    which is too late for a list of what comes before them.
    """
    project = pulumi.get_project()
    return credential.find(lambda key: pulumi.runtime.get_config(f"{project}:{key}"))
