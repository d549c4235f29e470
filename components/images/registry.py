"""Reads of an image registry: the manifest and configuration of an image, by digest."""

import base64
import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from slipway.errors import ApiError

_TIMEOUT_SECONDS = 30.0
_MANIFESTS = (
    "application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.v2+json"
)
_PARAMETER = re.compile(r'(\w+)="([^"]*)"')
_DOCKER_HUB = "docker.io"
_DOCKER_HUB_API = "registry-1.docker.io"
_DOCKER_HUB_LOGIN = "https://index.docker.io/v1/"


@dataclass(frozen=True)
class ImageReference:
    """`HOST/REPOSITORY[:TAG]@DIGEST`."""

    host: str
    repository: str
    digest: str

    @classmethod
    def parse(cls, text: str) -> "ImageReference":
        """Reads a reference with a digest; a ValueError if it has none."""
        name, separator, digest = text.partition("@")
        first, slash, rest = name.partition("/")
        if not separator:
            raise ValueError(f"{text!r} has no digest")
        if not slash or not ({".", ":"} & set(first) or first == "localhost"):
            first, rest = _DOCKER_HUB, name
        repository = re.sub(r":[^/:]*$", "", rest)
        if first == _DOCKER_HUB and "/" not in repository:
            repository = f"library/{repository}"
        return cls(first, repository, digest)


def is_local(host: str) -> bool:
    """Whether a registry is on this machine's own loopback, where Docker asks by plain http."""
    return re.fullmatch(r"(?:localhost|127\.\d+\.\d+\.\d+)(?::\d+)?", host) is not None


class RegistryClient:
    """Asks one registry about images, with the credentials of `docker login`."""

    def __init__(self, host: str) -> None:
        self._host = host
        server = _DOCKER_HUB_API if host == _DOCKER_HUB else host
        # What Docker and BuildKit do as well: plain http on this machine's own loopback only.
        self._base = f"{'http' if is_local(host) else 'https'}://{server}/v2"
        self._authorization: str | None = None

    def has_login(self) -> bool:
        """Whether `docker login` keeps one for this registry."""
        return self._login() is not None

    def is_public(self, repository: str) -> bool:
        """Whether anybody may fetch what was pushed there; not, where nothing was yet.

        Raises:
            ApiError: the registry does not answer.
        """
        url = f"{self._base}/{repository}/tags/list"
        anybody = RegistryClient(self._host)
        answer = anybody._ask(url, "*/*")
        if answer.status_code == requests.codes.unauthorized and anybody._authorize(answer, None):
            answer = anybody._ask(url, "*/*")
        return answer.ok

    def manifest(self, image: ImageReference) -> dict[str, Any]:
        """The image's manifest.

        Raises:
            ApiError: the registry refused, has no such image, or does not answer.
        """
        return self._get(image, f"manifests/{image.digest}", _MANIFESTS)

    def configuration(self, image: ImageReference, manifest: dict[str, Any]) -> dict[str, Any]:
        """What the image says of itself: user, entry point, the history of its layers."""
        return self._get(image, f"blobs/{manifest['config']['digest']}", "*/*")

    def _get(self, image: ImageReference, path: str, accept: str) -> dict[str, Any]:
        url = f"{self._base}/{image.repository}/{path}"
        answer = self._ask(url, accept)
        if answer.status_code == requests.codes.unauthorized and self._authorize(
            answer, self._login()
        ):
            answer = self._ask(url, accept)
        if not answer.ok:
            raise ApiError(
                f"Registry {self._host} answered {answer.status_code} for {image.repository}: log "
                f"in with `docker login {self._host}`, or build the image again.",
                answer.status_code,
            )
        found: dict[str, Any] = answer.json()
        return found

    def _ask(self, url: str, accept: str) -> requests.Response:
        headers = {"Accept": accept}
        if self._authorization:
            headers["Authorization"] = self._authorization
        try:
            return requests.get(url, headers=headers, timeout=_TIMEOUT_SECONDS)
        except requests.RequestException as error:
            raise ApiError(
                f"Registry {self._host} does not answer ({type(error).__name__}). Check that it "
                "runs and is reachable from here."
            ) from None

    def _login(self) -> tuple[str, str] | None:
        return _login(_DOCKER_HUB_LOGIN if self._host == _DOCKER_HUB else self._host)

    def _authorize(self, answer: requests.Response, login: tuple[str, str] | None) -> bool:
        """Gets what the registry's challenge asks for; whether there is something to try with."""
        kind, _, rest = answer.headers.get("WWW-Authenticate", "").partition(" ")
        if kind.lower() == "basic" and login is not None:
            pair = base64.b64encode(":".join(login).encode()).decode()
            self._authorization = f"Basic {pair}"
            return True
        asked = dict(_PARAMETER.findall(rest))
        if kind.lower() != "bearer" or not asked.get("realm", "").startswith("https://"):
            return False
        realm = asked.pop("realm")
        try:
            given = requests.get(realm, params=asked, auth=login, timeout=_TIMEOUT_SECONDS)
        except requests.RequestException:
            return False
        if given.ok:
            said = given.json()
            self._authorization = f"Bearer {said.get('token') or said.get('access_token')}"
        return given.ok


def _login(server: str) -> tuple[str, str] | None:
    """Name and password that `docker login` keeps for a registry, itself or in its helper."""
    folder = Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker")
    try:
        kept = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    helper = kept.get("credHelpers", {}).get(server) or kept.get("credsStore")
    if helper:
        return _from_helper(str(helper), server)
    auth = kept.get("auths", {}).get(server, {}).get("auth")
    if not auth:
        return None
    name, _, password = base64.b64decode(auth).decode().partition(":")
    return name, password


def _from_helper(helper: str, server: str) -> tuple[str, str] | None:
    try:
        said = subprocess.run(
            [f"docker-credential-{helper}", "get"],
            input=server,
            check=True,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_SECONDS,
        ).stdout
        found = json.loads(said)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return found["Username"], found["Secret"]
