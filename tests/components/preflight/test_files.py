"""Protects the check for files that a Dockerfile copies."""

from slipway.dockerfile.context import read_context
from slipway.preflight.files import check_copy_sources


def test_copy_sources(tmp_path):
    (tmp_path / "there.py").write_text("")
    (tmp_path / "Dockerfile").write_text("FROM x\nCOPY there.py gone.py /\n")
    [found] = check_copy_sources("app", read_context(tmp_path))
    assert "copies gone.py" in found.problem
    assert found.severity.value == "error"
    assert check_copy_sources("app", read_context(tmp_path), stages=[]) == []
    (tmp_path / "gone.py").write_text("")
    assert check_copy_sources("app", read_context(tmp_path)) == []
