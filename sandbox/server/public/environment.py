"""What programs on this machine need so that the platforms' own names lead them to a sandbox."""

import os
import ssl
from collections.abc import Mapping
from pathlib import Path

from sandbox.apps.addresses import LOOPBACK
from sandbox.machine.containers.bundle_variables import BUNDLE_VARIABLES
from sandbox.server.home import Home
from sandbox.server.public.authority import trusting_bundle
from sandbox.server.public.names import is_of_a_platform

_BUNDLE = "public-bundle.pem"  # in the home: what this machine believes, and the sandbox's
_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")
_EXCEPTIONS = ("no_proxy", "NO_PROXY")
_PROXY = "public"  # its name among the ports of a home


def proxy_port(home: Home) -> int:
    """Where on loopback a sandbox's proxy listens."""
    return home.port(_PROXY)


def proxied_environment(home: Home, environment: Mapping[str, str]) -> dict[str, str]:
    """Variables besides, or instead of, those of an environment.

    Programs that heed no proxy go past it; of Node those before version 24.

    Args:
        home: the sandbox, whose server runs while they are used.
        environment: what a program would have else.
    """
    proxy = f"http://{LOOPBACK}:{proxy_port(home)}"
    bundle = home.folder / _BUNDLE
    home.write_private(bundle, trusting_bundle(home, _known(environment)))
    return {
        **{spelled: proxy for name in _PROXIES for spelled in (name, name.lower())},
        **{name: _without_platforms(environment.get(name, "")) for name in _EXCEPTIONS},
        **dict.fromkeys(BUNDLE_VARIABLES, str(bundle)),
        "NODE_USE_ENV_PROXY": "1",
    }


def _known(environment: Mapping[str, str]) -> Path | None:
    """The file with the certificates that an environment's programs believe."""
    paths = ssl.get_default_verify_paths()
    named = (environment.get("SSL_CERT_FILE"), paths.openssl_cafile, paths.cafile)
    found = [Path(os.fsdecode(each)) for each in named if each]
    found.append(Path("/etc/ssl/certs/ca-certificates.crt"))
    return next((each for each in found if each.is_file()), None)


def _without_platforms(exceptions: str) -> str:
    """Hosts that no proxy is asked for, without those of the platforms."""
    words = (word.strip() for word in exceptions.split(","))
    return ",".join(
        word
        for word in words
        if word and word != "*" and not is_of_a_platform(word.lstrip("*.").partition(":")[0])
    )
