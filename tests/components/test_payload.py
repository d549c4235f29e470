"""Protects what is published: which files are sent, under which names, and which never are."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from slipway.core.secrecy import shapes
from slipway.errors import ConfigError
from slipway.payload import files
from slipway.payload.files import hash_file, payload_from_files, payload_from_folder

LETTERS = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCdEf"  # built up, so that no scanner finds a token


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "app"
    root.mkdir()
    (root / "README.md").write_text("hello\n", encoding="utf-8")
    return root


def write(root, name, content="x\n"):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_every_file_is_taken_under_its_path_below_the_folder_in_order(folder):
    write(folder, "src/deep/main.py")
    write(folder, "Dockerfile")
    assert list(payload_from_folder(folder).files) == [
        "Dockerfile",
        "README.md",
        "src/deep/main.py",
    ]


@pytest.mark.parametrize("ignore_file", [".gitignore", ".hfignore"])
def test_ignore_files_are_obeyed_as_git_reads_them(folder, ignore_file):
    write(folder, ignore_file, "*.log\n/build/\ndata/*\n!data/keep.txt\n# comment\n")
    for name in ("a.log", "sub/b.log", "build/x", "sub/build/kept", "data/gone", "data/keep.txt"):
        write(folder, name)
    assert list(payload_from_folder(folder).files) == [
        ignore_file,
        "README.md",
        "data/keep.txt",
        "sub/build/kept",
    ]


def test_excludes_of_the_caller_are_left_out(folder):
    write(folder, "tests/test_app.py")
    assert list(payload_from_folder(folder, excludes=["tests/"]).files) == ["README.md"]


@pytest.mark.parametrize(
    "name",
    [".git/config", "__pycache__/a.pyc", "sub/a.pyc", ".venv/bin/python", ".cache/x", ".DS_Store"],
)
def test_what_is_no_part_of_an_application_stays_even_if_an_ignore_file_asks_for_it(folder, name):
    write(folder, name)
    write(folder, ".hfignore", f"!{name}\n!{name.split('/')[0]}/\n")
    assert list(payload_from_folder(folder).files) == [".hfignore", "README.md"]


@pytest.mark.parametrize(
    "name",
    [
        ".env",
        ".env.production",
        "sub/.env",
        "key.pem",
        "a.p12",
        "id_rsa",
        "sub/id_ed25519",
        "id_ecdsa",
        ".netrc",
        ".git-credentials",
        ".aws/credentials",
        ".streamlit/secrets.toml",
    ],
)
def test_files_whose_names_say_credentials_are_refused_with_the_remedy(folder, name):
    write(folder, name)
    with pytest.raises(ConfigError) as refusal:
        payload_from_folder(folder)
    assert f"Payload file {name}:" in str(refusal.value)
    assert ".gitignore" in str(refusal.value)


def test_an_ignored_credential_file_and_an_example_of_one_are_no_reason_to_refuse(folder):
    write(folder, ".env")
    write(folder, ".env.example", "TOKEN=\n")
    write(folder, ".gitignore", ".env\n")
    assert ".env.example" in payload_from_folder(folder).files
    assert ".env" not in payload_from_folder(folder).files


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("a Hugging Face token", f"TOKEN = '{'hf_' + LETTERS[:34]}'"),
        ("a GitHub token", f"url=https://{'ghp_' + LETTERS[:36]}@github.com"),
        ("a GitHub token", "github_" + "pat_" + LETTERS[:22] + "_" + LETTERS[:40]),
        ("a Render API key", "key: rnd" + "_" + LETTERS[:28]),
        ("a private key", "-----BEGIN " + "PRIVATE KEY-----"),
        ("a private key", "x\n-----BEGIN " + "OPENSSH PRIVATE KEY-----\n"),
        ("a private key", "-----BEGIN " + "EC PRIVATE KEY-----"),
        ("an API key of a model's provider", "OPENAI=" + "sk-" + "proj-" + LETTERS[:40]),
        ("an API key of a model's provider", "key = 'sk" + "-ant-" + LETTERS[:40] + "'"),
        ("an AWS access key", "aws_access_key_id = AK" + "IA" + "ABCDEFGHIJ234567"),
        ("a Google API key", "AI" + "za" + LETTERS[:35]),
        ("a Slack token", "xox" + "b-" + "1234567890-" + LETTERS[:20]),
        ("a package registry's token", "//registry/:_auth" + "Token=" + LETTERS[:20]),
        ("a package registry's token", "npm" + "_" + LETTERS[:36]),
        ("a cluster's client key", "client-key-" + "data: " + LETTERS[:44]),
    ],
)
def test_each_kind_of_credential_in_a_file_is_refused_without_repeating_it(folder, kind, text):
    write(folder, "settings.py", text)
    with pytest.raises(ConfigError) as refusal:
        payload_from_folder(folder)
    assert f"settings.py: it holds {kind}" in str(refusal.value)
    assert LETTERS[:20] not in str(refusal.value)


@pytest.mark.parametrize(
    "text",
    [
        "hf_hub_download(repo_id, filename)",
        "HF_TOKEN=hf_...",
        "from huggingface_hub import hf_raise_for_status_of_everything_there_is",
        "shf_" + LETTERS[:34],
        "rnd_seed = 7",
        "ghp_short",
        "-----BEGIN CERTIFICATE-----",
        "//registry/:_authToken=${NPM_TOKEN}",
        "sk-learn-something-with-many-words-in-it",
        "task-" + LETTERS[:48],
        "-----BEGIN PUBLIC KEY-----",
    ],
)
def test_what_only_looks_like_a_credential_passes(folder, text):
    write(folder, "settings.py", text)
    assert "settings.py" in payload_from_folder(folder).files


def test_a_credential_hidden_among_bytes_is_found(folder):
    write(folder, "weights.bin", b"\x00\xff\x80 " + ("hf_" + LETTERS[:34]).encode() + b"\x00")
    with pytest.raises(ConfigError, match=r"weights\.bin: it holds a Hugging Face token"):
        payload_from_folder(folder)


def test_an_lfs_pointer_is_refused_with_the_command_that_fetches_the_file(folder):
    write(
        folder, "model.gguf", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"
    )
    with pytest.raises(
        ConfigError, match=r"model\.gguf: this is a Git LFS pointer.*`git lfs pull`"
    ):
        payload_from_folder(folder)


def test_a_pointer_that_was_checked_out_with_windows_line_ends_is_one(folder):
    write(folder, "model.gguf", "version https://git-lfs.github.com/spec/v1\r\noid sha256:00\r\n")
    with pytest.raises(ConfigError, match="Git LFS pointer"):
        payload_from_folder(folder)


def test_a_text_that_mentions_lfs_pointers_passes(folder):
    write(folder, "notes.md", "A pointer begins: version https://git-lfs.github.com/spec/v1\n")
    assert "notes.md" in payload_from_folder(folder).files


@pytest.mark.parametrize("content", [b"", b"hello\n", b"a\r\nb\x00\xff", b"x" * 3_000_000])
def test_the_digests_are_those_of_git_and_of_the_bytes(tmp_path, content):
    path = tmp_path / "file"
    path.write_bytes(content)
    git = shutil.which("git")
    assert git, "git is part of every machine that deploys"
    named = subprocess.run(
        [git, "hash-object", "--no-filters", str(path)], check=True, capture_output=True, text=True
    ).stdout.strip()
    assert hash_file(path) == (named, hashlib.sha256(content).hexdigest(), len(content))


def test_the_digest_in_the_manifest_holds_both_names_of_the_content(folder):
    oid, sha256, size = hash_file(folder / "README.md")
    payload = payload_from_folder(folder)
    assert payload.manifest() == {"README.md": f"{oid}:{sha256}"}
    assert payload.sources() == {"README.md": str((folder / "README.md").resolve())}
    assert payload.files["README.md"].size == size


@pytest.mark.parametrize(
    "name", ["../outside", "/etc/passwd", "a/../../b", ".git/config", "a/.git/x"]
)
def test_a_path_that_leaves_the_payload_is_refused(folder, name):
    with pytest.raises(ConfigError, match="must stay inside the payload"):
        payload_from_files({name: folder / "README.md"})


def test_a_link_that_leads_out_of_the_folder_is_refused_by_name(folder, tmp_path):
    (tmp_path / "private.txt").write_text("mine", encoding="utf-8")
    (folder / "notes.txt").symlink_to(tmp_path / "private.txt")
    with pytest.raises(ConfigError, match=r"notes\.txt.*outside"):
        payload_from_folder(folder)


def test_a_link_within_the_folder_is_sent_as_the_file_it_leads_to(folder):
    (folder / "index.md").symlink_to(folder / "README.md")
    files = payload_from_folder(folder).files
    assert files["index.md"].digest == files["README.md"].digest


def test_a_folder_that_is_itself_a_link_is_the_folder_it_leads_to(folder, tmp_path):
    (tmp_path / "link").symlink_to(folder)
    assert payload_from_folder(tmp_path / "link") == payload_from_folder(folder)


def test_a_missing_folder_a_missing_file_and_an_empty_payload_are_refused_by_name(tmp_path):
    with pytest.raises(ConfigError, match="nowhere: no such folder"):
        payload_from_folder(tmp_path / "nowhere")
    with pytest.raises(ConfigError, match=r"Payload file a\.txt: .*a\.txt does not exist"):
        payload_from_files({"a.txt": tmp_path / "a.txt"})
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigError, match="empty: it holds no file at all"):
        payload_from_folder(tmp_path / "empty")
    with pytest.raises(ConfigError, match="weights: it holds no file at all"):
        payload_from_files({}, what="weights")


def test_the_text_of_a_file_is_read_and_that_of_an_absent_one_is_none(folder):
    payload = payload_from_folder(folder)
    assert payload.text("README.md") == "hello\n"
    assert payload.text("Dockerfile") is None


def test_a_text_file_that_is_no_utf8_is_refused_by_name(folder):
    write(folder, "Dockerfile", b"FROM caf\xe9\n")
    with pytest.raises(ConfigError, match=r"Dockerfile: .*UTF-8"):
        payload_from_folder(folder).text("Dockerfile")


def test_an_ignore_file_further_in_speaks_of_its_own_folder_and_has_the_last_word(folder):
    write(folder, ".gitignore", "*.log\n")
    write(folder, "inner/.gitignore", "/only-here.txt\n!kept.log\n*.tmp\n")
    write(folder, "other/.gitignore", "*\n")
    for name in (
        "only-here.txt",
        "a.log",
        "inner/only-here.txt",
        "inner/deep/only-here.txt",
        "inner/kept.log",
        "inner/b.log",
        "inner/deep/c.tmp",
        "c.tmp",
        "other/all.txt",
    ):
        write(folder, name, "x")
    found = set(payload_from_folder(folder).files) - {"README.md"}
    assert found == {
        ".gitignore",
        "c.tmp",
        "inner/.gitignore",
        "inner/deep/only-here.txt",
        "inner/kept.log",
        "only-here.txt",
    }


# --- what people write, read as the platforms read it


def test_an_ignore_file_with_a_byte_order_mark_ignores_as_git_does(folder):
    write(folder, "private.txt")
    (folder / ".gitignore").write_bytes(b"\xef\xbb\xbfprivate.txt\n")
    assert "private.txt" not in payload_from_folder(folder).files


IGNORED = "private.txt"


@pytest.mark.parametrize(
    "content",
    [
        b"private.txt\r\n*.log\r\n",
        b"\xef\xbb\xbf# all\r\nprivate.txt",
        b"caf\xe9.txt\nprivate.txt\n",  # another encoding
        b"private.txt   \n",
        b"\n\n   \n\t\nprivate.txt\n",
        "caf\u2028private\nprivate.txt\n".encode(),  # no line's end for git
        b"*\n!*.md\n!.gitignore\n",
        b"/private.*\n",
        b"priv[a-z]te.tx?\n",
        b"**/private.txt\n",
    ],
)
def test_ignore_files_are_read_in_every_way_people_write_them(folder, content):
    """What git itself ignores is the oracle."""
    write(folder, ".gitignore", content)
    for name in (IGNORED, "a.log", "private.md", "x\u2028private"):
        write(folder, name)
    git = ["git", "-C", str(folder)]
    subprocess.run([*git, "init", "-q"], check=True)
    listed = subprocess.run(
        [*git, "ls-files", "-z", "--others", "--exclude-standard"], check=True, capture_output=True
    )
    expected = {os.fsdecode(each) for each in listed.stdout.split(b"\0") if each}
    assert IGNORED not in expected
    assert set(payload_from_folder(folder).files) == expected


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32-be"])
def test_an_ignore_file_that_nobody_reads_is_refused(folder, encoding):
    write(folder, IGNORED)
    write(folder, ".gitignore", f"{IGNORED}\n".encode(encoding))
    with pytest.raises(ConfigError, match=r"gitignore: it is no plain text.*text in UTF-8"):
        payload_from_folder(folder)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32-be"])
def test_a_credential_in_what_a_shell_of_windows_wrote_is_found(folder, encoding):
    write(folder, "settings.txt", f"HF_TOKEN=hf_{LETTERS[:34]}\r\n".encode(encoding))
    with pytest.raises(ConfigError, match="it holds a Hugging Face token"):
        payload_from_folder(folder)


PIECE = 1 << 20  # bytes that are read at once
TOKEN = "hf_" + LETTERS[:34]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("before", [2_000_000, PIECE - 20, 3 * PIECE - 1, 5_000_000])
def test_a_credential_is_found_wherever_it_stands_in_a_text_of_any_size(folder, encoding, before):
    plot = "A" * (before - 4) + '"], "'
    text = f'{{"outputs": ["{plot}login(token=\\"{TOKEN}\\")"]}}' + " " * PIECE
    write(folder, "train.ipynb", text.encode(encoding))
    with pytest.raises(ConfigError, match="it holds a Hugging Face token"):
        payload_from_folder(folder)


def test_a_word_that_only_ends_as_a_credential_is_none_where_a_piece_begins_either(folder):
    for cut in range(PIECE - 1030, PIECE - 1020):  # what is kept of a piece begins about there
        write(folder, "words.txt", "x" * cut + f"s{TOKEN}" + "x" * PIECE)
        assert "words.txt" in payload_from_folder(folder).files


def test_weights_are_looked_at_no_further_than_text_may_be(folder, monkeypatch):
    searched = []
    monkeypatch.setattr(shapes, "CREDENTIALS", [("a thing", Counted(searched))])
    header = (5000).to_bytes(8, "little") + b'{"weight": {"dtype": "F32"}}'.ljust(5000)
    write(folder, "model.safetensors", header + os.urandom(6 * PIECE))
    assert "model.safetensors" in payload_from_folder(folder).files
    assert 2_000_000 <= sum(searched) < 3 * PIECE + 3 * 1024


class Counted:
    """A shape that nothing has, and that notes how much it was searched for in."""

    def __init__(self, lengths):
        self.lengths = lengths

    def search(self, content, _start):
        self.lengths.append(len(content))


@pytest.mark.parametrize("name", [".ENV", "Server.PEM", "ID_RSA", ".Git-Credentials"])
def test_a_name_of_credentials_is_one_in_any_case(folder, name):
    write(folder, name)
    with pytest.raises(ConfigError, match="files of this name hold credentials"):
        payload_from_folder(folder)


def test_the_file_that_stands_for_a_submodules_git_folder_is_not_sent(folder):
    write(folder, "vendor/.git", "gitdir: ../../.git/modules/vendor\n")
    write(folder, "vendor/a.py")
    assert set(payload_from_folder(folder).files) == {"README.md", "vendor/a.py"}


@pytest.mark.parametrize("name", ["\\server", ".\\a.txt", "..\\a.txt"])
def test_a_name_that_begins_like_a_path_of_windows_is_refused(folder, name):
    (folder / name).write_text("x")
    with pytest.raises(ConfigError, match="begins like a path of Windows"):
        payload_from_folder(folder)


def test_what_is_no_file_is_refused_by_name_unless_ignored(folder):
    os.mkfifo(folder / "queue")
    with pytest.raises(ConfigError, match="queue: it is neither a file nor a folder"):
        payload_from_folder(folder)
    write(folder, ".gitignore", "queue\n")
    assert "README.md" in payload_from_folder(folder).files


def test_a_link_to_itself_is_refused_by_name(folder):
    (folder / "loop").symlink_to("loop")
    with pytest.raises(ConfigError, match="loop: it is a link to nothing"):
        payload_from_folder(folder)


def test_a_file_that_can_not_be_read_is_refused_by_name(folder, monkeypatch):
    def refuse(_path, _look):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(files, "hash_file", refuse)
    with pytest.raises(ConfigError, match=r"can't be read \(Permission denied\)"):
        payload_from_folder(folder)


def test_a_file_is_read_once_until_it_changes(folder, monkeypatch):
    read = []
    monkeypatch.setattr(files, "hash_file", lambda path, _: read.append(path) or hash_file(path))
    payload_from_folder(folder)
    payload_from_folder(folder)
    assert len(read) == 1
    write(folder, "README.md", "other\n")
    os.utime(folder / "README.md", ns=(0, 1))
    assert payload_from_folder(folder).files["README.md"].oid == hash_file(read[0])[0]
    assert len(read) == 2


@pytest.mark.parametrize("target", ["shared", "nowhere"])
def test_a_link_that_can_not_be_sent_is_refused_by_name_unless_ignored(folder, tmp_path, target):
    (tmp_path / "shared").mkdir(exist_ok=True)
    (folder / "weights").symlink_to(tmp_path / target)
    with pytest.raises(ConfigError, match=r"Payload file weights: it is a link to .*Put a copy"):
        payload_from_folder(folder)
    write(folder, ".gitignore", "weights\n")
    assert "README.md" in payload_from_folder(folder).files


def test_a_name_that_is_no_text_is_refused(folder):
    (folder / os.fsdecode(b"\xff.txt")).write_text("x")
    with pytest.raises(ConfigError, match="its name is no text in UTF-8"):
        payload_from_folder(folder)


def test_a_file_that_only_sounds_secret_can_be_allowed_by_name_and_is_looked_into(folder):
    write(folder, ".env", "PUBLIC_X=1\n")
    with pytest.raises(ConfigError, match=r'allowed=\("\.env",\)'):
        payload_from_folder(folder)
    assert ".env" in payload_from_folder(folder, allowed=(".env",)).files
    write(folder, ".env", f"HF_TOKEN={'hf_' + LETTERS[:34]}\n")
    with pytest.raises(ConfigError, match="it holds a Hugging Face token"):
        payload_from_folder(folder, allowed=(".env",))


def test_a_moved_checkout_has_the_same_sources_and_no_path_of_this_machine(tmp_path, monkeypatch):
    found = []
    for checkout in (tmp_path / "here", tmp_path / "elsewhere"):
        (checkout / "app" / "deeper").mkdir(parents=True)
        (checkout / "app" / "deeper" / "x.txt").write_text("x")
        monkeypatch.chdir(checkout)
        found.append(payload_from_folder("app").sources())
        assert {path: Path(source).read_text() for path, source in found[-1].items()}
    assert found[0] == found[1] == {"deeper/x.txt": "app/deeper/x.txt"}
    monkeypatch.chdir(tmp_path / "here" / "app")  # what lies elsewhere keeps its whole path
    assert payload_from_folder(tmp_path / "elsewhere" / "app").sources() == {
        "deeper/x.txt": str(tmp_path / "elsewhere/app/deeper/x.txt")
    }
