"""The real engine with whatever pulumi this machine gets: programs, plugins and their ends."""

import base64
import hashlib
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.toolchain.processes import all_end, descendants, kill, text_of
from toolchain.progress import Progress
from toolchain.pulumi.cli import PulumiToolchain, ensure_pulumi
from toolchain.pulumi.environment import local_backend, pulumi_environment

pytestmark = pytest.mark.e2e

PROVIDER = """
    import os, pathlib, time
    from pulumi import Resource
    from pulumi.dynamic import *

    class FileProvider(ResourceProvider):
        serialize_as_secret_always = False

        def create(self, props):
            if props["wait"]:
                pathlib.Path(props["wait"]).write_text(str(os.getpid()))
                time.sleep(60)
            pathlib.Path(props["path"]).write_text(props["text"])
            return CreateResult(props["path"], props)

        def read(self, id_, props):
            now = {**props, "text": pathlib.Path(id_).read_text()}
            return ReadResult(id_, now, now)

        def diff(self, _id, old, new):
            return DiffResult(changes=old["text"] != new["text"])

        def update(self, id_, _old, new):
            pathlib.Path(id_).write_text(new["text"])
            return UpdateResult(new)

        def delete(self, id_, _props):
            pathlib.Path(id_).unlink(missing_ok=True)

    class File(Resource, module="test", name="File"):
        def __init__(self, name, path, text, wait=""):
            props = {"path": path, "text": text, "wait": wait}
            super().__init__(FileProvider(), name, props)
"""

POLICY_PACK = """
    import time
    from concurrent import futures
    import grpc
    from pulumi.runtime.proto import analyzer_pb2 as pb, analyzer_pb2_grpc as rpc, plugin_pb2

    class Pack(rpc.AnalyzerServicer):
        def GetAnalyzerInfo(self, request, context):
            policy = pb.PolicyInfo(name="polite", enforcementLevel=pb.MANDATORY)
            return pb.AnalyzerInfo(name="pack", version="1.0.0", policies=[policy])

        def GetPluginInfo(self, request, context):
            return plugin_pb2.PluginInfo(version="1.0.0")

        def ConfigureStack(self, request, context):
            return pb.AnalyzerStackConfigureResponse()

        def Analyze(self, request, context):
            found = []
            if "rude" in str(request.properties):
                found.append(pb.AnalyzeDiagnostic(
                    policyName="polite", policyPackName="pack", policyPackVersion="1.0.0",
                    enforcementLevel=pb.MANDATORY, message="RUDE-TEXT-FOUND", urn=request.urn))
            return pb.AnalyzeResponse(diagnostics=found)

        def AnalyzeStack(self, request, context):
            return pb.AnalyzeResponse()

        def Remediate(self, request, context):
            return pb.RemediateResponse()

    server = grpc.server(futures.ThreadPoolExecutor(4))
    rpc.add_AnalyzerServicer_to_server(Pack(), server)
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)
    server.start()
    server.wait_for_termination()
"""


@pytest.fixture(scope="session")
def toolchain() -> PulumiToolchain:
    return ensure_pulumi(Progress())


@dataclass
class Project:
    """A Pulumi project in a folder of its own, with its own home, state and user."""

    folder: Path
    environment: dict[str, str]

    def write(self, name, content):
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(content))

    def start(self, *arguments):
        return subprocess.Popen(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *arguments, expected=0):
        """What the command printed; any exit code but the expected one fails the test."""
        process = self.start(*arguments)
        try:
            printed, _ = process.communicate(timeout=120)
        finally:
            process.kill()
        assert process.returncode == expected, printed
        return printed

    def run_timed(self, *arguments, expected=0):
        before = time.monotonic()
        return self.run(*arguments, expected=expected), time.monotonic() - before


@pytest.fixture
def project(toolchain, tmp_path):
    folder = tmp_path / "project"
    folder.mkdir()
    (tmp_path / "state").mkdir()
    (tmp_path / "user").mkdir()
    project = Project(
        folder,
        {
            **os.environ,
            **pulumi_environment(toolchain, tmp_path / "private"),
            "PULUMI_BACKEND_URL": local_backend(tmp_path / "state"),
            "PULUMI_CONFIG_PASSPHRASE": "",
            "HOME": str(tmp_path / "user"),
        },
    )
    describe(project, sys.prefix)
    project.write("providers/__init__.py", "")
    project.write("providers/file.py", PROVIDER)
    project.run("stack", "init", "dev")
    return project


def describe(project, virtualenv):
    project.write(
        "Pulumi.yaml",
        f"""
        name: tiny
        runtime:
          name: python
          options:
            virtualenv: {virtualenv}
        """,
    )


def declare(project, path, text, wait=""):
    project.write(
        "__main__.py",
        f"""
        import pulumi
        from providers.file import File

        File("file", {str(path)!r}, {text!r}, {str(wait)!r})
        pulumi.export("text", {text!r})
        """,
    )


