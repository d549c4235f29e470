"""Bodies: too large, too deep, packed, of no known text."""

import gzip
from collections.abc import Iterator

from tests.sandbox.hostile.request import (
    COMMIT,
    DIGITS,
    MEGABYTE,
    REPO,
    Hostile,
    a_card,
    a_commit,
    a_file,
    as_json,
)

BOMB = gzip.compress(bytes(64 * MEGABYTE))
_DEEP = "[" * 100_000 + "]" * 100_000
_ALIASES = "\n".join(["a: &a [x, x, x, x, x, x, x, x, x]", *[
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
]])  # fmt: skip


def sizes() -> Iterator[tuple[str, Hostile]]:
    large = b'{"a":"' + b"x" * (11 * MEGABYTE) + b'"}'
    for name, method, path in (
        ("hub", "POST", "/api/repos/create"),
        ("github", "PATCH", REPO),
        ("render", "POST", "/v1/services"),
    ):
        yield f"a large body for {name}", Hostile(name, method, path, (413,), large)
        deep = f'{{"name":{_DEEP}}}'.encode()
        yield f"a deep body for {name}", Hostile(name, method, path, (400,), deep)
        huge = f'{{"name":{"9" * 100_000}}}'.encode()
        yield f"a long number for {name}", Hostile(name, method, path, (400, 422), huge)
        promise = (
            f"{method} {path} HTTP/1.1\r\nHost: {{host}}\r\nAuthorization: Bearer {{token}}\r\n"
            "Content-Type: application/json\r\n"
            "Content-Length: 1000000000000\r\nExpect: 100-continue\r\n\r\n"
        ).encode()
        yield (
            f"the promise of a terabyte for {name}",
            Hostile(name, method, path, (413,), raw=promise),
        )
    many = as_json({"operation": "upload", "objects": [{"oid": "0" * 64, "size": 1}] * 200_000})
    yield (
        "many LFS objects",
        Hostile("hub", "POST", "/slipway/m.git/info/lfs/objects/batch", (413, 422), many),
    )
    files = as_json({"files": [{"path": "a", "size": 1, "sample": ""}] * 257})
    yield (
        "many files to upload",
        Hostile("hub", "POST", "/api/models/slipway/m/preupload/main", (400,), files),
    )
    paths = as_json({"paths": ["a.txt"] * 300_000})
    yield (
        "many paths",
        Hostile(
            "hub",
            "POST",
            "/api/models/slipway/m/paths-info/main",
            (400, 413),
            paths,
            {"content-type": "application/json"},
        ),
    )
    variables = [{"key": f"K{n}", "value": "v"} for n in range(20_000)]
    body = as_json({"name": "g", "ownerId": "{owner}", "envVars": variables})
    yield "many variables", Hostile("render", "POST", "/v1/env-groups", (201, 400, 413), body)


