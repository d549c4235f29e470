"""What a program in an image needs so that it reaches the registries which this host reaches."""

import os
import re
import subprocess
from pathlib import Path

from toolchain.pip_settings import pip_settings

_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"  # Debian's, on the host as in the images

# Variables that point programs to a bundle of certificates; each is set in the images exactly
# when the host sets it.
_BUNDLE_VARIABLES = (
    "SSL_CERT_FILE",
    "PIP_CERT",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "NODE_EXTRA_CA_CERTS",
)
_PIP_KEYS = (
    "index-url",
    "extra-index-url",
    "trusted-host",
    "proxy",
    "timeout",
)
_APT_SETTING = re.compile(r"^Acquire::(?:Check-|Retries|https?::).*;$")
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----\n.+?\n-----END CERTIFICATE-----", re.DOTALL)


def added_certificates(image_bundle: Path | None) -> list[str]:
    """The certificates the host trusts and an image does not, as PEM texts.

    Args:
        image_bundle: the image's own bundle, inside its root file system; None for one without.
    """
    host_bundle = Path(os.environ.get("SSL_CERT_FILE") or _BUNDLE)
    if not host_bundle.is_file():
        return []
    known = set(_certificates(image_bundle)) if image_bundle is not None else set()
    return [pem for pem in dict.fromkeys(_certificates(host_bundle)) if pem not in known]


def certificate_variables() -> dict[str, str]:
    """The variables to set in an image: those the host has, pointing to the image's bundle."""
    return {name: _BUNDLE for name in _BUNDLE_VARIABLES if os.environ.get(name)}


def pip_configuration() -> str:
    """The text of a pip.conf with the host's index and how it is reached; empty if all is default.

    Paths of the host mean nothing in an image, so its find-links and certificate stay outside.
    """
    # A value of several lines is indented in the file.
    lines = [
        f"{name} = {value}".replace("\n", "\n  ")
        for name, value in sorted(pip_settings().items())
        if name in _PIP_KEYS
    ]
    return "\n".join(["[global]", *lines, ""]) if lines else ""


def apt_configuration() -> str:
    """The host's apt settings about how archives are fetched, in apt.conf's format."""
    dumped = _output(["apt-config", "dump"]).splitlines()
    return "".join(f"{line}\n" for line in dumped if _APT_SETTING.match(line))


def _certificates(bundle: Path) -> list[str]:
    return _CERTIFICATE.findall(bundle.read_text(encoding="utf-8", errors="replace"))


def _output(command: list[str]) -> str:
    """What a program prints, or nothing if it fails: then there are no such settings."""
    ended = subprocess.run(command, check=False, capture_output=True, text=True)
    return ended.stdout if ended.returncode == 0 else ""
