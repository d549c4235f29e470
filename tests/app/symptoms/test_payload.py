"""What the Space is given: everything but five paths, and what is renamed and added."""

import filecmp
import shutil
import subprocess

import pytest
import yaml

from app.symptoms import payload
from app.symptoms.payload import LFS, REMOVED, PayloadError, main, prepare, remove, rename
from tests.app.symptoms.conftest import APP

GUIDES_FIVE = {"docs", "tests", "sql", "docker", "docker-compose.yml"}
README = "---\ntitle: It\nsdk: docker\npinned: false\n---\n\n# It\n\n---\nmore\n"


def write(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def tree(tmp_path):
    """A checkout with all that the guide names, and with a developer's own files."""
    return write(
        tmp_path / "checkout",
        {
            ".gitattributes": f"# The model\n{LFS}\n",
            ".env.example": "API_KEY=\n",
            ".env": "API_KEY=canary\n",
            ".venv/bin/python": "",
            "uv.lock": "",
            "build/old": "",
            "docker-compose.yml": "services: {}\n",
            "docker/Dockerfile": "FROM local\n",
            "docker/Dockerfile.hf": "FROM python\nEXPOSE 7861\n",
            "docs/README_HF.md": README,
            "docs/guide.md": "",
            "model/model.pkl": "weights",
            "model/metadata.json": "{}",
            "model/.put-here.json": "{}",
            "pyproject.toml": "[project]\n",
            "sql/tables.sql": "",
            "src/api/app.py": "",
            "src/api/__pycache__/app.pyc": "",
            "src/docs/kept.py": "",
            "src/model/train.py": "",
            "src/proxy/README.md": "",
            "src/proxy/client.py": "",
            "tests/test_it.py": "",
        },
    )


def names(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_it_is_the_checkout_without_exactly_five_paths_and_with_two_new_files(tree, tmp_path):
    assert set(REMOVED) == GUIDES_FIVE
    assert names(prepare(tree, tmp_path / "out")) == {
        ".env.example",
        ".gitattributes",
        "Dockerfile",
        "README.md",
        "model/metadata.json",
        "model/model.pkl",
        "pyproject.toml",
        "src/api/app.py",
        "src/docs/kept.py",
        "src/model/train.py",
        "src/proxy/README.md",
        "src/proxy/client.py",
    }


def test_the_two_files_are_the_spaces_own_with_the_port_of_the_image(tree, tmp_path):
    out = prepare(tree, tmp_path / "out")
    assert (out / "Dockerfile").read_text() == (tree / "docker/Dockerfile.hf").read_text()
    expected = README.replace("sdk: docker\n", "sdk: docker\napp_port: 7861\n")
    assert (out / "README.md").read_text() == expected


def test_what_is_removed_before_it_is_renamed_is_gone(tree):
    remove(tree)
    with pytest.raises(PayloadError, match=r"docker/Dockerfile\.hf is missing"):
        rename(tree)


def test_a_tree_without_some_of_the_five_is_fine(tree, tmp_path):
    shutil.rmtree(tree / "sql")
    (tree / "docker-compose.yml").unlink()
    assert "Dockerfile" in names(prepare(tree, tmp_path / "out"))


def test_the_checkout_stays_as_it_is_and_a_second_time_gives_the_same(tree, tmp_path):
    before = {name: (tree / name).read_bytes() for name in names(tree)}
    out, again = prepare(tree, tmp_path / "out"), prepare(tree, tmp_path / "again")
    first = {name: (out / name).read_bytes() for name in names(out)}
    assert {name: (again / name).read_bytes() for name in names(again)} == first
    assert {name: (tree / name).read_bytes() for name in names(tree)} == before


def test_a_folder_that_holds_something_is_left_as_it_is(tree, tmp_path):
    home = write(tmp_path / "home", {"thesis.tex": "years of work"})
    with pytest.raises(PayloadError, match="holds files already"):
        prepare(tree, home)
    assert names(home) == {"thesis.tex"}


def test_it_may_be_written_into_the_checkouts_own_build_folder(tree):
    assert "build" not in {name.split("/")[0] for name in names(prepare(tree, tree / "build/out"))}


def test_the_model_may_lie_elsewhere(tree, tmp_path):
    trained = write(tmp_path / "trained", {"model.pkl": "other", "metadata.json": "{}"})
    out = prepare(tree, tmp_path / "out", trained)
    assert (out / "model/model.pkl").read_text() == "other"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("model/model.pkl", None, "train the model"),
        ("model/metadata.json", None, "train the model"),
        ("docs/README_HF.md", None, r"docs/README_HF\.md is missing"),
        ("docker/Dockerfile.hf", None, r"docker/Dockerfile\.hf is missing"),
        (".gitattributes", None, "travels by Git LFS"),
        (".gitattributes", "*.bin filter=lfs\n", "travels by Git LFS"),
        ("docker/Dockerfile.hf", "FROM python\n", "exposes 0 ports"),
        ("docker/Dockerfile.hf", "EXPOSE 7860\nEXPOSE 8000\n", "exposes 2 ports"),
        ("docs/README_HF.md", "# No front matter\n", "must begin with front matter"),
        ("docs/README_HF.md", "---\nsdk: gradio\n---\n", "sdk: docker"),
        ("docs/README_HF.md", "---\nsdk: docker\n", "must begin with front matter"),
        ("docs/README_HF.md", "---\nsdk: docker\napp_port: 1\n---\n", "must not say app_port"),
    ],
)
def test_what_cannot_be_prepared_is_named(tree, tmp_path, name, text, said):
    (tree / name).unlink()
    if text is not None:
        write(tree, {name: text})
    with pytest.raises(PayloadError, match=said):
        prepare(tree, tmp_path / "out")


