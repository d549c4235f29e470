"""Rules of the three Dockerfiles and their neighbours that no build has to run to check."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from app.frigo import repository as composed
from components.payload import payload_from_files
from tests.app.frigo.conftest import PROJECT

FOLDER = PROJECT / composed.APP
DOCKERFILES = {"app": "Dockerfile", "chat": "chat/Dockerfile", "gpt": "gpt/Dockerfile"}
PORTS = {"app": 5000, "chat": 5001, "gpt": 5002}
REQUIREMENTS = {"app": "requirements", "chat": "chat/requirements", "gpt": "gpt/requirements"}
DELIVERIES = {"app": {"baked", "download", "lfs", "none"}, "gpt": {"baked", "download", "lfs"}}
DISTRIBUTION = {"psycopg": "psycopg", "huggingface-hub": "huggingface-hub"}
WITH_MODEL, ALL = ["app", "gpt"], ["app", "chat", "gpt"]


def instructions(service) -> list[str]:
    """Comments dropped, continued lines joined: one instruction per entry."""
    text = (FOLDER / DOCKERFILES[service]).read_text()
    joined = re.sub(r"\\\n", " ", re.sub(r"(?m)^\s*#.*\n", "", text))
    return [re.sub(r"\s+", " ", line).strip() for line in joined.splitlines() if line.strip()]


def stages(service) -> dict[str, list[str]]:
    """Stage name -> its instructions, FROM included; the last one is called "final"."""
    found: dict[str, list[str]] = {}
    name = "before"
    for line in instructions(service):
        if line.startswith("FROM "):
            name = line.split(" AS ")[1] if " AS " in line else "final"
        found.setdefault(name, []).append(line)
    return found


def copied(lines) -> list[str]:
    """Sources of every COPY from the build context."""
    return [
        word
        for line in lines
        if line.startswith("COPY ") and "--from" not in line
        for word in line.split()[1:-1]
    ]


def python_files(service, repository) -> list[Path]:
    """The modules that end up in the final image."""
    found = []
    for source in copied(stages(service)["final"]):
        path = repository / source
        found += sorted(path.rglob("*.py")) if path.is_dir() else [path] * source.endswith(".py")
    return found


def imports(path) -> list[tuple[int, str]]:
    """(level, module) of every import; those for type checkers only are left out."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(0, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append((node.level, node.module))
        elif isinstance(node, ast.ImportFrom):
            found += [(node.level, alias.name) for alias in node.names]
    return found


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


def read(name) -> str:
    return (FOLDER / name).read_text()


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


def test_the_chat_image_knows_nothing_of_models(repository):
    assert list(stages("chat")) == ["final"]
    text = " ".join(instructions("chat"))
    assert not re.search(r"model|download|HF_|libgomp", text, re.IGNORECASE)
    assert not re.search(r"numpy|torch|gguf|xllamacpp", read("chat/requirements.txt"))
    modules = {path.stem for path in python_files("chat", repository)}
    assert not modules & {"local_engine", "served_model", "weights", "fine_tune", "generation"}


@pytest.mark.parametrize("service", WITH_MODEL)
def test_the_model_stage_depends_on_the_downloader_and_the_choice_of_file_alone(service):
    found = stages(service)
    assert found["downloader"][0] == "FROM python:3.11-slim AS downloader"
    assert found["model-downloader"][0] == "FROM downloader AS model-downloader"
    assert set(copied(found["downloader"] + found["model-downloader"])) == {
        "requirements-download.txt",
        "gguf_header.py",
        "hub_download.py",
        "download_models.py",
    }
    arguments = {
        line.split()[1].split("=")[0] for line in found["model-downloader"] if "ARG" in line
    }
    assert arguments == {"HF_ENDPOINT", "IA_MODEL", "MODEL_REPO", "MODEL_FILE", "MODEL_REVISION"}
    other = stages("gpt")
    for stage in ("downloader", "model-downloader"):  # equal, so that one download serves both
        assert found[stage] == other[stage]


