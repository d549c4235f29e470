"""What the rules are about: services, images, models and stored secrets, on any platform."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from policies.values import Unknown, Value
from slipway.dockerfile.broken_rule import BrokenRule


@dataclass(frozen=True, kw_only=True)
class Thing:
    """Anything a rule can be about."""

    urn: str  # of the resource, or where it stands: "render.yaml"
    label: str  # for people: "Space acme/demo"


@dataclass(frozen=True, kw_only=True)
class Dockerfile:
    """What a Dockerfile says of itself and does wrong."""

    exposed_ports: tuple[int, ...]
    required_secrets: frozenset[str]  # without which its build fails
    bakes_model: bool
    bases: tuple[str, ...]  # images that its stages are made from
    broken: tuple[BrokenRule, ...]


@dataclass(frozen=True, kw_only=True)
class Service(Thing):
    """An application that runs somewhere."""

    kind: str  # one of KINDS
    variables: Mapping[str, Value] | Unknown  # what anybody who sees the service can read
    secrets: frozenset[str] | Unknown  # names
    digests: Mapping[str, Value] | Unknown = field(default_factory=dict[str, Value])
    """Of secrets' values, comparable within one stack."""
    plan: Value = ""  # Render's plan or the Space's hardware; empty: the platform's default
    region: Value = ""  # empty where its platform has none
    port: int | Unknown | None = None  # where requests go to; None is not said
    image: Value | None = None  # what it runs; None where the platform builds it
    image_origins: frozenset[str] = frozenset()  # urns of what the image comes from
    model_origins: frozenset[str] = frozenset()  # urns of what its variables come from
    dockerfile: Dockerfile | None = None  # None where it is not from here
    instances: int = 1
    pushes_deploy: bool = False  # a push deploys it, beside whoever else does
    hook_stored: bool = False  # somebody else can deploy it by a hook
    files_by_git: bool = False  # it waits for a `git push`


KINDS = ("space", "web_service", "static_site", "private_service", "worker", "cron", "container")
SERVING = ("space", "web_service")  # those that everybody can reach


@dataclass(frozen=True, kw_only=True)
class Image(Thing):
    """An image that this stack builds."""

    model: Value  # repository of the model; empty without one
    model_file: Value
    model_revision: Value
    delivery: Value  # how the model gets there: baked, download, lfs, none
    model_origins: frozenset[str] = frozenset()
    dockerfile: Dockerfile | None = None


@dataclass(frozen=True, kw_only=True)
class Build(Thing):
    """What a builder is given."""

    arguments: Mapping[str, Value] | Unknown


@dataclass(frozen=True, kw_only=True)
class ModelRepo(Thing):
    """A repository of weights that this stack owns."""

    repo: Value
    megabytes: Mapping[str, Value] | Unknown  # path -> size, rounded up


@dataclass(frozen=True, kw_only=True)
class Database(Thing):
    """A managed Postgres."""

    plan: Value
    region: Value


@dataclass(frozen=True, kw_only=True)
class StoredValue(Thing):
    """A secret or variable that workflows find on GitHub."""

    name: Value
    secret: bool
    value: Value = ""  # of a variable


@dataclass(frozen=True, kw_only=True)
class StoredDigests(Thing):
    """Digests of the secrets of a repository, comparable within one stack."""

    digests: Mapping[str, Value] | Unknown  # "ENVIRONMENT/NAME" or "NAME" -> digest


@dataclass(frozen=True, kw_only=True)
class Kept(Thing):
    """Something whose deletion loses data, an address or a history."""

    protect: bool


Kind = TypeVar("Kind", bound=Thing)


@dataclass(frozen=True)
class Everything:
    """All things of one stack or file, found by kind."""

    things: Sequence[Thing]
    parents: Mapping[str, str] = field(default_factory=dict[str, str])  # urn -> urn

    def of(self, kind: type[Kind]) -> list[Kind]:
        """Those of one kind, in order."""
        return [each for each in self.things if isinstance(each, kind)]

    def image_of(self, service: Service) -> Image | None:
        """The image of this stack that a service runs."""
        return next(
            (i for i in self.of(Image) if self.is_made_from(service.image_origins, i)), None
        )

    def is_made_from(self, origins: frozenset[str], component: Thing) -> bool:
        """Whether one of some resources is a component or part of it."""
        return any(component.urn in (urn, self.parents.get(urn)) for urn in origins)
