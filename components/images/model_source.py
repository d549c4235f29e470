"""The model an image is built for, pinned so that the same settings give the same bytes."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from pulumi import Input

from slipway.errors import ConfigError
from slipway.huggingface.names import check_repo_id

# By which build arguments downloaders are told; a Dockerfile declares one set or the other.
_NAMES = {
    "MODEL_REPO": ("MODEL_REPO", "MODEL_REVISION", "MODEL_FILE", "MODEL_SHA256"),
    "BASE_MODEL": ("BASE_MODEL", "BASE_MODEL_REVISION", "BASE_MODEL_FILE", "BASE_MODEL_SHA256"),
}
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class ModelSource:
    """One file, or all files, of a model repository on the Hub at one commit."""

    repo: str  # "namespace/name"
    revision: Input[str]  # a commit, 40 hex digits; may be the output of a ModelRepo
    file: str = ""  # empty leaves the choice to the downloader
    sha256: Input[str] = ""  # of the file, 64 hex digits; checked by the downloader

    def __post_init__(self) -> None:
        check_repo_id(self.repo)
        if isinstance(self.revision, str) and not _COMMIT.fullmatch(self.revision):
            raise ConfigError(
                f"Model {self.repo}: revision {self.revision!r} is not a commit of 40 hex digits. "
                "A branch moves, and the builder would not notice; the commit stands on the "
                "repository's page under History."
            )
        if isinstance(self.sha256, str) and self.sha256 and not _SHA256.fullmatch(self.sha256):
            raise ConfigError(
                f"Model {self.repo}: sha256 {self.sha256!r} is not 64 hex digits. It stands on the "
                "file's page in the repository."
            )

    def build_args(self, declared: Collection[str]) -> dict[str, Input[str]]:
        """The build arguments by which the downloader is told, optional ones only if set.

        Args:
            declared: names of the Dockerfile's arguments: either MODEL_REPO and its companions, or
                BASE_MODEL and its own.
        """
        names = _NAMES["MODEL_REPO" if "MODEL_REPO" in declared else "BASE_MODEL"]
        values = (self.repo, self.revision, self.file, self.sha256)
        return {name: value for name, value in zip(names, values, strict=True) if value != ""}
