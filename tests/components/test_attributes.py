"""Protects whoever clones a Space with a `.gitattributes` of its own: no pointer for a file."""

import hashlib

import pygit2
import pytest
from pygit2.enums import AttrCheck

from slipway.errors import ConfigError
from slipway.huggingface.hub.attributes import begins_as_declared, with_files_in_lfs
from slipway.huggingface.model_repo.model_repo import ModelRepoArgs
from slipway.huggingface.space.space import SpaceArgs
from slipway.payload.files import payload_from_folder

TO_LFS = "filter=lfs diff=lfs merge=lfs -text"
IN_LFS = {"big.txt": f":{'a' * 64}", "data/w x.bin": f":{'b' * 64}", "small.txt": "c" * 40}


def oid(content):
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def sent_to_lfs(folder, attributes, paths):
    """Which of the paths git itself sends there."""
    repository = pygit2.init_repository(folder)
    (folder / ".gitattributes").write_bytes(attributes)
    look = repository.get_attr
    return {path for path in paths if look(path, "filter", AttrCheck.FILE_THEN_INDEX) == "lfs"}


PATHS = [
    *("big.txt", "data/w x.bin", "a[1].bin", "wild*.bin", "#hash.txt", "!not.txt", '"q".txt'),
    *("back\\slash.txt", "deep/er/big.txt", "ümlaut.txt", "tab\tname.txt", "x.jsonl", "d/x.jsonl"),
]
DECLARED = {
    "nothing": b"",
    "a pattern": b"*.jsonl filter=lfs diff=lfs merge=lfs -text\n",
    "no last line's end": b"*.jsonl filter=lfs",
    "CRLF": b"*.jsonl filter=lfs\r\n*.txt text\r\n",
    "BOM": b"\xef\xbb\xbf*.jsonl filter=lfs\n",
    "blank lines and comments": b"\n\n# *.txt filter=lfs\n   \n\t\n*.jsonl filter=lfs\n",
    "taken back": b"* filter=lfs\n*.txt -filter\n*.jsonl !filter\n",
    "taken back by what only git can tell": b"* filter=lfs\n**/x.jsonl -filter\nbi?.txt !filter\n",
    "another filter": b"* filter=lfs\nbig.txt filter=crypt\n",
    "a path": b"/big.txt filter=lfs\ndata/x.jsonl filter=lfs\nd/x.jsonl filter=lfs\n",
    "a folder": b"d filter=lfs\nd/ filter=lfs\ndata/* filter=lfs\ndeep/** filter=lfs\n",
    "a macro": b"[attr]big -filter\n* filter=lfs\nbig.txt big\n",
    "quoted": b'"big.txt" filter=lfs\n"d/x.jsonl" filter=lfs\n',
    "set without a value": b"* filter\n",
    "no text": b"\xff\xfe\xfa filter=lfs\n*.jsonl filter=lfs\n",
    "control characters": b"\x0c*.jsonl filter=lfs\x0b\n\xe2\x80\xa8*.txt filter=lfs\n",
    "the last word counts": b"*.txt filter=lfs -filter\n*.jsonl -filter filter=lfs\n",
}


@pytest.mark.parametrize("declared", DECLARED.values(), ids=DECLARED)
def test_every_file_in_lfs_stays_there_and_what_was_written_stands_first(declared, tmp_path):
    merged = with_files_in_lfs(declared, PATHS)
    assert merged.startswith(declared)
    assert sent_to_lfs(tmp_path, merged, PATHS) == set(PATHS)
    tree = dict.fromkeys(PATHS, f":{'a' * 64}")
    assert begins_as_declared(oid(declared), merged, tree)


def test_what_a_rule_of_the_payload_sends_there_needs_no_line():
    declared = b"*.jsonl filter=lfs\n/big.txt filter=lfs\n"
    assert with_files_in_lfs(declared, ["x.jsonl", "d/x.jsonl", "big.txt"]) == declared


@pytest.mark.parametrize(
    ("follows", "same"),
    [
        (b"", True),
        (f"big.txt {TO_LFS}\n".encode(), True),
        (f"data/w[[:space:]]x.bin {TO_LFS}\nbig.txt {TO_LFS}\n".encode(), True),
        (f"gone.bin {TO_LFS}\n".encode(), True),
        (f"small.txt {TO_LFS}\n".encode(), False),
        (f"*.bin {TO_LFS}\n".encode(), False),
        (f"big?.bin {TO_LFS}\n".encode(), False),
        (b"big.txt text\n", False),
        (b"big.txt filter=lfs\n", False),
        (b"# a word of somebody's\n", False),
        (f"big.txt {TO_LFS}\n*.txt text\n".encode(), False),
    ],
)
@pytest.mark.parametrize(
    "declared", [b"", b"*.md text\n", b"*.md text\r\n", b"\xef\xbb\xbf*.a b\n"]
)
def test_only_lines_for_single_files_in_lfs_may_follow(declared, follows, same):
    assert begins_as_declared(oid(declared), declared + follows, IN_LFS) is same


def test_a_line_that_was_left_open_is_ended_by_the_hub():
    declared = b"*.md text"
    after = declared + f"\nbig.txt {TO_LFS}\n".encode()
    assert begins_as_declared(oid(declared), after, IN_LFS)
    assert not begins_as_declared(oid(declared), after.replace(b"*.md", b"*.me"), IN_LFS)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "latin-1"])
def test_rules_that_git_would_stop_reading_are_refused(encoding, tmp_path):
    (tmp_path / "index.html").write_text("hello")
    (tmp_path / "README.md").write_text("---\nsdk: static\n---\n")
    (tmp_path / ".gitattributes").write_bytes("ü.txt filter=lfs\n".encode(encoding))
    payload = payload_from_folder(tmp_path)
    with pytest.raises(ConfigError, match=r"\.gitattributes.*text in UTF-8"):
        SpaceArgs(repo_id="acme/demo", payload=payload, sdk="static")
    with pytest.raises(ConfigError, match=r"\.gitattributes.*text in UTF-8"):
        ModelRepoArgs(repo_id="acme/demo", files=payload)
