"""Rules of the Dockerfile and its neighbours that no build has to run to check."""

import ast
import json
import re
import sys

import pytest
import yaml

from app.turnover.src.log_pipeline import RULES
from app.turnover.src.settings import Settings
from tests.app.turnover.conftest import APP

DOCKERFILE = (APP / "Dockerfile").read_text()
INSTRUCTIONS = [
    line.strip()
    for line in re.sub(r"\\\n", " ", re.sub(r"(?m)^\s*#.*\n", "", DOCKERFILE)).splitlines()
    if line.strip()
]
COMPOSE = yaml.safe_load((APP / "docker-compose.yml").read_text())
_, FRONT_MATTER, README = (APP / "README.md").read_text().split("---\n", 2)
VARIABLES = {  # the settings of the API, as the environment calls them
    *("HF_MODEL_REPO", "HF_MODEL_REVISION", "HF_MODEL_SHA256", "HF_TOKEN", "HF_ENDPOINT"),
    *("API_KEY", "AUTH_REQUIRED", "DEBUG", "LOG_LEVEL"),
}


def position(start):
    [found] = [i for i, line in enumerate(INSTRUCTIONS) if line.startswith(start)]
    return found


def example():
    lines = (APP / ".env.example").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_the_requirements_are_installed_before_the_code_is_copied():
    order = ["COPY requirements.txt .", "RUN pip install", "COPY app.py .", "COPY src/ ./src/"]
    positions = [position(start) for start in [*order, "COPY api.py ."]]
    assert positions == sorted(positions)
    assert "--no-cache-dir" in INSTRUCTIONS[position("RUN pip")]
    assert "--require-hashes" in INSTRUCTIONS[position("RUN pip")]
    assert INSTRUCTIONS[position("WORKDIR")] == "WORKDIR /app"


def test_one_argument_chooses_the_python_and_the_build_says_which():
    assert INSTRUCTIONS[0] == "ARG PYTHON_VERSION=3.11"
    assert INSTRUCTIONS[1] == "FROM python:${PYTHON_VERSION}-slim"
    [said] = [line for line in INSTRUCTIONS if "sys.version" in line]
    assert "PYTHON_VERSION" in said
    assert COMPOSE["services"]["api"]["build"]["args"] == {
        "PYTHON_VERSION": "${PYTHON_VERSION:-3.11}"
    }


def test_the_container_serves_as_the_guide_says_as_the_spaces_user_on_the_spaces_port():
    assert json.loads(INSTRUCTIONS[position("CMD")].removeprefix("CMD ")) == [
        *("uvicorn", "api:app", "--host", "0.0.0.0", "--port", "8000")  # noqa: S104 - the image's
    ]
    assert position("USER 1000") < position("CMD")
    assert "--uid 1000" in " ".join(INSTRUCTIONS)
    card = yaml.safe_load(FRONT_MATTER)
    assert (card["sdk"], card["app_port"]) == ("docker", 8000)
    assert "EXPOSE 8000" in INSTRUCTIONS


def test_no_secret_enters_by_argument_or_environment():
    for line in INSTRUCTIONS:
        if line.startswith(("ARG", "ENV")):
            assert not re.search(r"TOKEN|SECRET|PASSWORD|_KEY", line)


def test_the_build_context_is_a_list_of_what_is_copied():
    patterns = (APP / ".dockerignore").read_text().splitlines()
    assert next(line for line in patterns if not line.startswith("#")) == "*"
    wanted = {line.removeprefix("!") for line in patterns if line.startswith("!")}
    copied = {
        word.strip("./") if word != "." else word
        for line in INSTRUCTIONS
        if line.startswith("COPY")
        for word in line.split()[1:-1]
    }
    assert wanted == copied
    assert all((APP / name).exists() for name in wanted)


def test_the_example_environment_lists_every_variable_and_holds_no_value():
    assert all(line.endswith("=") for line in example())
    assert {line.removesuffix("=") for line in example()} == VARIABLES


