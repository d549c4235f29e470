"""Raises the Spaces named in the environment, each from its folder, by the project's component."""

import os

import pulumi

from slipway.errors import ConfigError
from slipway.huggingface.space.space import Space, SpaceArgs
from slipway.payload.files import payload_from_folder

for name in os.environ["STRANGERS"].split(","):
    try:
        args = SpaceArgs(
            repo_id=f"slipway/{name}",
            payload=payload_from_folder(f"spaces/{name}"),
            variables={"GREETING": f"hello from {name}"},
            timeout_seconds=300,
        )
    except ConfigError as error:
        raise pulumi.RunError(str(error)) from None
    pulumi.export(name, Space(name, args).url)
