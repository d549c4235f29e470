"""Only what this host's packages truly are answers to an official name."""

import os

import pytest

from toolchain.images import host_needs, root_filesystem
from toolchain.images.base_images import stand_ins
from toolchain.images.root_filesystem import HostRelease, candidate_versions
from toolchain.pip_settings import parse_settings
from toolchain.progress import SetupError


def names(distribution, codename, version, python="3.11.2", busybox="1.35.0"):
    release = HostRelease(distribution, codename, version, ())
    images = stand_ins(release, python, busybox)
    return {image.target: set(image.names) for image in images}


def test_debian_bookworm():
    made = names("debian", "bookworm", "12")
    assert made["debian"] == {
        "debian:bookworm",
        "debian:bookworm-slim",
        "debian:12",
        "debian:12-slim",
    }
    assert made["python-slim"] >= {"python:3.11-slim", "python:3.11-slim-bookworm"}
    assert made["python"] >= {"python:3.11", "python:3.11.2"}
    assert made["busybox"] == {"busybox:latest", "busybox:1.35.0"}
    assert made["frontend"] >= {"docker/dockerfile:1", "docker/dockerfile:1.7"}


def test_ubuntu_has_its_own_names_and_python():
    made = names("ubuntu", "noble", "24.04", python="3.12.3")
    assert made["debian"] == {"ubuntu:noble", "ubuntu:24.04"}
    assert "python:3.12-slim" in made["python-slim"]
    assert not any("3.11" in name or "bookworm" in name for name in set().union(*made.values()))


PEM = "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n"


def test_only_certificates_the_image_lacks_are_added(tmp_path, monkeypatch):
    host, image = tmp_path / "host.pem", tmp_path / "image.pem"
    host.write_text("# a comment\n" + PEM.format("AAA") + PEM.format("BBB") + PEM.format("BBB"))
    image.write_text(PEM.format("AAA"))
    monkeypatch.setenv("SSL_CERT_FILE", str(host))
    assert host_needs.added_certificates(image) == [PEM.format("BBB").strip()]
    assert len(host_needs.added_certificates(None)) == 2
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none"))
    assert host_needs.added_certificates(image) == []


def test_bundle_variables_are_set_only_where_the_host_has_them(monkeypatch):
    for name in host_needs._BUNDLE_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    assert host_needs.certificate_variables() == {}
    monkeypatch.setenv("PIP_CERT", "/somewhere/on/the/host.pem")
    assert host_needs.certificate_variables() == {"PIP_CERT": "/etc/ssl/certs/ca-certificates.crt"}


@pytest.mark.parametrize(
    ("listed", "written"),
    [
        ("", ""),
        ("global.cert='/x.pem'\n:env:.find-links='/wheels'\n", ""),
        (
            "global.index-url='https://mirror.example/simple'\n:env:.default-timeout='60'\n",
            "[global]\nindex-url = https://mirror.example/simple\ntimeout = 60\n",
        ),
    ],
)
def test_pips_settings_go_along_without_paths_of_the_host(monkeypatch, listed, written):
    monkeypatch.setattr(host_needs, "pip_settings", lambda: parse_settings(listed))
    assert host_needs.pip_configuration() == written


POLICY = """\
python3:
  Installed: (none)
  Candidate: 3.12.3-0ubuntu2
  Version table:
     3.12.3-0ubuntu2 500
        500 http://mirror.example noble/main amd64 Packages
busybox:
  Installed: 1:1.36.1-6ubuntu3
  Candidate: 1:1.36.1-6ubuntu3.1
gone:
  Candidate: (none)
"""


def test_versions_are_those_apt_would_install(monkeypatch, tmp_path):
    program = tmp_path / "apt-cache"
    program.write_text(f"#!/bin/sh\ncat <<'EOT'\n{POLICY}EOT\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert candidate_versions("python3", "busybox") == ["3.12.3", "1.36.1"]
    with pytest.raises(SetupError, match="apt knows no package gone"):
        candidate_versions("python3", "gone")


def test_apt_keeps_the_cache_that_an_image_denies_it(monkeypatch, tmp_path):
    program = tmp_path / "apt-cache"
    program.write_text(f"#!/bin/sh\necho \"$@\" >> {tmp_path}/asked\ncat <<'EOT'\n{POLICY}EOT\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(root_filesystem, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setattr(root_filesystem, "_APT_S_OWN", tmp_path / "pkgcache.bin")
    candidate_versions("python3", "busybox")
    (tmp_path / "pkgcache.bin").touch()
    candidate_versions("python3", "busybox")
    ours = f"-o Dir::Cache::pkgcache={tmp_path}/cache/apt/pkgcache.bin"
    asked = (tmp_path / "asked").read_text().splitlines()
    assert asked == [f"{ours} policy python3 busybox", "policy python3 busybox"]
