"""What a browser gets: a small page for a repository, and files as they are."""

from html import escape
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from sandbox.github.access import Access
from sandbox.github.errors import NotFoundError

_PLACE = "/{owner}/{repo}"


class PageRoutes:
    """Addresses for people, as they stand in `html_url` and `download_url`."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def routes(self) -> list[Route]:
        """The addresses served here."""
        return [
            Route(_PLACE, self.repository),
            Route(f"{_PLACE}/raw/{{rest:path}}", self.raw),
        ]

    def repository(self, request: Request) -> Response:
        """`GET /{owner}/{repo}`: its branches and the files of the default one."""
        repository = self._access.readable(request)
        name, store = escape(repository.full_name), repository.git
        default, head = store.default_branch(), store.resolve("HEAD")
        branches = "".join(
            f"<li><code>{escape(ref.removeprefix('refs/heads/'))}</code> {target[:7]}"
            for ref, target in store.references("refs/heads/").items()
        )
        files = "".join(
            f'<li><a href="/{quote(repository.full_name)}/raw/{quote(default)}/{quote(each.path)}">'
            f"{escape(each.path)}</a>"
            if each.kind == "file"
            else f"<li>{escape(each.path)}/"
            for each in (store.children(head, "") if head else None) or []
        )
        return HTMLResponse(
            f"<!doctype html><meta charset=utf-8><title>{name}</title><h1>{name}</h1>"
            f"<p>{escape(repository.description or '')}<h2>Branches</h2><ul>{branches}</ul>"
            f"<h2>Files of {escape(default)}</h2><ul>{files}</ul>"
        )

    def raw(self, request: Request) -> Response:
        """`GET /{owner}/{repo}/raw/{ref}/{path}`: a file as it is."""
        repository = self._access.readable(request)
        parts = request.path_params["rest"].split("/")
        # A branch may have slashes in its name: the shortest beginning that names one is meant.
        for count in range(1, len(parts)):
            commit = repository.git.resolve("/".join(parts[:count]))
            entry = commit and repository.git.entry(commit, "/".join(parts[count:]))
            if entry and entry.kind == "file":
                content = repository.git.blob(entry.oid) or b""
                return Response(content, media_type="text/plain; charset=utf-8")
        raise NotFoundError
