"""What the doctor makes of what it sees, and that it looks only where the set-up will go."""

import ast
import sys
from pathlib import Path

import pytest

from doors.doctor import registries
from doors.doctor.clock import judge_clock
from doors.doctor.disk import GB, Space, judge_space, wanted
from doors.doctor.engine import judge_dpkg, judge_path, judge_sockets
from doors.doctor.examination import examine
from doors.doctor.finding import Finding, Verdict
from doors.doctor.machine import (
    Memory,
    judge_architecture,
    judge_memory,
    judge_open_files,
    judge_venv,
    measure_memory,
)
from doors.doctor.needs import Needs
from doors.doctor.ports import judge_ports
from doors.doctor.table import refusal, table
from doors.home import Home

ROOT = Path(__file__).resolve().parents[2]
GOOD, WARNING, BLOCKED = Verdict.GOOD, Verdict.WARNING, Verdict.BLOCKED


@pytest.mark.parametrize(
    ("finding", "verdict"),
    [
        (judge_architecture("Linux", "x86_64"), GOOD),
        (judge_architecture("Darwin", "arm64"), GOOD),
        (judge_architecture("Linux", "armv7l"), BLOCKED),
        (judge_architecture("Windows", "AMD64"), BLOCKED),
        (judge_memory(Memory(4000, "the machine"), Needs(cli=True)), GOOD),
        (judge_memory(Memory(900, "the machine"), Needs(cli=True)), BLOCKED),
        (judge_memory(Memory(900, "the machine"), Needs(training_seconds=20)), GOOD),
        (judge_open_files(-1), GOOD),
        (judge_open_files(1024), GOOD),
        (judge_open_files(256), BLOCKED),
        (judge_venv(can_make=True, can_install=False), GOOD),
        (judge_venv(can_make=False, can_install=True), GOOD),
        (judge_venv(can_make=False, can_install=False), BLOCKED),
        (judge_clock(None, 1e9), GOOD),
        (judge_clock(1e9, 1e9 + 30), GOOD),
        (judge_clock(1e9, 1e9 - 3600), WARNING),
        (judge_clock(1e9, 1e9 + 3 * 86400), BLOCKED),
        (judge_dpkg(None, ours=False), GOOD),
        (judge_dpkg("half installed: runc", ours=True), GOOD),
        (judge_dpkg("half installed: runc", ours=False), BLOCKED),
        (judge_path(Path("/home/me/slipway")), GOOD),
        (judge_path(Path("/" + "deep/" * 700)), BLOCKED),
        (judge_sockets("/run/slipway-12345678/docker.sock"), GOOD),
        (judge_sockets("/" + "x" * 104), BLOCKED),
        (registries.judge("Go modules", None, "Look."), GOOD),
        (registries.judge("Go modules", "refused", "Look.", busy=True), BLOCKED),
        (registries.judge("Go modules", registries.UNANSWERED, "Look.", busy=True), WARNING),
        (registries.judge("Go modules", registries.UNANSWERED, "Look.", busy=False), BLOCKED),
        (judge_ports([], []), GOOD),
        (judge_ports([20001, 20002], []), GOOD),
        (judge_ports([20001, 20002], [20002]), BLOCKED),
    ],
)
def test_verdicts_and_a_remedy_for_each_that_is_not_good(finding, verdict):
    assert finding.verdict is verdict
    assert bool(finding.remedy) == (verdict is not GOOD)


def test_folders_on_one_disk_need_their_sum():
    enough = Space(Path("/"), int(3 * GB), 2.5 * GB)
    small = Space(Path("/cache"), int(1 * GB), 2.5 * GB)
    one, other = judge_space([enough, small])
    assert (one.verdict, other.verdict) == (GOOD, BLOCKED)
    assert "Free 1.5 GB" in other.remedy


