# ruff: noqa: T201 - a command line run during an image build: its log is what a person reads
"""Downloads one model of the kitchen assistant to `<out>/<name>/`.

    python download_models.py --model phi|gpt2|tiny [--out /app/models]

`MODEL_REPO`, `MODEL_FILE` and `MODEL_REVISION` replace the values of `--model`; a file whose
SHA-256 is not `MODEL_SHA256` is refused. `HF_ENDPOINT` names another Hub. `HF_TOKEN` is needed for
a private model only; it is read from the environment and never stored.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from hub_download import (  # type: ignore[import-not-found]  # beside this file, see repository.py
    DownloadError,
    SettingNames,
    Source,
    download,
)

MODELS = {
    # MIT licence; 1.8 GB, needs about 2.3 GB of memory at a context of 1024 tokens.
    "phi": Source("TheBloke/phi-2-GGUF", "phi-2.Q4_K_M.gguf", "main"),
    # MIT licence; 124 million weights, the smaller choice where phi does not fit.
    "gpt2": Source("QuantFactory/gpt2-GGUF", "gpt2.Q8_0.gguf", "main"),
    # The small model trained by this project's app/language_model/train.py.
    "tiny": Source("slipway/tiny-phi", "tiny-phi.gguf", "main"),
}
NAMES = SettingNames(
    repo="MODEL_REPO (the service's environment, which is also the build arguments)",
    file="MODEL_FILE",
    revision="MODEL_REVISION",
    sha256="MODEL_SHA256",
    token="HF_TOKEN (a secret of the build, see README.md)",  # noqa: S106 - the name, not a value
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--model", choices=sorted(MODELS), default="phi")
    parser.add_argument("--out", type=Path, default=Path("/app/models"))
    options = parser.parse_args(arguments)
    preset = MODELS[options.model]
    source = Source(
        os.environ.get("MODEL_REPO") or preset.repo,
        os.environ.get("MODEL_FILE") or preset.file,
        os.environ.get("MODEL_REVISION") or preset.revision,
        os.environ.get("MODEL_SHA256", "").strip(),
    )
    token = os.environ.get("HF_TOKEN", "").strip()
    try:
        download(source, options.out, token, name=options.model, names=NAMES)
    except DownloadError as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return int(error.exit_code)
    return 0


if __name__ == "__main__":
    sys.exit(main())
