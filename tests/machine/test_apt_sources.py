"""The host's archives are read in both formats, and third parties' left out."""

import pytest

from toolchain.images.apt_sources import AptSource, distribution_sources
from toolchain.images.root_filesystem import host_release
from toolchain.progress import SetupError

DEB822 = """\
# a comment
Types: deb deb-src
URIs: http://mirror.example/debian
Suites: trixie trixie-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: trixie-security
Components: main

Enabled: no
Types: deb
URIs: http://mirror.example/disabled
Suites: trixie
Components: main

Types: deb
URIs: https://thirdparty.example/linux
Suites: trixie
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc
"""
OPTIONS = "[arch=amd64 signed-by=/usr/share/keyrings/ubuntu-archive-keyring.gpg]"
ONE_LINE = f"""\
deb cdrom:[Ubuntu]/ noble main
deb-src http://mirror.example/ubuntu noble main
deb {OPTIONS} http://mirror.example/ubuntu noble main universe # c
# deb http://mirror.example/off noble main
deb http://mirror.example/ubuntu noble-security main
deb [signed-by=/etc/apt/keyrings/other.gpg] http://thirdparty.example noble main
deb http://thirdparty.example noble stable
"""


def etc(tmp_path, os_release, **files):
    (tmp_path / "apt/sources.list.d").mkdir(parents=True)
    (tmp_path / "os-release").write_text(os_release)
    for name, text in files.items():
        (tmp_path / "apt" / name.replace("__", "/").replace("_", ".")).write_text(text)
    return tmp_path


def test_deb822_stanzas(tmp_path):
    folder = etc(tmp_path, "", **{"sources.list.d__debian_sources": DEB822})
    keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"
    assert distribution_sources(folder / "apt", "trixie") == [
        AptSource("http://mirror.example/debian", "trixie", ("main", "contrib"), keyring),
        AptSource("http://mirror.example/debian", "trixie-updates", ("main", "contrib"), keyring),
        AptSource("http://mirror.example/debian-security", "trixie-security", ("main",)),
    ]


def test_one_line_entries(tmp_path):
    folder = etc(tmp_path, "", sources_list=ONE_LINE)
    keyring = "/usr/share/keyrings/ubuntu-archive-keyring.gpg"
    assert distribution_sources(folder / "apt", "noble") == [
        AptSource("http://mirror.example/ubuntu", "noble", ("main", "universe"), keyring),
        AptSource("http://mirror.example/ubuntu", "noble-security", ("main",)),
    ]


def test_a_source_survives_being_written_and_read_again(tmp_path):
    source = AptSource("http://mirror.example/debian", "trixie", ("main",), "/k/debian-archive-x")
    folder = etc(tmp_path, "", **{"sources.list.d__x_sources": source.deb822()})
    assert distribution_sources(folder / "apt", "trixie") == [source]


def test_a_release_is_read_with_its_archives(tmp_path):
    text = 'ID=ubuntu\nVERSION_ID="24.04"\nVERSION_CODENAME=noble\nPRETTY_NAME="Ubuntu 24"\n'
    release = host_release(etc(tmp_path, text, sources_list=ONE_LINE))
    assert (release.distribution, release.codename, release.version) == (
        "ubuntu",
        "noble",
        "24.04",
    )
    assert release.sources[0].suite == "noble"


def test_another_distribution_is_named(tmp_path):
    with pytest.raises(SetupError, match="This host is fedora, neither Debian nor Ubuntu"):
        host_release(etc(tmp_path, "ID=fedora\nVERSION_ID=44\n"))


def test_a_debian_without_its_archive_is_told_what_to_add(tmp_path):
    with pytest.raises(SetupError, match=r"no http archive of debian trixie.*sources\.list\.d"):
        host_release(etc(tmp_path, "ID=debian\nVERSION_CODENAME=trixie\n", sources_list=""))
