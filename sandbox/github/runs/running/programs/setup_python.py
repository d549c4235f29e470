"""Puts a Python of this machine first on the job's PATH, in a virtual environment of the job's own.

The asked version is looked for. If this machine has no such Python, any from 3.11 on stands in,
and a warning says which: on GitHub the asked one would be downloaded.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

_OLDEST = (3, 11)
_NAMES = ("python3", *(f"python3.{minor}" for minor in range(20, 8, -1)))
_SAYS = "import sys; print('%d.%d.%d' % sys.version_info[:3]); print(sys.base_prefix)"
# Run by the new environment's Python: what `ensurepip` would have pip install is unpacked instead,
# without being compiled, in a tenth of the time. Python's own wheels are meant to be so unpacked.
_UNPACK = """
import ensurepip, sys, sysconfig, zipfile
from pathlib import Path
folders = (sysconfig.get_config_var("WHEEL_PKG_DIR"), Path(ensurepip.__file__).parent / "_bundled")
wheels = [each for name in ("pip", "setuptools") for folder in folders if folder
          for each in sorted(Path(folder).glob(name + "-*.whl"))[-1:]]
fits = len(sys.executable) < 120  # characters, with which a script's first line may begin
if not fits or not any(each.name.startswith("pip-") for each in wheels):
    sys.exit(1)
for each in wheels:
    with zipfile.ZipFile(each) as packed:
        packed.extractall(sysconfig.get_path("purelib"))
lines = ["#!" + sys.executable, "import sys", "from pip._internal.cli.main import main",
         "sys.exit(main())", ""]
for name in ("pip", "pip3", "pip%d.%d" % sys.version_info[:2]):
    script = Path(sysconfig.get_path("scripts"), name)
    script.write_text("\\n".join(lines))
    script.chmod(0o755)
"""


def main() -> int:
    """Makes the environment; the exit code."""
    wanted = _wanted()
    chosen, version = "", ""
    for program, found in _installed(wanted):
        if _fits(found, wanted):
            chosen, version = program, found
            break
        if not chosen and _parts(found)[:2] >= _OLDEST:
            chosen, version = program, found
    if not chosen:
        sys.stdout.write("::error::This machine has no Python 3.11 or newer on its PATH\n")
        return 1
    if not _fits(version, wanted):
        sys.stdout.write(
            f"::warning::Python {wanted} is not installed on this machine: {version} stands in."
            f" On GitHub {wanted} would be downloaded.\n"
        )
    folder = Path(os.environ["RUNNER_TEMP"], "python")
    if not _made(chosen, folder):
        sys.stdout.write(f"::error::{chosen} -m venv failed: is python3-venv installed?\n")
        return 1
    # Also where a `shell: python` looks, which asks for `python` alone.
    with Path(os.environ["GITHUB_PATH"]).open("a", encoding="utf-8") as path:
        path.write(f"{folder / 'bin'}\n")
    with Path(os.environ["GITHUB_ENV"]).open("a", encoding="utf-8") as variables:
        variables.write(f"pythonLocation={folder}\nPython_ROOT_DIR={folder}\n")
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as output:
        output.write(f"python-version={version}\npython-path={folder / 'bin' / 'python'}\n")
        output.write("cache-hit=false\n")
    if os.environ["WANTED_CACHE"]:
        sys.stdout.write("cache: packages are fetched anew; this equivalent keeps none\n")
    sys.stdout.write(f"Python {version} of this machine ({chosen}), in {folder}\n")
    return 0


def _made(chosen: str, folder: Path) -> bool:
    """Whether there is an environment with pip in it."""
    quick = [chosen, "-m", "venv", "--without-pip", str(folder)]
    unpack = [str(folder / "bin" / "python"), "-I", "-c", _UNPACK]
    if all(
        subprocess.run(each, check=False, capture_output=True).returncode == 0
        for each in (quick, unpack)
    ):
        return True
    whole = subprocess.run([chosen, "-m", "venv", "--clear", str(folder)], check=False)
    return whole.returncode == 0


def _wanted() -> str:
    lines = os.environ["WANTED_VERSION"].split()
    name = os.environ["WANTED_FILE"]
    if not lines and name:
        text = Path(os.environ["GITHUB_WORKSPACE"], name).read_text(encoding="utf-8")
        in_project = re.search(r'requires-python\s*=\s*"([^"]+)"', text)
        lines = [in_project.group(1) if in_project else text.strip()]
    return lines[0] if lines else "3.x"


def _installed(wanted: str) -> Iterator[tuple[str, str]]:
    """(program, version) of the Pythons on PATH: first what is named as asked, then `python3`."""
    seen = set()
    minor = re.match(r"3\.\d+", wanted)
    for name in dict.fromkeys([*([f"python{minor.group()}"] if minor else []), *_NAMES]):
        for folder in os.environ["PATH"].split(os.pathsep):
            program = Path(folder, name)
            if not program.is_file():
                continue
            asked = subprocess.run(
                [program, "-I", "-S", "-c", _SAYS], check=False, capture_output=True, text=True
            )
            if asked.returncode == 0 and asked.stdout not in seen:
                seen.add(asked.stdout)
                yield str(program), asked.stdout.split()[0]


def _fits(version: str, wanted: str) -> bool:
    """Whether a version is what was asked for: 3.12, 3.x, 3.12.1 or >=3.11,<3.13."""
    for rule in wanted.replace(" ", "").split(","):
        found = re.fullmatch(r"(>=|<=|==|~=|>|<|\^|~)?v?([0-9x*.]+)(-dev)?", rule)
        if found is None:
            return False
        sign, text = found.group(1), re.split(r"\.?[x*]", found.group(2))[0]
        asked = _parts(text)
        have = _parts(version)[: len(asked)]
        if sign in {">=", "~=", "^", "~"}:
            kept = asked[:-1] if sign == "~=" else asked[: 1 if sign == "^" else 2]
            fits = have >= asked and (sign == ">=" or _parts(version)[: len(kept)] == kept)
        else:
            fits = {"<": have < asked, "<=": have <= asked, ">": have > asked}.get(
                sign or "", have == asked
            )
        if not fits:
            return False
    return True


def _parts(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdecimal())


if __name__ == "__main__":
    sys.exit(main())
