"""The API of releases' files, and the addresses under which people load them."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.github.http.access import Access, Right, right_to
from sandbox.github.http.body import Body
from sandbox.github.http.errors import NotFoundError, UnprocessableError, there
from sandbox.github.http.requests import Routes, answer, listed, nothing, urls
from sandbox.github.releases.records import Asset, Release
from sandbox.github.releases.routes import RELEASES
from sandbox.github.releases.service import ReleaseService
from sandbox.github.releases.views import asset_view
from sandbox.github.repositories.registry import Repository
from sandbox.http.bodies import WITH_FILES, with_body
from sandbox.http.handlers import at

_BINARY = "application/octet-stream"
_DOWNLOAD = "/{owner}/{repo}/releases"
_OF_RELEASE = f"{RELEASES}/{{release:int}}/assets"
_ONE = f"{RELEASES}/assets/{{asset:int}}"


class AssetRoutes(Routes):
    """Endpoints of the files of releases. A file is read whole, up to 256 MB; on GitHub 2 GB."""

    def __init__(self, access: Access, releases: ReleaseService) -> None:
        self._access = access
        self._service = releases
        self._records = releases.records

    def routes(self) -> list[Route]:
        """The addresses served here, and the one whose body is the file."""
        adding = Route(_OF_RELEASE, with_body(self._add, WITH_FILES), methods=["POST"])
        return [*super().routes(), adding]

    @at("GET", _OF_RELEASE)
    def _list(self, request: Request, _body: Body) -> Response:
        repository = self._access.readable(request)
        release = self._release(request, repository)
        return listed(
            request,
            self._records.assets(release),
            lambda each: self._shown(request, repository, release, each),
        )

    def _add(self, request: Request, content: bytes) -> Response:
        """`POST R/releases/{id}/assets?name=…`: the body is the file."""
        repository, caller = self._access.writable(request)
        release = self._release(request, repository)
        name = request.query_params.get("name", "").replace(" ", ".")
        if not name or "/" in name:
            raise _refused("missing_field" if not name else "invalid", "name")
        if any(each.name == name for each in self._records.assets(release)):
            raise _refused("already_exists", "name")
        if not content:
            raise UnprocessableError("Bad Content-Length: the file is empty")
        added = self._records.add_asset(
            release,
            caller.login,
            name=name,
            label=request.query_params.get("label"),
            kind=request.headers.get("content-type", _BINARY),
            content=content,
        )
        return answer(request, self._shown(request, repository, release, added), 201)

    @at("GET", _ONE)
    def _get(self, request: Request, _body: Body) -> Response:
        """What it is, or itself, as `Accept` asks."""
        repository = self._access.readable(request)
        release, asset = self._asset(request, repository)
        if _BINARY in request.headers.get("accept", ""):
            return self._content(release, asset)
        return answer(request, self._shown(request, repository, release, asset))

    @at("PATCH", _ONE)
    def _change(self, request: Request, body: Body) -> Response:
        """Name and label."""
        repository, _ = self._access.writable(request)
        release, asset = self._asset(request, repository)
        name = body.optional_text("name") or asset.name
        if any(e.name == name and e.id != asset.id for e in self._records.assets(release)):
            raise _refused("already_exists", "name")
        label = body.optional_text("label") if "label" in body else asset.label
        changed = self._records.change_asset(asset, name=name, label=label)
        return answer(request, self._shown(request, repository, release, changed))

    @at("DELETE", _ONE)
    def _delete(self, request: Request, _body: Body) -> Response:
        repository, _ = self._access.writable(request)
        self._records.delete_asset(*self._asset(request, repository))
        return nothing()

    @at("GET", f"{_DOWNLOAD}/download/{{tag}}/{{name}}", f"{_DOWNLOAD}/latest/download/{{name}}")
    def _download(self, request: Request, _body: Body) -> Response:
        """A file of a published release, by its names; without a tag, of the latest."""
        repository = self._access.readable(request)
        tag = request.path_params.get("tag")
        release = (
            self._records.latest(repository.id)
            if tag is None
            else self._records.tagged(repository.id, tag)
        )
        if release is not None:
            for asset in self._records.assets(release):
                if asset.name == request.path_params["name"]:
                    return self._content(release, asset)
        raise NotFoundError

    # --- inside

    def _content(self, release: Release, asset: Asset) -> Response:
        self._records.change_asset(asset, downloads=asset.downloads + 1)
        named = {"Content-Disposition": f'attachment; filename="{_plain(asset.name)}"'}
        return Response(
            self._records.content(release, asset), headers=named, media_type=asset.content_type
        )

    def _release(self, request: Request, repository: Repository) -> Release:
        found = self._records.find(repository.id, request.path_params["release"])
        return self._visible(request, repository, found)

    def _asset(self, request: Request, repository: Repository) -> tuple[Release, Asset]:
        found = there(self._records.find_asset(repository.id, request.path_params["asset"]))
        self._visible(request, repository, found[0])
        return found

    def _visible(
        self, request: Request, repository: Repository, release: Release | None
    ) -> Release:
        writes = right_to(self._access.caller(request), repository) >= Right.WRITE
        if release is None or (release.draft and not writes):
            raise NotFoundError
        return release

    def _shown(
        self, request: Request, repository: Repository, release: Release, asset: Asset
    ) -> dict[str, object]:
        return asset_view(asset, release, repository, self._access.accounts, urls(request))


def _plain(name: str) -> str:
    return "".join(c if c.isascii() and c.isprintable() and c not in '"\\' else "." for c in name)


def _refused(code: str, field: str) -> UnprocessableError:
    error = {"resource": "ReleaseAsset", "code": code, "field": field}
    return UnprocessableError("Validation Failed", [error])
