"""Protects what the builder is sent, and that every COPY source is among it."""

import pytest

from slipway.dockerfile.context import read_context
from slipway.dockerfile.stages import read_stages
from slipway.errors import ConfigError

OWN = (".dockerignore", "Dockerfile")


@pytest.fixture
def context(tmp_path):
    """Writes a context; `files` are paths, created with their own name as content."""

    def write(*files, dockerfile="FROM x\n", ignore=None):
        for name in files:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name)
        (tmp_path / "Dockerfile").write_text(dockerfile)
        if ignore is not None:
            (tmp_path / ".dockerignore").write_text(ignore)
        return read_context(tmp_path)

    return write


def missing(context):
    return context.missing_sources(read_stages(context.text).all)


@pytest.mark.parametrize(
    ("ignore", "sent"),
    [
        (None, ["a.py", "app/b.py", "app/deep/a.py", "notes.md"]),
        ("", ["a.py", "app/b.py", "app/deep/a.py", "notes.md"]),
        ("# all\n*\n!app\n", ["app/b.py", "app/deep/a.py"]),
        ("*\n!app\napp/deep\n", ["app/b.py"]),
        ("a.py", ["app/b.py", "app/deep/a.py", "notes.md"]),  # the root's alone
        ("**/a.py", ["app/b.py", "notes.md"]),
        ("/app/", ["a.py", "notes.md"]),
        ("*.md\n", ["a.py", "app/b.py", "app/deep/a.py"]),
        ("./app\n!app/b.py\n", ["a.py", "app/b.py", "notes.md"]),
        ("\ufeffapp\r\n\r\n  notes.md  \r\n", ["a.py"]),
        (" #app\n#notes.md\n", ["a.py", "app/b.py", "app/deep/a.py", "notes.md"]),
        ("x\u2028app\n", ["a.py", "app/b.py", "app/deep/a.py", "notes.md"]),
    ],
)
def test_a_dockerignore_is_read_as_docker_reads_it(context, ignore, sent):
    found = context("a.py", "app/b.py", "app/deep/a.py", "notes.md", ignore=ignore)
    assert [name for name in found.files if name not in OWN] == sent


def test_the_dockerfile_and_the_ignore_file_can_be_copied_unless_they_are_ignored(context):
    assert context("a.py", ignore="b\n").files == (".dockerignore", "Dockerfile", "a.py")
    assert context("a.py", ignore="Dockerfile\n.docker*\n").files == ("a.py",)


def test_the_manifest_changes_with_content_name_and_executable_bit(context, tmp_path):
    first = context("a.py", "b.py").manifest()
    assert context("a.py", "b.py").manifest() == first
    (tmp_path / "a.py").chmod(0o755)
    assert context("b.py").manifest()["a.py"] == first["a.py"] + "+x"
    (tmp_path / "b.py").write_text("other")
    assert context().manifest()["b.py"] != first["b.py"]


@pytest.mark.parametrize(
    "source",
    ["app", "app/", "./app", "app/b.py", "*.py", "app/*.py", "ap?", ".", "/app", "a[a-z.]p*", "a*"],
)
def test_a_source_that_is_there_is_found(context, source):
    assert missing(context("a.py", "app/b.py", dockerfile=f"FROM x\nCOPY {source} /x\n")) == []


@pytest.mark.parametrize("source", ["gone", "app/gone.py", "ap", "b.py", "../a.py"])
def test_a_source_that_is_not_there_is_missing(context, source):
    dockerfile = f"FROM x\nCOPY a.py {source} /x\n"
    assert missing(context("a.py", "app/b.py", dockerfile=dockerfile)) == [source]


@pytest.mark.parametrize("source", ["*.txt", "app/*.md", "a?"])
def test_a_pattern_may_match_nothing_as_for_buildkit(context, source):
    assert missing(context("a.py", dockerfile=f"FROM x\nCOPY a.py {source} /x\n")) == []


def test_an_ignored_source_is_missing(context):
    assert missing(context("a.py", dockerfile="FROM x\nCOPY a.py .\n", ignore="*.py")) == ["a.py"]


@pytest.mark.parametrize(
    "line",
    ["ADD https://x.org/a.tgz /", "COPY --from=other /gone /", "COPY $WHAT /", "COPY <<E /x\nE"],
)
def test_what_does_not_come_from_the_context_is_not_looked_for(context, line):
    assert missing(context("a.py", dockerfile=f"FROM x\n{line}\n")) == []


def test_an_argument_with_a_default_is_filled_in(context):
    dockerfile = "FROM x\nARG WHAT=gone.py\nCOPY ${WHAT} /\n"
    assert missing(context("a.py", dockerfile=dockerfile)) == ["gone.py"]


def test_credentials_are_not_sent(context, tmp_path):
    found = context("a.py", ".env")
    with pytest.raises(ConfigError, match=r"\.env"):
        found.manifest()
    (tmp_path / ".dockerignore").write_text(".env\n")
    assert list(read_context(tmp_path).manifest()) == [*OWN, "a.py"]


def test_refusals_name_the_folder(context, tmp_path):
    with pytest.raises(ConfigError, match="no such folder"):
        read_context(tmp_path / "gone")
    with pytest.raises(ConfigError, match="no file other"):
        read_context(tmp_path, "other")
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.write_text("x")
    (tmp_path / "link").symlink_to(outside)
    with pytest.raises(ConfigError, match="outside of it"):
        context("a.py")


def test_an_ignore_file_that_no_builder_reads_is_refused(context, tmp_path):
    context("secret.txt")
    (tmp_path / ".dockerignore").write_bytes("secret.txt\n".encode("utf-16"))
    with pytest.raises(ConfigError, match=r"dockerignore: it is no plain text"):
        read_context(tmp_path)
