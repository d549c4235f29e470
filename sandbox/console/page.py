"""The look of the sandbox's pages for people: one frame, one table, one stylesheet."""

from collections.abc import Sequence
from html import escape

from starlette.responses import HTMLResponse, Response

_REFRESH_SECONDS = 2  # while something is at work
_STYLE = """
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
header { display: flex; justify-content: space-between; align-items: baseline;
  border-bottom: 1px solid var(--line); }
h1 { font-size: 1.5rem; margin: .3rem 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
h2 .quiet { font-weight: normal; } p { margin: .3rem 0; }
.quiet { opacity: .7; font-size: .9rem; } a { color: #2f6feb; } code { font-size: .9em; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; padding: .45rem .8rem .45rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; }
th { font-weight: 600; font-size: .85rem; opacity: .7; }
.state { border-radius: 1rem; padding: .1rem .7rem; font-size: .8rem; font-weight: 600;
  background: #8883; white-space: nowrap; }
.good { background: #2da44e; color: #fff; } .bad { background: #cf222e; color: #fff; }
.busy { background: #bf8700; color: #fff; }
.note { border-left: 4px solid #cf222e; padding: .3rem .8rem; margin: .8rem 0; }
details { border-bottom: 1px solid var(--line); } summary { padding: .35rem 0; cursor: pointer; }
summary small { float: right; opacity: .7; }
pre { font: 13px/1.45 ui-monospace, monospace; overflow-x: auto; white-space: pre-wrap;
  background: #8881; padding: .6rem .8rem; margin: .2rem 0 .8rem; border-radius: .4rem; }
pre i { font-style: normal; opacity: .55; } pre b { color: #cf222e; }
pre u { color: #9a6700; text-decoration: none; }
.said { border: 1px solid var(--line); border-radius: .5rem; padding: .4rem .9rem;
  margin: .8rem 0; }
.said th, .said td { border: 1px solid var(--line); padding: .3rem .6rem; }
.said h2 { font-size: 1.3rem; margin: 1rem 0 .4rem; } .said h3 { font-size: 1.05rem;
  margin: 1rem 0 .3rem; } .said ul { margin: .3rem 0; padding-left: 1.4rem; }
pre .added { background: #2da44e33; } pre .removed { background: #cf222e33; }
pre .place { opacity: .55; }
"""


def page(title: str, body: str, site: str, *, home: str = "/", busy: bool = False) -> Response:
    """A whole page.

    Args:
        title: as text.
        body: HTML.
        site: what the corner of the page leads to, as text.
        home: where to.
        busy: something on it is at work: it loads itself again.
    """
    refresh = f'<meta http-equiv="refresh" content="{_REFRESH_SECONDS}">' if busy else ""
    return HTMLResponse(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">{refresh}'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)} · {escape(site)}</title><style>{_STYLE}</style></head><body>"
        f'<header><h1>{escape(title)}</h1><p><a href="{escape(home)}">{escape(site)}</a></p>'
        f"</header>{body}</body></html>"
    )


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table; cells are HTML, and an empty one says so."""
    if not rows:
        return '<p class="quiet">None yet.</p>'
    head = "".join(f"<th>{escape(name)}</th>" for name in header) if any(header) else ""
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>" if head else f"<table>{body}</table>"


def state(word: str, look: str) -> str:
    """A word in a coloured pill; the look is good, bad, busy or empty."""
    return f'<span class="state {look}">{escape(word)}</span>'
