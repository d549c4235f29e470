"""A build context put together from files of several folders, as an image's repository would be.

A builder takes one folder. Where the files of an image lie elsewhere in the project, shared by
several images, they are brought together in a folder of their own, which git ignores.
"""

import shutil
import stat
from collections.abc import Mapping
from pathlib import Path

from filelock import FileLock, Timeout

from slipway.errors import ConfigError, DeployError

_MARK = ".composed"  # tells a folder made here from one that is somebody's
# As git keeps them. An image holds the modes of its files, and what else a umask or an unpacked
# archive makes of them would be another image on every machine.
_FILE, _EXECUTABLE, _FOLDER = 0o644, 0o755, 0o755
_LOCKED_SECONDS = 60.0  # composing takes less than one


def compose_context(files: Mapping[str, Path], folder: Path | str) -> Path:
    """Makes `folder` hold exactly these files; what is the same already is not written.

    Of a file's mode it keeps whether its owner may execute it, as git does.

    The programs of two stacks may do so in one checkout at the same time: one waits for the other,
    and then finds nothing to write.

    Args:
        files: path in the context -> local file.
        folder: relative to the program, so that the image's state is the same on every machine;
            everything else in it is removed, so it must be one that this made.

    Returns:
        The folder.

    Raises:
        ConfigError: a file is missing, a path leads out of the folder, or the folder holds
            something and was not made here.
        DeployError: another program has been composing it for a minute.
    """
    root = Path(folder)
    for name, source in files.items():
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise ConfigError(f"Build context {folder}: the path {name!r} leads out of it.")
        if not source.is_file():
            raise ConfigError(f"Build context {folder}: {source} does not exist.")
    root.parent.mkdir(parents=True, exist_ok=True)
    lock = root.with_name(f".{root.name}.lock")  # beside it: what is in it goes into the image
    try:
        with FileLock(lock, timeout=_LOCKED_SECONDS):
            _compose(files, root)
    except Timeout:
        raise DeployError(
            f"Build context {folder}: another program of this checkout has held {lock} for "
            f"{_LOCKED_SECONDS:.0f} s. End it, then run the same command again."
        ) from None
    return root


def _compose(files: Mapping[str, Path], root: Path) -> None:
    mark = root / _MARK
    if root.is_dir() and any(root.iterdir()) and not mark.is_file():
        raise ConfigError(
            f"Build context {root}: the folder exists and holds other files, which composing "
            "would remove. Choose another folder."
        )
    root.mkdir(parents=True, exist_ok=True)
    mark.write_text("Made by composing; everything else here is removed.\n", encoding="utf-8")
    mark.chmod(_FILE)
    for path in sorted(root.rglob("*"), reverse=True):
        name = path.relative_to(root).as_posix()
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif name not in files and path != mark:
            path.unlink()
    for name, source in files.items():
        _put(source, root / name)
    for path in (root, *root.rglob("*")):
        if path.is_dir() and stat.S_IMODE(path.stat().st_mode) != _FOLDER:
            path.chmod(_FOLDER)


def _put(source: Path, target: Path) -> None:
    if target.is_file() and _same(source, target):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.partial")
    shutil.copyfile(source, partial)
    partial.chmod(_mode(source))
    partial.rename(target)  # another stack's program may be reading it


def _same(source: Path, target: Path) -> bool:
    return (
        stat.S_IMODE(target.stat().st_mode) == _mode(source)
        and source.stat().st_size == target.stat().st_size
        and source.read_bytes() == target.read_bytes()
    )


def _mode(source: Path) -> int:
    return _EXECUTABLE if source.stat().st_mode & stat.S_IXUSR else _FILE
