"""The Hub for people: what exists, what each Space does right now, and where it answers."""

from collections.abc import Iterable, Sequence
from html import escape
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from sandbox.hub.access import Access
from sandbox.hub.contract import SpaceHost
from sandbox.hub.errors import NotImitatedError
from sandbox.hub.names import RepoKind
from sandbox.hub.registry import Registry, Repository

_SHOWN_COMMITS = 10
_REFRESH_SECONDS = 3  # while something is being built or started
_STYLE = """
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
header { display: flex; justify-content: space-between; border-bottom: 1px solid var(--line); }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; padding: .45rem .8rem .45rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; font-size: .85rem; opacity: .7; }
code { font-size: .9em; } a { color: #2f6feb; }
.stage { border-radius: 1rem; padding: .1rem .7rem; font-size: .8rem; font-weight: 600;
  background: #8883; white-space: nowrap; }
.RUNNING { background: #2da44e; color: #fff; } .error { background: #cf222e; color: #fff; }
.busy { background: #bf8700; color: #fff; }
"""


def page_routes(registry: Registry, access: Access, spaces: SpaceHost) -> list[Route]:
    """The pages: `/`, `/spaces/{namespace}/{name}` and `/{namespace}/{name}`."""
    pages = Pages(registry, access, spaces)
    return [
        Route("/", pages.overview),
        Route("/spaces/{namespace}/{name}", pages.space),
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
        spaces = [self._space_row(space) for space in self._public(RepoKind.SPACE)]
        models = [
            (f'<a href="/{escape(model.id)}">{escape(model.id)}</a>', _commit(model))
            for model in self._public(RepoKind.MODEL)
        ]
        body = (
            "<h2>Spaces</h2>"
            + _table(("Space", "Stage", "App", "Serving"), spaces)
            + "<h2>Models</h2>"
            + _table(("Repository", "Commit"), models)
        )
        return _page("Hub", body, busy=_busy(body))

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
            ("Logs", f"<code>./with-sandbox hf spaces logs {escape(repository.id)}</code>"),
        ]
        return _page(
            repository.id, _table(("", ""), rows) + _history(repository), busy=_busy(stage)
        )

    def model(self, request: Request) -> Response:
        """One model repository."""
        if request.path_params["namespace"] == "api":
            raise NotImitatedError(f"{request.method} {request.url.path}")
        repository = self._repository(request, RepoKind.MODEL)
        head = repository.git.branch_head()
        files = [
            (
                (
                    f'<a href="/{escape(repository.id)}/resolve/main/{quote(entry.path)}">'
                    f"{escape(entry.path)}</a>"
                ),
                f"{entry.content_size:,} bytes",
            )
            for entry in (repository.git.walk(head, recursive=True) if head else ())
            if not entry.is_folder
        ]
        return _page(repository.id, _table(("File", "Size"), files) + _history(repository))

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
        look = "error" if "ERROR" in stage else "busy" if _is_busy(stage) else escape(stage)
        return (
            f'<a href="/spaces/{escape(space.id)}">{escape(space.id)}</a>',
            f'<span class="stage {look}">{escape(stage)}</span>',
            f'<a href="{escape(url)}">{escape(url)}</a>',
            f"<code>{escape(str(runtime.get('sha') or '—')[:12])}</code>",
        )


def _is_busy(stage: str) -> bool:
    return "BUILDING" in stage or "STARTING" in stage


def _busy(html: str) -> bool:
    return 'class="stage busy"' in html


def _commit(repository: Repository) -> str:
    return f"<code>{escape((repository.git.branch_head() or '—')[:12])}</code>"


def _history(repository: Repository) -> str:
    head = repository.git.branch_head()
    commits = repository.git.history(head)[:_SHOWN_COMMITS] if head else []
    rows = [(f"<code>{each.oid[:12]}</code>", escape(each.title)) for each in commits]
    return "<h2>Commits</h2>" + _table(("Commit", "Title"), rows)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Cells are HTML; an empty table says so."""
    if not rows:
        return "<p>None yet.</p>"
    head = "".join(f"<th>{escape(name)}</th>" for name in header) if any(header) else ""
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>" if head else f"<table>{body}</table>"


def _page(title: str, body: str, *, busy: bool = False) -> Response:
    refresh = f'<meta http-equiv="refresh" content="{_REFRESH_SECONDS}">' if busy else ""
    return HTMLResponse(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">{refresh}'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)} · sandbox Hub</title><style>{_STYLE}</style></head><body>"
        f'<header><h1>{escape(title)}</h1><p><a href="/">sandbox Hub</a></p></header>'
        f"{body}</body></html>"
    )
