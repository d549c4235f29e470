"""Every route of every app, and what a stack answers on it to somebody without a key.

`python -m tests.app.route_table` writes docs/access.md. What stands here is compared with the apps'
own routes and with what they answer: tests/app/test_route_table.py, tests/app/frigo.
"""

from collections.abc import Mapping
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "access.md"
OPEN = "answers"
Route = tuple[str, str]  # method, path
Answers = tuple[str, str]  # in dev, in prod

ANYBODY: Answers = (OPEN, OPEN)
KEY: Answers = (OPEN, "401")
GONE: Answers = (OPEN, "404")  # it describes the API, and is not there at all

TABLE: Mapping[str, Mapping[Route, Answers]] = {
    "inference": {
        ("GET", "/"): ANYBODY,
        ("GET", "/health"): ANYBODY,
        ("POST", "/generate"): ANYBODY,
        ("GET", "/docs"): ANYBODY,
        ("GET", "/docs/oauth2-redirect"): ANYBODY,
        ("GET", "/redoc"): ANYBODY,
        ("GET", "/openapi.json"): ANYBODY,
    },
    "symptoms": {
        ("GET", "/"): ANYBODY,
        ("GET", "/health"): ANYBODY,
        ("POST", "/predict"): KEY,
        ("POST", "/predict_proba"): KEY,
        ("GET", "/logs"): KEY,
        ("DELETE", "/logs"): KEY,
    },
    "turnover": {
        ("GET", "/"): ANYBODY,
        ("GET", "/health"): ANYBODY,
        ("POST", "/predict"): KEY,
        ("POST", "/predict_proba"): KEY,
        ("GET", "/logs"): KEY,
        ("GET", "/docs"): KEY,
        ("GET", "/docs/oauth2-redirect"): KEY,
        ("GET", "/openapi.json"): KEY,
    },
    "retraining": {
        ("GET", "/health"): ANYBODY,
        ("POST", "/predict"): KEY,
        ("GET", "/docs"): GONE,
        ("GET", "/docs/oauth2-redirect"): GONE,
        ("GET", "/redoc"): GONE,
        ("GET", "/openapi.json"): GONE,
    },
    "frigo app": {
        ("GET", "/"): ANYBODY,
        ("GET", "/health"): ANYBODY,
        ("POST", "/api/chat"): ANYBODY,
        ("GET", "/api/history"): ANYBODY,  # of the caller's own session
        ("POST", "/api/ia/generate"): KEY,
        ("POST", "/api/finetune/start"): KEY,
        ("GET", "/api/finetune/status"): KEY,
        ("POST", "/api/simulator/start"): KEY,
        ("GET", "/api/simulator/status"): KEY,
        ("POST", "/api/simulator/stop"): KEY,
    },
    "frigo chat": {
        ("GET", "/health"): ANYBODY,
        ("POST", "/api/chat"): KEY,
    },
    "frigo gpt": {
        ("GET", "/health"): ANYBODY,
        ("POST", "/api/generate"): KEY,
        ("POST", "/api/finetune/start"): KEY,
        ("GET", "/api/finetune/status"): KEY,
    },
}


def page() -> str:
    """The text of docs/access.md."""
    lines = [
        "# Who is let in",
        "",
        "Written by `python -m tests.app.route_table`: every route of every app, what each",
        f"stack answers on it to somebody without a key. Where it says `{OPEN}`, the caller is",
        "let in, whatever becomes of the request then. `authRequired` of a stack decides, which is",
        "false in dev alone; a protected stack with false is refused before anything is declared.",
        "",
        "| app | route | dev | prod |",
        "|---|---|---|---|",
    ]
    for app, routes in TABLE.items():
        for (method, path), (dev, prod) in routes.items():
            lines.append(f"| {app} | `{method} {path}` | {dev} | {prod} |")
    lines += [
        "",
        "The page of symptoms asks its API as its visitor does, with the key that the visitor",
        "types. frigo's peers know each other by a key of their own; its owner by another.",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
