"""An image with a model: built in stages, pushed under a name that its inputs alone decide.

The model stage depends on the model's repository, its pinned commit and the downloader, so a change
of the code neither fetches nor pushes the weights again. Refused before anything is built: a model
fetched in the stage that runs, credentials as ARG or ENV, an image that runs as root, and COPY of
what the context does not hold.

Build secrets go through secret mounts alone: no layer, history, configuration or cache key holds
them. They are properties of the image's resource all the same, the only way the plugin takes them:
ciphertext in the state and masked on the screen, but in clear in the engine's own verbose log
(`pulumi -v=9`). Public models need none; for others give a token that may only read.
"""

from pathlib import Path

import pulumi_docker_build as docker_build
from pulumi import Output, ResourceOptions

from slipway.core.component import Component
from slipway.dockerfile.rules import model_copy
from slipway.dockerfile.summary import summary
from slipway.images import builder
from slipway.images.model_image_args import ModelImageArgs
from slipway.images.resources import ImageFactsResource

# Weights hardly compress: of 512 MB of them BuildKit's default took 20 s, this 10, and no other
# way less (tests/bench). Every registry and engine reads gzip; image and cache must agree, or each
# layer is compressed twice.
_COMPRESSION = docker_build.CompressionType.GZIP
_COMPRESSION_LEVEL = 1


class ModelImage(Component):
    """One image in a registry, built when its inputs change and never while previewing.

    For example:

        from slipway import ModelImage, ModelImageArgs, ModelSource

        image = ModelImage("chat-image", ModelImageArgs(
            repository="acme/chat",
            context="chat",
            model=ModelSource(repo="acme/tiny-model", revision="4" * 40, file="model.gguf"),
        ))
        pulumi.export("image", image.ref)
    """

    ref: Output[str]  # "registry/repository:tag@sha256:…", what to deploy
    digest: Output[str]  # of the manifest
    size_bytes: Output[int]  # of all layers as they are sent, compressed
    model_layer: Output[str]  # digest of the weights' own layer; empty if none is baked in
    model_layer_bytes: Output[int]  # compressed
    model_sha256: Output[str]  # of the weights' file, as pinned; empty if it is not

    def __init__(
        self, name: str, args: ModelImageArgs, opts: ResourceOptions | None = None
    ) -> None:
        seen_by_policies = {
            "repository": args.repository,
            "delivery": args.delivery if args.model else "none",
            "model": args.model.repo if args.model else "",
            "model_file": args.model.file if args.model else "",
            "model_revision": args.model.revision if args.model else "",
            "dockerfile": summary(
                args.stages,
                args.target,
                args.source.text,
                folders=args.source.folders(),
                waived_rules=args.waived_rules,
            ),
            "secret_names": list(args.used_secrets()),
        }
        super().__init__("slipway:docker:ModelImage", name, seen_by_policies, opts)
        image = self._image(name, args)
        copy = model_copy(args.stages, args.target) if args.model else None
        facts = ImageFactsResource(
            f"{name}-facts",
            {
                "ref": image.ref,
                "model_copy": " ".join([*copy.sources, copy.target]) if copy else "",
            },
            ResourceOptions(parent=self),
        )
        self.ref = image.ref
        self.digest = image.digest
        self.size_bytes = facts.size_bytes.apply(int)
        self.model_layer = facts.model_layer
        self.model_layer_bytes = facts.model_layer_bytes.apply(int)
        self.model_sha256 = Output.from_input(args.model.sha256 if args.model else "")
        self.register_outputs(
            {
                "ref": self.ref,
                "digest": self.digest,
                "size_bytes": self.size_bytes,
                "model_layer": self.model_layer,
            }
        )

    def _image(self, name: str, args: ModelImageArgs) -> docker_build.Image:
        address = f"{builder.registry()}/{args.repository}"
        # A repository of its own: BuildKit pushes image and cache at once, and a registry that
        # writes files in place (Distribution 2) then reads a layer's link half written.
        cache = f"{address}-cache:{args.delivery if args.model else 'plain'}"
        chosen = builder.builder_name()
        secrets = args.used_secrets()
        build_args = args.all_build_args()
        tag: Output[str] = Output.all(**build_args).apply(args.tag)
        return docker_build.Image(
            f"{name}-image",
            exports=[docker_build.ExportArgs(image=_PUSHED)],
            push=False,
            build_on_preview=False,
            tags=[Output.concat(address, ":", tag)],
            context=docker_build.BuildContextArgs(location=str(args.context)),
            dockerfile=docker_build.DockerfileArgs(
                location=str(Path(args.context) / args.dockerfile)
            ),
            target=None if args.target.name.isdigit() else args.target.name,
            build_args=build_args,
            platforms=[docker_build.Platform(args.platform)],
            builder=docker_build.BuilderConfigArgs(name=chosen) if chosen else None,
            secrets={key: Output.secret(value) for key, value in secrets.items()},
            ignore_secrets_in_diff_calculation=list(secrets),
            cache_from=[_read_cache(cache)] if args.cache else None,
            cache_to=[_kept_cache(cache)] if args.cache else None,
            # A tag names content, so another stack may run this very image: the plugin's delete
            # would take the manifest away from under it.
            opts=ResourceOptions(parent=self, retain_on_delete=True),
        )


_PUSHED = docker_build.ExportImageArgs(
    push=True, compression=_COMPRESSION, compression_level=_COMPRESSION_LEVEL
)


def _read_cache(ref: str) -> docker_build.CacheFromArgs:
    return docker_build.CacheFromArgs(registry=docker_build.CacheFromRegistryArgs(ref=ref))


def _kept_cache(ref: str) -> docker_build.CacheToArgs:
    """The cache of the image's own layers.

    With it a builder that has seen nothing takes the weights' layer as it is, and does not run the
    stage that fetches them. Keeping that stage's layers too would push the weights twice.
    """
    return docker_build.CacheToArgs(
        registry=docker_build.CacheToRegistryArgs(
            ref=ref,
            mode=docker_build.CacheMode.MIN,
            compression=_COMPRESSION,
            compression_level=_COMPRESSION_LEVEL,
            image_manifest=True,  # registries that know images and no indexes take it as well
            oci_media_types=True,
            ignore_error=True,  # a cache that could not be kept costs time, not the deployment
        )
    )
