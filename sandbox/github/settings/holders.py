"""Who holds secrets and variables, and the rules that their names obey."""

import re
from dataclasses import dataclass

from sandbox.github.http.errors import UnprocessableError

VALUE_LIMIT = 48 * 1024  # bytes, of a secret or variable
OF_HOLDER = "repository = ? AND environment = ?"  # of the tables of what they hold
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Holder:
    """A repository, or one of its environments."""

    repository: int
    environment: int = 0  # 0: the repository itself

    @property
    def place(self) -> tuple[int, int]:
        """What stands for the marks of `OF_HOLDER`."""
        return self.repository, self.environment


def checked_name(kind: str, name: str) -> str:
    """A name as it is kept, in upper case; raises UnprocessableError for one that is not allowed.

    Args:
        kind: `Secret` or `Variable`, for the text.
        name: what the caller wrote.
    """
    if not _NAME.fullmatch(name):
        raise _refused(
            f"{kind} names can only contain alphanumeric characters ([a-z], [A-Z], [0-9]) or "
            "underscores (_). Spaces are not allowed. Must start with a letter ([a-z], [A-Z]) or "
            "underscores (_)."
        )
    if name.upper().startswith("GITHUB_"):
        raise _refused(f"{kind} names must not start with GITHUB_.")
    return name.upper()


def check_size(kind: str, value: bytes) -> None:
    """Raises UnprocessableError for a value that is too large."""
    if len(value) > VALUE_LIMIT:
        raise _refused(f"{kind} value is too large: it may have 48 KB.")


def _refused(message: str) -> UnprocessableError:
    return UnprocessableError("Validation failed", message)
