import hashlib
import stat
from pathlib import Path

import pytest
from huggingface_hub import CommitOperationAdd, HfApi
from huggingface_hub.errors import HfHubHTTPError

CARD = "---\ntitle: Demo\nsdk: docker\n---\n"


@pytest.fixture
def clone(hub, git, space, tmp_path):
    folder = tmp_path / "clone"
    git("clone", "-q", remote(hub, space), str(folder))
    return folder


def remote(hub, space, who="ada"):
    login = "" if who is None else f"ada:{hub.tokens[who]}@"
    return hub.url.replace("http://", f"http://{login}") + f"/spaces/{space}"


def push(git, folder, files, message="pushed", *, ok=True):
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    git("add", "-A", folder=folder)
    git("commit", "-qm", message, folder=folder)
    return git("push", "origin", "main", folder=folder, ok=ok)


def test_pushes_and_api_commits_meet_in_one_history(hub, git, api: HfApi, space, clone):
    push(git, clone, {"pushed.txt": b"1"})
    pushed = git("rev-parse", "HEAD", folder=clone).stdout.strip()
    assert api.space_info(space).sha == pushed
    operation = CommitOperationAdd("api.txt", b"2")
    by_api = api.create_commit(
        space, [operation], commit_message="api", repo_type="space", parent_commit=pushed
    ).oid
    git("pull", "-q", folder=clone)
    assert (clone / "api.txt").read_bytes() == b"2"
    titles = [commit.title for commit in api.list_repo_commits(space, repo_type="space")]
    assert titles == ["api", "pushed", "initial commit"]
    assert hub.spaces.told_of(space, "committed") == [
        ("committed", space, pushed),
        ("committed", space, by_api),
    ]


def test_a_push_that_is_behind_is_rejected(git, api: HfApi, space, clone, hub):
    head = api.upload_file(
        path_or_fileobj=b"1", path_in_repo="a", repo_id=space, repo_type="space"
    ).oid
    done = push(git, clone, {"b": b"2"}, ok=False)
    assert done.returncode != 0
    assert "rejected" in done.stderr
    assert api.space_info(space).sha == head
    assert len(hub.spaces.told_of(space, "committed")) == 1


def test_a_stale_api_commit_loses_against_a_push(git, api: HfApi, space, clone):
    parent = api.space_info(space).sha
    push(git, clone, {"a": b"1"})
    with pytest.raises(HfHubHTTPError) as refused:
        api.create_commit(
            space,
            [CommitOperationAdd("b", b"2")],
            commit_message="x",
            repo_type="space",
            parent_commit=parent,
        )
    assert refused.value.response.status_code == 412


def test_a_push_to_another_branch_builds_nothing(git, hub, api: HfApi, space, clone):
    git("push", "origin", "HEAD:refs/heads/try/it", folder=clone)
    assert not hub.spaces.told_of(space, "committed")
    assert {ref.name for ref in api.list_repo_refs(space, repo_type="space").branches} == {
        "main",
        "try/it",
    }


def test_the_address_works_with_and_without_dot_git(git, hub, space, model):
    git("ls-remote", remote(hub, space) + ".git")
    url = f"{hub.url}/{model}"
    assert "refs/heads/main" in git("ls-remote", url).stdout
    assert git("ls-remote", f"{url}.git").stdout == git("ls-remote", url).stdout


def test_git_is_asked_for_a_password_before_a_push(git, hub, space, clone):
    with hub.http(None) as anonymous:
        answer = anonymous.get(f"/spaces/{space}/info/refs?service=git-receive-pack")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    (clone / "x").write_text("x")
    git("add", "-A", folder=clone)
    git("commit", "-qm", "x", folder=clone)
    assert git("push", remote(hub, space, None), "main", folder=clone, ok=False).returncode != 0
    for who in ("reader", "eve"):
        done = git("push", remote(hub, space, who), "main", folder=clone, ok=False)
        assert "403" in done.stderr


def test_a_private_space_is_cloned_by_its_owner_alone(git, hub, api: HfApi, space, tmp_path):
    api.update_repo_settings(space, repo_type="space", visibility="private")
    git("clone", "-q", remote(hub, space), str(tmp_path / "mine"))
    for who in (None, "eve"):
        assert git("ls-remote", remote(hub, space, who), ok=False).returncode != 0


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"big.txt": b"x" * (10 * 1024 * 1024 + 1)}, "files larger than 10 MiB"),
        ({"demo.film": b"\x89PNG\x00\x01" * 200_000}, "contains binary files"),
        ({"README.md": b"---\nsdk: docker\ncolorTo: mauve\n---\n"}, "YAML metadata verification"),
        (
            {
                ".gitattributes": b"",
                "w.bin": b"version https://git-lfs.github.com/spec/v1\n"
                b"oid sha256:" + b"a" * 64 + b"\nsize 3\n",
            },
            "pointed to a file that does not exist",
        ),
    ],
)
def test_what_the_platform_refuses_is_refused_with_its_words(
    git, hub, api, space, clone, files, said
):
    before = api.space_info(space).sha
    # Without git-lfs the globs of .gitattributes would look for its filter.
    done = push(git, clone, {".gitattributes": b"", **files}, ok=False)
    assert done.returncode != 0
    assert said in done.stderr
    assert "pre-receive hook declined" in done.stderr
    assert api.space_info(space).sha == before
    assert not hub.spaces.told_of(space, "committed")
    offending = next(path for path in reversed(files))
    assert offending == "README.md" or f"- {offending} (ref: refs/heads/main)" in done.stderr