def encodings() -> Iterator[tuple[str, Hostile]]:
    zipped = {"content-encoding": "gzip", "content-type": "application/json"}
    yield (
        "gzip where none is taken",
        Hostile("hub", "POST", "/api/repos/create", (400, 413, 415), BOMB, zipped),
    )
    yield (
        "a bomb for a fetch",
        Hostile(
            "github",
            "POST",
            "/slipway/r/git-upload-pack",
            (413,),
            BOMB,
            {"content-encoding": "gzip"},
            token=False,
        ),
    )
    yield (
        "a bomb for a push without a token",
        Hostile(
            "github",
            "POST",
            "/slipway/r/git-receive-pack",
            (401,),
            BOMB,
            {"content-encoding": "gzip"},
            token=False,
        ),
    )
    yield (
        "broken gzip for a fetch",
        Hostile(
            "hub",
            "POST",
            "/slipway/m/git-upload-pack",
            (400,),
            b"\x1f\x8b\x08broken",
            {"content-encoding": "gzip"},
        ),
    )
    yield (
        "half of a surrogate pair as content",
        Hostile(
            "hub", "POST", COMMIT, (400,), a_commit(a_file("b.txt")).replace(b'"x"', b'"\\ud800"')
        ),
    )
    yield (
        "half of a surrogate pair as a name",
        Hostile("hub", "POST", "/api/repos/create", (400,), b'{"name":"\\udfff","type":"model"}'),
    )
    yield (
        "half of a surrogate pair for GitHub",
        Hostile("github", "PATCH", REPO, (400, 422), b'{"description":"\\ud800"}'),
    )
    yield (
        "half of a surrogate pair for Render",
        Hostile(
            "render",
            "POST",
            "/v1/env-groups",
            (400,),
            b'{"name":"\\ud800","ownerId":"{owner}","envVars":[]}',
        ),
    )
    yield (
        "no base64",
        Hostile("hub", "POST", COMMIT, (400,), a_commit(a_file("b.txt", "%%%", "base64"))),
    )
    yield (
        "no base64 for GitHub",
        Hostile(
            "github",
            "PUT",
            f"{REPO}/contents/b.txt",
            (422,),
            as_json({"message": "m", "content": "%%%"}),
        ),
    )
    yield "no UTF-8", Hostile("hub", "POST", "/api/repos/create", (400,), b'{"name":"\xff\xfe"}')
    yield (
        "bytes that are no text in an address",
        Hostile("hub", "GET", "/slipway/m/resolve/main/%ff%fe", (400, 404)),
    )
    yield (
        "a zero byte in an address",
        Hostile("hub", "GET", "/slipway/m/resolve/main/a%00.txt", (400, 404)),
    )
    yield (
        "a zero byte in a revision",
        Hostile("hub", "GET", "/api/models/slipway/m/revision/ma%00in", (400, 404)),
    )
    yield (
        "a zero byte for GitHub",
        Hostile("github", "GET", f"{REPO}/contents/a%00", (400, 404, 422)),
    )
    yield (
        "a zero byte in a ref of GitHub",
        Hostile("github", "GET", f"{REPO}/commits/ma%00in", (404, 422)),
    )
    yield (
        "chunks that are none",
        Hostile(
            "hub",
            "POST",
            "/api/repos/create",
            (400,),
            raw=(
                b"POST /api/repos/create HTTP/1.1\r\n"
                b"Host: {host}\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n"
            ),
        ),
    )
    yield (
        "a length and chunks",
        Hostile(
            "hub",
            "POST",
            "/api/validate-yaml",
            (400,),
            raw=(
                b"POST /api/validate-yaml HTTP/1.1\r\n"
                b"Host: {host}\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef"
            ),
        ),
    )


def yaml_texts() -> Iterator[tuple[str, Hostile]]:
    url = "/api/validate-yaml"
    yield "YAML aliases", Hostile("hub", "POST", url, (400,), a_card(_ALIASES), token=False)
    yield (
        "an alias of itself",
        Hostile("hub", "POST", url, (400,), a_card("a: &a [*a]"), token=False),
    )
    yield "deep YAML", Hostile("hub", "POST", url, (400,), a_card("a: " + "[" * 5000), token=False)
    yield (
        "long YAML",
        Hostile("hub", "POST", url, (400, 413), a_card("- x\n" * 300_000), token=False),
    )
    yield (
        "a YAML tag that makes objects",
        Hostile(
            "hub",
            "POST",
            url,
            (400,),
            a_card("a: !!python/object/apply:os.system ['true']"),
            token=False,
        ),
    )
    yield (
        "YAML dates that are none",
        Hostile("hub", "POST", url, (400,), a_card("a: 2026-99-99"), token=False),
    )
    yield (
        "a YAML number of many digits",
        Hostile("hub", "POST", url, (200, 400), a_card(f"a: {DIGITS}"), token=False),
    )
    yield (
        "YAML aliases in a commit",
        Hostile(
            "hub", "POST", COMMIT, (400,), a_commit(a_file("README.md", f"---\n{_ALIASES}\n---\n"))
        ),
    )
