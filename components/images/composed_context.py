"""A build context put together from files of several folders, as an image's repository would be.

A builder takes one folder. Where the files of an image lie elsewhere in the project, shared by
several images, they are brought together in a folder of their own, which git ignores.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

from filelock import FileLock, Timeout

from slipway.errors import ConfigError, DeployError

_MARK = ".composed"  # tells a folder made here from one that is somebody's
_LOCKED_SECONDS = 60.0  # composing takes less than one


def compose_context(files: Mapping[str, Path], folder: Path | str) -> Path:
    """Makes `folder` hold exactly these files; what is the same already is not written.

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
    for path in sorted(root.rglob("*"), reverse=True):
        name = path.relative_to(root).as_posix()
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif name not in files and path != mark:
            path.unlink()
    for name, source in files.items():
        _put(source, root / name)


def _put(source: Path, target: Path) -> None:
    if target.is_file() and _same(source, target):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.partial")
    shutil.copy(source, partial)  # content and permissions
    partial.rename(target)  # another stack's program may be reading it


def _same(source: Path, target: Path) -> bool:
    return (
        source.stat().st_mode == target.stat().st_mode
        and source.stat().st_size == target.stat().st_size
        and source.read_bytes() == target.read_bytes()
    )
