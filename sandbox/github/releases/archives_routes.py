"""Source archives: the files of a branch, tag or commit as one file, for API and pages.

As on the platform, the API and the pages lead on to another address, whose answer is the file. To
that of a private repository they add a token of a few minutes, as clients leave theirs behind
where an address leads to another host.
"""

import hmac
import re
import secrets
import time
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from sandbox.git.transfer import archive
from sandbox.github.http.access import Access
from sandbox.github.http.body import Body
from sandbox.github.http.errors import NotFoundError, there
from sandbox.github.http.requests import REPOSITORY, Routes, urls
from sandbox.github.repositories.registry import Registry, Repository
from sandbox.http.handlers import at

_ENDINGS = {"tarball": "tar.gz", "zipball": "zip"}
_MEDIA_TYPES = {"tar.gz": "application/x-gzip", "zip": "application/zip"}
_KINDS = [f"{kind}{ending}" for kind in ("legacy.", "") for ending in _MEDIA_TYPES]
_PLACE = "/{owner}/{repo}"
_SECONDS = 300  # that a token for one archive is good for
_VERSION = re.compile(r"v(?=\d)")


@dataclass(frozen=True)
class _Wanted:
    """One archive."""

    ending: str
    ref: str
    commit: str
    of_api: bool  # those of the API are named after their owner and commit


class ArchiveRoutes(Routes):
    """Endpoints of source archives."""

    def __init__(self, access: Access, registry: Registry) -> None:
        self._access = access
        self._registry = registry
        self._key = secrets.token_bytes(32)

    @at("GET", *(f"{REPOSITORY}/{kind}{ref}" for kind in _ENDINGS for ref in ("", "/{ref:path}")))
    def _lead_on(self, request: Request, _body: Body) -> Response:
        """`GET R/tarball/{ref}` and `R/zipball/{ref}`; without a ref, of the default branch."""
        repository = self._access.readable(request)
        words = request.url.path.split("/")
        ending = next(_ENDINGS[word] for word in words if word in _ENDINGS)
        ref = request.path_params.get("ref") or repository.git.default_branch()
        _commit(repository, ref)
        return self._led_on(request, repository, f"legacy.{ending}", ref)

    @at("GET", f"{_PLACE}/archive/{{file:path}}")
    def _lead_on_from_page(self, request: Request, _body: Body) -> Response:
        """`GET /{owner}/{repo}/archive/{ref}.tar.gz` and `.zip`."""
        repository = self._access.readable(request)
        for ending in _MEDIA_TYPES:
            ref, dot, rest = request.path_params["file"].rpartition(f".{ending}")
            if dot and not rest:
                _commit(repository, ref)
                return self._led_on(request, repository, ending, ref)
        raise NotFoundError

    @at("GET", *(f"{_PLACE}/{kind}/{{ref:path}}" for kind in _KINDS))
    def _get(self, request: Request, _body: Body) -> Response:
        """`GET /{owner}/{repo}/tar.gz/{ref}`, and the like: the file."""
        repository = self._allowed(request)
        kind = request.url.path.strip("/").split("/")[2]
        ending, ref = kind.removeprefix("legacy."), request.path_params["ref"]
        wanted = _Wanted(ending, ref, _commit(repository, ref), of_api=kind != ending)
        name = _folder(repository, wanted)
        content = archive(repository.path, wanted.commit, ending=ending, prefix=f"{name}/")
        headers = {
            "Content-Disposition": f"attachment; filename={_file(repository, wanted)}.{ending}",
            "ETag": f'"{wanted.commit}"',
        }
        return StreamingResponse(content, headers=headers, media_type=_MEDIA_TYPES[ending])

    # --- inside

    def _led_on(
        self, request: Request, repository: Repository, kind: str, ref: str
    ) -> RedirectResponse:
        address = f"{urls(request).web}/{quote(repository.full_name)}/{kind}/{quote(ref)}"
        if repository.private:
            until = int(time.time()) + _SECONDS
            signed = self._signature(repository, ref, until)
            address += "?" + urlencode({"token": f"{until}.{signed}"})
        return RedirectResponse(address, 302)

    def _allowed(self, request: Request) -> Repository:
        """The repository, for who may read it, or brings a token for this archive."""
        until, _, signed = request.query_params.get("token", "").partition(".")
        parameters = request.path_params
        found = self._registry.find(parameters["owner"], parameters["repo"])
        if found is not None and until.isdecimal() and int(until) >= time.time():
            right = self._signature(found, parameters["ref"], int(until))
            if hmac.compare_digest(right.encode(), signed.encode()):
                return found
        return self._access.readable(request)

    def _signature(self, repository: Repository, ref: str, until: int) -> str:
        said = f"{repository.id}\n{ref}\n{until}".encode()
        return hmac.new(self._key, said, "sha256").hexdigest()


def _commit(repository: Repository, ref: str) -> str:
    return there(repository.git.resolve(ref))


def _short(ref: str) -> str:
    return ref.removeprefix("refs/heads/").removeprefix("refs/tags/")


def _folder(repository: Repository, wanted: _Wanted) -> str:
    if wanted.of_api:
        return f"{repository.full_name.replace('/', '-')}-{wanted.commit[:7]}"
    return f"{repository.name}-{_VERSION.sub('', _short(wanted.ref), count=1)}".replace("/", "-")


def _file(repository: Repository, wanted: _Wanted) -> str:
    """As GitHub calls the file: after the tag, where it is one's."""
    if not wanted.of_api:
        return _plain(_folder(repository, wanted))
    tag = _short(wanted.ref)
    is_tag = f"refs/tags/{tag}" in repository.git.references("refs/tags/")
    of_tag = f"{tag.replace('/', '-')}-0-g" if is_tag else ""
    return _plain(f"{repository.full_name.replace('/', '-')}-{of_tag}{wanted.commit[:7]}")


def _plain(name: str) -> str:
    return re.sub(r"[^\w.+-]", "-", name, flags=re.ASCII)
