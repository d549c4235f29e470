"""Where a service comes from: a repository that Render builds, or an image that exists."""

import re
from dataclasses import dataclass
from typing import Any

from pulumi import Input, Output

from slipway.errors import ConfigError
from slipway.render.names import parse_image

_URL = re.compile(r"https?://[^\s/]+/\S+")
_COMMIT = re.compile(r"[0-9a-f]{7,40}")
_DIGEST_LENGTH = len("sha256:") + 64


@dataclass(frozen=True, kw_only=True)
class Repository:
    """A git repository and the Dockerfile in it."""

    url: Input[str]  # "https://github.com/owner/name"
    branch: str = ""  # empty is the default branch
    commit: Input[str] = ""  # the commit to serve; empty follows the branch's head
    root_dir: str = ""  # folder that everything else is relative to
    dockerfile_path: str = "./Dockerfile"
    docker_context: str = "."

    def check(self, what: str) -> None:
        """Refuses what can't be fetched.

        Raises:
            ConfigError: names the value and the rule.
        """
        if isinstance(self.url, str) and not _URL.fullmatch(self.url):
            raise ConfigError(
                f"{what}: repository {self.url!r}; it must be its https address, such as "
                "https://github.com/owner/name."
            )
        if isinstance(self.commit, str) and self.commit and not _COMMIT.fullmatch(self.commit):
            raise ConfigError(
                f"{what}: commit {self.commit!r}; use its 7 to 40 hexadecimal digits."
            )

    def properties(self, *, docker: bool = True) -> dict[str, Any]:
        """The source as `service_settings` takes it."""
        source: dict[str, Any] = {"url": self.url, "root_dir": self.root_dir}
        if self.branch:
            source["branch"] = self.branch
        if docker:
            source["dockerfile_path"] = self.dockerfile_path
            source["docker_context"] = self.docker_context
        return source


@dataclass(frozen=True, kw_only=True)
class Image:
    """An image in a registry; a reference with a digest is proven after each deploy."""

    ref: Input[str]  # "ghcr.io/owner/name:tag" or "…@sha256:…"
    registry_credential: Input[str] | None = None  # id of a RegistryCredential, for a private image

    def check(self, what: str) -> None:
        """Refuses what is no reference.

        Raises:
            ConfigError: names the value and the rule.
        """
        if isinstance(self.ref, str):
            parse_image(what, self.ref)

    def properties(self) -> dict[str, Any]:
        """The source as `service_settings` takes it."""
        source: dict[str, Any] = {"image": self.ref}
        if self.registry_credential is not None:
            source["registry_credential_id"] = self.registry_credential
        return source

    def digest(self) -> Output[str]:
        """The digest it names; empty without one."""
        ref: Output[str] = Output.from_input(self.ref)
        return ref.apply(lambda text: text.partition("@")[2])