@pytest.mark.parametrize("service", WITH_MODEL)
def test_every_delivery_has_a_stage_and_only_the_downloading_one_a_downloader(service):
    found = stages(service)
    given = {name.removeprefix("delivery-") for name in found if name.startswith("delivery-")}
    assert given == DELIVERIES[service]
    assert found["before"] == ["ARG MODEL_DELIVERY=baked"]
    assert found["final"][0] == "FROM delivery-${MODEL_DELIVERY}"
    assert "COPY --from=model-downloader /app/models /app/models" in found["delivery-baked"]
    for name, lines in found.items():
        if name.startswith("delivery-") and name != "delivery-download":
            assert "download" not in " ".join(lines).replace("model-downloader", "")
    assert "download_models.py" in " ".join(found["delivery-download"])
    assert "download" not in " ".join(found["final"])


@pytest.mark.parametrize("service", WITH_MODEL)
def test_the_token_is_mounted_into_exactly_one_command_and_is_optional(service):
    [command] = [line for line in instructions(service) if "HF_TOKEN" in line]
    assert command in stages(service)["model-downloader"]
    assert command.startswith("RUN --mount=type=secret,id=HF_TOKEN,mode=0444 ")


@pytest.mark.parametrize("secret", ["", "hf_canary", None])
def test_the_download_command_runs_with_and_without_a_token(secret, tmp_path):
    """Runs the RUN line's own shell text with a recorder as python."""
    [command] = [line for line in instructions("gpt") if "HF_TOKEN" in line]
    shell = re.sub(r"^RUN --mount=\S+", "", command).replace("&& rm -rf /tmp/hub", "")
    shell = shell.replace("/run/secrets/HF_TOKEN", str(tmp_path / "HF_TOKEN"))
    if secret is not None:
        (tmp_path / "HF_TOKEN").write_text(secret)
    python, ran = tmp_path / "python", tmp_path / "ran"
    python.write_text(f'#!/bin/sh\necho "$HF_TOKEN|$*" > {ran}\n')
    python.chmod(0o755)
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "IA_MODEL": "tiny"}
    subprocess.run(["sh", "-c", shell], env=environment, check=True)
    assert ran.read_text() == f"{secret or ''}|download_models.py --model tiny --out /app/models\n"


@pytest.mark.parametrize("service", ALL)
def test_no_secret_enters_by_argument_or_environment(service):
    for line in instructions(service):
        if line.startswith(("ARG", "ENV")):
            assert not re.search(r"TOKEN|SECRET|PASSWORD|_KEY|DATABASE", line)
    assert "login" not in " ".join(instructions(service))


@pytest.mark.parametrize("service", ALL)
def test_the_image_runs_as_a_user_on_its_port_and_can_be_asked_for_its_health(service):
    final = stages(service)["final"]
    position = {line.split()[0]: i for i, line in enumerate(final)}
    assert "USER 1000" in final
    assert "--uid 1000" in " ".join(final)
    assert position["USER"] < position["CMD"]
    assert f"EXPOSE {PORTS[service]}" in final
    assert f"PORT={PORTS[service]} FLASK_ENV=production" in " ".join(final)
    assert "/health" in final[position["HEALTHCHECK"]]
    assert not re.search(r"gcc|build-essential|\bgit\b|\bcurl\b", " ".join(final))
    requirements = next(i for i, line in enumerate(final) if line.startswith("RUN pip"))
    code = min(i for i, line in enumerate(final) if ".py" in line and line.startswith("COPY"))
    assert requirements < code


def test_the_commands_are_those_the_seeds_name():
    assert stages("app")["final"][-1] == 'CMD ["python", "app.py"]'
    assert stages("gpt")["final"][-1] == 'CMD ["python", "-m", "gpt.app_ia"]'


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
