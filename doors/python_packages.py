"""Installs locked Python packages with uv, reaching the registry as the user's pip does.

`doors/bootstrap.sh` runs this with the new environment's own Python before any package is in it:
it imports nothing but the standard library.
"""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from toolchain.pip_settings import pip_settings

# pip's setting -> uv's variable; uv reads no pip.conf.
_VARIABLES: Mapping[str, tuple[str, ...]] = {
    "index-url": ("UV_DEFAULT_INDEX",),
    "extra-index-url": ("UV_INDEX",),
    "find-links": ("UV_FIND_LINKS",),
    "no-index": ("UV_NO_INDEX",),
    "trusted-host": ("UV_INSECURE_HOST",),
    "timeout": ("UV_HTTP_TIMEOUT",),
    "cert": ("SSL_CERT_FILE",),
    "client-cert": ("SSL_CLIENT_CERT",),
    "proxy": ("HTTPS_PROXY", "HTTP_PROXY"),
}
_WITH_COMMAS = ("UV_FIND_LINKS",)  # the others take spaces


def main(arguments: Sequence[str]) -> int:
    """Installs the named requirement files into this Python's environment; uv's exit code."""
    environment = {**os.environ, **uv_variables(pip_settings(), os.environ)}
    command: list[str | Path] = [Path(sys.executable).with_name("uv"), "pip", "install", "--quiet"]
    command += ["--python", sys.executable, "--require-hashes"]
    for name in arguments:
        command += ["--requirements", name]
    return subprocess.run(command, check=False, env=environment).returncode


def uv_variables(settings: Mapping[str, str], present: Mapping[str, str]) -> dict[str, str]:
    """What uv has to be told so that it does as pip would.

    Args:
        settings: pip's, as `pip_settings` returns them.
        present: the environment; what it says to uv itself stays as it is.
    """
    told = {
        # pip takes a package from whichever index has it; what comes is checked by its hash.
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        # A certificate that the system trusts, as a company's own, is trusted by pip as well.
        "UV_SYSTEM_CERTS": "true",
    }
    for setting, variables in _VARIABLES.items():
        words = settings.get(setting, "").split()
        for variable in variables if words else ():
            told[variable] = ("," if variable in _WITH_COMMAS else " ").join(words)
    return {name: value for name, value in told.items() if name not in present}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
