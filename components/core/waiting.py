"""Provider processes of their own for what waits minutes for a platform.

A plugin process serves a bounded number of calls at a time (`slipway.core.cancelling` says how
many), so waits on the shared one would hold up everybody else's quick calls (measured with the four
that Pulumi's host has by itself: 8 quick creates beside 8 waits of 6 s end after 13.8 s on the
shared process, after 1.7 s with the waits apart). A process each would be a Python started each for
every run, also for one that changes nothing: the waits for one platform share one.
"""

import os

import pulumi
from pulumi import ProviderResource

from slipway.core.credentials import Credential
from slipway.core.shared_resource import shared_resource
from slipway.core.stack import stack_credential


def waiting_provider(platform: str, *credentials: Credential) -> ProviderResource:
    """The instance of the dynamic-provider plugin on which all waits for a platform run.

    Args:
        platform: whose waits they are.
        credentials: what the waits may need. Such an instance sees its own properties in place of
            the stack's configuration, so a token that stands only there is handed on, as a secret.
    """

    def make(name: str) -> ProviderResource:
        props = {
            f"{pulumi.get_project()}:{credential.config_key}": given
            for credential in credentials
            if not os.environ.get(credential.variable)
            and (given := stack_credential(credential)) is not None
        }
        return ProviderResource("pulumi-python", name, props)

    return shared_resource(f"{platform}-waits", make)
