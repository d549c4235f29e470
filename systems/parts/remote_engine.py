"""Hybrid mode: a Space that hands generation to another engine, given or raised beside it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from pulumi import Input, Output

from slipway.core.findings import Finding, gather, requires
from slipway.errors import ConfigError
from systems.config import MAY_BE_SECRET
from systems.parts.space import DockerSpace
from systems.plan import Made, Part
from systems.values import HubName, WebAddress

Values = Mapping[str, Input[str]]


@dataclass(frozen=True, kw_only=True)
class HybridSettings:
    """Whether generation is handed on, and to whom."""

    hybrid_remote_generation: bool = False  # hand generation to another engine
    remote_engine_url: WebAddress = field(default="", metadata=MAY_BE_SECRET)
    """That engine's address."""
    engine_space: HubName = ""  # or: raise that engine as a second Space of this name


@dataclass(frozen=True, kw_only=True)
class HybridSpace(Part):
    """A Space that generates itself or hands it on, as its settings say."""

    space: DockerSpace
    settings: HybridSettings

    @property
    def engine(self) -> DockerSpace | None:
        """The Space that it hands generation to, where that is ours."""
        if not (self.settings.hybrid_remote_generation and self.settings.engine_space):
            return None
        return replace(self.space, other=("engineSpace", self.settings.engine_space))

    def makes(self) -> Iterator[Made]:
        """The engine; the Space itself is a part of its own."""
        if self.engine and self.engine.name != self.space.name:
            yield from self.engine.makes()

    def check(self) -> list[Finding]:
        """Refuses what names no engine, or two, or itself."""
        return gather(f"slipway:{self.space.system}", requires(self._one), requires(self._other))

    def declare(self, variables: Values, expect: Values) -> dict[str, Output[str]]:
        """Raises one Space or both, and gives their addresses.

        Args:
            variables: besides the Space's own.
            expect: what its own answer says when it generates itself.
        """
        outputs: dict[str, Output[str]] = {}
        own: dict[str, Input[str]] = {**variables, "HYBRID_REMOTE_GENERATION": "false"}
        secrets: dict[str, Input[str]] = {}
        if self.settings.hybrid_remote_generation:
            address: Input[str] = self.settings.remote_engine_url
            if self.engine:
                logical = f"{self.space.system}-engine"
                address = self.engine.declare(own, expect, logical=logical).url
                outputs["engine"] = address
            own["HYBRID_REMOTE_GENERATION"] = "true"
            # Variables are public; an address that was given as a secret may hold a key.
            place = secrets if self.space.stack.is_secret(self.space.system) else own
            place["REMOTE_ENGINE_URL"] = address
            expect = {"engine": "remote"}
        made = self.space.declare(own, expect, secrets=secrets)
        return {"url": made.url, "page": made.page, **outputs}

    def _one(self) -> None:
        ours, address = self.settings.engine_space, self.settings.remote_engine_url
        if self.settings.hybrid_remote_generation and bool(ours) == bool(address):
            given = "both are given" if ours else "none is given"
            raise ConfigError(
                f"slipway:{self.space.system}.hybridRemoteGeneration is true and {given}: give "
                "either remoteEngineUrl or engineSpace."
            )

    def _other(self) -> None:
        if self.settings.engine_space == self.space.name:
            raise ConfigError(
                f"slipway:{self.space.system}.engineSpace is {self.space.name!r}, which space is "
                "as well: give the engine a name of its own."
            )
