"""The control group of all builds has its limits, in either version of the kernel's interface."""

from toolchain.images.build_limits import limit_builds


def test_version_two(tmp_path):
    (tmp_path / "cgroup.controllers").write_text("memory pids")
    (tmp_path / "cgroup.subtree_control").write_text("")
    assert limit_builds("builds", tmp_path) == "builds"
    assert int((tmp_path / "builds/memory.max").read_text()) > 2**28
    assert (tmp_path / "builds/pids.max").read_text() == "8192"
    assert limit_builds("builds", tmp_path) == "builds", "once more"


def test_version_one(tmp_path):
    for controller in ("memory", "pids"):
        (tmp_path / controller).mkdir()
    assert limit_builds("builds", tmp_path) == "builds"
    assert int((tmp_path / "memory/builds/memory.limit_in_bytes").read_text()) > 2**28
    assert (tmp_path / "pids/builds/pids.max").read_text() == "8192"


def test_where_no_group_can_be_made_builds_have_none(tmp_path):
    assert limit_builds("builds", tmp_path / "absent") is None
