"""What is unmounted is what daemons mounted; a disk that somebody mounted there stays."""

import subprocess
import sys
from pathlib import Path

import pytest

from toolchain.mounts import mounted_below

pytestmark = pytest.mark.machine

STORY = """
set -e
cd "$1"
mkdir -p "a space/self" disk elsewhere/part bound lower upper work merged "$1x"
mount --bind "a space/self" "a space/self"
mount -t tmpfs somebodys disk
mount --bind elsewhere/part bound
mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work merged
mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work "$1x"
mkdir -p merged/deeper
mount -t tmpfs shm merged/deeper
exec "$2" -c '
import sys
from pathlib import Path
from toolchain.mounts import mounted_below, unmount_below
folder = Path(sys.argv[1])
def show(points):
    print(*(each.relative_to(folder) for each in points), sep=", ")
show(mounted_below(folder))
print(unmount_below(folder), len(mounted_below(Path(f"{folder}x"))))
show(mounted_below(folder, daemons_alone=True))
print(unmount_below(folder, daemons_alone=True))
' "$1"
"""


def test_only_what_daemons_mount_is_unmounted(tmp_path):
    folder = tmp_path / "engine"
    folder.mkdir()
    probe = subprocess.run(["unshare", "--mount", "true"], check=False, capture_output=True)
    if probe.returncode != 0:
        pytest.skip("only root makes mount namespaces here")
    said = subprocess.run(
        ["unshare", "--mount", "sh", "-c", STORY, "sh", folder, sys.executable],
        check=False,
        capture_output=True,
        text=True,
        cwd=Path.cwd(),
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "PYTHONPATH": str(Path.cwd())},
    )
    assert said.returncode == 0, said.stderr
    assert said.stdout.splitlines() == [
        "merged/deeper, merged, a space/self",
        "True 1",
        "disk, bound",
        "True",
    ]
    assert mounted_below(folder) == [], "another namespace's are none of ours"
