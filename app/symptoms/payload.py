# ruff: noqa: T201 - a command line: it says what it wrote
"""The files of the Space's own repository, prepared from this folder.

What the guide does by hand, in its order: everything is copied; `docker/Dockerfile.hf` becomes
`Dockerfile` and `docs/README_HF.md` becomes `README.md`; then exactly five paths are removed. The
trained model, which git does not hold here, is put into `model/`, and the README's front matter is
given the port that the image exposes.

    python -m app.symptoms.payload --out FOLDER
"""

import argparse
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

APP = Path("app/symptoms")
MODEL_FILES = ("model.pkl", "metadata.json")
RENAMED = {"docker/Dockerfile.hf": "Dockerfile", "docs/README_HF.md": "README.md"}
REMOVED = ("docs", "tests", "sql", "docker", "docker-compose.yml")
LFS = "model/model.pkl filter=lfs diff=lfs merge=lfs -text"  # a line of .gitattributes
# At the top of this folder, and not part of the checkout that the guide starts from: a developer's
# own, or made here. A `.env` holds keys; the image's own is a copy of `.env.example`.
_LOCAL = frozenset({".env", ".venv", "uv.lock", "build", "model", "payload.py"})
_MADE = shutil.ignore_patterns("__pycache__", ".*_cache")  # anywhere
_EXPOSE = re.compile(r"(?m)^EXPOSE[ \t]+(\d+)[ \t]*$")
_SDK = "sdk: docker\n"


class PayloadError(Exception):
    """The payload can't be prepared; the message says what is missing."""


def prepare(source: Path, out: Path, model: Path | None = None) -> Path:
    """Writes the tree that the Space is given.

    Args:
        source: this folder, as in a checkout.
        out: folder to write; it is made, and holds nothing if it is there already.
        model: folder of the trained model; None: `source/model`.

    Returns:
        `out`.

    Raises:
        PayloadError: a file is missing, the README's front matter is not that of a Docker Space, or
            `out` holds something.
    """
    weights = model or source / "model"
    for each in MODEL_FILES:
        if not (weights / each).is_file():
            raise PayloadError(
                f"{weights / each} is missing: train the model (`make model`), or `git lfs pull`"
            )
    attributes = source / ".gitattributes"
    if not attributes.is_file() or LFS not in attributes.read_text(encoding="utf-8").splitlines():
        raise PayloadError(f"{attributes} lacks the line `{LFS}`: the model travels by Git LFS")
    if out.is_dir() and any(out.iterdir()):
        raise PayloadError(f"{out} holds files already: name a new folder, or empty it first")

    def left_out(folder: str, names: list[str]) -> set[str]:
        local = _LOCAL & set(names) if Path(folder) == source else set()
        return {*local, *_MADE(folder, names)}

    shutil.copytree(source, out, ignore=left_out, dirs_exist_ok=True)
    (out / "model").mkdir()
    for each in MODEL_FILES:
        shutil.copyfile(weights / each, out / "model" / each)
    # The order matters: both sources lie in folders that go.
    rename(out)
    remove(out)
    readme = out / "README.md"
    port = exposed_port((out / "Dockerfile").read_text(encoding="utf-8"))
    readme.write_text(with_app_port(readme.read_text(encoding="utf-8"), port), encoding="utf-8")
    return out


def rename(tree: Path) -> None:
    """Puts the two files where a Space looks for them.

    Raises:
        PayloadError: one of them is not there (any more).
    """
    for name, new in RENAMED.items():
        if not (tree / name).is_file():
            raise PayloadError(f"{name} is missing: it becomes the Space's {new}")
        shutil.copyfile(tree / name, tree / new)


def remove(tree: Path) -> None:
    """Removes what a Space has no use for."""
    for name in REMOVED:
        path = tree / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def exposed_port(dockerfile: str) -> int:
    """The one port that an image says it listens on.

    Raises:
        PayloadError: it names none, or several.
    """
    found = _EXPOSE.findall(dockerfile)
    if len(found) != 1:
        raise PayloadError(f"the Dockerfile exposes {len(found)} ports; a Space routes to one")
    return int(found[0])


def with_app_port(readme: str, port: int) -> str:
    """A README whose front matter routes the Space's address to a port.

    Raises:
        PayloadError: it has no front matter of a Docker Space, or says a port itself.
    """
    head, separator, rest = readme.removeprefix("---\n").partition("---\n")
    if not readme.startswith("---\n") or not separator or _SDK not in head:
        raise PayloadError("docs/README_HF.md must begin with front matter that says `sdk: docker`")
    if "app_port" in head:
        raise PayloadError("docs/README_HF.md must not say app_port: it is the Dockerfile's EXPOSE")
    routed = head.replace(_SDK, f"{_SDK}app_port: {port}\n", 1)
    return f"---\n{routed}---\n{rest}"


def main(arguments: Sequence[str]) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m app.symptoms.payload",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args(arguments)
    try:
        prepare(Path(__file__).resolve().parent, given.out)
    except PayloadError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{given.out}: {sum(path.is_file() for path in given.out.rglob('*'))} files")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
