"""Keeps files of a job beside its run, and brings them back into another job.

Those of the run itself lie beside it; those of another run come through the API, as far as the
token that the step was given lets them.
"""

import fnmatch
import glob
import hashlib
import io
import json
import os
import shutil
import sys
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

_FORBIDDEN = set('"<>|*?\\/:\r\n')


def main() -> int:
    """Keeps or brings; the exit code."""
    return _keep() if sys.argv[1] == "keep" else _bring()


def _keep() -> int:
    name = os.environ["ARTIFACT_NAME"]
    if not name or _FORBIDDEN & set(name) or name.startswith("."):
        return _refuse(f"The artifact name is not valid: {name}")
    folder = _kept_by(_attempts()[-1]) / name
    if folder.exists():
        if os.environ["ARTIFACT_OVERWRITE"] != "true":
            return _refuse(
                "Failed to CreateArtifact: Received non-retryable error: (409) Conflict: an"
                " artifact with this name already exists on the workflow run"
            )
        shutil.rmtree(folder)
    files = sorted(set(_found()))
    if not files:
        missing = os.environ["ARTIFACT_MISSING"]
        paths = os.environ["ARTIFACT_PATHS"].strip()
        said = (
            f"No files were found with the provided path: {paths}. No artifacts will be uploaded."
        )
        if missing == "error":
            return _refuse(said)
        sys.stdout.write(f"::warning::{said}\n" if missing == "warn" else f"{said}\n")
        return 0
    top = Path(os.path.commonpath([file.parent for file in files]))
    for file in files:
        target = folder / file.relative_to(top)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, target)
    _give_away(folder)
    size = sum(file.stat().st_size for file in files)
    sys.stdout.write(f"{len(files)} files, {size} bytes, kept beside the run as artifact {name}\n")
    place = f"{os.environ['GITHUB_RUN_ID']}/{folder.relative_to(_store())}"
    drawn = hashlib.sha256(place.encode()).hexdigest()[:7]
    _output("artifact-id", str(int(drawn, 16)))
    return 0


def _found() -> Iterator[Path]:
    """The files that the paths name; a line that begins with `!` takes back."""
    lines = [line.strip() for line in os.environ["ARTIFACT_PATHS"].splitlines() if line.strip()]
    dropped = {file for line in lines if line.startswith("!") for file in _named(line[1:])}
    hidden = os.environ["ARTIFACT_HIDDEN"] == "true"
    workspace = Path(os.environ["GITHUB_WORKSPACE"])
    for line in lines:
        if line.startswith("!"):
            continue
        for file in _named(line):
            inside = file.relative_to(workspace) if file.is_relative_to(workspace) else file
            if file not in dropped and (hidden or not any(p[0] == "." for p in inside.parts)):
                yield file


def _named(pattern: str) -> Iterator[Path]:
    full = str(Path(os.environ["GITHUB_WORKSPACE"]) / Path(pattern).expanduser())
    for text in glob.glob(full, recursive=True, include_hidden=True):  # noqa: PTH207 - absolute
        found = Path(text)
        yield from (each for each in found.rglob("*") if each.is_file())
        if found.is_file():
            yield found


def _bring() -> int:
    name, pattern = os.environ["ARTIFACT_NAME"], os.environ["ARTIFACT_PATTERN"]
    target = Path(os.environ["GITHUB_WORKSPACE"]) / Path(os.environ["ARTIFACT_PATHS"]).expanduser()
    own = (os.environ["GITHUB_RUN_ID"], os.environ["GITHUB_REPOSITORY"])
    elsewhere = (os.environ["ARTIFACT_RUN"], os.environ["ARTIFACT_REPOSITORY"]) != own
    try:
        kept: dict[str, Path | str] = {**(_of_another_run() if elsewhere else _beside())}
    except urllib.error.URLError as error:
        return _refuse(
            f"Unable to download artifact(s) of run {os.environ['ARTIFACT_RUN']}: {error}"
        )
    if name and name not in kept:
        return _refuse(f"Unable to download artifact(s): Artifact not found for name: {name}")
    for each, found in sorted(kept.items()):
        if (name and each != name) or (pattern and not fnmatch.fnmatch(each, pattern)):
            continue
        apart = not name and os.environ["ARTIFACT_MERGE"] != "true"
        into = target / each if apart else target
        if isinstance(found, Path):
            shutil.copytree(found, into, dirs_exist_ok=True)
        else:
            with zipfile.ZipFile(io.BytesIO(_asked(found))) as packed:
                packed.extractall(into)
        sys.stdout.write(f"Artifact {each} brought into {target}\n")
    _output("download-path", str(target))
    return 0


def _beside() -> dict[str, Path]:
    """What jobs of this run have kept, by name; of several attempts the newest one's."""
    folders = [_kept_by(attempt) for attempt in _attempts()]
    found = (each for folder in folders if folder.is_dir() for each in folder.iterdir())
    return {each.name: each for each in found if not each.name.startswith(".")}


def _attempts() -> range:
    """This one and those before it whose jobs did not run again."""
    first, last = map(int, os.environ["SLIPWAY_ATTEMPTS"].split())
    return range(first, last + 1)


def _kept_by(attempt: int) -> Path:
    """Where an attempt keeps its artifacts: the first one in the run's folder itself."""
    return _store() if attempt == 1 else _store() / f".attempt-{attempt}"


def _of_another_run() -> dict[str, str]:
    """Where what jobs of another run have kept can be had, by name."""
    repository, run = os.environ["ARTIFACT_REPOSITORY"], os.environ["ARTIFACT_RUN"]
    api = f"{os.environ['GITHUB_API_URL']}/repos/{quote(repository)}/actions/runs/{quote(run)}"
    listed = json.loads(_asked(f"{api}/artifacts?per_page=100"))
    return {each["name"]: each["archive_download_url"] for each in listed["artifacts"]}


def _asked(url: str) -> bytes:
    request = urllib.request.Request(url)  # noqa: S310 - of the sandbox's own GitHub
    if os.environ["ARTIFACT_TOKEN"]:
        request.add_unredirected_header("Authorization", f"Bearer {os.environ['ARTIFACT_TOKEN']}")
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - as above
        content: bytes = answer.read()
    return content


def _give_away(folder: Path) -> None:
    """To whose folder it lies in: in a container this is root, and the sandbox may be anybody."""
    owner = _store().stat()
    if owner.st_uid != os.geteuid() == 0:
        above = [] if folder.parent == _store() else [folder.parent]
        for path in (*above, folder, *folder.rglob("*")):
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def _store() -> Path:
    return Path(os.environ["SLIPWAY_ARTIFACTS"])


def _output(name: str, value: str) -> None:
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as output:
        output.write(f"{name}={value}\n")


def _refuse(said: str) -> int:
    sys.stdout.write(f"::error::{said}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