def test_nothing_left_to_build_needs_next_to_no_disk():
    assert sum(wanted(Needs(), ROOT).values()) < 0.5 * GB
    assert sum(wanted(Needs(cli=True), ROOT).values()) > 5 * GB
    everything = Needs(cli=True, plugin=True, buildkit=True, base_images=True, python_packages=True)
    # 12 GB were taken in all on a large disk, where 1.6 of compiled packages stay.
    assert 10 * GB < sum(wanted(everything, ROOT).values()) < 12 * GB


@pytest.mark.parametrize("kind", ["first", "second"])
def test_a_control_group_bounds_memory(tmp_path, kind):
    (tmp_path / "meminfo").write_text("MemAvailable: 8000000 kB\nSwapFree: 0 kB\n")
    group = tmp_path / "memory"
    group.mkdir()
    if kind == "first":
        (group / "memory.limit_in_bytes").write_text("600000000\n")
        (group / "memory.usage_in_bytes").write_text("100000000\n")
    else:
        (tmp_path / "memory.max").write_text("600000000\n")
        (tmp_path / "memory.current").write_text("100000000\n")
    found = measure_memory(tmp_path, tmp_path)
    assert (found.available, found.bounded_by) == (500, "its control group")


@pytest.mark.parametrize(
    ("needs", "asked"),
    [
        (Needs(), set()),
        (Needs(training_seconds=20), set()),
        (Needs(python_packages=True), {"Python packages"}),
        (Needs(cli=True), {"Go modules"}),
        (Needs(private_engine=True, base_images=True), {"Debian packages", "clock"}),
    ],
)
def test_only_registries_that_will_be_asked_are_asked(tmp_path, monkeypatch, needs, asked):
    functions = {
        "python_index": "Python packages",
        "debian_archive": "Debian packages",
        "go_proxy": "Go modules",
    }
    for function, check in functions.items():
        monkeypatch.setattr(
            f"doors.doctor.registries.{function}", lambda check=check: Finding(check, "asked")
        )
    monkeypatch.setattr("doors.doctor.clock.archive_time", lambda: None)
    monkeypatch.setattr("doors.doctor.registries.find_go", lambda: Path("/go"))
    monkeypatch.setattr("doors.doctor.kernel.kernel", list)
    found = {each.check for each in examine(Home(tmp_path, tmp_path), needs)}
    assert found & {*functions.values(), "clock"} == asked


def test_the_list_names_check_finding_verdict_and_remedy():
    findings = [
        Finding("memory", "plenty"),
        Finding("free disk", "none " * 30, BLOCKED, "Free some. " * 10),
    ]
    lines = table(findings, 120).splitlines()
    assert lines[0].split() == ["check", "found", "verdict", "remedy"]
    assert max(map(len, lines)) <= 120
    assert "stops it" in table(findings)
    assert "→ Free some." in refusal(findings[1:])


def test_it_needs_no_package():
    """It runs before any is there: all that it imports is the standard library's or ours."""
    seen, queue = set(), ["doors.doctor.__main__"]
    while queue:
        name = queue.pop()
        file = ROOT / f"{name.replace('.', '/')}.py"
        if name in seen or not file.is_file():
            continue
        seen.add(name)
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, ast.Import):
                queue += [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                queue += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            else:
                continue
            for each in queue:
                top = each.partition(".")[0]
                assert top in {"doors", "toolchain", "sandbox"} | sys.stdlib_module_names, (
                    f"{name} imports {each}"
                )
    assert len(seen) > 20


def test_a_distributions_own_pip_is_let_look(monkeypatch, tmp_path):
    pip = tmp_path / "pip"
    pip.write_text(
        "#!/bin/sh\n"
        '[ "$PIP_BREAK_SYSTEM_PACKAGES" = 1 ] && exit 0\n'
        "echo 'error: externally-managed-environment' >&2; exit 1\n"
    )
    pip.chmod(0o755)
    monkeypatch.delenv("PIP_BREAK_SYSTEM_PACKAGES", raising=False)
    monkeypatch.setattr("doors.doctor.registries.pip_command", lambda: [str(pip)])
    assert registries.python_index().verdict is GOOD
