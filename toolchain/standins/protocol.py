"""What a resource type of a stand-in offers to the server in `plugin`.

To add a type:

1. Write a class derived from `ResourceType`. Properties are plain dicts with the names that the
   engine uses (camelCase); numbers without a fraction are ints, and absent and null are the same:
   not there. List what a program may give (`inputs`), must give (`required`), what makes another
   object when it changes (`replace`), what is never shown (`secret`), what only the platform says
   (`computed`) and which of that an update may change (`renewed`).
2. Write `create`, `read`, `update` and `delete` against `self.connection`. Each returns the full
   state, inputs included. They run in several threads at once. Gone is `None` from `read` and
   nothing from `delete`. What fails is a `PluginError` with a text for people, without any secret;
   an object that exists but is not as wanted is an `UnfinishedError`, which keeps it in the state.
3. Where two spellings mean the same, say so in `normalise`; where values have rules that can be
   checked without a call, in `check`; where the platform changes behind our back, in `drifted`.
4. Enter the class under its type token in the plugin's `TYPES`. `Plugin.connect` makes the
   connection from the provider's own properties, once.
"""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, NamedTuple, TypeAlias, TypeVar

Properties: TypeAlias = dict[str, Any]
Connection = TypeVar("Connection")


class PluginError(Exception):
    """Something a person must know of; the engine shows the text as it is."""


class UnfinishedError(PluginError):
    """The object exists, but what had to follow failed; the engine keeps it and says why."""

    def __init__(self, reason: str, id_: str, state: Properties) -> None:
        super().__init__(reason)
        self.id, self.state = id_, state


class Problem(NamedTuple):
    """What is wrong with the inputs of a resource; never holds a secret's value."""

    property: str
    reason: str


class Found(NamedTuple):
    """An object of the platform and everything known of it."""

    id: str
    state: Properties


class ResourceType(ABC, Generic[Connection]):
    """One type of resource; see above. One instance serves a provider's whole life."""

    inputs: ClassVar[tuple[str, ...]] = ()
    required: ClassVar[tuple[str, ...]] = ()
    replace: ClassVar[tuple[str, ...]] = ()
    secret: ClassVar[tuple[str, ...]] = ()
    computed: ClassVar[tuple[str, ...]] = ()
    renewed: ClassVar[tuple[str, ...]] = ()
    autonamed: ClassVar[str] = ""  # gets the logical name and 7 hex digits if it is not given
    delete_before_replace: ClassVar[bool] = False

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def check(self, inputs: Properties) -> Iterable[Problem]:
        """What is wrong, found without a call; only asked when every input is known."""
        del inputs
        return ()

    def normalise(self, name: str, value: Any) -> Any:  # noqa: ANN401 - any property's value
        """A known value as compared: defaults filled in (None is not given), order settled."""
        del name
        return value

    def same(self, name: str, state: Any, wanted: Any) -> bool:  # noqa: ANN401 - any property's value
        """Whether a property is as wanted (known), where `normalise` sees too little of it."""
        return bool(self.normalise(name, state) == self.normalise(name, wanted))

    def replaces(self, name: str, state: Properties, inputs: Properties) -> bool:
        """Whether another value of this input makes another object; inputs may be unknown."""
        del state, inputs
        return name in self.replace

    def drifted(self, state: Properties) -> Iterable[str]:
        """Computed properties that a refresh found changed and only an update puts right."""
        del state
        return ()

    @abstractmethod
    def create(self, inputs: Properties) -> Found:
        """Makes the object."""

    @abstractmethod
    def read(self, id_: str, state: Properties) -> Found | None:
        """The object as it is now, None if it is gone. An import comes with an empty state."""

    @abstractmethod
    def update(self, id_: str, state: Properties, inputs: Properties) -> Properties:
        """Makes the object as the inputs say and returns its full state."""

    @abstractmethod
    def delete(self, id_: str, state: Properties) -> None:
        """Deletes the object; absent is success."""


@dataclass(frozen=True)
class Plugin:
    """A stand-in: which package it serves, and how its resources reach the platform."""

    name: str  # of the package, such as "github"
    version: str  # of the installed SDK, which is the version the engine asks for
    types: Mapping[str, type[ResourceType[Any]]]  # by type token
    connect: Callable[[Properties, threading.Event], Any]
    """Makes the connection from the provider's properties. The event is set when the engine
    cancels; whatever waits should wait on it."""
