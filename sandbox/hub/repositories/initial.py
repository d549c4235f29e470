"""What the platform itself puts into a new repository (contract: Hub docs 2026-08)."""

import zlib

from sandbox.hub.repositories.card import COLORS
from sandbox.hub.repositories.operations import LFS_ATTRIBUTES, AddFile

_LFS_GLOBS = (
    "*.7z *.arrow *.bin *.bz2 *.ckpt *.ftz *.gz *.h5 *.joblib *.lfs.* *.mlmodel *.model *.msgpack "
    "*.npy *.npz *.onnx *.ot *.parquet *.pb *.pickle *.pkl *.pt *.pth *.rar *.safetensors "
    "saved_model/**/* *.tar.* *.tar *.tflite *.tgz *.wasm *.xz *.zip *.zst *tfevents*"
)


def initial_files(name: str, sdk: str | None) -> list[AddFile]:
    """The files of the initial commit; `sdk` is a Space's, None for other repositories."""
    attributes = "".join(f"{glob} {LFS_ATTRIBUTES}\n" for glob in _LFS_GLOBS.split())
    files = [AddFile(".gitattributes", attributes.encode())]
    if sdk is not None:
        files.append(AddFile("README.md", _placeholder(name, sdk).encode()))
    return files


def _placeholder(name: str, sdk: str) -> str:
    # The Hub picks the colours by chance; here a name always gets the same ones.
    seed = zlib.crc32(name.encode())
    title = " ".join(word.capitalize() for word in name.replace("_", "-").split("-") if word)
    return (
        "---\n"
        f'title: "{title}"\n'
        "emoji: 🚀\n"
        f"colorFrom: {COLORS[seed % len(COLORS)]}\n"
        f"colorTo: {COLORS[seed // len(COLORS) % len(COLORS)]}\n"
        f"sdk: {sdk}\n"
        "pinned: false\n"
        "---\n"
        "\n"
        "Check out the configuration reference at "
        "https://huggingface.co/docs/hub/spaces-config-reference\n"
    )
