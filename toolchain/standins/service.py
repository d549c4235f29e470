"""The engine's side of a stand-in: one gRPC service over the resource types of a plugin."""
# ruff: noqa: N802 - the methods carry the names of the gRPC service

import functools
import hashlib
import sys
import threading
import traceback
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar

import grpc  # type: ignore[import-untyped]
from google.protobuf import any_pb2, empty_pb2, struct_pb2  # type: ignore[import-untyped]
from pulumi.runtime.proto import plugin_pb2, provider_pb2_grpc, status_pb2
from pulumi.runtime.proto import provider_pb2 as pb

from toolchain.standins.differences import describe, refreshed_inputs
from toolchain.standins.protocol import Plugin, PluginError, ResourceType, UnfinishedError
from toolchain.standins.values import UNKNOWN, from_wire, is_known, secret_names, to_wire

_NAME_DIGITS = 7  # what Pulumi's own plugins append to a logical name
Request = TypeVar("Request")
Response = TypeVar("Response")
_Method = Callable[["StandIn", Request, grpc.ServicerContext], Response]


def _answering(method: _Method[Request, Response]) -> _Method[Request, Response]:
    """Turns what goes wrong into a status whose text the engine shows to the person."""

    @functools.wraps(method)
    def call(self: "StandIn", request: Request, context: grpc.ServicerContext) -> Response:
        try:
            return method(self, request, context)
        except PluginError as error:
            _abort(context, grpc.StatusCode.UNKNOWN, str(error))
        except Exception as error:
            if context.code() is not None:  # an abort, which gRPC makes an exception of
                raise
            # Where, but not what was said: a text that is not ours may hold a secret's value.
            place = traceback.extract_tb(error.__traceback__)[-1]
            text = f"{type(error).__name__} at {place.filename}:{place.lineno}"
            print(text, file=sys.stderr, flush=True)  # noqa: T201 - the engine logs it
            _abort(context, grpc.StatusCode.INTERNAL, f"A fault of the stand-in itself: {text}")

    return call


