"""A Docker Space: its files and values, whether its image can be built and holds its model."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path

from pulumi import Input

from slipway.core.credentials import HUB_TOKEN, Credential
from slipway.core.findings import Finding, Severity, gather, requires, warning
from slipway.dockerfile.context import read_context
from slipway.errors import ConfigError
from slipway.huggingface.space.card import read_card
from slipway.huggingface.space.hardware import HARDWARE
from slipway.huggingface.space.space import Space, SpaceArgs
from slipway.payload.files import Payload, payload_from_folder
from slipway.preflight.hosting import note_hardware_price
from slipway.preflight.image import check_dockerfile
from slipway.preflight.sizes import check_disk, check_memory
from systems.config import StackConfig
from systems.parts.pinned_model import PinnedModel
from systems.parts.secrets import Secret
from systems.plan import SPACE, Made, Part
from systems.values import Hardware, HubName, LogLevel

_MODEL_ARGUMENTS = ("BASE_MODEL", "BASE_MODEL_FILE", "BASE_MODEL_REVISION", "BASE_MODEL_SHA256")
_NOTHING: Mapping[str, Input[str]] = {}


@dataclass(frozen=True, kw_only=True)
class SpaceSettings:
    """What a stack says of any of our Spaces."""

    space: HubName  # name of the Space, in the stack's namespace unless it has one
    hardware: Hardware = "cpu-basic"  # by the Hub's own names
    log_level: LogLevel = "INFO"  # what its log is to hold


@dataclass(frozen=True, kw_only=True)
class DockerSpace(Part):
    """A Space that builds the Dockerfile of a folder."""

    system: str  # whose it is; its logical name as well
    stack: StackConfig
    settings: SpaceSettings
    folder: Path  # what its image is built from
    delivery: str  # how the model gets to the app, one of `slipway.dockerfile.rules.DELIVERIES`
    files: Callable[[], Payload] | None = None  # reads what it holds; None: what the folder holds
    by_git: bool = False  # its files are what is pushed; ours are what it begins with
    model: PinnedModel | None = None  # whose weights its memory and disk must hold
    secrets: Mapping[str, Secret] = field(default_factory=dict[str, Secret])
    variables: Mapping[str, str] = field(default_factory=dict[str, str])  # besides LOG_LEVEL
    probe_path: str = "/health"
    other: tuple[str, str] = ("", "")  # another Space of the same: its setting, and its name

    @property
    def name(self) -> str:
        """As the stack file has it."""
        return self.other[1] or self.settings.space

    @property
    def repo(self) -> str:
        """`namespace/name`."""
        return self.stack.hub_id(self.name)

    @cached_property
    def payload(self) -> Payload:
        """Its files, read once.

        Raises:
            ConfigError: they are not all there.
        """
        return self.files() if self.files else payload_from_folder(self.folder)

    def needs(self) -> Iterator[Credential]:
        """The token that may write, and what its secrets need."""
        yield HUB_TOKEN
        for secret in self.secrets.values():
            yield from secret.needs()

    def makes(self) -> Iterator[Made]:
        """The Space."""
        yield Made(SPACE, self.name, self.other[0] or "space")

    def check(self) -> list[Finding]:
        """Price, files, image, and whether its hardware holds the model."""
        found = gather(
            f"slipway:{self.system}",
            partial(note_hardware_price, self.system, self.settings.hardware),
            requires(self._card),
            self._weights,
            self._image,
        )
        if any(each.severity is Severity.ERROR for each in found):
            return found
        # What is left, the component knows; what stands above it would say again.
        unknown = dict.fromkeys(self.secrets, "")
        whole = partial(self._args, unknown, _NOTHING, _NOTHING)
        return [*found, *gather(f"slipway:{self.system}", requires(whole))]

    def declare(
        self,
        variables: Mapping[str, Input[str]] = _NOTHING,
        expect: Mapping[str, Input[str]] = _NOTHING,
        *,
        secrets: Mapping[str, Input[str]] = _NOTHING,
        logical: str = "",
    ) -> Space:
        """Raises it.

        Args:
            variables: besides its own, where they are known only now.
            expect: what its own answer must say before it counts as ready.
            secrets: besides its own, likewise.
            logical: its logical name; empty is the system's.
        """
        own = {key: secret.value for key, secret in self.secrets.items()}
        return Space(logical or self.system, self._args({**own, **secrets}, variables, expect))

    def _args(
        self,
        secrets: Mapping[str, Input[str]],
        variables: Mapping[str, Input[str]],
        expect: Mapping[str, Input[str]],
    ) -> SpaceArgs:
        return SpaceArgs(
            repo_id=self.repo,
            payload=None if self.by_git else self.payload,
            seed=self.payload if self.by_git else None,
            hardware=self.settings.hardware,
            secrets=dict(secrets),
            variables={"LOG_LEVEL": self.settings.log_level, **self.variables, **variables},
            probe_path=self.probe_path,
            expect=dict(expect),
            adopt=self.stack.adopts(self.name),
            protect=self.stack.protect,
        )

    def _card(self) -> None:
        read_card(self.name, self.payload.text("README.md"), "docker")

    def _image(self) -> list[Finding]:
        _ = self.payload  # which is brought together in the folder, where it has a reader
        return check_dockerfile(
            self.name,
            read_context(self.folder),
            delivery=self.delivery,
            model_arguments=_MODEL_ARGUMENTS if self.model else (),
        )

    def _weights(self) -> Iterator[Finding]:
        """Somebody else's model may be of unknown size: most fit 16 GB, so that is no refusal."""
        if self.model is None:
            return
        try:
            size = self.model.size()
        except ConfigError as unknown:
            if self.model.trained:
                raise
            yield warning(self.name, str(unknown).removesuffix("."), "Add it")
            return
        listed = HARDWARE.get(self.settings.hardware)
        if listed is None:  # the list does not know it; the component knows whether it exists
            return
        yield from check_memory(
            self.name, size.memory_bytes, self.settings.hardware, listed.memory_mb
        )
        yield from check_disk(self.name, size.bytes, listed.disk_bytes)
