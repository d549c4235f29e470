"""Clones as actions/checkout does: the run's commit, as shallow as asked, with the job's token.

The run's own commit comes from the clone that the sandbox made of it when the run began, so that
a later push changes nothing. Anything else is fetched from the sandbox's GitHub. Where a job's own
image has no git, the files are asked of the API, and there is no repository.
"""

import base64
import os
import shutil
import subprocess
import sys
import tarfile
import urllib.error
import urllib.request
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO
from urllib.parse import quote

_DOWNLOAD_SECONDS = 300.0  # without a byte
_SHA_LENGTH = 40
_OTHER_END = "[safe]\n\tdirectory = *\n[uploadpack]\n\tallowAnySHA1InWant = true\n"


def main() -> int:
    """Checks out; the exit code."""
    server, own = os.environ["GITHUB_SERVER_URL"], os.environ["GITHUB_REPOSITORY"]
    asked = os.environ.get("WANTED_SERVER", "").rstrip("/")
    if asked not in {"", "https://github.com", server.rstrip("/")}:
        sys.stdout.write(f"::error::github-server-url: {asked} is not the sandbox's GitHub\n")
        return 1
    if os.environ.get("WANTED_SSH_KEY") == "true":
        sys.stdout.write(
            "::warning::ssh-key is not used: this GitHub has no SSH, and is asked with the token.\n"
        )
    repository = os.environ["WANTED_REPOSITORY"] or own
    ref, token = os.environ["WANTED_REF"], os.environ["WANTED_TOKEN"]
    folder = Path(os.environ["GITHUB_WORKSPACE"], os.environ["WANTED_PATH"] or ".").resolve()
    _empty(folder)
    if shutil.which("git") is None:
        return _downloaded(folder, repository, ref, token)
    origin = f"{server}/{quote(repository)}"
    is_own = repository.lower() == own.lower()
    _git(folder, "init", "--quiet", "--initial-branch=main")
    _git(folder, "remote", "add", "origin", origin)
    if token:
        # What the real action writes, in the same place: a later `git push` finds it.
        said = base64.b64encode(f"x-access-token:{token}".encode()).decode()
        _git(
            folder, "config", "--local", f"http.{server}/.extraheader",
            f"AUTHORIZATION: basic {said}",
        )  # fmt: skip
    _sparse(folder)
    run_ref, commit = os.environ["GITHUB_REF"], os.environ["GITHUB_SHA"]
    # A reference that is named is fetched as it is now: a job before this one may have moved it.
    if is_own and ref in {"", commit}:
        _own_commit(folder, "" if ref else run_ref, commit)
    else:
        _other(folder, ref)
    if os.environ["WANTED_LFS"] == "true":
        _git(folder, "lfs", "pull")
    submodules = os.environ["WANTED_SUBMODULES"]
    if submodules in {"true", "recursive"}:
        _git(folder, "submodule", "update", "--init", *["--recursive"][: submodules != "true"])
    if os.environ["KEEPS_CREDENTIALS"] == "false" and token:
        _git(folder, "config", "--local", "--unset-all", f"http.{server}/.extraheader")
    head = _git(folder, "rev-parse", "HEAD").strip()
    sys.stdout.write(f"{repository} at {head} in {folder}\n")
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as output:
        output.write(f"ref={ref or run_ref}\ncommit={head}\n")
    return 0


def _sparse(folder: Path) -> None:
    """Only folders, or patterns, that are named will be written."""
    lines = map(str.strip, os.environ.get("WANTED_SPARSE", "").splitlines())
    if patterns := [each for each in lines if each]:
        kind = "--no-cone" if os.environ.get("WANTED_CONE") == "false" else "--cone"
        _git(folder, "sparse-checkout", "set", kind, *patterns)


def _downloaded(folder: Path, repository: str, ref: str, token: str) -> int:
    """The files alone, as the real action has them where it finds no git."""
    sys.stdout.write(
        "The repository will be downloaded using the GitHub REST API\n"
        "To create a local Git repository instead, add Git to the PATH\n"
    )
    if os.environ["WANTED_SUBMODULES"] in {"true", "recursive"}:
        sys.stdout.write(
            "::error::Input 'submodules' not supported when falling back to download using the"
            " GitHub REST API. To create a local Git repository instead, add Git to the PATH.\n"
        )
        return 1
    if os.environ["WANTED_LFS"] == "true":
        sys.stdout.write("::warning::Without git, large files stay what points to them.\n")
    is_own = repository.lower() == os.environ["GITHUB_REPOSITORY"].lower()
    wanted = ref or (os.environ["GITHUB_SHA"] if is_own else "")
    address = f"{os.environ['GITHUB_API_URL']}/repos/{quote(repository)}/tarball"
    address += f"/{quote(wanted)}" if wanted else ""
    asked = urllib.request.Request(address)  # noqa: S310 - of this job's GitHub
    if token:
        asked.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(asked, timeout=_DOWNLOAD_SECONDS) as answer:  # noqa: S310
            _unpack(answer, folder)
    except urllib.error.HTTPError as error:
        said = f"{repository} at {wanted or 'its default branch'}: status {error.code}"
        sys.stdout.write(f"::error::The API does not give the files of {said}\n")
        return 1
    except (OSError, tarfile.TarError) as error:
        sys.stdout.write(f"::error::The files of {repository} did not arrive: {error}\n")
        return 1
    sys.stdout.write(f"{repository} at {wanted or 'its default branch'} in {folder}\n")
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as output:
        output.write(f"ref={ref or os.environ['GITHUB_REF']}\n")
    return 0


