"""Raises one image; which model, how it is delivered and the build's token come from outside."""

import os

import pulumi

from slipway.errors import ConfigError
from slipway.images.model_image import ModelImage
from slipway.images.model_image_args import ModelImageArgs
from slipway.images.model_source import ModelSource

try:
    args = ModelImageArgs(
        repository=os.environ["REPOSITORY"],
        context="app",
        model=ModelSource(
            repo=os.environ["MODEL"], revision=os.environ["MODEL_REVISION"], file="weights.bin"
        ),
        delivery=os.environ.get("DELIVERY", "baked"),
        secrets={"HF_TOKEN": os.environ["BUILD_TOKEN"]},
    )
except ConfigError as error:
    raise pulumi.RunError(str(error)) from None
image = ModelImage("app", args)
for name in ("ref", "digest", "size_bytes", "model_layer", "model_layer_bytes"):
    pulumi.export(name, getattr(image, name))
