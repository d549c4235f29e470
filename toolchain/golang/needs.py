"""Renews the lists of modules that enter each program: `python -m toolchain.golang.needs`.

To be run after every change of the module's go.mod, by who changes it. It needs Go and the modules.
"""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from toolchain.cache import cache_folder
from toolchain.golang.build import build_environment
from toolchain.golang.go_program import find_or_install_go
from toolchain.golang.pins import MODULE, needs_file
from toolchain.golang.programs import ALL, Programs
from toolchain.progress import Progress, SetupError

# Files for some systems only import modules that others lack; one list serves all of these.
_SYSTEMS = (("linux", "amd64"), ("linux", "arm64"), ("darwin", "arm64"), ("darwin", "amd64"))


def renew(progress: Progress) -> None:
    """Writes the list of every program.

    Raises:
        SetupError: no Go, a module could not be fetched, or go.mod lacks one.
    """
    go = find_or_install_go(progress)
    environment = build_environment(go, cache_folder() / "logs" / "needs.log")
    for programs in ALL:
        modules: set[str] = set()
        for system in _SYSTEMS:
            modules.update(_modules(go, programs, system, environment))
        needs_file(programs.name).write_text("\n".join(sorted(modules)) + "\n", encoding="utf-8")


def _modules(
    go: Path, programs: Programs, system: tuple[str, str], environment: Mapping[str, str]
) -> set[str]:
    form = "{{with .Module}}{{if not .Main}}{{.Path}}{{end}}{{end}}"
    listed = subprocess.run(
        [go, "list", "-deps", "-f", form, *programs.packages],
        check=False,
        cwd=MODULE,
        env={**os.environ, **environment, "GOOS": system[0], "GOARCH": system[1]},
        capture_output=True,
        text=True,
    )
    if listed.returncode != 0:
        raise SetupError(f"{programs.name} on {'/'.join(system)}: {listed.stderr.strip()}")
    return set(listed.stdout.split())


if __name__ == "__main__":
    renew(Progress())
