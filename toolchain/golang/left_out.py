"""What of the modules is left out of a build: single files give way to small ones of ours.

A few packages take long to compile and serve nothing that Slipway asks of these programs. Go lets
no file of its module cache be replaced, so a module that loses some is laid once more beside it,
and the build's own go.mod names that folder. What is left out says so when it is asked for.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path

from toolchain.cache import made_once
from toolchain.golang.pins import left_out, pinned_version
from toolchain.logged_command import run_logged
from toolchain.progress import SetupError

# Of Google Cloud's storage module: without the way by which its own machines reach its buckets more
# directly, which alone brings a twentieth of all that would be compiled.
TAGS = "disable_grpc_modules"


def go_mod_without(
    go: Path,
    module: Path,
    entering: Collection[str] | None,
    *,
    log: Path,
    remedy: str,
    environment: Mapping[str, str],
) -> Path | None:
    """The go.mod to build with, and what it names; the modules that lose files are downloaded.

    Args:
        go: the program.
        module: the folder of the committed go.mod.
        entering: paths of the modules that the build consists of; None for all there are.
        log: where Go's output is appended.
        remedy: what a person can do when a download fails.
        environment: Go's own; GOPATH is where all goes that only a new build needs.

    Returns:
        Its path; None if the committed one will do.

    Raises:
        SetupError: a download was refused or does not match go.sum, or a file of ours takes the
            place of none.
    """
    changed = {
        path: files
        for path, files in left_out(module).items()
        if entering is None or path in entering
    }
    if not changed:
        return None
    folders = {path: _folder(path, files, module, environment) for path, files in changed.items()}
    missing = [path for path, folder in folders.items() if not folder.is_dir()]
    if missing:
        download = [str(go), "mod", "download", *missing]
        run_logged(download, log, remedy=remedy, cwd=module, environment=environment)
    text = (module / "go.mod").read_text("utf-8")
    for path, files in changed.items():
        source = Path(environment["GOMODCACHE"]) / f"{path}@v{pinned_version(path, module)}"

        def lay(made: Path, source: Path = source, files: Mapping[str, Path] = files) -> None:
            _lay(source, files, made)

        made_once(folders[path], lay)
        text += f"\nreplace {path} => {json.dumps(str(folders[path]))}\n"
    go_mod = Path(environment["GOPATH"]) / f"{hashlib.sha256(text.encode()).hexdigest()[:12]}.mod"
    _write(go_mod.with_suffix(".sum"), (module / "go.sum").read_bytes())
    _write(go_mod, text.encode())
    return go_mod


def _folder(
    path: str, files: Mapping[str, Path], module: Path, environment: Mapping[str, str]
) -> Path:
    """Where the module lies without what is left out; its name changes with both."""
    digest = hashlib.sha256(pinned_version(path, module).encode())
    for name, file in files.items():
        digest.update(name.encode() + b"\n" + file.read_bytes())
    name = f"{path.replace('/', '-')}-{digest.hexdigest()[:12]}"
    return Path(environment["GOPATH"]) / "without" / name


def _lay(source: Path, files: Mapping[str, Path], made: Path) -> None:
    """Lays a module once more, by links, with our files in the place of its own."""
    shutil.copytree(source, made, copy_function=os.link, dirs_exist_ok=True)
    made.chmod(0o755)  # Go's are read-only, and this one still gets its name
    for name, file in files.items():
        place = made / name
        if not place.is_file():
            raise SetupError(f"{file} takes the place of a file that {source.name} does not have")
        place.parent.chmod(0o755)
        place.unlink()  # a link: written to, it would change in the module cache too
        shutil.copyfile(file, place)


def _write(file: Path, content: bytes) -> None:
    """Writes a file whole, whoever else writes the same at this time."""
    partial = file.with_name(f"{file.name}.{os.getpid()}")
    partial.write_bytes(content)
    partial.rename(file)
