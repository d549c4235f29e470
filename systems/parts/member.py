"""One service of a fleet: as a system says it, and as it is once its image is declared."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pulumi import Input

from slipway.images.model_image import ModelImage
from systems.parts.secrets import Secret


@dataclass(frozen=True, kw_only=True)
class Member:
    """A service whose image is built from the fleet's context, whoever runs it."""

    port: int
    dockerfile: str  # relative to the context
    links: Mapping[str, str] = field(default_factory=dict[str, str])
    """Env var -> key of the peer whose address it holds."""
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    secrets: Mapping[str, Secret] = field(default_factory=dict[str, Secret])
    build_args: Mapping[str, str] = field(default_factory=dict[str, str])
    serves_model: bool = False  # the fleet's
    database_variable: str = ""  # that holds the address of the fleet's database, if it has one


@dataclass(frozen=True, kw_only=True)
class BuiltMember:
    """The same with its image."""

    member: Member
    name: str  # of its Render service
    image: ModelImage
    env: Mapping[str, Input[str]]
    secrets: Mapping[str, Input[str]]
    downloads: bool  # its model, when it starts
    says: Mapping[str, Input[str]]  # what its own answer must hold before it counts as deployed
