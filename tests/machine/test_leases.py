"""A lease counts while its holder lives, and not a moment longer."""

import subprocess
import sys

from toolchain.engine.leases import Lease, live_leases

HOLDER = """\
import sys, time
from pathlib import Path
from toolchain.engine.leases import Lease
lease = Lease(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(600)
"""


def holder(folder):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, folder], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    return process


def test_no_lease_at_all(tmp_path):
    assert live_leases(tmp_path / "absent") == 0


def test_leases_are_counted_until_given_back(tmp_path):
    first, second = Lease(tmp_path), Lease(tmp_path)
    assert live_leases(tmp_path) == 2
    first.release()
    first.release()
    assert live_leases(tmp_path) == 1
    with second:
        pass
    assert live_leases(tmp_path) == 0
    assert list(tmp_path.iterdir()) == []


def test_a_killed_holders_lease_does_not_count_and_its_file_goes(tmp_path):
    killed, living = holder(tmp_path), holder(tmp_path)
    assert live_leases(tmp_path) == 2
    killed.kill()
    killed.wait()
    assert len(list(tmp_path.iterdir())) == 2, "the file itself is still there"
    assert live_leases(tmp_path) == 1
    assert len(list(tmp_path.iterdir())) == 1
    living.kill()
    living.wait()
    assert live_leases(tmp_path) == 0


def test_a_program_the_holder_starts_does_not_keep_the_lease(tmp_path):
    lease = Lease(tmp_path)
    child = subprocess.Popen(["sleep", "600"])
    lease.release()
    try:
        assert live_leases(tmp_path) == 0
    finally:
        child.kill()
        child.wait()
