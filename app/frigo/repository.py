# ruff: noqa: T201 - a command line: it says what it wrote
"""The files of the kitchen assistant's own repository: this folder, and modules shared with others.

Three services are built from the root of one repository, and every file they need must be in it.
The downloader, the engine's class and the training code exist once in this project; here is where
they go.

    python -m app.frigo.repository --out FOLDER     # then: cd FOLDER && docker compose up --build
"""

import argparse
import shutil
from collections.abc import Sequence
from pathlib import Path

APP = Path("app/frigo")
_DOWNLOADER, _TRAINING = Path("app/inference"), Path("app/language_model")

# Path in the repository that is built -> path in this project.
SHARED = {
    "hub_download.py": _DOWNLOADER / "download_models.py",
    "gguf_header.py": _DOWNLOADER / "gguf_header.py",
    "requirements-download.in": _DOWNLOADER / "requirements-download.in",
    "requirements-download.txt": _DOWNLOADER / "requirements-download.txt",
    "kitchen/local_engine.py": _DOWNLOADER / "app/local_engine.py",
    "kitchen/model_file.py": _DOWNLOADER / "app/model_file.py",
    **{
        f"kitchen/language_model/{name}.py": _TRAINING / f"{name}.py"
        for name in ("adamw", "bpe", "gguf_file", "layers", "phi")
    },
}
_OWN_BUSINESS = {"repository.py"}  # composes the repository, so it is not in it
_NEVER = {"__pycache__", ".mypy_cache", ".ruff_cache", ".env", "models"}


def files(project: Path = Path()) -> dict[str, Path]:
    """Path in the repository -> local file.

    Args:
        project: the folder that holds `app`.
    """
    folder = project / APP
    own = {
        path.relative_to(folder).as_posix(): path
        for path in folder.rglob("*")
        if path.is_file() and not _NEVER & set(path.relative_to(folder).parts)
    }
    own = {name: path for name, path in own.items() if name not in _OWN_BUSINESS}
    shared = {name: project / path for name, path in SHARED.items()}
    if doubled := sorted(own.keys() & shared.keys()):
        raise ValueError(
            f"{APP} has its own {doubled[0]}, which is shared from {SHARED[doubled[0]]}"
        )
    return dict(sorted((own | shared).items()))


def main(arguments: Sequence[str] | None = None) -> None:
    """Writes the repository into a folder."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--out", type=Path, required=True)
    out: Path = parser.parse_args(arguments).out
    found = files()
    for name, source in found.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, out / name)
    print(f"wrote {len(found)} files to {out}")


if __name__ == "__main__":
    main()
