"""Protects the comparison of a payload with a repository: what is sent is just what differs."""

import pytest

from slipway.huggingface.hub.repository import TreeChange, difference, holds

BLOB, OTHER, SHA, OTHER_SHA = "b" * 40, "c" * 40, "d" * 64, "e" * 64
DIGEST = f"{BLOB}:{SHA}"


@pytest.mark.parametrize(
    ("remote", "same"),
    [
        (BLOB, True),
        (f":{SHA}", True),
        (OTHER, False),
        (f":{OTHER_SHA}", False),
        (SHA, False),
        (f":{BLOB}", False),
        ("", False),
        (":", False),
        (None, False),
    ],
)
def test_a_remote_file_is_compared_by_the_name_of_its_own_kind(remote, same):
    assert holds(DIGEST, remote) is same


@pytest.mark.parametrize(
    ("manifest", "tree", "removable", "add", "delete"),
    [
        ({}, {}, (), (), ()),
        ({"a": DIGEST}, {"a": BLOB}, ("a",), (), ()),
        ({"a": DIGEST}, {"a": f":{SHA}"}, (), (), ()),
        ({"a": DIGEST}, {}, (), ("a",), ()),
        ({"a": DIGEST}, {"a": OTHER}, (), ("a",), ()),
        ({"a": DIGEST, "b": DIGEST}, {"a": BLOB, "b": OTHER}, (), ("b",), ()),
        ({"a": DIGEST}, {"a": BLOB, "theirs": OTHER}, (), (), ()),
        ({"a": DIGEST}, {"a": BLOB, "old": OTHER}, ("old", "a"), (), ("old",)),
        ({"a": DIGEST}, {"a": BLOB}, ("gone already",), (), ()),
        ({"new": DIGEST}, {"z": BLOB, "y": BLOB}, ("z", "y"), ("new",), ("y", "z")),
    ],
)
def test_only_what_differs_is_added_and_only_what_was_ours_is_deleted(
    manifest, tree, removable, add, delete
):
    change = difference(manifest, tree, removable)
    assert change == TreeChange(add, delete)
    assert bool(change) is bool(add or delete)
