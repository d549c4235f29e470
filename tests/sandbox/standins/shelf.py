"""A plugin with one type of resource, a book on a shelf in memory, behind real gRPC."""

import contextlib
import threading
from concurrent import futures

import grpc
from pulumi.runtime.proto import provider_pb2 as pb
from pulumi.runtime.proto import provider_pb2_grpc

from toolchain.standins.protocol import (
    Found,
    Plugin,
    PluginError,
    Problem,
    ResourceType,
    UnfinishedError,
)
from toolchain.standins.service import StandIn
from toolchain.standins.values import to_wire

TOKEN = "shelf:index/book:Book"
URN = f"urn:pulumi:dev::p::my:Component${TOKEN}::one"
TITLE_LIMIT = 20


class Book(ResourceType):
    """Its id is its shelf; words may come in any order; `edition` counts the writes."""

    inputs = ("shelf", "title", "words", "pages", "key")
    required = ("shelf",)
    replace = ("shelf",)
    secret = ("key",)
    computed = ("edition", "seen")
    renewed = ("edition",)
    autonamed = "title"
    delete_before_replace = True

    def check(self, inputs):
        if len(inputs["title"]) > TITLE_LIMIT:
            yield Problem("title", "it is too long")

    def normalise(self, name, value):
        if name == "pages":
            return 1 if value is None else value
        return sorted(value or []) if name == "words" else value

    def drifted(self, state):
        if state["seen"] != state["edition"]:
            yield "edition"

    def create(self, inputs):
        if inputs["title"] == "refused":
            raise PluginError("Book refused: the shelf is full. Buy another.")
        if inputs["title"] == "faulty":
            raise ValueError(inputs["key"])
        self.connection[inputs["shelf"]] = {**inputs, "pages": inputs.get("pages", 1), "seen": 1}
        if inputs["title"] == "torn":
            raise UnfinishedError("Book torn: bind it.", inputs["shelf"], {**inputs, "edition": 1})
        return Found(inputs["shelf"], {**self.connection[inputs["shelf"]], "edition": 1})

    def read(self, id_, state):
        if id_ not in self.connection:
            return None
        return Found(id_, {"edition": 1, **state, **self.connection[id_]})

    def update(self, id_, state, inputs):
        edition = state["edition"] + 1
        self.connection[id_] = {**inputs, "seen": edition}
        return {**self.connection[id_], "edition": edition}

    def delete(self, id_, state):
        del state
        self.connection.pop(id_, None)


class Shelf:
    """What a test reads and changes, and the plugin that serves it."""

    def __init__(self):
        self.books, self.cancelled = {}, None
        self.plugin = Plugin("shelf", "1.2.3", {TOKEN: Book}, self._connect)

    def _connect(self, properties, cancelled: threading.Event):
        if properties.get("address") == "nowhere":
            raise PluginError("Shelf: nobody at nowhere. Check address.")
        self.cancelled = cancelled
        return self.books


@contextlib.contextmanager
def served(plugin):
    """A stub, and a real server behind it."""
    server = grpc.server(futures.ThreadPoolExecutor(8))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(StandIn(plugin), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield provider_pb2_grpc.ResourceProviderStub(channel)
    finally:
        server.stop(None).wait(10)


def configure(stub, **properties):
    return stub.Configure(pb.ConfigureRequest(args=to_wire(properties)))