@pytest.fixture
def prepared(trained, tmp_path):
    """The project's own payload."""
    return prepare(APP, tmp_path / "out", trained)


def test_every_file_of_src_is_in_it_unchanged(prepared):
    tracked = {
        path.relative_to(APP).as_posix()
        for path in (APP / "src").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {name for name in names(prepared) if name.startswith("src/")} == tracked
    for name in tracked:
        assert filecmp.cmp(APP / name, prepared / name, shallow=False)


def test_every_part_that_the_guide_lists_is_in_it(prepared):
    parts = {path.name for path in (prepared / "src").iterdir()}
    assert {"api", "model", "ui", "proxy", "logs_pipeline", "simulator", "config.py"} <= parts


def test_neither_a_key_nor_the_tool_that_prepares_it_is_in_it(prepared):
    assert not {".env", "payload.py"} & names(prepared)


def test_the_readme_routes_to_the_page(prepared):
    _, front_matter, _ = (prepared / "README.md").read_text().split("---\n", 2)
    card = yaml.safe_load(front_matter)
    assert (card["sdk"], card["app_port"]) == ("docker", 7860)
    assert len(card["short_description"]) <= 60


def test_git_itself_says_that_the_model_travels_by_lfs(prepared):
    def git(*arguments):
        ended = subprocess.run(
            ["git", *arguments], cwd=prepared, capture_output=True, text=True, check=True
        )
        return ended.stdout

    git("init", "--quiet")
    said = git("check-attr", "filter", "model/model.pkl", "model/metadata.json")
    assert said.splitlines() == [
        "model/model.pkl: filter: lfs",
        "model/metadata.json: filter: unspecified",
    ]


def test_the_command_says_how_many_files_or_what_is_missing(tree, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(payload, "__file__", str(tree / "payload.py"))
    out = tmp_path / "out"
    assert main(["--out", str(out)]) == 0
    assert capsys.readouterr().out == f"{out}: 12 files\n"
    (tree / "model/model.pkl").unlink()
    assert main(["--out", str(tmp_path / "again")]) == 1
    assert "model.pkl is missing" in capsys.readouterr().err
