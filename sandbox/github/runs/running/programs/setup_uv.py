"""Puts uv on the job's PATH, from the package index that the job's pip uses, as setup-uv does."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

_RANGE = re.compile(r"[<>=!~]")


def main() -> int:
    """Installs it; the exit code."""
    temporary = Path(os.environ["RUNNER_TEMP"])
    own, programs = temporary / "uv", temporary / "uv-bin"
    wanted = requirement(os.environ["WANTED_VERSION"])
    pip = [str(own / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
    for command in (
        [sys.executable, "-m", "venv", str(own)],
        [*pip, "install", "--quiet", wanted],
    ):
        if subprocess.run(command, check=False).returncode != 0:
            sys.stdout.write(f"::error::{wanted} could not be installed by pip\n")
            return 1
    programs.mkdir(exist_ok=True)
    for name in ("uv", "uvx"):  # alone: the environment's own `python` is not the job's
        shutil.copy2(own / "bin" / name, programs / name)
    uv = programs / "uv"
    version = _said([str(uv), "--version"]).split()[1]
    variables, paths = _variables(pip), [str(programs), str(Path.home() / ".local" / "bin")]
    venv = ""
    if os.environ["WANTED_ENVIRONMENT"] == "true":
        venv = _environment(uv)
        if not venv:
            return 1
        variables["VIRTUAL_ENV"] = venv
        paths.append(str(Path(venv, "bin")))
    _append("GITHUB_PATH", paths)
    _append("GITHUB_ENV", [f"{name}={value}" for name, value in variables.items()])
    outputs = {"uv-version": version, "uv-path": uv, "uvx-path": programs / "uvx", "venv": venv}
    _append("GITHUB_OUTPUT", [f"{name}={value}" for name, value in outputs.items()])
    if os.environ["WANTED_CACHE"] == "true":
        sys.stdout.write("cache: packages are fetched anew; this equivalent keeps none\n")
    sys.stdout.write(f"uv {version} of the package index, in {programs}\n")
    return 0


def requirement(version: str) -> str:
    """What pip is asked for: a version as the action takes it, or the newest."""
    version = version.strip()
    if version in {"", "latest"}:
        return "uv"
    if _RANGE.search(version):
        return f"uv{version}"
    whole = re.sub(r"(\.[x*])+$", "", version)
    return f"uv=={whole}.*" if whole != version else f"uv=={version}"


def _variables(pip: list[str]) -> dict[str, str]:
    """What later steps need: uv reads no settings of pip's."""
    asked = {
        "UV_PYTHON": os.environ["WANTED_PYTHON"],
        "UV_TOOL_DIR": os.environ["WANTED_TOOLS"],
        "UV_TOOL_BIN_DIR": os.environ["WANTED_TOOL_BIN"],
    }
    found = {name: value for name, value in asked.items() if value}
    index = os.environ.get("PIP_INDEX_URL") or _said([*pip, "config", "get", "global.index-url"])
    if index and not {"UV_DEFAULT_INDEX", "UV_INDEX_URL"} & set(os.environ):
        found["UV_INDEX_URL"] = index
    return found


def _environment(uv: Path) -> str:
    """The path of a new virtual environment; empty if it could not be made."""
    folder = Path(os.environ["GITHUB_WORKSPACE"], os.environ["WANTED_FOLDER"])
    venv = folder / (os.environ["WANTED_VENV"] or ".venv")
    python = ["--python", os.environ["WANTED_PYTHON"]] if os.environ["WANTED_PYTHON"] else []
    done = subprocess.run([uv, "venv", *python, venv], check=False, cwd=folder)
    return str(venv) if done.returncode == 0 else ""


def _said(command: list[str]) -> str:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else ""


def _append(variable: str, lines: list[str]) -> None:
    with Path(os.environ[variable]).open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
