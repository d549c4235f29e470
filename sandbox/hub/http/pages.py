"""The Hub for people: what exists, what each Space does right now, and where it answers."""

from collections.abc import Iterable
from contextlib import suppress
from html import escape
from itertools import islice
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.console.page import page, state, table
from sandbox.http.errors import NotImitatedError
from sandbox.hub.contract import SpaceHost
from sandbox.hub.http.access import Access
from sandbox.hub.http.errors import RepositoryNotFoundError
from sandbox.hub.repositories.names import RepoKind
from sandbox.hub.repositories.registry import Registry, Repository

_SHOWN_COMMITS = 10
_SITE = "sandbox Hub"


def page_routes(registry: Registry, access: Access, spaces: SpaceHost) -> list[Route]:
    """The pages: `/`, and those of Spaces, datasets and models under the Hub's own addresses."""
    pages = Pages(registry, access, spaces)
    return [
        Route("/", pages.overview),
        Route("/spaces/{namespace}/{name}", pages.space),
        Route("/datasets/{namespace}/{name}", pages.dataset),
        Route("/{namespace}/{name}", pages.model),
    ]


class Pages:
    """Renders the pages; private repositories show only to callers with a token."""

    def __init__(self, registry: Registry, access: Access, spaces: SpaceHost) -> None:
        self._registry = registry
        self._access = access
        self._spaces = spaces

    def overview(self, _request: Request) -> Response:
        """Every public repository."""
        spaces = []
        for space in self._public(RepoKind.SPACE):
            with suppress(RepositoryNotFoundError):  # deleted meanwhile: the others are shown
                spaces.append(self._space_row(space))
        models, datasets = (
            [(_link(each), _commit(each)) for each in self._public(kind)]
            for kind in (RepoKind.MODEL, RepoKind.DATASET)
        )
        body = (
            "<h2>Spaces</h2>"
            + table(("Space", "Stage", "App", "Serving"), spaces)
            + "<h2>Models</h2>"
            + table(("Repository", "Commit"), models)
            + "<h2>Datasets</h2>"
            + table(("Repository", "Commit"), datasets)
        )
        return page("Hub", body, _SITE, busy=_busy(body))

    def space(self, request: Request) -> Response:
        """One Space."""
        repository = self._repository(request, RepoKind.SPACE)
        _, stage, app, serving = self._space_row(repository)
        error = self._spaces.runtime(repository.id).get("errorMessage")
        rows = [
            ("Stage", stage),
            ("App", app),
            ("Serving", serving),
            *([("Error", f"<code>{escape(str(error))}</code>")] if error else []),
            ("Logs", f"<code>hf spaces logs {escape(repository.id)}</code>"),
        ]
        body = table(("", ""), rows) + _history(repository)
        return page(repository.id, body, _SITE, busy=_busy(stage))

    def model(self, request: Request) -> Response:
        """One model repository."""
        if request.path_params["namespace"] == "api":
            raise NotImitatedError(f"{request.method} {request.url.path}")
        return self._files(self._repository(request, RepoKind.MODEL))

    def dataset(self, request: Request) -> Response:
        """One dataset repository."""
        return self._files(self._repository(request, RepoKind.DATASET))

    @staticmethod
    def _files(repository: Repository) -> Response:
        """A repository's files, and what was done to it last."""
        head = repository.git.branch_head()
        files = [
            (
                (
                    f'<a href="/{escape(repository.name.web_path)}/resolve/main/'
                    f'{quote(entry.path)}">'
                    f"{escape(entry.path)}</a>"
                ),
                f"{entry.content_size:,} bytes",
            )
            for entry in (repository.git.walk(head, recursive=True) if head else ())
            if not entry.is_folder
        ]
        body = table(("File", "Size"), files) + _history(repository)
        return page(repository.id, body, _SITE)

    def _repository(self, request: Request, kind: RepoKind) -> Repository:
        parameters = request.path_params
        repo_id = f"{parameters['namespace']}/{parameters['name']}"
        return self._access.require(request, repo_id, kind=kind, write=False)

    def _public(self, kind: RepoKind) -> Iterable[Repository]:
        return (each for each in self._registry.list(kind) if each.visibility != "private")

    def _space_row(self, space: Repository) -> tuple[str, str, str, str]:
        runtime = self._spaces.runtime(space.id)
        url, _ = self._spaces.host(space.id)
        stage = str(runtime["stage"])
        look = (
            "bad"
            if "ERROR" in stage
            else "busy"
            if _is_busy(stage)
            else "good"
            if stage == "RUNNING"
            else ""
        )
        return (
            f'<a href="/spaces/{escape(space.id)}">{escape(space.id)}</a>',
            state(stage, look),
            f'<a href="{escape(url)}">{escape(url)}</a>',
            f"<code>{escape(str(runtime.get('sha') or '—')[:12])}</code>",
        )


def _is_busy(stage: str) -> bool:
    return "BUILDING" in stage or "STARTING" in stage


def _busy(html: str) -> bool:
    return 'class="state busy"' in html


def _link(repository: Repository) -> str:
    return f'<a href="/{escape(repository.name.web_path)}">{escape(repository.id)}</a>'


def _commit(repository: Repository) -> str:
    return f"<code>{escape((repository.git.branch_head() or '—')[:12])}</code>"


def _history(repository: Repository) -> str:
    head = repository.git.branch_head()
    commits = islice(repository.git.history(head), _SHOWN_COMMITS) if head else ()
    rows = [(f"<code>{each.oid[:12]}</code>", escape(each.title)) for each in commits]
    return "<h2>Commits</h2>" + table(("Commit", "Title"), rows)