def test_up_then_a_clean_preview_then_refresh_finds_drift_then_destroy(project, tmp_path):
    file = tmp_path / "file"
    declare(project, file, "wanted")
    project.run("up", "--yes", "--skip-preview")
    assert file.read_text() == "wanted"
    assert json.loads(project.run("stack", "output", "--json")) == {"text": "wanted"}
    project.run("preview", "--expect-no-changes")
    project.run("refresh", "--preview-only", "--expect-no-changes")

    file.write_text("drifted")
    found = project.run("refresh", "--preview-only", "--diff", "--expect-no-changes", expected=7)
    assert "drifted" in found

    project.run("destroy", "--yes", "--skip-preview")
    assert not file.exists()
    assert not (tmp_path / "user" / ".pulumi").exists(), "the user's own Pulumi was touched"


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("import pulumi; raise pulumi.RunError('set the region')", "set the region"),
        ("raise ValueError('boom at line one')", "boom at line one"),
        ("import sys; sys.exit(3)", "non-zero exit code: 3"),
        ("import nowhere_to_be_found", "nowhere_to_be_found"),
    ],
)
def test_a_failing_program_ends_quickly_with_its_message(project, tmp_path, program, message):
    declare(project, tmp_path / "file", "fine")
    _, fine = project.run_timed("preview")
    project.write("__main__.py", program)
    printed, failing = project.run_timed("preview", expected=1)
    assert message in printed
    assert failing < fine + 2, "a failing run waits for something that never comes"


def test_a_failing_resource_ends_quickly_with_its_message(project, tmp_path):
    declare(project, tmp_path / "no" / "such" / "folder", "text")
    printed, seconds = project.run_timed("up", "--yes", "--skip-preview", expected=1)
    assert "FileNotFoundError" in printed
    assert seconds < 5


def test_a_policy_pack_runs_in_preview_and_its_violation_fails_it(project, tmp_path):
    pack = tmp_path / "pack"
    project.write(
        pack / "PulumiPolicy.yaml",
        f"""
        runtime:
          name: python
          options:
            virtualenv: {sys.prefix}
        """,
    )
    project.write(pack / "__main__.py", POLICY_PACK)
    declare(project, tmp_path / "file", "rude")
    printed = project.run("preview", "--policy-pack", str(pack), expected=1)
    assert "RUDE-TEXT-FOUND" in printed
    declare(project, tmp_path / "file", "friendly")
    assert "RUDE-TEXT-FOUND" not in project.run("preview", "--policy-pack", str(pack))


def test_a_killed_engine_leaves_no_process_behind(project, tmp_path):
    wait = tmp_path / "wait"
    declare(project, tmp_path / "file", "text", wait)
    engine = project.start("up", "--yes", "--skip-preview")
    provider = int(text_of(wait))
    children = descendants(engine.pid)
    try:
        assert provider in children
        assert len(children) >= 3, "expected the language host, the program and the provider"
        engine.kill()
        engine.communicate()  # returns only when nobody holds the engine's output any more
        assert all_end(children)
    finally:
        kill(children)


def test_a_killed_engine_ends_a_program_that_would_not_notice(project, tmp_path):
    pids = tmp_path / "pids"
    project.write(
        "__main__.py",
        f"""
        import os, signal, subprocess, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        child = subprocess.Popen(["sleep", "60"])
        open({str(pids)!r}, "w").write(f"{{os.getpid()}} {{child.pid}}")
        time.sleep(60)
        """,
    )
    engine = project.start("preview")
    children = {int(pid) for pid in text_of(pids).split()} | descendants(engine.pid)
    try:
        engine.kill()
        engine.communicate()
        assert all_end(children)
    finally:
        kill(children)


def test_ctrl_c_ends_a_program_that_hangs(project, tmp_path):
    pids = tmp_path / "pids"
    project.write(
        "__main__.py",
        f"import os, time; open({str(pids)!r}, 'w').write(str(os.getpid())); time.sleep(60)",
    )
    engine = project.start("preview")
    text_of(pids)
    children = descendants(engine.pid)
    try:
        before = time.monotonic()
        engine.send_signal(signal.SIGINT)
        engine.communicate(timeout=30)
        assert engine.returncode != 0
        assert time.monotonic() - before < 5
        assert all_end(children)
    finally:
        kill({*children, engine.pid})


def test_pulumi_install_makes_the_environment_and_installs_the_requirements(project):
    describe(project, ".venv")
    _write_wheel(project.folder, "tiny", "1.0")
    project.write("requirements.txt", "./tiny-1.0-py3-none-any.whl\n")
    printed = project.run("install")
    assert "Successfully installed tiny-1.0" in printed
    python = project.folder / ".venv" / "bin" / "python"
    said = subprocess.run(
        [python, "-c", "import tiny; print(tiny.WORD)"], capture_output=True, text=True, check=True
    )
    assert said.stdout == "sesame\n"


def test_a_failing_install_fails_the_command_with_pips_own_words(project):
    project.write("requirements.txt", "./missing-1.0-py3-none-any.whl\n")
    assert "missing-1.0" in project.run("install", expected=1)


def test_pulumi_about_knows_the_python_and_its_packages(project, toolchain):
    about = json.loads(project.run("about", "--json"))
    assert about["cliAbout"]["version"].lstrip("v") == toolchain.version
    assert about["runtime"]["executable"] == f"{sys.prefix}/bin/python"
    assert about["runtime"]["version"] == sys.version.split()[0]
    assert "pytest-xdist" in {package["name"] for package in about["dependencies"]}


def _write_wheel(folder, name, version):
    files = {
        f"{name}.py": b'WORD = "sesame"\n',
        f"{name}-{version}.dist-info/METADATA": (
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode()
        ),
        f"{name}-{version}.dist-info/WHEEL": (
            b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        ),
    }
    record = ""
    for path, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        record += f"{path},sha256={digest},{len(content)}\n"
    files[f"{name}-{version}.dist-info/RECORD"] = record.encode()
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        for path, content in files.items():
            wheel.writestr(path, content)
