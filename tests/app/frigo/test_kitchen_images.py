"""Rules of the three Dockerfiles that no build has to run to check."""

import os
import re
import subprocess

import pytest

from tests.app.frigo.dockerfiles import (
    ALL,
    DELIVERIES,
    PORTS,
    WITH_MODEL,
    copied,
    instructions,
    python_files,
    read,
    stages,
)


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
    source = {f"MODEL_{each}" for each in ("REPO", "FILE", "REVISION", "SHA256")}
    assert arguments == {"HF_ENDPOINT", "IA_MODEL", *source}
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
    assert "COPY --link --from=model-downloader /app/models /app/models" in found["delivery-baked"]
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
