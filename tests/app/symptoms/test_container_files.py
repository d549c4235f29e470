"""Rules of the container's files that no build has to run to check."""

import ast
import re
import sys
import tomllib

import pytest
import yaml

from app.symptoms.src.config import Settings
from tests.app.symptoms.conftest import APP

DOCKERFILE = (APP / "docker/Dockerfile.hf").read_text()
# Comments dropped, continued lines joined: one instruction per entry.
INSTRUCTIONS = [
    line.strip()
    for line in re.sub(r"\\\n", " ", re.sub(r"(?m)^\s*#.*\n", "", DOCKERFILE)).splitlines()
    if line.strip()
]
COMPOSE = yaml.safe_load((APP / "docker-compose.yml").read_text())
REQUIREMENTS = (APP / "requirements.txt").read_text()
PROJECT = tomllib.loads((APP / "pyproject.toml").read_text())["project"]


def position(start):
    [found] = [i for i, line in enumerate(INSTRUCTIONS) if line.startswith(start)]
    return found


def example():
    lines = (APP / ".env.example").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_packages_come_before_code_so_that_a_change_of_code_installs_nothing():
    assert position("RUN apt-get") < position("RUN pip") < position("COPY src/")


def test_src_is_copied_whole_and_env_is_a_copy_of_the_example():
    assert "COPY src/ ./src/" in INSTRUCTIONS
    assert "COPY model/ ./model/" in INSTRUCTIONS
    assert "COPY .env.example ./.env" in INSTRUCTIONS
    assert "WORKDIR /app" in INSTRUCTIONS


def test_only_the_page_is_exposed_and_nothing_else_listens_beyond_loopback():
    assert [line for line in INSTRUCTIONS if line.startswith("EXPOSE")] == ["EXPOSE 7860"]
    inside = Settings.load({})
    assert (inside.api_host, inside.ui_port) == ("127.0.0.1", 7860)
    assert COMPOSE["services"]["symptoms"]["ports"] == ["127.0.0.1:7860:7860"]


def test_it_runs_as_the_spaces_user_under_the_supervisor():
    assert position("USER 1000") < position("CMD")
    assert "--uid 1000" in DOCKERFILE
    assert 'CMD ["python", "-m", "src.supervisor"]' in INSTRUCTIONS


def test_the_build_loads_the_model_so_that_a_pointer_ends_it():
    assert position("COPY model/") < position("RUN python -c") < position("USER 1000")


def test_the_developers_page_is_not_started_in_the_container():
    assert "gradio_app" not in DOCKERFILE
    assert "gradio_app" not in (APP / "src/supervisor.py").read_text()


def test_no_key_enters_the_image_or_the_compose_file():
    for line in INSTRUCTIONS:
        if line.startswith(("ARG", "ENV")):
            assert not re.search(r"TOKEN|SECRET|PASSWORD|API_KEY", line)
    assert COMPOSE["services"]["symptoms"]["environment"]["API_KEY"] == "${API_KEY:-}"


def test_the_example_holds_no_value_and_every_name_in_it_is_read():
    assert all(line.endswith("=") for line in example())
    config = (APP / "src/config.py").read_text()
    for line in example():
        assert f'"{line.removesuffix("=")}"' in config


def test_the_build_context_is_a_list_of_what_is_copied():
    patterns = (APP / ".dockerignore").read_text().splitlines()
    assert next(line for line in patterns if not line.startswith("#")) == "*"
    wanted = {line.removeprefix("!") for line in patterns if line.startswith("!")}
    copied = {
        word.rstrip("/")
        for line in INSTRUCTIONS
        if line.startswith("COPY")
        for word in line.split()[1:-1]
    }
    assert wanted == copied


def test_compose_builds_the_same_image():
    build = COMPOSE["services"]["symptoms"]["build"]
    assert build == {"context": ".", "dockerfile": "docker/Dockerfile.hf"}


def test_the_project_asks_for_what_the_guide_asks_for():
    assert {"gradio>=5.0.0", "requests>=2.31.0", "python-dotenv>=1.0.0"} <= set(
        PROJECT["dependencies"]
    )


def test_every_requirement_is_pinned_with_hashes_says_why_and_names_no_index():
    assert not re.search(r"--(extra-)?index-url|--find-links|https?://", REQUIREMENTS)
    entries = re.split(r"\n(?=\S)", REQUIREMENTS.strip())
    for entry in entries:
        assert re.match(r"[\w.\-\[\]]+==\S+", entry), entry
        assert "--hash=sha256:" in entry
    asked = set()
    for line in (APP / "requirements.in").read_text().splitlines():
        pin, reason = line.split("  # ")
        assert reason
        assert any(entry.startswith(pin) for entry in entries)
        asked.add(pin.split("==")[0])
    assert {re.split(r"[>=]", each)[0] for each in PROJECT["dependencies"]} == asked


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module.split(".")[0]


def test_every_import_is_covered_by_the_requirements():
    pinned = re.findall(r"(?m)^([\w\-]+)==", REQUIREMENTS)
    known = {"sklearn": "scikit-learn", "dotenv": "python-dotenv"}
    for path in (APP / "src").rglob("*.py"):
        for name in imports(path):
            if name not in sys.stdlib_module_names:
                assert known.get(name, name) in pinned, f"{path} imports {name}"


@pytest.mark.parametrize(
    ("name", "allowed"), [("supervisor.py", set()), ("proxy/client.py", {"requests"})]
)
def test_what_must_be_light_needs_nothing_heavy(name, allowed):
    assert set(imports(APP / "src" / name)) - set(sys.stdlib_module_names) == allowed


def test_the_makefile_has_the_guides_two_doors():
    text = (APP / "Makefile").read_text()
    assert re.search(r"(?m)^run-api:.*\n\t.*-m src\.api$", text)
    assert re.search(r"(?m)^run-proxy:.*\n\t.*-m src\.proxy\.gradio_app$", text)
