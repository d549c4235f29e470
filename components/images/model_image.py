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

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pulumi
import pulumi_docker_build as docker_build
from pulumi import Input, Output, ResourceOptions

from slipway.core.arguments import check_types
from slipway.core.credentials import hub_endpoint
from slipway.docker_host.resources import ImageFactsResource
from slipway.dockerfile.context import BuildContext, read_context
from slipway.dockerfile.image_rules import WAIVABLE
from slipway.dockerfile.rules import (
    DELIVERIES,
    DELIVERY_ARGUMENT,
    broken_rules,
    model_copy,
    target_stage,
)
from slipway.dockerfile.secret_rules import looks_secret
from slipway.dockerfile.stages import Stage, Stages, names_in, read_stages
from slipway.dockerfile.summary import summary
from slipway.errors import ConfigError, brief
from slipway.images import builder
from slipway.images.model_source import ModelSource

# Weights hardly compress: of 512 MB of them BuildKit's default took 20 s, this 10, and no other
# way less (tests/bench). Every registry and engine reads gzip; image and cache must agree, or each
# layer is compressed twice.
_COMPRESSION = docker_build.CompressionType.GZIP
_COMPRESSION_LEVEL = 1


@dataclass(frozen=True, kw_only=True)
class ModelImageArgs:
    """What a caller decides about an image; everything is plain and checked when it is made."""

    repository: str  # its name below the registry, such as "frigo/app"
    context: str | Path  # what COPY sources are relative to; relative to the program's folder
    dockerfile: str = "Dockerfile"  # relative to the context
    model: ModelSource | None  # None: a service without a model
    delivery: str = "baked"  # or "download" when the app starts, or "lfs": a file of the context
    build_args: Mapping[str, str] = field(default_factory=dict[str, str])
    secrets: Mapping[str, Input[str]] = field(default_factory=dict[str, Input[str]])
    """By the id of the secret mount. Rotating one builds nothing again."""
    platform: str = "linux/amd64"  # what the hosting platforms run
    waived_rules: tuple[str, ...] = ()  # of image_rules.WAIVABLE
    cache: bool = True  # keep one in the registry, for builders that have seen nothing

    def __post_init__(self) -> None:
        check_types(f"Image {brief(self.repository)}", self)
        if self.delivery not in DELIVERIES:
            raise self._error(f"delivery {self.delivery!r}; use one of {', '.join(DELIVERIES)}.")
        if self.repository != self.repository.lower() or ":" in self.repository:
            raise self._error("the repository must be in small letters, without registry and tag.")
        if unknown := sorted(set(self.waived_rules) - WAIVABLE):
            raise self._error(
                f"{', '.join(unknown)} cannot be waived; {', '.join(sorted(WAIVABLE))} can."
            )
        self._check_build_args()
        self._check_secrets()
        self._check_dockerfile()
        self.source.manifest()  # reads every file: one that must not be sent is refused now

    @cached_property
    def source(self) -> BuildContext:
        """The files that the builder is sent."""
        return read_context(self.context, self.dockerfile)

    @cached_property
    def stages(self) -> Stages:
        """The Dockerfile's stages, as this delivery chooses among them."""
        delivery = {DELIVERY_ARGUMENT: self.delivery} if self.model else {}
        return read_stages(self.source.text, {**delivery, **self.build_args})

    @property
    def target(self) -> Stage:
        """The stage whose image is deployed."""
        if self.model is None:
            return self.stages.all[-1]
        found = target_stage(self.stages, self.delivery)
        if found is None:
            raise self._error(
                f"no stage of {self.dockerfile} delivers the model by {self.delivery!r}: add one "
                f"named so, `FROM … AS {self.delivery}`, or choose by `ARG {DELIVERY_ARGUMENT}`."
            )
        return found

    def all_build_args(self) -> dict[str, Input[str]]:
        """The caller's build arguments, the model's and the Hub's, as far as they are declared."""
        declared = names_in(self.stages.needed_for(self.target)) | self.stages.global_arguments
        every: dict[str, Input[str]] = {
            "HF_ENDPOINT": hub_endpoint(),
            **self._model_args(),
            **self.build_args,
        }
        return {name: value for name, value in sorted(every.items()) if name in declared}

    def _model_args(self) -> dict[str, Input[str]]:
        if self.model is None:
            return {}
        declared = names_in(self.stages.all)
        return {DELIVERY_ARGUMENT: self.delivery, **self.model.build_args(declared)}

    def used_secrets(self) -> dict[str, Input[str]]:
        """Those that the stages of this delivery mount, in order."""
        built = self.stages.needed_for(self.target)
        mounted = {name for stage in built for name in stage.secrets}
        return {name: self.secrets[name] for name in sorted(mounted & set(self.secrets))}

    def tag(self, build_args: Mapping[str, str]) -> str:
        """SHA-256 of everything the image is made of.

        Args:
            build_args: `all_build_args` with their values known.
        """
        inputs = {
            "files": self.source.manifest(),
            "dockerfile": self.source.text,
            "build_args": dict(build_args),
            "target": self.target.name,
            "platform": self.platform,
        }
        return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()

    def _check_build_args(self) -> None:
        if secret := [name for name in sorted(self.build_args) if looks_secret(name)]:
            raise self._error(
                f"{', '.join(secret)} as a build argument would stay readable in the image's "
                "history. Give it as a build secret."
            )
        declared = names_in(self.stages.all) | self.stages.global_arguments
        if unknown := sorted(set(self.build_args) - declared):
            raise self._error(f"{self.dockerfile} declares no ARG {', '.join(unknown)}.")

    def _check_secrets(self) -> None:
        built = self.stages.needed_for(self.target)
        required = {name for stage in built for name in stage.required_secrets}
        if missing := sorted(required - set(self.secrets)):
            raise self._error(f"its build needs the secret {', '.join(missing)}: give it.")
        mounted = {name for stage in self.stages.all for name in stage.secrets}
        if unknown := sorted(set(self.secrets) - mounted):
            raise self._error(f"no RUN mounts the secret {', '.join(unknown)}: mount or remove it.")

    def _check_dockerfile(self) -> None:
        target = self.target
        broken = broken_rules(
            self.stages,
            target,
            text=self.source.text,
            delivery=self.delivery if self.model else "download",
            model_arguments=self.model.build_args(names_in(self.stages.all)) if self.model else (),
            folders=self.source.folders(),
        )
        wrong = [str(each) for each in broken if each.rule not in self.waived_rules]
        wrong += [
            f"COPY {source}: the context {self.context} holds no such file, or .dockerignore keeps "
            "it from the builder. Paths are relative to the context, not to the Dockerfile."
            for source in self.source.missing_sources(self.stages.needed_for(target))
        ]
        if wrong:
            raise self._error(f"{self.dockerfile}: " + "\n  - ".join(["it breaks rules:", *wrong]))

    def _error(self, text: str) -> ConfigError:
        return ConfigError(f"Image {self.repository}: {text}")


class ModelImage(pulumi.ComponentResource):
    """One image in a registry, built when its inputs change and never while previewing."""

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
