"""The service every stand-in shares, over real gRPC, with a toy platform behind it."""

import grpc
import pytest
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime import rpc
from pulumi.runtime.proto import provider_pb2 as pb
from pulumi.runtime.proto import status_pb2

from tests.sandbox.standins.shelf import TOKEN, URN, Shelf, configure, served
from toolchain.standins.values import UNKNOWN, from_wire, secret_names, to_wire

CANARY = "canary-77aa01b3"


@pytest.fixture
def shelf():
    return Shelf()


@pytest.fixture
def stub(shelf):
    with served(shelf.plugin) as stub:
        configure(stub)
        yield stub


def create(stub, *, preview=False, secret=(), **inputs):
    wire = to_wire({"title": "t", **inputs}, secret)
    return stub.Create(pb.CreateRequest(urn=URN, properties=wire, preview=preview))


def diff(stub, state, inputs, **fields):
    request = {"urn": URN, "id": "a", "olds": to_wire(state), "news": to_wire(inputs), **fields}
    return stub.Diff(pb.DiffRequest(**request))


def refusal(call):
    with pytest.raises(grpc.RpcError) as caught:
        call()
    return caught.value


STATE = {"shelf": "a", "title": "t", "pages": 1, "words": ["x", "y"], "edition": 1, "seen": 1}
INPUTS = {"shelf": "a", "title": "t", "words": ["y", "x"]}


def test_its_version_is_the_one_the_sdk_asks_for(stub):
    assert stub.GetPluginInfo(empty_pb2.Empty()).version == "1.2.3"


def test_what_is_not_served_is_said_with_what_is(stub):
    calls = [
        lambda: stub.Invoke(pb.InvokeRequest(tok="shelf:index/getBook:getBook")),
        lambda: stub.GetSchema(pb.GetSchemaRequest()),
        lambda: stub.Check(pb.CheckRequest(urn="urn:pulumi:d::p::shelf:index/pen:Pen::x")),
    ]
    for call, what in zip(calls, ("getBook", "schema", "pen:Pen"), strict=True):
        error = refusal(call)
        assert error.code() == grpc.StatusCode.UNIMPLEMENTED
        assert what in error.details()
        assert TOKEN in error.details()


def test_unusable_provider_properties_are_told_before_anything_is_asked(shelf):
    with served(shelf.plugin) as stub:
        assert "Check address" in refusal(lambda: configure(stub, address="nowhere")).details()
        assert (
            "address must be known" in refusal(lambda: configure(stub, address=UNKNOWN)).details()
        )
        assert "not configured" in refusal(lambda: create(stub, shelf="a")).details()


def test_another_provider_property_replaces_nothing(stub):
    request = pb.DiffRequest(olds=to_wire({"token": "a"}), news=to_wire({"token": "b"}))
    answer = stub.DiffConfig(request)
    assert (answer.changes, list(answer.replaces)) == (pb.DiffResponse.DIFF_SOME, [])


def check(stub, news, olds=None):
    return stub.Check(
        pb.CheckRequest(
            urn=URN, news=to_wire(news), olds=to_wire(olds or {}), randomSeed=b"seed of the engine"
        )
    )


def test_a_missing_or_wrong_input_is_named_and_unknown_ones_are_let_through(stub):
    missing = check(stub, {"title": "t"})
    assert [failure.property for failure in missing.failures] == ["shelf"]
    wrong = check(stub, {"shelf": "a", "title": "x" * 21})
    assert [failure.property for failure in wrong.failures] == ["title"]
    unknown = check(stub, {"shelf": UNKNOWN, "title": "x" * 21})
    assert list(unknown.failures) == []


def test_a_name_is_given_once_and_kept(stub):
    first = from_wire(check(stub, {"shelf": "a"}).inputs)["title"]
    assert first == from_wire(check(stub, {"shelf": "a"}).inputs)["title"]
    assert first.startswith("one-")
    assert from_wire(check(stub, {"shelf": "a"}, {"title": "one-kept"}).inputs)["title"] == (
        "one-kept"
    )


def test_equal_by_order_or_by_default_is_no_difference(stub):
    assert diff(stub, STATE, INPUTS).changes == pb.DiffResponse.DIFF_NONE


def test_differences_are_named_with_how_they_differ(stub):
    news = {"shelf": "a", "title": "u", "words": ["x", "y"], "pages": 2, "key": "k"}
    answer = diff(stub, STATE, news)
    kinds = {name: each.kind for name, each in answer.detailedDiff.items()}
    how = pb.PropertyDiff
    assert kinds == {"title": how.UPDATE, "pages": how.UPDATE, "key": how.ADD}
    assert (list(answer.replaces), answer.deleteBeforeReplace) == ([], False)
    gone = diff(stub, STATE, {"shelf": "a", "title": "t"})
    assert {name: each.kind for name, each in gone.detailedDiff.items()} == {"words": how.DELETE}


def test_another_object_is_replaced_and_the_old_one_deleted_first(stub):
    answer = diff(stub, STATE, {**INPUTS, "shelf": UNKNOWN})
    assert (list(answer.replaces), answer.deleteBeforeReplace) == (["shelf"], True)
    assert answer.detailedDiff["shelf"].kind == pb.PropertyDiff.UPDATE_REPLACE