def _unpack(stream: IO[bytes], folder: Path) -> None:
    """Writes an archive's files without the folder that holds them all in it."""
    with tarfile.open(fileobj=stream, mode="r|gz") as archive:
        if hasattr(tarfile, "tar_filter"):  # not in each Python that an image may bring
            archive.extraction_filter = tarfile.tar_filter
        for member in archive:
            member.name = member.name.partition("/")[2]
            if member.name:
                archive.extract(member, folder)


def _own_commit(folder: Path, ref: str, commit: str) -> None:
    """The run's commit, on its branch."""
    source = f"file://{os.environ['SLIPWAY_SOURCE']}"
    depth = int(os.environ["WANTED_DEPTH"] or 1)
    branch = ref.removeprefix("refs/heads/") if ref.startswith("refs/heads/") else ""
    tracking = [f"+{commit}:refs/remotes/origin/{branch}"] if branch else [commit]
    shallow = [f"--depth={depth}"] if depth > 0 else []
    tags = ["--tags"] if os.environ["WANTED_TAGS"] == "true" else ["--no-tags"]
    with TemporaryDirectory() as own:
        # The other end of file:// is git too. It hears of nothing but the user's own settings, and
        # refuses a clone that belongs to another user, as it does on an engine that a person runs.
        settings = Path(own, "config")
        settings.write_text(_OTHER_END, encoding="utf-8")
        if depth == 0:
            # All branches and tags, as far as the clone has them.
            _git(
                folder, "fetch", "--quiet", "--no-tags", source,
                "+refs/remotes/origin/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*",
                settings=settings,
            )  # fmt: skip
        _git(folder, "fetch", "--quiet", *tags, *shallow, source, *tracking, settings=settings)
    if branch:
        _git(
            folder, "checkout", "--quiet", "--force", "-B", branch, f"refs/remotes/origin/{branch}"
        )
    else:
        _git(folder, "checkout", "--quiet", "--force", "--detach", commit)


def _other(folder: Path, ref: str) -> None:
    """A branch, a tag or a commit that is not the run's, or another repository."""
    depth = int(os.environ["WANTED_DEPTH"] or 1)
    shallow = [f"--depth={depth}"] if depth > 0 else []
    if depth == 0:  # all branches and tags
        everything = ("+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*")
        _git(folder, "fetch", "--quiet", "origin", *everything)
    tags = ["--tags"] if os.environ["WANTED_TAGS"] == "true" else ["--no-tags"]
    _git(folder, "fetch", "--quiet", *tags, *shallow, "origin", ref or "HEAD")
    name = ref.removeprefix("refs/heads/")
    listed = _git(folder, "ls-remote", "--heads", "origin", name) if name else ""
    is_branch = bool(listed) and len(name) != _SHA_LENGTH
    if is_branch:
        _git(folder, "update-ref", f"refs/remotes/origin/{name}", "FETCH_HEAD")
        _git(folder, "checkout", "--quiet", "--force", "-B", name, f"refs/remotes/origin/{name}")
    else:
        _git(folder, "checkout", "--quiet", "--force", "--detach", "FETCH_HEAD")


def _empty(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for each in folder.iterdir():
        if each.is_dir() and not each.is_symlink():
            shutil.rmtree(each)
        else:
            each.unlink()


def _git(folder: Path, *arguments: str, settings: Path | None = None) -> str:
    own = {"GIT_CONFIG_GLOBAL": str(settings)} if settings else {}
    done = subprocess.run(
        ["git", "-c", "safe.directory=*", *arguments],
        check=False,
        cwd=folder,
        env={**os.environ, **own},
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        shown = " ".join(word for word in arguments[:2] if "AUTHORIZATION" not in word)
        sys.stdout.write(f"::error::git {shown}: {done.stderr.strip()}\n")
        sys.exit(1)
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
