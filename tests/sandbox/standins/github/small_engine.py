"""Drives the stand-in over gRPC in the engine's order: check, diff, then one of the others."""

from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2 as pb

from toolchain.standins.values import from_wire, to_wire


def urn(token, name="it"):
    return f"urn:pulumi:dev::p::my:Component${token}::{name}"


@dataclass
class Declared:
    """One resource as an engine keeps it."""

    stub: Any
    token: str
    id: str = ""
    inputs: dict = field(default_factory=dict)
    state: dict = field(default_factory=dict)

    def check(self, **inputs):
        """The checked inputs, or the problems as (property, reason)."""
        answer = self.stub.Check(
            pb.CheckRequest(urn=urn(self.token), news=to_wire(inputs), olds=to_wire(self.inputs))
        )
        if answer.failures:
            return [(each.property, each.reason) for each in answer.failures]
        return from_wire(answer.inputs)

    def plan(self, inputs=None, ignore=()):
        """Differing properties, and those for which it would be replaced."""
        answer = self.stub.Diff(
            pb.DiffRequest(
                urn=urn(self.token),
                id=self.id,
                olds=to_wire(self.state),
                news=to_wire(self.inputs if inputs is None else inputs),
                ignoreChanges=ignore,
            )
        )
        return set(answer.detailedDiff), set(answer.replaces)

    def up(self, **inputs):
        """Creates or updates; a replacement is the caller's to make."""
        checked = self.check(**inputs)
        assert isinstance(checked, dict), checked
        news = to_wire(checked)
        if not self.id:
            made = self.stub.Create(pb.CreateRequest(urn=urn(self.token), properties=news))
            self.id, self.state = made.id, from_wire(made.properties)
        elif self.plan(checked)[0]:
            changed = self.stub.Update(
                pb.UpdateRequest(
                    urn=urn(self.token), id=self.id, olds=to_wire(self.state), news=news
                )
            )
            self.state = from_wire(changed.properties)
        self.inputs = checked
        return self

    def refresh(self):
        """Whether it is still there."""
        read = self.stub.Read(
            pb.ReadRequest(
                urn=urn(self.token),
                id=self.id,
                properties=to_wire(self.state),
                inputs=to_wire(self.inputs),
            )
        )
        self.id = read.id
        self.state, self.inputs = from_wire(read.properties), from_wire(read.inputs)
        return bool(read.id)

    def adopt(self, id_):
        """What `pulumi import` does."""
        read = self.stub.Read(pb.ReadRequest(urn=urn(self.token), id=id_))
        self.id = read.id
        self.state, self.inputs = from_wire(read.properties), from_wire(read.inputs)
        return self

    def destroy(self):
        self.stub.Delete(
            pb.DeleteRequest(urn=urn(self.token), id=self.id, properties=to_wire(self.state))
        )


def refusal(call):
    """The text with which the stand-in refuses."""
    with pytest.raises(grpc.RpcError) as caught:
        call()
    return caught.value.details()
