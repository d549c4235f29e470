"""Provider processes of their own for what waits minutes for a platform.

A plugin process serves four calls at a time, so waits on the shared one would hold up everybody
else's quick calls (measured: 8 quick creates beside 8 waits of 6 s end after 13.8 s on the shared
process, after 1.7 s with the waits apart). A process each would be a Python started each for every
run, also for one that changes nothing: the waits for one platform share one. A fifth wait begins
when one of the first four ends; what it waits for goes on meanwhile.
"""

import os
from weakref import WeakKeyDictionary

import pulumi
from pulumi import ProviderResource
from pulumi.runtime.settings import get_monitor

from slipway.core.credentials import Credential
from slipway.core.stack import stack_credential

# By the engine that the program speaks to: one program may run after another in one process, as
# tests and the Automation API do.
_SHARED: WeakKeyDictionary[object, dict[str, ProviderResource]] = WeakKeyDictionary()


def waiting_provider(platform: str, *credentials: Credential) -> ProviderResource:
    """The instance of the dynamic-provider plugin on which all waits for a platform run.

    Args:
        platform: whose waits they are; its name is part of the instance's, which is state.
        credentials: what the waits need. Such an instance sees its own properties in place of the
            stack's configuration, so a token that stands only there is handed on, as a secret.
    """
    shared = _SHARED.setdefault(get_monitor(), {})
    if platform not in shared:
        props = {
            f"{pulumi.get_project()}:{credential.config_key}": stack_credential(credential)
            for credential in credentials
            if not os.environ.get(credential.variable)
        }
        shared[platform] = ProviderResource("pulumi-python", f"{platform}-waits", props)
    return shared[platform]
