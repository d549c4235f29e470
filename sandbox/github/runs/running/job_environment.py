"""What a job sees of this machine: how to reach the package registries, and none of its secrets."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

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


def machine_environment(home: Path, hub: str = "") -> dict[str, str]:
    """Variables for a job.

    Args:
        home: its home folder.
        hub: the address of the sandbox's Hub.
    """
    own = dict.fromkeys((*_LOOPBACK, urlsplit(hub).hostname or _LOOPBACK[0]))
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
    npmrc = user / ".npmrc"
    if npmrc.is_file():
        # Not the whole file: it is also where npm keeps tokens.
        for line in npmrc.read_text(encoding="utf-8", errors="replace").splitlines():
            name, _, value = (part.strip() for part in line.partition("="))
            if name in {"registry", "cafile"} and value:
                found[f"NPM_CONFIG_{name.upper()}"] = value
    return found
