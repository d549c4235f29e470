import asyncio
import hashlib

import httpx
import pytest
from starlette.responses import PlainTextResponse

from sandbox.http.limits import RateLimit
from sandbox.hub.http.accounts import Accounts, TokenRole, User
from sandbox.hub.http.errors import UnprocessableError
from sandbox.hub.http.rate_limit import Quotas, bucket_of
from sandbox.hub.repositories.card import front_matter, validate
from sandbox.hub.repositories.lfs import ObjectStore, Pointer, looks_binary, parse_pointer
from sandbox.hub.repositories.names import RepoKind
from sandbox.hub.repositories.upload_rules import ignored


def card(**values):
    return "---\n" + "".join(f"{key}: {value}\n" for key, value in values.items()) + "---\ntext\n"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"colorFrom": "mauve"}, '"colorFrom" must be one of [red, yellow'),
        ({"sdk": "podman"}, '"sdk" must be one of'),
        ({"short_description": "x" * 61}, "less than or equal to 60 characters long"),
        ({"app_port": "http"}, '"app_port" must be a number'),
        ({"app_port": 70000}, '"app_port" must be a valid port'),
        ({"base_path": "x"}, '"base_path" must start with "/"'),
        ({"pinned": "maybe"}, '"pinned" must be a boolean'),
        ({"license": "mine"}, '"license" must be one of'),
        ({"custom_headers": "{x-frame-options: deny}"}, '"custom_headers.x-frame-options"'),
        ({"startup_duration_timeout": 30}, '"startup_duration_timeout"'),
        ({"preload_from_hub": "[a/b c d e f]"}, '"preload_from_hub" with value "a/b c d e f"'),
        ({"preload_from_hub": "[x.json]"}, '"preload_from_hub" with value "x.json"'),
        ({"preload_from_hub": "a/b"}, '"preload_from_hub" must be an array'),
        ({"tags": "one"}, '"tags" must be an array'),
    ],
)
def test_each_card_rule_is_named(values, said):
    (error,) = validate(
        card(sdk="docker", **values) if "sdk" not in values else card(**values), RepoKind.SPACE
    ).errors
    assert said in error


def test_a_good_card_passes():
    text = card(
        title="Demo",
        emoji="🚀",
        colorFrom="red",
        colorTo="gray",
        sdk="docker",
        app_port=7860,
        short_description="x" * 60,
        startup_duration_timeout="1h",
        license="mit",
        pinned="false",
        preload_from_hub=f"[a/b, a/b x.json, 'a/b x.json,y.bin {'0' * 40}']",
    )
    assert validate(text, RepoKind.SPACE).errors == []
    assert front_matter(text)["app_port"] == 7860


def test_a_missing_block_is_a_warning_and_a_broken_one_an_error():
    assert validate("# no card", RepoKind.SPACE).errors == []
    assert validate("# no card", RepoKind.MODEL).warnings
    assert validate("---\n[a: {\n---\n", RepoKind.MODEL).errors
    assert validate("---\n- a\n---\n", RepoKind.MODEL).errors
    assert front_matter("\n \r\n" + card(sdk="docker")) == {"sdk": "docker"}
    assert front_matter("text\n" + card(sdk="docker")) is None, "only empty lines stand before it"


def test_a_card_is_read_behind_a_byte_order_mark():
    text = "\ufeff" + card(sdk="docker", short_description="x" * 61)
    assert front_matter(text)["sdk"] == "docker"
    assert "60 characters" in validate(text, RepoKind.SPACE).errors[0]


def test_space_rules_do_not_bind_models():
    assert validate(card(colorFrom="mauve"), RepoKind.MODEL).errors == []
    assert validate(card(base_model="a b"), RepoKind.MODEL).errors
    assert validate(card(base_model="org/name"), RepoKind.MODEL).errors == []


@pytest.mark.parametrize(
    ("sample", "binary"),
    [
        (b"plain", False),
        ("ümlaut".encode(), False),
        ("ü".encode()[:1], False),  # cut off inside a character
        (b"\xff\xfe", True),
        (b"a\x00b", True),
        (b"", False),
    ],
)
def test_a_binary_is_what_is_no_utf8_text(sample, binary):
    assert looks_binary(sample) is binary


def test_ignore_patterns_work_as_in_git():
    patterns = "*.log\n!keep.log\n/build/\n"
    assert ignored(patterns, "a/b.log")
    assert not ignored(patterns, "keep.log")
    assert ignored(patterns, "build/x")
    assert not ignored(patterns, "a/build/x")


def test_a_pointer_is_read_as_it_was_written():
    pointer = Pointer("a" * 64, 12)
    assert parse_pointer(pointer.encode()) == pointer
    assert parse_pointer(b"version https://git-lfs.github.com/spec/v1\nelse") is None


def test_an_object_store_holds_whole_objects_only(tmp_path):
    store = ObjectStore(tmp_path)
    oid = hashlib.sha256(b"content").hexdigest()
    with store.receive(oid) as upload:
        upload.write(b"cont")
        with pytest.raises(UnprocessableError):
            upload.finish()
    assert store.size(oid) is None
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    with store.receive(oid) as upload:
        upload.write(b"cont")
        upload.write(b"ent")
        upload.finish()
    assert store.path(oid).read_bytes() == b"content"
    with pytest.raises(UnprocessableError):
        store.path("../../etc/passwd")


def test_quotas_count_down_by_caller_and_come_back_with_the_next_window():
    now = [0.0]
    quotas = Quotas({"api": 2, "resolvers": 2, "pages": 2}, lambda: now[0])
    app = RateLimit(PlainTextResponse("ok"), quotas.count)

    async def ask():
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://hub") as client:
            mine = {"Authorization": "Bearer a"}
            first = [await client.get("/api/x", headers=mine) for _ in range(3)]
            other = await client.get("/api/x", headers={"Authorization": "Bearer b"})
            now[0] = 301.0
            return first, other, await client.get("/api/x", headers=mine)

    first, other, later = asyncio.run(ask())
    assert [answer.status_code for answer in first] == [200, 200, 429]
    assert [answer.headers["RateLimit"] for answer in first] == [
        '"api";r=1;t=300',
        '"api";r=0;t=300',
        '"api";r=0;t=300',
    ]
    assert (other.status_code, later.status_code) == (200, 200)


def test_addresses_count_against_their_bucket():
    assert bucket_of("/api/models/a/b") == "api"
    assert bucket_of("/a/b/resolve/main/x") == "resolvers"
    assert bucket_of("/spaces/a/b/info/refs") == "resolvers"
    assert bucket_of("/spaces/a/b") == "pages"


def test_a_user_of_an_unknown_organization_is_a_mistake():
    with pytest.raises(ValueError, match="nowhere"):
        Accounts([User(name="a", tokens={"t": TokenRole.READ}, organizations=["nowhere"])])