def test_compose_is_the_guides_database_on_this_machine_alone():
    api, database = COMPOSE["services"]["api"], COMPOSE["services"]["db"]
    assert database["image"] == "postgres:14"
    assert database["environment"] == {
        "POSTGRES_USER": "ml_user",
        "POSTGRES_PASSWORD": "password",
        "POSTGRES_DB": "oc_p5_db",
    }
    assert database["volumes"] == ["postgres_data:/var/lib/postgresql/data"]
    assert "postgres_data" in COMPOSE["volumes"]
    address = "postgresql://ml_user:password@db:5432/oc_p5_db"
    assert api["environment"]["DATABASE_URL"] == address
    Settings.load({"HF_MODEL_REPO": "a/b", "API_KEY": "k", "DATABASE_URL": address})
    assert api["depends_on"] == ["db"]
    assert (api["ports"], database["ports"]) == (
        ["127.0.0.1:8000:8000"],
        ["127.0.0.1:5432:5432"],
    )
    assert set(api["environment"]) - {"DATABASE_URL"} == VARIABLES


def test_the_page_describes_every_alert_with_its_threshold():
    for rule in RULES:
        [row] = [line for line in README.splitlines() if line.startswith(f"| `{rule.name}`")]
        assert f"| {rule.threshold:g} {rule.unit} |" in row


@pytest.mark.parametrize("name", ["requirements", "requirements-test", "requirements-lint"])
def test_every_requirement_is_pinned_with_hashes_and_says_no_index(name):
    text = (APP / f"{name}.txt").read_text()
    assert not re.search(r"--(extra-)?index-url|--find-links|https?://", text)
    entries = re.split(r"\n(?=\S)", text.strip())
    for entry in (each for each in entries if not each.startswith("#")):
        assert re.match(r"[\w.\-\[\]]+==\S+", entry), entry
        assert "--hash=sha256:" in entry


@pytest.mark.parametrize("name", ["requirements", "requirements-test", "requirements-lint"])
def test_the_lock_is_not_older_than_what_was_asked_for(name):
    locked = (APP / f"{name}.txt").read_text()
    asked = re.findall(r"(?m)^([\w-]+)(?:\[\w+\])?==(\S+)", (APP / f"{name}.in").read_text())
    for package, version in asked:
        pin = f"{package.replace('_', '-')}=={version} "
        assert f"\n{pin}" in f"\n{locked}", f"{name}.txt lacks {pin}: run `make lock`"


def test_what_the_image_installs_is_what_was_tested():
    def pins(name):
        return set(re.findall(r"(?m)^([\w.\-]+==\S+)", (APP / name).read_text()))

    assert pins("requirements.txt") <= pins("requirements-test.txt")


def test_the_requirements_leave_out_no_python_from_3_11_on():
    """Each package has a version for 3.11, for 3.12 and for 3.13."""
    lines = re.findall(
        r"(?m)^([\w.\-]+)==\S+ *;? *(.*?) *\\?$", (APP / "requirements.txt").read_text()
    )
    split = {name for name, marker in lines if "python_full_version <" in marker}
    for name in split:
        assert any(n == name and "python_full_version >=" in marker for n, marker in lines)


def test_every_import_is_covered_by_the_requirements():
    pinned = re.findall(r"(?m)^([\w\-]+)==", (APP / "requirements.txt").read_text())
    named = {"sklearn": "scikit-learn"}
    for path in [*APP.glob("*.py"), *APP.glob("src/*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module]
            for name in names:
                top = name.split(".")[0]
                if top not in sys.stdlib_module_names and top != "src":
                    assert named.get(top, top.replace("_", "-")) in pinned, f"{path.name}: {top}"


def test_the_job_that_may_write_runs_no_package():
    for path in APP.glob("scripts/*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                assert {alias.name.split(".")[0] for alias in node.names} <= sys.stdlib_module_names
            elif isinstance(node, ast.ImportFrom) and not node.level:
                assert node.module.split(".")[0] in sys.stdlib_module_names


def test_the_pipelines_tools_are_those_of_the_project():
    text = "".join((APP / f"requirements-{name}.in").read_text() for name in ("test", "lint"))
    own = set(re.findall(r"(?m)^([\w-]+==\S+)", text))
    project = (APP.parents[1] / "requirements-dev.txt").read_text()
    assert {pin for pin in own if f"\n{pin} " not in project} == {"pytest-cov==7.1.0"}
