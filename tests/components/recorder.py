"""Runs a piece of a Pulumi program against mocks and keeps every registration for inspection."""

import asyncio
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi.runtime import mocks, rpc

_SERVICE = {
    "url": "https://it.onrender.com",
    "page": "https://dashboard/it",
    "first_deploy": "dep-first",
    "revision": "r1",
}
OUTPUTS = {  # what the platform would add, by the resource's type
    "pulumi-python:dynamic/huggingface:Space": {
        "url": "https://hub/spaces/it",
        "host": "https://it.hub",
        "commit": "c" * 40,
        "settings": "s" * 64,
    },
    "pulumi-python:dynamic/huggingface:SpaceReady": {"stage": "RUNNING"},
    "pulumi-python:dynamic/huggingface:ModelRepo": {
        "url": "https://hub/it",
        "commit": "d" * 40,
        "sha256s": {"tiny-phi.gguf": "f" * 64},
    },
    "pulumi-python:dynamic/render:WebService": _SERVICE,
    "pulumi-python:dynamic/render:StaticSite": _SERVICE,
    "pulumi-python:dynamic/render:EnvWiring": {"revision": "w1"},
    "pulumi-python:dynamic/render:Deploy": {
        "deploy_id": "dep-live",
        "status": "live",
        "commit": "e" * 40,
        "image_digest": "",
    },
}


def id_of(type_: str, name: str) -> str:
    """The platform's id of a resource, in the platform's own shape where a program looks at it."""
    if type_ == "pulumi-python:dynamic/render:WebService":
        return f"srv-{zlib.crc32(name.encode()):020d}"
    return f"{name}-id"


@dataclass(frozen=True)
class Registration:
    """One resource as the engine was told of it."""

    type: str
    name: str
    inputs: Mapping[str, Any]  # secrets still in their envelopes
    parent: str  # logical name, empty below the stack
    provider: str  # logical name of an explicit provider instance, else empty
    protect: bool
    retained: bool  # stays on the platform when it leaves the stack
    ignored: frozenset[str]  # properties that stay as the state has them
    secret_outputs: frozenset[str]
    urn: str
    parent_urn: str
    origins: Mapping[str, frozenset[str]]  # property -> urns of what its value is made from


@dataclass
class Recorder(mocks.Mocks):
    """Every registration by logical name, and every warning."""

    resources: dict[str, Registration] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    outputs: dict[str, Any] = field(default_factory=dict)  # what the stack exports

    def new_resource(self, args):
        return id_of(args.typ, args.name), {**args.inputs, **OUTPUTS.get(args.typ, {})}

    def call(self, _args):
        return {}

    def __getitem__(self, name: str) -> Registration:
        return self.resources[name]

    def of_type(self, type_: str) -> list[Registration]:
        return [each for each in self.resources.values() if each.type == type_]


class _Monitor(mocks.MockMonitor):
    """Keeps what `MockResourceArgs` leaves out: parent, provider, options."""

    def RegisterResource(self, request):  # noqa: N802 - gRPC's own name
        if request.type != "pulumi:pulumi:Stack":
            name = request.name
            same = self.mocks.resources.get(name)
            assert same is None or same.type != request.type, f"two resources are named {name}"
            # A component and what it stands for may share a name; then the type goes before it.
            key = name if same is None else f"{request.type} {name}"
            assert key not in self.mocks.resources, f"two resources are named {key}"
            self.mocks.resources[key] = Registration(
                type=request.type,
                name=name,
                inputs=rpc.deserialize_properties(request.object, keep_unknowns=True),
                parent=_logical(request.parent),
                provider=_logical(request.provider.rpartition("::")[0]),
                protect=request.protect,
                retained=request.retainOnDelete,
                ignored=frozenset(request.ignoreChanges),
                secret_outputs=frozenset(request.additionalSecretOutputs),
                urn=self.make_urn(request.parent, request.type, request.name),
                parent_urn=request.parent,
                origins={
                    name: frozenset(each.urns)
                    for name, each in request.propertyDependencies.items()
                },
            )
        return super().RegisterResource(request)


def _logical(urn: str) -> str:
    *_, type_, name = urn.split("::") if urn else ("", "")
    return "" if type_.endswith("pulumi:Stack") else name


class _Log:
    """What stands in for the engine's log: warnings are kept, the rest is dropped."""

    def __init__(self, warnings: list[str]) -> None:
        self.warning = warnings.append
        self.debug = self.info = self.error = lambda _text: None


def record(
    program: Callable[[], Any],
    config: Mapping[str, str] | None = None,
    secret_keys: tuple[str, ...] = (),
    stack: str = "dev",
) -> Recorder:
    """Runs the program to its end, waits for everything it returns, and gives what it registered.

    A mapping the program returns is resolved into `outputs`.
    """
    recorder = Recorder()
    run(recorder, program, config, secret_keys, stack)
    return recorder


def run(
    recorder: Recorder,
    program: Callable[[], Any],
    config: Mapping[str, str] | None = None,
    secret_keys: tuple[str, ...] = (),
    stack: str = "dev",
) -> None:
    """As `record`, into a recorder of the caller's, which keeps what a failing program did."""

    def keep(outputs: Any) -> None:
        recorder.outputs.update(outputs or {})

    # A loop of its own: whoever used asyncio before in this thread has left none behind.
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        pulumi.runtime.set_mocks(
            recorder,
            project="slipway",
            stack=stack,
            preview=False,
            logger=_Log(recorder.warnings),
            monitor=_Monitor(recorder),
        )
        pulumi.runtime.set_all_config(dict(config or {}), list(secret_keys))
        pulumi.runtime.test(lambda: pulumi.Output.from_input(program()).apply(keep))()
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def is_secret(value: Any) -> bool:
    """Whether a recorded value is in a secret's envelope."""
    return rpc.is_rpc_secret(value)


def unwrap(value: Any) -> Any:
    """A recorded value out of its envelope."""
    return rpc.unwrap_rpc_secret(value)


def clear_texts(value: Any) -> list[str]:
    """Every text of a recorded value that stands outside of a secret's envelope."""
    if is_secret(value):
        return []
    if isinstance(value, Mapping):
        return [text for pair in value.items() for part in pair for text in clear_texts(part)]
    if isinstance(value, (list, tuple)):
        return [text for part in value for text in clear_texts(part)]
    return [value] if isinstance(value, str) else []
