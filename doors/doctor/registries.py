"""Registries, each asked once by its ordinary client with the client's own configuration."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from doors.doctor.finding import Finding, Verdict
from doors.doctor.needs import Needs
from toolchain.deciding_line import decide
from toolchain.golang.go_program import find_go
from toolchain.images.root_filesystem import host_release
from toolchain.pip_settings import pip_command
from toolchain.progress import SetupError

SECONDS = 8.0  # of one answer, the client's own start included
_CONNECT_SECONDS = 2  # so that a client gives up by itself, twice if it tries again
UNANSWERED = f"no answer within {SECONDS:.0f} s"
_ROOT = Path(__file__).parents[2]
_APT_HELPER = Path("/usr/lib/apt/apt-helper")
_REQUIRED = re.compile(
    r"^\s*(?:require )?\s*(?P<module>[\w.-]+\.[\w.-]+/\S+) (?P<version>v\S+)", re.MULTILINE
)


def python_index() -> Finding:
    """Whether pip gets the first package; it is only resolved, not installed."""
    check = "Python packages"
    pip = pip_command()
    if pip is None:
        return Finding(check, "asked when python3-venv is there")
    pinned = (_ROOT / "doors/uv-requirements.txt").read_text(encoding="utf-8")
    asked = next(line.split()[0] for line in pinned.splitlines() if line.startswith("uv=="))
    options = ["--dry-run", "--no-deps", "--ignore-installed", "--quiet"]
    network = ["--timeout", str(_CONNECT_SECONDS), "--retries", "1", "--disable-pip-version-check"]
    # Nothing is installed; a distribution's own pip would refuse even to look.
    allowed = {"PIP_BREAK_SYSTEM_PACKAGES": "1"}
    problem = _ask([*pip, "install", *options, *network, asked], allowed)
    return judge(
        check,
        problem,
        "pip must reach its index from here: look at `pip config list`, the proxy and the network.",
    )


def debian_archive() -> Finding:
    """Whether apt gets the list of the release that packages and base images come from."""
    check = "Debian packages"
    try:
        source = host_release().sources[0]
    except SetupError as error:
        return Finding(check, str(error), Verdict.BLOCKED, "Name one in /etc/apt.")
    if not _APT_HELPER.is_file():
        return Finding(check, "asked by the first `apt-get update`")
    limits = ["-o", "Acquire::Retries=0"]
    limits += ["-o", f"Acquire::http::Timeout={_CONNECT_SECONDS}"]
    limits += ["-o", f"Acquire::https::Timeout={_CONNECT_SECONDS}"]
    address = f"{source.uri.rstrip('/')}/dists/{source.suite}/InRelease"
    with tempfile.TemporaryDirectory(prefix="slipway-") as folder:
        target = Path(folder) / "InRelease"
        problem = _ask([_APT_HELPER, *limits, "download-file", address, target])
    return judge(
        check,
        problem,
        "apt must reach its archive from here: look at /etc/apt, the proxy and the network.",
    )


def go_proxy() -> Finding:
    """Whether Go gets the description of the first module that will be built."""
    check = "Go modules"
    go = find_go()
    if go is None:
        # Where modules come from, only Go itself knows, and it is a package of pip's.
        return Finding(check, "asked when Go is there")
    module = _first_module()
    with tempfile.TemporaryDirectory(prefix="slipway-") as folder:
        # A cache of its own: what is there already would be no answer.
        environment = {
            "GOMODCACHE": folder,
            "GOFLAGS": "-mod=mod -modcacherw",
            "GOTOOLCHAIN": "local",
            "GOWORK": "off",
        }
        problem = _ask([go, "list", "-m", module], environment, Path(folder))
    return judge(
        check,
        problem,
        "Go must reach its module proxy from here: look at `go env GOPROXY` and the network.",
    )


def judge(check: str, problem: str | None, remedy: str, *, busy: bool | None = None) -> Finding:
    """It answered, or the client said why not, or it came to no end.

    Args:
        check: what is asked for.
        problem: the client's words; `UNANSWERED` if it was given up; None if it succeeded.
        remedy: what a person can do.
        busy: whether other programs keep this machine from answering in time; looked at if None.
    """
    if problem is None:
        return Finding(check, "the registry answers")
    if problem == UNANSWERED and (_is_busy() if busy is None else busy):
        return Finding(check, f"{problem}, as this machine is busy", Verdict.WARNING, remedy)
    return Finding(check, problem, Verdict.BLOCKED, remedy)


def _is_busy() -> bool:
    """Whether twice as many processes want to run as there are cores, for a minute."""
    return os.getloadavg()[0] > 2 * (os.cpu_count() or 1)


def asks_pip(needs: Needs) -> bool:
    """Packages come from there, and Go where there is none."""
    return needs.python_packages or (needs.go and find_go() is None)


def _first_module() -> str:
    """Any module that a build of ours requires, as PATH@VERSION."""
    for file in sorted((_ROOT / "toolchain/golang").rglob("go.mod")):
        found = _REQUIRED.search(file.read_text(encoding="utf-8"))
        if found is not None:
            return f"{found['module']}@{found['version']}"
    raise SetupError("No go.mod under toolchain/golang requires a module.")


def _ask(
    command: Sequence[str | Path],
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> str | None:
    """None if the client succeeds, else the line in which it says why not."""
    if shutil.which(str(command[0])) is None:
        return f"{command[0]} is not installed"
    try:
        ended = subprocess.run(
            command,
            check=False,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        return UNANSWERED
    if ended.returncode == 0:
        return None
    return decide(f"{ended.stdout}\n{ended.stderr}") or f"exit code {ended.returncode}"
