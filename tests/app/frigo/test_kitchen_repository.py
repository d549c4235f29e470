"""The repository as a whole: nothing missing, nothing doubled, every package pinned."""

import re
import sys

import pytest
import yaml

from app.frigo import repository as composed
from slipway.payload.files import payload_from_files
from tests.app.frigo.conftest import PROJECT
from tests.app.frigo.dockerfiles import (
    ALL,
    DOCKERFILES,
    FOLDER,
    PORTS,
    REQUIREMENTS,
    copied,
    imports,
    instructions,
    python_files,
    read,
)


@pytest.mark.parametrize("service", ALL)
def test_everything_that_is_copied_exists_in_the_repository(service, repository):
    sources = set(copied(instructions(service))) - {"models"}  # only there with Git LFS
    assert sources
    assert [source for source in sources if not (repository / source).exists()] == []


@pytest.mark.parametrize("service", ALL)
def test_the_image_holds_every_module_its_modules_import(service, repository):
    held = {path.relative_to(repository).as_posix() for path in python_files(service, repository)}
    assert held
    for path in python_files(service, repository):
        for level, module in imports(path):
            beside = path.parent if level else repository
            name = (beside / module.replace(".", "/")).relative_to(repository).as_posix()
            if (repository / f"{name}.py").is_file():
                assert f"{name}.py" in held, f"{path.name} imports {module}"


@pytest.mark.parametrize("service", ALL)
def test_requirements_cover_every_import_and_nothing_is_unused(service, repository):
    pinned = set(re.findall(r"(?m)^([\w\-]+)==", read(f"{REQUIREMENTS[service]}.txt")))
    wanted = set(re.findall(r"(?m)^([\w\-]+)(?:\[\w+\])?==", read(f"{REQUIREMENTS[service]}.in")))
    own = {path.stem for path in repository.glob("*.py")} | {"kitchen"}
    used = set()
    for path in python_files(service, repository):
        for level, module in imports(path):
            top = module.split(".")[0]
            if not level and top not in sys.stdlib_module_names and top not in own:
                assert top in pinned, f"{path.name} imports {top}"
                used.add(top)
    assert wanted <= used
    assert used - wanted <= {"werkzeug"}  # Flask's own foundation


@pytest.mark.parametrize("name", REQUIREMENTS.values())
def test_every_requirement_is_pinned_with_hashes_and_says_no_index(name):
    text = read(f"{name}.txt")
    assert not re.search(r"--(extra-)?index-url|--find-links|https?://", text)
    entries = re.split(r"\n(?=\S)", text.strip())
    for entry in entries:
        assert re.match(r"[\w.\-\[\]]+==\S+", entry), entry
        assert "--hash=sha256:" in entry
    for line in read(f"{name}.in").splitlines():
        pin, reason = line.split("  # ")
        assert reason
        wanted = re.sub(r"\[\w+\]", "", pin)
        assert any(re.sub(r"\[\w+\]", "", entry).startswith(wanted) for entry in entries)


def test_compose_builds_the_three_services_from_one_context():
    services = yaml.safe_load(read("docker-compose.yml"))["services"]
    assert set(services) == {"app", "chat", "gpt", "db"}
    for service, dockerfile in DOCKERFILES.items():
        build = services[service]["build"]
        assert build["context"] == "."
        assert build.get("dockerfile", "Dockerfile") == dockerfile
        assert services[service]["ports"] == [f"127.0.0.1:{PORTS[service]}:{PORTS[service]}"]
        assert "HF_TOKEN" not in str(build.get("args", {})) + str(
            services[service].get("environment")
        )
        declared = {
            line.split()[1].split("=")[0] for line in instructions(service) if "ARG" in line
        }
        assert set(build.get("args", {})) <= declared
    assert services["gpt"]["build"]["secrets"] == ["HF_TOKEN"]
    assert services["db"]["image"] == "postgres:14"
    assert services["db"]["profiles"] == ["db"]


def test_the_example_environment_holds_no_value_and_is_what_compose_reads():
    lines = [line for line in read(".env.example").splitlines() if line and line[0] != "#"]
    assert all(line.endswith("=") for line in lines)
    asked = set(re.findall(r"\$\{(\w+):-", read("docker-compose.yml"))) | {"HF_TOKEN"}
    assert {line.rstrip("=") for line in lines} == asked


def test_the_build_context_is_a_list_of_what_is_wanted():
    lines = [line for line in read(".dockerignore").splitlines() if line and line[0] != "#"]
    assert lines[0] == "*"
    wanted = {line.removeprefix("!") for line in lines if line.startswith("!")}
    needed = {source.split("/")[0] for name in ALL for source in copied(instructions(name))}
    assert wanted == needed


def test_the_repository_is_one_payload_without_doubles_or_leftovers():
    files = composed.files(PROJECT)
    payload = payload_from_files(files, what="app/frigo")
    assert set(DOCKERFILES.values()) | {"download_models.py", "app.py"} <= set(payload.files)
    assert "repository.py" not in files
    assert not [name for name in files if "__pycache__" in name or name.startswith("models/")]
    for name, source in composed.SHARED.items():
        assert not (FOLDER / name).exists(), f"{name} is shared from {source}"
        assert files[name] == PROJECT / source


def test_the_readme_names_every_variable_that_is_read(repository):
    readme = read("README.md")
    asked = set()
    for path in [*repository.glob("kitchen/*.py"), repository / "download_models.py"]:
        asked |= set(re.findall(r'environ(?:ment)?(?:\.get\(|, )"([A-Z_]+)"', path.read_text()))
    asked -= {"DOWNLOADER_PACKAGES", "RENDER_GIT_COMMIT", "MODELS_FOLDER", "FLASK_DEBUG"}
    assert len(asked) > 15
    assert [name for name in sorted(asked) if f"`{name}`" not in readme] == []
