"""Rules of the Dockerfile and its neighbours that no build has to run to check."""

import ast
import os
import re
import subprocess
import sys

import pytest
import yaml

from tests.app.running_server import PAYLOAD

DOCKERFILE = (PAYLOAD / "Dockerfile").read_text()
# Comments dropped, continued lines joined: one instruction per entry.
INSTRUCTIONS = [
    line.strip()
    for line in re.sub(r"\\\n", " ", re.sub(r"(?m)^\s*#.*\n", "", DOCKERFILE)).splitlines()
    if line.strip()
]
STAGES = [i for i, line in enumerate(INSTRUCTIONS) if line.startswith("FROM ")]
MODEL_STAGE, FINAL_STAGE = INSTRUCTIONS[: STAGES[-1]], INSTRUCTIONS[STAGES[-1] :]
HUB_CACHE = "/tmp/hub"  # noqa: S108 - a folder inside the build container
COMPOSE = yaml.safe_load((PAYLOAD / "docker-compose.yml").read_text())


def position(instructions, start):
    [found] = [i for i, line in enumerate(instructions) if line.startswith(start)]
    return found


def test_the_token_is_mounted_into_exactly_one_command_that_needs_it():
    [command] = [line for line in INSTRUCTIONS if "HF_TOKEN" in line]
    assert command.startswith("RUN --mount=type=secret,id=HF_TOKEN,mode=0444,required=true ")
    assert "test -s /run/secrets/HF_TOKEN" in command
    assert "Space Settings" in command
    assert "python download_models.py" in command


def test_no_secret_enters_by_argument_or_environment_and_nobody_logs_in():
    for line in INSTRUCTIONS:
        if line.startswith(("ARG", "ENV")):
            assert not re.search(r"TOKEN|SECRET|PASSWORD|_KEY", line)
    assert "login" not in " ".join(INSTRUCTIONS)


def test_an_empty_secret_stops_the_build_with_the_remedy(tmp_path):
    """Runs the RUN line's own shell text with an empty secret and a recorder as python."""
    secret, ran = tmp_path / "HF_TOKEN", tmp_path / "ran"
    [command] = [line for line in INSTRUCTIONS if "HF_TOKEN" in line]
    shell = re.sub(r"^RUN --mount=\S+", "", command)
    shell = shell.replace("/run/secrets/HF_TOKEN", str(secret)).replace(HUB_CACHE, str(tmp_path))
    shell = shell.replace(" && rm -rf " + str(tmp_path), "")
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nprintf %s "$HF_TOKEN" > {ran}\n')
    python.chmod(0o755)

    def build():
        environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
        return subprocess.run(
            ["sh", "-c", shell], env=environment, capture_output=True, text=True, check=False
        )

    secret.write_text("")
    refused = build()
    assert refused.returncode != 0
    assert "Space Settings" in refused.stderr
    assert not ran.exists()
    secret.write_text("hf_canary")
    assert build().returncode == 0
    assert ran.read_text() == "hf_canary"


def test_the_model_stage_depends_on_the_downloader_alone():
    copied = " ".join(line for line in MODEL_STAGE if line.startswith("COPY"))
    assert set(copied.replace("COPY", "").split()) <= {
        "requirements-download.txt",
        "gguf_header.py",
        "download_models.py",
        ".",
        "./",
    }


def test_the_final_stage_has_model_before_code_and_no_downloader():
    assert position(FINAL_STAGE, "COPY --link --from=model") < position(FINAL_STAGE, "COPY app ")
    assert position(FINAL_STAGE, "RUN pip") < position(FINAL_STAGE, "COPY app ")
    text = " ".join(FINAL_STAGE)
    assert "download" not in text
    assert "libgomp1" in text
    assert not re.search(r"gcc|build-essential|git|curl", text)


