"""Raises the image of the kind that the stack is named after; see `tests/bench/model_image.py`."""

import os

import pulumi
import pulumi_docker_build as docker_build

from slipway.core.credentials import hub_endpoint
from slipway.images import builder
from slipway.images.model_image import ModelImage
from slipway.images.model_image_args import ModelImageArgs
from slipway.images.model_source import ModelSource

kind = pulumi.get_stack()
repository = os.environ["REPOSITORY"]
model = ModelSource(
    repo=os.environ["MODEL"], revision=os.environ["MODEL_REVISION"], file="weights.bin"
)
token = {"HF_TOKEN": os.environ["BUILD_TOKEN"]}
if kind != "one-layer":
    args = ModelImageArgs(
        repository=repository,
        context="app",
        model=model,
        secrets=token,
        cache=kind == "staged",
    )
    pulumi.export("ref", ModelImage("app", args).ref)
else:
    image = docker_build.Image(
        "app",
        push=True,
        build_on_preview=False,
        tags=[f"{builder.registry()}/{repository}:one-layer"],
        context=docker_build.BuildContextArgs(location="app"),
        dockerfile=docker_build.DockerfileArgs(location="app/one-layer.Dockerfile"),
        builder=docker_build.BuilderConfigArgs(name=builder.builder_name()),
        build_args={"HF_ENDPOINT": hub_endpoint(), **model.build_args(("BASE_MODEL",))},
        platforms=[docker_build.Platform.LINUX_AMD64],
        secrets={key: pulumi.Output.secret(value) for key, value in token.items()},
    )
    pulumi.export("ref", image.ref)
