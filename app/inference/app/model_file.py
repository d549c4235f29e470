"""The weights in the image and the description that was written when they were downloaded."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path


class ModelFileError(Exception):
    """The weights are absent or are not the ones that were downloaded."""


@dataclass(frozen=True)
class ModelFile:
    """One GGUF file, as model.json describes it."""

    path: Path
    repo: str
    revision: str
    sha256: str
    size: int
    context_length: int | None
    published_sha256: str = ""  # what was downloaded, where the build completed the file's header

    @classmethod
    def describe(cls, folder: Path, base_model: str) -> "ModelFile":
        """Reads model.json without touching the weights."""
        try:
            entry = json.loads((folder / "model.json").read_text())
            found = cls(
                path=folder / entry["file"],
                repo=entry["repo"],
                revision=entry["revision"],
                sha256=entry["sha256"],
                size=entry["size"],
                context_length=entry.get("context_length"),
                published_sha256=entry.get("published_sha256", ""),
            )
        except FileNotFoundError as error:
            raise ModelFileError(
                f"the image holds no model {base_model}: {folder / 'model.json'} is missing. Build"
                " the image again with the build argument BASE_MODEL, or correct the variable."
            ) from error
        except (ValueError, KeyError, TypeError) as error:
            raise ModelFileError(f"{folder / 'model.json'} is not readable: {error}") from error
        if found.repo != base_model:
            raise ModelFileError(f"BASE_MODEL is {base_model}, but the image holds {found.repo}")
        return found

    def require(self, sha256: str, setting: str) -> None:
        """Compares with the sum that somebody reviewed; an empty one asks for nothing.

        Raises:
            ModelFileError: it is another file.
        """
        published = self.published_sha256 or self.sha256
        if sha256 and sha256 != published:
            raise ModelFileError(
                f"{self.path} was published with SHA-256 {published}, but {setting} is {sha256}."
                " It is not the file that was reviewed: build the image again, or correct the"
                " variable."
            )

    def verify(self) -> None:
        """Reads the whole file: a damaged layer would otherwise only show as strange answers."""
        try:
            size = self.path.stat().st_size
            if size != self.size:
                raise ModelFileError(f"{self.path} has {size} bytes, expected {self.size}")
            with self.path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise ModelFileError(f"{self.path} cannot be read: {error.strerror}") from error
        if found != self.sha256:
            raise ModelFileError(f"{self.path} has sha256 {found}, expected {self.sha256}")
