"""Protects the comparison of an app's imports with its requirements."""

from pathlib import Path

import pytest

from slipway.preflight.imports import check_imports, imported_names, requirement_names

ROOT = Path(__file__).parents[3]


@pytest.fixture
def app(tmp_path):
    """Writes the app's files and gives the names its requirements miss."""

    def missing(requirements, **files):
        for name, text in files.items():
            path = tmp_path / f"{name.replace('__', '/')}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        (tmp_path / "requirements.txt").write_text(requirements)
        found = check_imports("app", tmp_path.rglob("*.py"), [tmp_path / "requirements.txt"])
        return [each.remedy for each in found]

    return missing


def test_a_missing_package_is_named_with_the_file_that_needs_it(tmp_path):
    (tmp_path / "main.py").write_text("import torch\n")
    (tmp_path / "requirements.txt").write_text("fastapi\n")
    [found] = check_imports("app", [tmp_path / "main.py"], [tmp_path / "requirements.txt"])
    assert "main.py imports torch" in found.problem
    assert found.severity.value == "error"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"import os\ndef serve(:\n", "main.py, line 2 is no Python"),
        (b"import os\n\xff\xfe = 1\n", "main.py"),
        (b"import os\x00\n", "main.py"),
        (b"# -*- coding: klingon -*-\n", "main.py"),
    ],
)
def test_a_file_that_is_no_python_is_told_and_stops_nothing(tmp_path, content, said):
    (tmp_path / "main.py").write_bytes(content)
    (tmp_path / "other.py").write_text("import torch\n")
    found = check_imports("app", sorted(tmp_path.glob("*.py")), [])
    assert [each.severity.value for each in found] == ["warning", "error"]
    assert said in found[0].problem


def test_the_encoding_that_a_file_declares_is_read(tmp_path):
    (tmp_path / "main.py").write_bytes(b"# -*- coding: latin-1 -*-\nimport os  # caf\xe9\n")
    assert check_imports("app", [tmp_path / "main.py"], []) == []


def test_covered_imports_are_fine(app):
    requirements = (
        "# a comment\n--hash=sha256:x\nPillow==1 \\\n    --hash=sha256:abc\n"
        "python_dotenv>=1 ; python_version > '3'\nhuggingface-hub[cli]==2\nScikit.Learn\n"
    )
    text = (
        "import os, PIL.Image\nfrom dotenv import x\nimport huggingface_hub.errors\nimport sklearn"
    )
    assert app(requirements, main=text) == []


def test_the_index_name_is_asked_for(app):
    assert app("", main="import yaml, cv2") == [
        "Add opencv-python to its requirements",
        "Add pyyaml to its requirements",
    ]


def test_local_modules_and_relative_imports_need_nothing(app):
    assert (
        app("", main="import helper\nfrom . import x\nimport pkg.mod", helper="", pkg__mod="") == []
    )


def test_optional_imports_need_nothing():
    text = """\
import sure
try:
    import maybe
except ImportError:
    maybe = None
try:
    import strict
except ValueError:
    pass
if TYPE_CHECKING:
    import typed
else:
    import untyped
def f():
    import late
"""
    assert imported_names(text) == {"sure", "strict", "untyped", "late"}


def test_includes_are_followed(tmp_path):
    (tmp_path / "base.txt").write_text("Torch\n")
    (tmp_path / "all.txt").write_text("-r base.txt\nflask\n")
    assert list(requirement_names(tmp_path / "all.txt")) == ["torch", "flask"]


def test_the_inference_app_s_own_requirements_cover_it():
    folder = ROOT / "app" / "inference"
    sources = [path for path in folder.rglob("*.py") if ".venv" not in path.parts]
    files = sorted(folder.glob("requirements*.txt"))
    assert len(sources) > 5
    assert check_imports("inference", sources, files) == []
    assert check_imports("inference", sources, []) != []