def test_a_small_binary_is_pushed_as_it_is(git, api, space, clone):
    picture = b"\x89PNG\x00\x01" * 400
    push(git, clone, {"static/favicon.png": picture})
    [found] = api.get_paths_info(space, ["static/favicon.png"], repo_type="space")
    assert (found.size, found.lfs) == (len(picture), None)


def test_a_binary_that_was_deleted_again_is_still_refused(git, clone):
    for files in ({"x.dat": b"\x00\x01" * 600_000}, {}):
        for path in files:
            (clone / path).write_bytes(files[path])
        if not files:
            (clone / "x.dat").unlink()
        git("add", "-A", folder=clone)
        git("commit", "-qm", "x", folder=clone)
    done = git("push", "origin", "main", folder=clone, ok=False)
    assert "- x.dat (ref: refs/heads/main)" in done.stderr


def test_the_default_branch_cannot_be_pushed_away(git, api, space, clone):
    assert git("push", "origin", ":main", folder=clone, ok=False).returncode != 0
    assert api.space_info(space).sha


def test_a_pushed_pointer_delivers_the_uploaded_content(git, hub, api, space, clone, tmp_path):
    content = b"\x00weights"
    oid = hashlib.sha256(content).hexdigest()
    batch = {"operation": "upload", "objects": [{"oid": oid, "size": len(content)}]}
    with hub.http() as client:
        url = f"/spaces/{space}.git/info/lfs/objects/batch"
        actions = client.post(url, json=batch).json()["objects"][0]["actions"]
        assert client.put(actions["upload"]["href"], content=content).status_code == 200
        pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 8\n"
        push(git, clone, {"w.dat": pointer.encode()})
        answer = client.post(url, json={**batch, "operation": "download"}).json()
        href = answer["objects"][0]["actions"]["download"]["href"]
        assert client.get(href).content == content
    path = api.hf_hub_download(space, "w.dat", repo_type="space", cache_dir=tmp_path / "cache")
    assert Path(path).read_bytes() == content


def test_an_export_keeps_modes_and_links_and_resolves_large_files(
    git, hub, api, space, clone, tmp_path
):
    api.upload_file(path_or_fileobj=b"\x00", path_in_repo="w.bin", repo_id=space, repo_type="space")
    git("config", "filter.lfs.process", "", folder=clone)
    git("pull", "-q", folder=clone)
    (clone / "run.sh").write_text("#!/bin/sh\n")
    (clone / "run.sh").chmod(0o755)
    (clone / "sub").mkdir()
    (clone / "sub/inside").symlink_to("../run.sh")
    push(git, clone, {})
    out = tmp_path / "out"
    out.mkdir()
    hub.reader.export(space, hub.reader.head(space), out)
    assert (out / "w.bin").read_bytes() == b"\x00"
    assert stat.S_IMODE((out / "run.sh").stat().st_mode) == 0o755
    assert stat.S_IMODE((out / "w.bin").stat().st_mode) == 0o644
    assert (out / "sub/inside").is_symlink()
    assert (out / "sub/inside").resolve() == (out / "run.sh").resolve()


def test_an_export_never_leads_out_of_its_folder(git, hub, space, clone, tmp_path):
    links = {"absolute": "/etc/passwd", "climbing": "../../x", "d/up": "..", "chained": "d/up/.."}
    for name, target in links.items():
        (clone / name).parent.mkdir(exist_ok=True)
        (clone / name).symlink_to(target)
    push(git, clone, {})
    out = tmp_path / "out" / "deep"
    out.mkdir(parents=True)
    hub.reader.export(space, hub.reader.head(space), out)
    for name in ("absolute", "climbing", "chained"):
        assert not (out / name).is_symlink()
        assert (out / name).read_text() == links[name]
    assert (out / "d/up").is_symlink()
    assert [path.name for path in out.parent.iterdir()] == ["deep"]


def test_names_of_gits_own_are_refused_in_a_push(git, hub, space, clone):
    blob = git("hash-object", "-w", "README.md", folder=clone).stdout.strip()
    raw = b"100644 ..\0" + bytes.fromhex(blob)
    (clone.parent / "tree").write_bytes(raw)
    made = git(
        "hash-object", "-w", "-t", "tree", "--literally", str(clone.parent / "tree"), folder=clone
    )
    commit = git("commit-tree", "-p", "HEAD", "-m", "x", made.stdout.strip(), folder=clone)
    done = git("push", "origin", f"{commit.stdout.strip()}:main", folder=clone, ok=False)
    assert done.returncode != 0
    assert not hub.spaces.told_of(space, "committed")


def test_a_push_too_large_for_one_buffer_arrives_whole(git, hub, space, clone):
    text = "".join(hashlib.sha256(str(n).encode()).hexdigest() for n in range(80_000)).encode()
    push(git, clone, {"hex.txt": text})
    assert hub.reader.read_file(space, hub.reader.head(space), "hex.txt") == text
