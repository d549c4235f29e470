"""Protects the clone that a run starts from while its repository is packed beside it."""

import subprocess
import threading
from pathlib import Path

from sandbox.git.transfer import clone_at

FILES = 3000


def git(folder: Path, *words: str, given: str = "") -> str:
    ended = subprocess.run(
        ["git", "-C", str(folder), *words], input=given, text=True, capture_output=True, check=True
    )
    return ended.stdout.strip()


def test_a_repository_that_is_packed_meanwhile_is_cloned_whole(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    git(source, "init", "-q", "--bare", ".")
    (tmp_path / "files").mkdir()
    paths = [tmp_path / "files" / str(number) for number in range(FILES)]
    for path in paths:
        path.write_text(f"{path}\n")
    names = "\n".join(str(path) for path in paths)
    blobs = git(source, "hash-object", "-w", "--stdin-paths", given=names).split()
    listed = "".join(
        f"100644 blob {blob}\t{path.name}\n" for blob, path in zip(blobs, paths, strict=True)
    )
    tree = git(source, "mktree", given=listed)
    author = ("-c", "user.name=ada", "-c", "user.email=ada@example.org")
    commit = git(source, *author, "commit-tree", tree, "-m", "many")
    git(source, "update-ref", "refs/heads/main", commit)
    packing = threading.Thread(target=git, args=(source, "gc", "--quiet"))
    packing.start()
    for number in range(3):
        into = tmp_path / f"clone-{number}"
        into.mkdir()
        clone_at(source, commit, into, origin="http://hub/it")
        assert len(list(into.iterdir())) == FILES + 1
    packing.join()