def test_the_container_runs_as_the_spaces_user_on_the_spaces_port():
    assert position(FINAL_STAGE, "USER 1000") < position(FINAL_STAGE, "CMD")
    assert "--uid 1000" in " ".join(FINAL_STAGE)
    _, front_matter, _ = (PAYLOAD / "README.md").read_text().split("---\n", 2)
    card = yaml.safe_load(front_matter)
    assert card["sdk"] == "docker"
    assert f"EXPOSE {card['app_port']}" in INSTRUCTIONS
    colours = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
    assert {card["colorFrom"], card["colorTo"]} <= colours
    assert len(card["short_description"]) <= 60


def test_one_default_model_everywhere():
    server = (PAYLOAD / "app" / "inference_server.py").read_text()
    [model] = re.findall(r'BASE_MODEL = os.environ.get\("BASE_MODEL"\) or "(.+)"', server)
    assert INSTRUCTIONS.count(f"ARG BASE_MODEL={model}") == 2
    assert f'"phi": Source("{model}"' in (PAYLOAD / "download_models.py").read_text()
    service = COMPOSE["services"]["inference"]
    assert service["build"]["args"]["BASE_MODEL"] == f"${{BASE_MODEL:-{model}}}"
    assert service["environment"]["BASE_MODEL"] == f"${{BASE_MODEL:-{model}}}"


def test_compose_passes_the_token_as_a_build_secret_only():
    service = COMPOSE["services"]["inference"]
    assert COMPOSE["secrets"] == {"HF_TOKEN": {"environment": "HF_TOKEN"}}
    assert service["build"]["secrets"] == ["HF_TOKEN"]
    assert service["build"]["context"] == "."
    assert "HF_TOKEN" not in service["environment"]
    assert "HF_TOKEN" not in service["build"]["args"]
    assert "env_file" not in service
    declared = {line.removeprefix("ARG ").split("=")[0] for line in MODEL_STAGE if "ARG" in line}
    assert set(service["build"]["args"]) == declared


def test_the_example_environment_lists_the_token_and_holds_no_value():
    lines = [
        line
        for line in (PAYLOAD / ".env.example").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    assert "HF_TOKEN=" in lines
    assert all(line.endswith("=") for line in lines)


def test_the_build_context_is_a_list_of_what_is_wanted():
    patterns = (PAYLOAD / ".dockerignore").read_text().splitlines()
    assert next(line for line in patterns if not line.startswith("#")) == "*"
    wanted = {line.removeprefix("!") for line in patterns if line.startswith("!")}
    copied = {
        word.removeprefix("./")
        for line in INSTRUCTIONS
        if line.startswith("COPY") and "--from" not in line
        for word in line.split()[1:-1]
    }
    assert wanted == copied
    assert all((PAYLOAD / name).exists() for name in wanted)


@pytest.mark.parametrize("name", ["requirements", "requirements-download"])
def test_every_requirement_is_pinned_with_hashes_and_says_no_index(name):
    lines = (PAYLOAD / f"{name}.txt").read_text()
    assert not re.search(r"--(extra-)?index-url|--find-links|https?://", lines)
    entries = re.split(r"\n(?=\S)", lines.strip())
    for entry in entries:
        assert re.match(r"[\w.\-\[\]]+==\S+", entry), entry
        assert "--hash=sha256:" in entry
    for line in (PAYLOAD / f"{name}.in").read_text().splitlines():
        pin, reason = line.split("  # ")
        assert reason
        assert any(
            entry.lower().replace("_", "-").startswith(pin.replace("_", "-")) for entry in entries
        )


@pytest.mark.parametrize(
    ("sources", "requirements"),
    [("app/*.py", "requirements.txt"), ("*.py", "requirements-download.txt")],
)
def test_every_import_is_covered_by_the_requirements(sources, requirements):
    pinned = re.findall(r"(?m)^([\w\-]+)==", (PAYLOAD / requirements).read_text())
    own = {path.stem for path in PAYLOAD.glob("*.py")}
    for path in PAYLOAD.glob(sources):
        for node in ast.walk(ast.parse(path.read_text())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module]
            for name in names:
                top = name.split(".")[0]
                if top not in sys.stdlib_module_names and top not in own:
                    assert top.replace("_", "-") in pinned, f"{path.name} imports {top}"