def test_drift_of_what_only_the_platform_says_is_a_difference_unless_ignored(stub):
    drifted = {**STATE, "seen": 7}
    assert list(diff(stub, drifted, INPUTS).detailedDiff) == ["edition"]
    ignored = diff(stub, drifted, INPUTS, ignoreChanges=["edition"])
    assert ignored.changes == pb.DiffResponse.DIFF_NONE


def test_a_preview_makes_nothing_and_knows_the_inputs_only(stub, shelf):
    answer = create(stub, preview=True, shelf="a", key=CANARY)
    known = from_wire(answer.properties)
    assert (known["shelf"], known["edition"], known["seen"]) == ("a", UNKNOWN, UNKNOWN)
    assert secret_names(answer.properties) == {"key"}
    request = pb.UpdateRequest(
        urn=URN, id="a", olds=to_wire(STATE), news=to_wire(INPUTS), preview=True
    )
    after = from_wire(stub.Update(request).properties)
    assert (after["edition"], after["seen"]) == (UNKNOWN, 1)
    assert shelf.books == {}


def test_the_types_own_secrets_and_the_programs_are_marked_in_every_answer(stub):
    created = create(stub, secret=["title"], shelf="a", key=CANARY)
    assert secret_names(created.properties) == {"key", "title"}
    state = created.properties
    request = pb.UpdateRequest(urn=URN, id="a", olds=state, news=to_wire({**INPUTS, "key": "k"}))
    assert secret_names(stub.Update(request).properties) == {"key", "title"}
    read = stub.Read(pb.ReadRequest(urn=URN, id="a", properties=state, inputs=state))
    assert secret_names(read.properties) == secret_names(read.inputs) == {"key", "title"}


def test_a_refresh_shows_what_changed_and_nothing_that_means_the_same(stub, shelf):
    shelf.books["a"] = {**STATE, "words": ["y", "x"]}
    request = pb.ReadRequest(
        urn=URN, id="a", properties=to_wire(STATE), inputs=to_wire({**INPUTS, "pages": 1})
    )
    assert from_wire(stub.Read(request).inputs) == {**INPUTS, "pages": 1}
    shelf.books["a"] = {**STATE, "words": ["z"], "pages": 9}
    request.inputs.CopyFrom(to_wire(INPUTS))
    assert from_wire(stub.Read(request).inputs) == {**INPUTS, "words": ["z"], "pages": 9}


def test_an_import_gives_every_input_and_what_is_gone_has_no_id(stub, shelf):
    shelf.books["a"] = {"shelf": "a", "title": "t", "pages": 3, "seen": 1}
    found = stub.Read(pb.ReadRequest(urn=URN, id="a"))
    assert from_wire(found.inputs) == {"shelf": "a", "title": "t", "pages": 3}
    assert stub.Read(pb.ReadRequest(urn=URN, id="b")).id == ""


def test_deleting_twice_is_fine(stub, shelf):
    create(stub, shelf="a")
    for _ in range(2):
        stub.Delete(pb.DeleteRequest(urn=URN, id="a", properties=to_wire(STATE)))
    assert shelf.books == {}


def test_a_refusal_arrives_as_it_was_worded(stub):
    error = refusal(lambda: create(stub, shelf="a", title="refused"))
    assert error.details() == "Book refused: the shelf is full. Buy another."


def test_a_fault_of_the_stand_in_says_where_and_never_a_value(stub, capfd):
    error = refusal(lambda: create(stub, shelf="a", title="faulty", key=CANARY))
    assert error.code() == grpc.StatusCode.INTERNAL
    assert "ValueError at" in error.details()
    assert CANARY not in error.details()
    assert CANARY not in "".join(capfd.readouterr())


def test_what_exists_but_is_not_finished_is_kept_with_the_reason(stub):
    error = refusal(lambda: create(stub, shelf="a", title="torn", key=CANARY))
    metadata = dict(error.trailing_metadata())
    status = status_pb2.Status.FromString(metadata["grpc-status-details-bin"])
    detail = pb.ErrorResourceInitFailed()
    assert status.details[0].Unpack(detail)
    assert (detail.id, list(detail.reasons)) == ("a", ["Book torn: bind it."])
    assert from_wire(detail.properties)["edition"] == 1
    assert secret_names(detail.properties) == {"key"}


def test_a_cancel_reaches_whatever_waits(stub, shelf):
    assert not shelf.cancelled.is_set()
    stub.Cancel(empty_pb2.Empty())
    assert shelf.cancelled.is_set()


def test_values_come_back_as_they_went_and_as_the_sdk_reads_them():
    values = {"n": 1, "f": 1.5, "yes": True, "s": "", "l": [1, {}, []], "d": {"a": {"b": "c"}}}
    assert from_wire(to_wire({**values, "none": None})) == values
    wire = to_wire({"open": "v", "closed": ["v"]}, secret=["closed"])
    read = rpc.deserialize_properties(wire)
    assert not rpc.is_rpc_secret(read["open"])
    assert rpc.is_rpc_secret(read["closed"])


def test_what_the_sdk_sends_for_unknown_and_secret_is_understood():
    wire = struct_pb2.Struct()
    wire.update({"later": rpc.UNKNOWN, "key": rpc.wrap_rpc_secret("k"), "__defaults": []})
    nested = struct_pb2.Struct()
    nested.update({"list": [rpc.wrap_rpc_secret({"a": 1})]})
    assert from_wire(wire) == {"later": UNKNOWN, "key": "k"}
    assert secret_names(wire) == {"key"}
    assert secret_names(nested) == {"list"}