class StandIn(provider_pb2_grpc.ResourceProviderServicer):
    """One instance of a provider, as the engine starts one process for each.

    Args:
        plugin: what it serves.
    """

    def __init__(self, plugin: Plugin) -> None:
        self._plugin = plugin
        self._cancelled = threading.Event()
        self._kinds: dict[str, ResourceType[Any]] = {}

    def Handshake(
        self, request: pb.ProviderHandshakeRequest, context: grpc.ServicerContext
    ) -> pb.ProviderHandshakeResponse:
        """Says how values are to be sent."""
        del request, context
        return pb.ProviderHandshakeResponse(accept_secrets=True)

    def Attach(self, request: plugin_pb2.PluginAttach, context: object) -> empty_pb2.Empty:
        """The engine attached to a process that somebody else started."""
        del request, context
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: empty_pb2.Empty, context: object) -> plugin_pb2.PluginInfo:
        """The SDK's version, which is the one the engine asks for."""
        del request, context
        return plugin_pb2.PluginInfo(version=self._plugin.version)

    def Cancel(self, request: empty_pb2.Empty, context: object) -> empty_pb2.Empty:
        """Ends every wait."""
        del request, context
        self._cancelled.set()
        return empty_pb2.Empty()

    def GetMapping(self, request: object, context: object) -> pb.GetMappingResponse:
        """Nothing is mapped from other tools."""
        del request, context
        return pb.GetMappingResponse()

    def GetMappings(self, request: object, context: object) -> pb.GetMappingsResponse:
        """Nothing is mapped from other tools."""
        del request, context
        return pb.GetMappingsResponse()

    def GetSchema(
        self, request: pb.GetSchemaRequest, context: grpc.ServicerContext
    ) -> pb.GetSchemaResponse:
        """There is none: the SDK is installed already."""
        del request
        self._not_served(context, "its schema")

    def Invoke(self, request: pb.InvokeRequest, context: grpc.ServicerContext) -> pb.InvokeResponse:
        """No function is served."""
        self._not_served(context, request.tok)

    def CheckConfig(self, request: pb.CheckRequest, context: object) -> pb.CheckResponse:
        """Takes the provider's properties as they are; Configure says what is wrong with them."""
        del context
        return pb.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: pb.DiffRequest, context: object) -> pb.DiffResponse:
        """Another token or address is no other provider: nothing is replaced for it."""
        del context
        old, new = from_wire(request.olds), from_wire(request.news)
        names = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
        some = pb.DiffResponse.DIFF_SOME if names else pb.DiffResponse.DIFF_NONE
        return pb.DiffResponse(changes=some, diffs=names)

    @_answering
    def Configure(
        self, request: pb.ConfigureRequest, context: grpc.ServicerContext
    ) -> pb.ConfigureResponse:
        """Connects to the platform; everything later goes through that connection."""
        properties = from_wire(request.args)
        if not is_known(properties):
            unknown = sorted(key for key, value in properties.items() if not is_known(value))
            text = f"The provider's {', '.join(unknown)} must be known before the deployment."
            _abort(context, grpc.StatusCode.INVALID_ARGUMENT, text)
        connection = self._plugin.connect(properties, self._cancelled)
        self._kinds = {token: kind(connection) for token, kind in self._plugin.types.items()}
        return pb.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    @_answering
    def Check(self, request: pb.CheckRequest, context: grpc.ServicerContext) -> pb.CheckResponse:
        """Fills in a name where none is given and says what is wrong."""
        kind = self._kind(request.urn, context)
        inputs, old = from_wire(request.news), from_wire(request.olds)
        answer = struct_pb2.Struct()
        answer.CopyFrom(request.news)  # with its marks of secrets
        name = kind.autonamed
        if name and name not in inputs:
            inputs[name] = old.get(name) or _automatic_name(request)
            answer.fields[name].string_value = inputs[name]
        failures = [
            pb.CheckFailure(property=each, reason="it is required and not given")
            for each in kind.required
            if each not in inputs
        ]
        if not failures and is_known(inputs):
            failures = [
                pb.CheckFailure(property=problem.property, reason=problem.reason)
                for problem in kind.check(inputs)
            ]
        return pb.CheckResponse(inputs=answer, failures=failures)

    @_answering
    def Diff(self, request: pb.DiffRequest, context: grpc.ServicerContext) -> pb.DiffResponse:
        """Compares the state with what the program asks for now."""
        kind = self._kind(request.urn, context)
        old, new = from_wire(request.olds), from_wire(request.news)
        return describe(kind, old, new, set(request.ignoreChanges))

    @_answering
    def Create(self, request: pb.CreateRequest, context: grpc.ServicerContext) -> pb.CreateResponse:
        """Makes an object, or says in a preview what is known of it already."""
        kind, inputs = self._kind(request.urn, context), from_wire(request.properties)
        hidden = secret_names(request.properties)
        if request.preview:
            unknown = dict.fromkeys(kind.computed, UNKNOWN)
            return pb.CreateResponse(properties=_state(kind, unknown | inputs, hidden))
        with _keeping_the_unfinished(context, kind, hidden):
            found = kind.create(inputs)
        return pb.CreateResponse(id=found.id, properties=_state(kind, found.state, hidden))

    @_answering
    def Read(self, request: pb.ReadRequest, context: grpc.ServicerContext) -> pb.ReadResponse:
        """The object as it is now, for a refresh or an import."""
        kind = self._kind(request.urn, context)
        hidden = secret_names(request.properties) | secret_names(request.inputs)
        found = kind.read(request.id, from_wire(request.properties))
        if found is None:
            return pb.ReadResponse(id="")
        inputs = refreshed_inputs(kind, from_wire(request.inputs), found.state)
        return pb.ReadResponse(
            id=found.id,
            properties=_state(kind, found.state, hidden),
            inputs=_state(kind, inputs, hidden),
        )

    @_answering
    def Update(self, request: pb.UpdateRequest, context: grpc.ServicerContext) -> pb.UpdateResponse:
        """Changes an object, or says in a preview what is known of it afterwards."""
        kind = self._kind(request.urn, context)
        old, new = from_wire(request.olds), from_wire(request.news)
        hidden = secret_names(request.olds) | secret_names(request.news)
        if request.preview:
            kept = {name: old[name] for name in kind.computed if name in old}
            after = kept | dict.fromkeys(kind.renewed, UNKNOWN) | new
            return pb.UpdateResponse(properties=_state(kind, after, hidden))
        with _keeping_the_unfinished(context, kind, hidden):
            state = kind.update(request.id, old, new)
        return pb.UpdateResponse(properties=_state(kind, state, hidden))

    @_answering
    def Delete(self, request: pb.DeleteRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Deletes an object."""
        kind = self._kind(request.urn, context)
        kind.delete(request.id, from_wire(request.properties))
        return empty_pb2.Empty()

    def _kind(self, urn: str, context: grpc.ServicerContext) -> ResourceType[Any]:
        token = urn.split("::")[2].rpartition("$")[2]
        if token not in self._plugin.types:
            self._not_served(context, token)
        if token not in self._kinds:
            text = f"The {self._plugin.name} provider is not configured yet."
            _abort(context, grpc.StatusCode.FAILED_PRECONDITION, text)
        return self._kinds[token]

    def _not_served(self, context: grpc.ServicerContext, what: str) -> NoReturn:
        served = ", ".join(sorted(self._plugin.types))
        text = (
            f"The sandbox's stand-in for the {self._plugin.name} plugin does not serve {what}. "
            f"It serves the resources {served}."
        )
        _abort(context, grpc.StatusCode.UNIMPLEMENTED, text)


def _state(
    kind: ResourceType[Any], state: Mapping[str, Any], hidden: Collection[str]
) -> struct_pb2.Struct:
    return to_wire(state, secret={*kind.secret, *hidden})


def _automatic_name(request: pb.CheckRequest) -> str:
    logical = request.urn.rpartition("::")[2]
    # From the engine's seed, so that its preview and its update find the same name.
    digits = hashlib.sha256(request.randomSeed + logical.encode()).hexdigest()[:_NAME_DIGITS]
    return f"{logical}-{digits}"


def _abort(context: grpc.ServicerContext, code: grpc.StatusCode, text: str) -> NoReturn:
    context.abort(code, text)
    raise AssertionError  # never reached: abort raises, which gRPC's types do not say


@contextmanager
def _keeping_the_unfinished(
    context: grpc.ServicerContext, kind: ResourceType[Any], hidden: Collection[str]
) -> Iterator[None]:
    """Answers a failure that leaves an object so that the engine writes it into the state."""
    try:
        yield
    except UnfinishedError as error:
        detail = any_pb2.Any()
        properties = _state(kind, error.state, hidden)
        detail.Pack(
            pb.ErrorResourceInitFailed(id=error.id, properties=properties, reasons=[str(error)])
        )
        code = grpc.StatusCode.UNKNOWN
        status = status_pb2.Status(code=code.value[0], message=str(error), details=[detail])
        context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
        _abort(context, code, str(error))
