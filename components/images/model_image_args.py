"""What a caller decides about an image, and what is refused of it before anything is built."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pulumi import Input

from slipway.core.arguments import check_types
from slipway.core.credentials import hub_endpoint
from slipway.dockerfile.context import BuildContext, read_context
from slipway.dockerfile.image_rules import WAIVABLE
from slipway.dockerfile.rules import (
    DELIVERIES,
    DELIVERY_ARGUMENT,
    broken_rules,
    target_stage,
)
from slipway.dockerfile.secret_rules import looks_secret
from slipway.dockerfile.stages import Stage, Stages, names_in, read_stages
from slipway.errors import ConfigError, brief
from slipway.images.model_source import ModelSource


@dataclass(frozen=True, kw_only=True)
class ModelImageArgs:
    """What a caller decides about an image; everything is plain and checked when it is made."""

    repository: str  # its name below the registry, such as "frigo/app"
    context: str | Path
    """What COPY sources are relative to; relative to the program's folder. An image holds the modes
    of its files: where a umask differs, `compose_context` makes them the same on every machine."""
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
