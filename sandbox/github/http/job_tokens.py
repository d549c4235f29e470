"""The tokens of workflow jobs: each for one repository, and dead when its job is."""

import re
import secrets
import string
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

ACTIONS = "github-actions[bot]"  # who speaks for runs
_LEVELS = ("none", "read", "write")
METADATA = "metadata"  # who sees a repository may always read that
_LETTERS = string.ascii_letters + string.digits
_LENGTH = 36

# What an address below a repository is about, in the words of `permissions:`; the first that fits.
_KINDS = tuple(
    (re.compile(pattern), kind)
    for pattern, kind in (
        (r"/?$", METADATA),
        (r"/(?:statuses(?:/|$)|commits/[^/]+/status)", "statuses"),
        (r"/(?:check-runs|check-suites)(?:/|$)|/commits/[^/]+/check-", "checks"),
        (r"/deployments(?:/|$)", "deployments"),
        (r"/actions(?:/|$)", "actions"),
        (r"/pulls(?:/|$)", "pull-requests"),
        (r"/(?:issues|labels|milestones|assignees)(?:/|$)", "issues"),
        (r"/environments(?:/|$)", "actions"),
        (r"/hooks(?:/|$)", "administration"),
        (r"/pages(?:/|$)", "pages"),
    )
)
_BELOW = re.compile(r"^(?:/api/v3)?/(?:repos/[^/]+/[^/]+|repositories/\d+)(?P<rest>.*)$")


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What a job may do.

    Args:
        repository: full name; the job's token is a stranger's to every other one.
        permissions: such as {"contents": "read"}; what is not named is `none`, and None stands for
            writing everything, as where a workflow says nothing.
    """

    repository: str
    permissions: Mapping[str, str] | None = field(default=None)

    def level(self, kind: str) -> str:
        """`none`, `read` or `write`, for what an address is about."""
        if self.permissions is None:
            return "write"
        if kind == METADATA:
            return "read"
        said = self.permissions.get(kind, "none")
        if kind == "issues":  # a pull request is commented on at an issue's address
            said = max(said, self.permissions.get("pull-requests", "none"), key=_LEVELS.index)
        return said


class JobTokens:
    """Those of the jobs at work. Thread-safe; nothing of them is ever written down."""

    def __init__(self) -> None:
        self._grants: dict[str, Grant] = {}
        self._changing = threading.Lock()

    @contextmanager
    def given(self, grant: Grant) -> Iterator[str]:
        """A new token, valid until this is left."""
        token = "ghs_" + "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
        with self._changing:
            self._grants[token] = grant
        try:
            yield token
        finally:
            with self._changing:
                del self._grants[token]

    def all(self) -> list[tuple[str, Grant]]:
        """Every token that is valid now."""
        with self._changing:
            return list(self._grants.items())


def kind_of(path: str) -> str:
    """Which permission an address is about; git and all that is not named are about contents."""
    below = _BELOW.match(path)
    if below is None:
        return "contents"
    rest = below["rest"]
    return next((kind for pattern, kind in _KINDS if pattern.match(rest)), "contents")
