"""What a job sees of this machine: how to reach the package registries, and none of its secrets."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

# Taken over as they are, whatever their case: languages, proxies, certificates and mirrors of
# packages. Everything else stays behind: tokens, the sandbox's settings, its virtual environment.
_NAMES = frozenset({"LANG", "LANGUAGE", "TZ", "GOPROXY", "GOSUMDB", "PYENV_ROOT", "UV_INDEX_URL"})
_BEGINNINGS = ("LC_", "PIP_", "UV_DEFAULT_INDEX", "UV_NATIVE_TLS", "NPM_CONFIG_REGISTRY")
_ENDINGS = (
    "_PROXY",
    "_CA_BUNDLE",
    "_CERT_FILE",
    "_CERT_DIR",
    "_CA_CERTS",
    "_CAINFO",
    "CONFIG_CAFILE",
)
_PIP_FILES = (".config/pip/pip.conf", ".pip/pip.conf")
_LOOPBACK = ("127.0.0.1", "localhost")
_SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def machine_environment(home: Path, platforms: str) -> dict[str, str]:
    """Variables for a job on this machine itself.

    Args:
        home: its home folder.
        platforms: the host under which it reaches the sandbox's platforms.
    """
    own = dict.fromkeys((*_LOOPBACK, platforms))
    passed = {name: value for name, value in os.environ.items() if _passes(name.upper())}
    for name in ("no_proxy", "NO_PROXY"):  # the sandbox's own platforms are never behind a proxy
        passed[name] = ",".join(filter(None, (passed.get(name), *own)))
    return {
        "LANG": "C.UTF-8",
        **_package_settings(passed),
        **passed,
        "HOME": str(home),
        "PATH": _path(),
        "GIT_TERMINAL_PROMPT": "0",  # nobody is there to answer
    }


def container_environment(home: str, platforms: str) -> dict[str, str]:
    """Variables for a job in a container: those of this machine that mean the same in there.

    Files of this machine are not there, and its loopback is the container's own: the image has its
    own certificates and settings of pip.

    Args:
        home: the job's home folder, as it sees it.
        platforms: the host under which it reaches the sandbox's platforms.
    """
    passed = {
        name: value
        for name, value in os.environ.items()
        if _passes(name.upper()) and not _is_of_this_machine(value)
    }
    for name in ("no_proxy", "NO_PROXY"):
        passed[name] = ",".join(filter(None, (passed.get(name), *_LOOPBACK, platforms)))
    npm = _npm_settings()
    return {
        "LANG": "C.UTF-8",
        **{name: value for name, value in npm.items() if not _is_of_this_machine(value)},
        **passed,
        "HOME": home,
        "PATH": _SYSTEM_PATH,
        "GIT_TERMINAL_PROMPT": "0",
        "DEBIAN_FRONTEND": "noninteractive",
    }


def _is_of_this_machine(value: str) -> bool:
    return value.startswith(("/", "~", "file:")) or "127.0.0.1" in value or "localhost" in value


def _passes(name: str) -> bool:
    return name in _NAMES or name.startswith(_BEGINNINGS) or name.endswith(_ENDINGS)


def _path() -> str:
    """The machine's PATH without the virtual environment that the sandbox itself runs in."""
    own = {Path(sys.prefix) / "bin", Path(os.environ.get("VIRTUAL_ENV", sys.prefix)) / "bin"}
    inherited = os.environ.get("PATH", os.defpath).split(os.pathsep)
    kept = [folder for folder in inherited if folder and Path(folder) not in own]
    # Some minimal environments forget where the system's programs lie.
    return os.pathsep.join(dict.fromkeys([*kept, "/usr/local/bin", "/usr/bin", "/bin"]))


def _package_settings(passed: Mapping[str, str]) -> dict[str, str]:
    """The user's pip and npm registries, which are set in files of the home folder."""
    found: dict[str, str] = {}
    user = Path.home()
    for name in _PIP_FILES:
        if "PIP_CONFIG_FILE" not in passed and (user / name).is_file():
            found.setdefault("PIP_CONFIG_FILE", str(user / name))
    return {**found, **_npm_settings()}


def _npm_settings() -> dict[str, str]:
    """The user's npm registry and its certificates."""
    found: dict[str, str] = {}
    npmrc = Path.home() / ".npmrc"
    if npmrc.is_file():
        # Not the whole file: it is also where npm keeps tokens.
        for line in npmrc.read_text(encoding="utf-8", errors="replace").splitlines():
            name, _, value = (part.strip() for part in line.partition("="))
            if name in {"registry", "cafile"} and value:
                found[f"NPM_CONFIG_{name.upper()}"] = value
    return found
