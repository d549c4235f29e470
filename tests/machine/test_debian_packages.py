"""Packages are installed without their services, and what that changes is put back."""

import subprocess

import pytest

from toolchain import debian_packages
from toolchain.debian_packages import ensure_packages, missing_packages
from toolchain.progress import Progress, SetupError


@pytest.fixture
def host(tmp_path, monkeypatch):
    """A host that lacks runc; apt-get is replaced by what a test says."""
    policy = tmp_path / "policy-rc.d"
    lists = tmp_path / "lists"
    lists.mkdir()
    (lists / "mirror_Packages").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(debian_packages, "_POLICY", policy)
    monkeypatch.setattr(debian_packages, "_LISTS", lists)
    monkeypatch.setattr(debian_packages, "missing_packages", lambda: ["runc"])
    return policy


def policy_answers(policy):
    return subprocess.run(["sh", policy], check=False).returncode


@pytest.mark.parametrize("before", [None, "#!/bin/sh\nexit 0\n"])
@pytest.mark.parametrize("works", [True, False])
def test_services_are_forbidden_only_while_installing(host, monkeypatch, before, works):
    if before is not None:
        host.write_text(before)
    seen = []

    def apt_get(arguments, _log):
        if arguments[0] == "install":
            seen.append((arguments[-1], policy_answers(host)))
            if not works:
                raise SetupError("no network")

    monkeypatch.setattr(debian_packages, "_apt_get", apt_get)
    if works:
        ensure_packages(Progress())
    else:
        with pytest.raises(SetupError, match="no network"):
            ensure_packages(Progress())
    assert set(seen) == {("runc", 101)}
    assert (host.read_text() if host.exists() else None) == before


def test_what_a_killed_set_up_left_is_not_taken_for_the_users(host, monkeypatch):
    host.write_text(debian_packages._FORBID_ALL)
    monkeypatch.setattr(debian_packages, "_apt_get", lambda *_: None)
    ensure_packages(Progress())
    assert not host.exists()


def test_lists_are_fetched_first_where_there_are_none(host, monkeypatch):
    calls = []
    monkeypatch.setattr(debian_packages, "_apt_get", lambda words, _: calls.append(words[0]))
    (host.parent / "lists" / "mirror_Packages").unlink()
    ensure_packages(Progress())
    assert calls == ["update", "install"]


def test_nothing_is_done_where_nothing_is_missing(host, monkeypatch):
    monkeypatch.setattr(debian_packages, "missing_packages", list)
    monkeypatch.setattr(debian_packages, "_apt_get", lambda *_: pytest.fail("called"))
    ensure_packages(Progress())
    assert not host.exists()


def test_a_program_that_is_absent_is_missed(monkeypatch):
    monkeypatch.setattr(debian_packages, "PROGRAMS", {"sh": "dash", "no-such-program-9": "nine"})
    assert missing_packages() == ["nine"]


@pytest.mark.usefixtures("host")
@pytest.mark.parametrize("began", ["we", "somebody"])
def test_what_broke_off_is_finished_by_who_began_it(monkeypatch, began):
    done = []

    def apt_get(words, _log):
        done.append(words[:1])
        if began == "we" and len(done) == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(debian_packages, "interrupted", lambda: "half installed: runc")
    monkeypatch.setattr(debian_packages, "run_logged", lambda words, *_, **__: done.append(words))
    monkeypatch.setattr(debian_packages, "_apt_get", apt_get)
    if began == "we":
        with pytest.raises(KeyboardInterrupt):
            ensure_packages(Progress())
        assert debian_packages.is_ours_to_finish()
    ensure_packages(Progress())
    killed = [["install"], ["dpkg", "--configure", "-a"]] if began == "we" else []
    assert done == [*killed, ["install"]]
    assert not debian_packages.is_ours_to_finish()


def test_half_installed_packages_are_found_in_dpkgs_own_records(tmp_path):
    status = "Package: {}\nStatus: install ok {}\nVersion: 1\n\n"
    (tmp_path / "status").write_text(
        status.format("whole", "installed") + status.format("broken", "half-configured")
    )
    assert debian_packages.interrupted(tmp_path) == "half installed: broken"
    (tmp_path / "status").write_text(status.format("whole", "installed"))
    assert debian_packages.interrupted(tmp_path) is None
    (tmp_path / "updates").mkdir()
    (tmp_path / "updates" / "tmp.i").write_text("")
    assert debian_packages.interrupted(tmp_path) is None
    (tmp_path / "updates" / "0001").write_text("")
    assert "interrupted" in debian_packages.interrupted(tmp_path)


def test_a_set_up_killed_while_packages_configured_leaves_no_rule_behind(host, monkeypatch):
    """By then every program is there, so nothing is missing any more."""
    host.write_text(debian_packages._FORBID_ALL)
    monkeypatch.setattr(debian_packages, "missing_packages", list)
    monkeypatch.setattr(debian_packages, "_apt_get", lambda *_: pytest.fail("called"))
    ensure_packages(Progress())
    assert not host.exists()


def test_a_rule_of_the_users_own_stays_where_nothing_is_missing(host, monkeypatch):
    host.write_text("#!/bin/sh\nexit 101\n")
    monkeypatch.setattr(debian_packages, "missing_packages", list)
    ensure_packages(Progress())
    assert host.read_text() == "#!/bin/sh\nexit 101\n"
