import hashlib
from pathlib import Path

import pytest
from huggingface_hub import CommitOperationAdd, HfApi
from huggingface_hub.errors import (
    EntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

LARGE = bytes(range(256)) * 8192  # 2 MiB


@pytest.fixture
def filled(api: HfApi, model):
    operations = [
        CommitOperationAdd("config.json", b'{"a": 1}'),
        CommitOperationAdd("deep/er/weights.bin", LARGE),
        CommitOperationAdd("empty.txt", b""),
    ]
    return model, api.create_commit(model, operations, commit_message="fill").oid


def test_a_snapshot_is_byte_for_byte_what_was_uploaded(api: HfApi, filled, tmp_path):
    repo, commit = filled
    folder = Path(api.snapshot_download(repo, cache_dir=tmp_path))
    assert folder.name == commit
    found = {str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*") if f.is_file()}
    del found[".gitattributes"]
    assert found == {"config.json": b'{"a": 1}', "deep/er/weights.bin": LARGE, "empty.txt": b""}
    blob = (folder / "deep/er/weights.bin").resolve()
    assert blob.name == hashlib.sha256(LARGE).hexdigest()


def test_a_second_snapshot_asks_only_for_the_revision(hub, api: HfApi, filled, tmp_path):
    repo, _ = filled
    api.snapshot_download(repo, cache_dir=tmp_path)
    mark = hub.log.last_id()
    api.snapshot_download(repo, cache_dir=tmp_path)
    asked = [(r.method, r.path) for r in hub.log.requests(since_id=mark) if repo in r.path]
    assert asked == [("GET", f"/api/models/{repo}/revision/main")]


def test_what_head_promises_get_delivers(hub, filled):
    repo, commit = filled
    with hub.http() as client:
        for path, etag in (
            ("config.json", None),
            ("deep/er/weights.bin", hashlib.sha256(LARGE).hexdigest()),
        ):
            head = client.head(f"/{repo}/resolve/main/{path}")
            got = client.get(f"/{repo}/resolve/main/{path}")
            assert (head.status_code, head.content) == (200, b"")
            assert int(head.headers["Content-Length"]) == len(got.content)
            assert head.headers["X-Repo-Commit"] == commit
            assert head.headers["ETag"] == got.headers["ETag"]
            assert ("X-Linked-Etag" in head.headers) is (etag is not None)
            if etag is not None:
                assert head.headers["X-Linked-Etag"] == head.headers["ETag"] == f'"{etag}"'
                assert int(head.headers["X-Linked-Size"]) == len(LARGE)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("bytes=10-19", LARGE[10:20]),
        ("bytes=1000000-", LARGE[1000000:]),
        ("bytes=-7", LARGE[-7:]),
        (f"bytes=5-{len(LARGE) * 2}", LARGE[5:]),
    ],
)
def test_a_range_is_just_those_bytes(hub, filled, asked, expected):
    with hub.http() as client:
        url = f"/{filled[0]}/resolve/main/deep/er/weights.bin"
        answer = client.get(url, headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.content == expected
    start = len(LARGE) - len(expected) if not asked.startswith("bytes=10-") else 10
    assert answer.headers["Content-Range"] == (
        f"bytes {start}-{start + len(expected) - 1}/{len(LARGE)}"
    )


def test_a_range_behind_the_end_is_refused(hub, filled):
    with hub.http() as client:
        url = f"/{filled[0]}/resolve/main/config.json"
        answer = client.get(url, headers={"Range": "bytes=8-"})
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == "bytes */8"


def test_raw_shows_the_pointer_of_a_large_file(hub, filled):
    with hub.http() as client:
        text = client.get(f"/{filled[0]}/raw/main/deep/er/weights.bin").text
    assert text == (
        "version https://git-lfs.github.com/spec/v1\n"
        f"oid sha256:{hashlib.sha256(LARGE).hexdigest()}\nsize {len(LARGE)}\n"
    )


def test_each_kind_of_absence_has_its_own_exception(api: HfApi, filled, tmp_path):
    repo, _ = filled
    with pytest.raises(EntryNotFoundError):
        api.hf_hub_download(repo, "absent", cache_dir=tmp_path)
    with pytest.raises(EntryNotFoundError):
        api.hf_hub_download(repo, "deep", cache_dir=tmp_path)
    with pytest.raises(RevisionNotFoundError):
        api.hf_hub_download(repo, "config.json", revision="absent", cache_dir=tmp_path)
    with pytest.raises(RepositoryNotFoundError):
        api.hf_hub_download(f"{repo}-absent", "config.json", cache_dir=tmp_path)


def test_an_absence_is_remembered_by_its_commit(hub, filled):
    with hub.http() as client:
        answer = client.head(f"/{filled[0]}/resolve/main/absent")
    assert answer.status_code == 404
    assert answer.headers["X-Error-Code"] == "EntryNotFound"
    assert answer.headers["X-Repo-Commit"] == filled[1]


def test_a_pinned_revision_stays_what_it_was(api: HfApi, filled, tmp_path):
    repo, commit = filled
    api.upload_file(path_or_fileobj=b"new", path_in_repo="config.json", repo_id=repo)
    pinned = api.hf_hub_download(repo, "config.json", revision=commit, cache_dir=tmp_path)
    newest = api.hf_hub_download(repo, "config.json", cache_dir=tmp_path)
    assert Path(pinned).read_bytes() == b'{"a": 1}'
    assert Path(newest).read_bytes() == b"new"


def test_space_files_live_under_their_prefix(hub, api: HfApi, space, tmp_path):
    api.upload_file(
        path_or_fileobj=b"x", path_in_repo="a b/ü.txt", repo_id=space, repo_type="space"
    )
    path = api.hf_hub_download(space, "a b/ü.txt", repo_type="space", cache_dir=tmp_path)
    assert Path(path).read_bytes() == b"x"
    with hub.http() as client:
        assert client.get(f"/{space}/resolve/main/a%20b/%C3%BC.txt").status_code == 404
