"""Calls the deploy hook of the backend, exactly once.

    RENDER_DEPLOY_HOOK=… python -m scripts.trigger_deploy

The hook's address is a credential: whoever knows it deploys. It is never printed, nor is what the
other side answered. It is not called a second time after a failure either: nobody knows whether the
first call began a deploy. Running the job again is a person's decision.
"""

import os
import sys
from collections.abc import Mapping
from urllib.parse import urlsplit

import httpx2

VARIABLE = "RENDER_DEPLOY_HOOK"
SECONDS = 60.0
_UNAUTHORIZED, _NOT_FOUND = 401, 404


class HookError(Exception):
    """The backend is not being deployed, as far as is known; the message never holds the hook."""


def call(hook: str) -> None:
    """One POST.

    Raises:
        HookError: it was refused, or not answered.
    """
    parts = urlsplit(hook)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise HookError(
            f"{VARIABLE} is no address. Copy the hook from the service's page, Settings"
        )
    try:
        status = httpx2.post(hook, timeout=SECONDS, follow_redirects=False).status_code
    except httpx2.HTTPError as error:
        raise HookError(
            f"The deploy hook gave no answer ({type(error).__name__}). Look at the service's page "
            "whether a deploy began; if not, run this job again"
        ) from None
    if status in (_UNAUTHORIZED, _NOT_FOUND):
        raise HookError(
            f"The deploy hook answered {status}: its key was renewed, or the service is gone. Give "
            f"the stack the new key (RENDER_DEPLOY_HOOK_KEY), then `pulumi up`, then this job again"
        )
    if not httpx2.codes.is_success(status):
        raise HookError(f"The deploy hook answered {status}. Run this job again")


def main(environment: Mapping[str, str] = os.environ) -> int:
    """Ends with 1 if no deploy began."""
    hook = environment.get(VARIABLE, "")
    if not hook:
        sys.stderr.write(
            f"{VARIABLE} is not set: the model is uploaded, and the backend serves the former one "
            "until it is deployed. Give the stack the hook's key (RENDER_DEPLOY_HOOK_KEY), then "
            "`pulumi up`, then run this job again.\n"
        )
        return 1
    try:
        call(hook)
    except HookError as error:
        sys.stderr.write(f"{error}.\n")
        return 1
    sys.stdout.write("The deploy began; the backend loads the new model when it starts.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
