"""Addresses, and values in them and in bodies: ways out, ranges, numbers."""

import base64
from collections.abc import Iterator

from tests.sandbox.hostile.request import (
    COMMIT,
    DIGITS,
    FILE,
    REPO,
    Hostile,
    a_commit,
    a_file,
    as_json,
)


def paths() -> Iterator[tuple[str, Hostile]]:
    for path in (
        "../../etc/passwd",
        "/etc/passwd",
        ".git/config",
        "a/../../b",
        "a\0b",
        "x" * 10_000,
        "a//b",
        "con/../.GIT/hooks/x",
    ):
        yield (
            f"a commit to {path[:20]!r}",
            Hostile("hub", "POST", COMMIT, (400,), a_commit(a_file(path))),
        )
    yield (
        "a way out, escaped",
        Hostile("hub", "GET", "/slipway/m/resolve/main/..%2f..%2f..%2fetc%2fpasswd", (400, 404)),
    )
    yield (
        "a way out, plain",
        Hostile(
            "hub",
            "GET",
            "/",
            (404, 501),
            raw=(
                b"GET /slipway/m/resolve/main/../../../../etc/passwd HTTP/1.1\r\n"
                b"Host: {host}\r\nConnection: close\r\n\r\n"
            ),
        ),
    )
    yield (
        "a way out of GitHub",
        Hostile(
            "github",
            "PUT",
            f"{REPO}/contents/..%2f..%2fx",
            (404, 409, 422),
            as_json({"message": "m", "content": ""}),
        ),
    )
    yield (
        "an LFS object with a way out",
        Hostile(
            "hub",
            "POST",
            "/slipway/m.git/info/lfs/objects/batch",
            (400, 422),
            as_json({"operation": "upload", "objects": [{"oid": "../../x", "size": 1}]}),
        ),
    )
    yield (
        "a repository with a way out",
        Hostile(
            "hub",
            "POST",
            "/api/repos/create",
            (400,),
            as_json({"type": "model", "name": "../../x"}),
        ),
    )
    yield (
        "a reference with a way out",
        Hostile(
            "github",
            "POST",
            f"{REPO}/git/refs",
            (422,),
            as_json({"ref": "refs/heads/../../../x", "sha": "0" * 40}),
        ),
    )
    yield (
        "a branch with a way out",
        Hostile("hub", "POST", "/api/models/slipway/m/branch/..%2f..%2fx", (400,), as_json({})),
    )
    yield (
        "a revision that is a search",
        Hostile("github", "GET", f"{REPO}/commits/HEAD%5E%7B%2Fx%7D", (404, 422)),
    )
    yield (
        "an object by its kind",
        Hostile("hub", "GET", "/api/models/slipway/m/revision/main:a.txt", (404,)),
    )


def ranges() -> Iterator[tuple[str, Hostile]]:
    for name, value, statuses in (
        ("behind the end", "bytes=999999999999-", (416,)),
        ("of many digits", f"bytes={DIGITS}-", (200, 416)),
        ("that ends after many digits", f"bytes=0-{DIGITS}", (200, 206)),
        ("of the last many digits", f"bytes=-{DIGITS}", (200, 206)),
        ("of many parts", "bytes=" + ",".join(["0-0"] * 1000), (200, 206, 416)),
        ("that runs backwards", "bytes=5-1", (200, 416)),
        ("of nothing", "bytes=-0", (200, 416)),
        ("that is none", "bytes=a-b", (200, 416)),
        ("in Arabic digits", "bytes=\u0660-\u0663", (200, 206, 400, 416)),
    ):
        yield f"a range {name}", Hostile("hub", "GET", FILE, statuses, headers={"range": value})


def values() -> Iterator[tuple[str, Hostile]]:
    yield (
        "a page of many digits",
        Hostile("github", "GET", f"/api/v3/user/repos?page={DIGITS}&per_page=-1", (200, 422)),
    )
    yield "a limit of many digits", Hostile("hub", "GET", f"/api/models?limit={DIGITS}", (200, 400))
    yield "a limit of superscripts", Hostile("hub", "GET", "/api/models?limit=%C2%B2", (200, 400))
    yield "a cursor that is none", Hostile("hub", "GET", "/api/models?cursor=%F0%9F%92%A3", (400,))
    cursor = base64.urlsafe_b64encode(b"-5").decode()
    yield (
        "a cursor before the start",
        Hostile("hub", "GET", f"/api/models?cursor={cursor}", (200, 400)),
    )
    long = base64.urlsafe_b64encode(DIGITS.encode()).decode()
    yield "a cursor of many digits", Hostile("hub", "GET", f"/api/models?cursor={long}", (200, 400))
    yield (
        "a cursor of Render's that is none",
        Hostile("render", "GET", "/v1/services?cursor=%F0%9F%92%A3", (200, 400)),
    )
    yield (
        "a limit of Render's of many digits",
        Hostile("render", "GET", f"/v1/services?limit={DIGITS}", (200, 400)),
    )
    yield (
        "a moment that is none",
        Hostile(
            "render",
            "GET",
            "/v1/logs?ownerId={owner}&resource=srv-x&startTime=99999-99-99",
            (400, 404),
        ),
    )
    yield (
        "a number where text belongs",
        Hostile(
            "hub",
            "POST",
            "/api/repos/create",
            (400,),
            as_json({"name": {"a": 1}, "type": ["model"]}),
        ),
    )
    yield (
        "a list where an object belongs",
        Hostile("hub", "POST", "/api/repos/create", (400,), b"[1]"),
    )
    yield (
        "a summary that is no text",
        Hostile("hub", "POST", COMMIT, (400,), b'{"key":"header","value":{"summary":{"a":1}}}'),
    )
    yield (
        "a size that is no number",
        Hostile(
            "hub",
            "POST",
            COMMIT,
            (400,),
            a_commit(
                {
                    "key": "lfsFile",
                    "value": {"path": "w", "algo": "sha256", "oid": "0" * 64, "size": "many"},
                }
            ),
        ),
    )
    yield (
        "a parent that is no commit",
        Hostile(
            "hub",
            "POST",
            COMMIT,
            (400, 412),
            b'{"key":"header","value":{"summary":"x","parentCommit":["a"]}}',
        ),
    )
    yield (
        "a workflow of many digits",
        Hostile("github", "GET", f"{REPO}/actions/workflows/{DIGITS}", (404, 422)),
    )
    yield (
        "a run of many digits",
        Hostile("github", "GET", f"{REPO}/actions/runs/{DIGITS}", (404, 422)),
    )
    yield (
        "an LFS address of many digits",
        Hostile(
            "hub", "PUT", f"/lfs-storage/x/{'0' * 64}?expires={DIGITS}&signature=x", (403,), b"x"
        ),
    )
    yield (
        "an LFS address of superscripts",
        Hostile(
            "hub", "PUT", f"/lfs-storage/x/{'0' * 64}?expires=%C2%B2&signature=x", (403,), b"x"
        ),
    )
