"""A provider process of its own for what waits minutes for a platform.

A plugin process serves four calls at a time, so waits on the shared one would hold up everybody
else's quick calls (measured: 8 quick creates beside 8 waits of 6 s end after 13.8 s on the shared
process, after 1.7 s with the waits apart).
"""

import os

import pulumi
from pulumi import ProviderResource, Resource, ResourceOptions

from slipway.core.credentials import Credential
from slipway.core.stack import stack_credential


def waiting_provider(name: str, parent: Resource, *credentials: Credential) -> ProviderResource:
    """An instance of the dynamic-provider plugin for at most four waits.

    Args:
        name: the parent's logical name.
        parent: the component that waits.
        credentials: what the waits need. Such an instance sees its own properties in place of the
            stack's configuration, so a token that stands only there is handed on, as a secret.
    """
    props = {
        f"{pulumi.get_project()}:{credential.config_key}": stack_credential(credential)
        for credential in credentials
        if not os.environ.get(credential.variable)
    }
    return ProviderResource("pulumi-python", f"{name}-waits", props, ResourceOptions(parent=parent))
