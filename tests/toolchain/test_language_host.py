"""The language host over real gRPC, without an engine: what it starts, reports and ends."""

import json
import os
import subprocess
import sys
import textwrap
import threading
import time
import venv
from concurrent import futures
from pathlib import Path

import grpc
import pytest
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import language_pb2, language_pb2_grpc

from tests.toolchain.processes import all_end, running_processes, text_of
from toolchain.pulumi import language_host
from toolchain.pulumi.language_host.protobufs import import_without_the_sdk
from toolchain.pulumi.language_host.service import VERSION, LanguageHost

SOURCES = Path(language_host.__file__).parent
CHECKOUT = SOURCES.parents[2]


@pytest.fixture
def host(tmp_path):
    """A stub, a real server behind it, and an executor that does what the test wrote."""
    executor = tmp_path / "executor.py"
    servicer = LanguageHost("127.0.0.1:1", executor)
    server = grpc.server(futures.ThreadPoolExecutor(8))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = language_pb2_grpc.LanguageRuntimeStub(channel)
        stub.executor = executor
        yield stub
    servicer.programs.end_all()
    server.stop(None).wait(10)


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """A real virtual environment with nothing but pip."""
    folder = tmp_path_factory.mktemp("environment") / ".venv"
    venv.create(folder, with_pip=True)
    return folder


def _info(folder, **options):
    struct = struct_pb2.Struct()
    struct.update(options)
    return language_pb2.ProgramInfo(
        root_directory=str(folder), program_directory=str(folder), entry_point=".", options=struct
    )


def _environment(folder: Path) -> Path:
    """A virtual environment that starts at once: its Python is this one."""
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").symlink_to(sys.executable)
    return folder


def _run(host, folder, program, **fields):
    host.executor.write_text(textwrap.dedent(program))
    request = {"info": _info(folder), "pwd": str(folder), "project": "p", "stack": "s"} | fields
    return host.Run(language_pb2.RunRequest(**request))


def test_a_program_gets_its_configuration_and_the_engines_addresses(host, tmp_path):
    out = tmp_path / "out.json"
    program = f"""
        import json, os, sys
        seen = {{"argv": sys.argv[1:], "cwd": os.getcwd(), "stdin": sys.stdin.read(),
                 "config": os.environ["PULUMI_CONFIG"],
                 "secrets": os.environ["PULUMI_CONFIG_SECRET_KEYS"]}}
        open({str(out)!r}, "w").write(json.dumps(seen))
    """
    response = _run(
        host,
        tmp_path,
        program,
        monitor_address="127.0.0.1:2",
        dryRun=True,
        parallel=3,
        config={"p:token": "canary"},
        configSecretKeys=["p:token"],
        args=["extra"],
        organization="organization",
    )
    assert (response.error, response.bail) == ("", False)
    seen = json.loads(out.read_text())
    assert seen["argv"] == [
        *("--monitor", "127.0.0.1:2", "--engine", "127.0.0.1:1", "--project", "p"),
        *("--stack", "s", "--pwd", str(tmp_path), "--dry_run", "true", "--parallel", "3"),
        *("--organization", "organization", "--root_directory", str(tmp_path), ".", "extra"),
    ]
    assert "canary" not in str(seen["argv"]), "secrets never travel in arguments"
    assert json.loads(seen["config"]) == {"p:token": "canary"}
    assert json.loads(seen["secrets"]) == ["p:token"]
    assert seen["cwd"] == str(tmp_path)
    assert seen["stdin"] == ""


def test_the_handshakes_engine_address_counts(host, tmp_path):
    host.Handshake(language_pb2.LanguageHandshakeRequest(engine_address="127.0.0.1:9"))
    out = tmp_path / "out"
    _run(host, tmp_path, f"import sys; open({str(out)!r}, 'w').write(' '.join(sys.argv))")
    assert "--engine 127.0.0.1:9" in out.read_text()


@pytest.mark.parametrize(
    ("ending", "error", "bail"),
    [
        ("sys.exit(0)", "", False),
        ("sys.exit(32)", "", True),
        ("sys.exit(5)", "Program exited with non-zero exit code: 5", False),
        ("os.kill(os.getpid(), 9)", "Program was ended by signal 9", False),
    ],
)
def test_each_ending_of_a_program_is_told_apart(host, tmp_path, ending, error, bail):
    response = _run(host, tmp_path, f"import os, sys; {ending}")
    assert (response.error, response.bail) == (error, bail)


def test_a_program_runs_in_its_activated_virtual_environment(host, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONHOME", "")
    _environment(tmp_path / ".venv")
    out = tmp_path / "out"
    program = f"""
        import os, sys
        words = [sys.executable, os.environ["VIRTUAL_ENV"], os.environ["PATH"].split(":")[0],
                 str("PYTHONHOME" in os.environ)]
        open({str(out)!r}, "w").write("\\n".join(words))
    """
    _run(host, tmp_path, program, info=_info(tmp_path, virtualenv=".venv"))
    environment = tmp_path / ".venv"
    assert out.read_text().split() == [
        *(str(environment / "bin" / "python"), str(environment), str(environment / "bin"), "False")
    ]


def test_a_missing_virtual_environment_is_named_with_its_remedy(host, tmp_path):
    with pytest.raises(grpc.RpcError) as refused:
        _run(host, tmp_path, "", info=_info(tmp_path, virtualenv=".venv"))
    assert str(tmp_path / ".venv") in refused.value.details()
    assert "pulumi install" in refused.value.details()


@pytest.mark.parametrize("option", [{"toolchain": "uv"}, {"typechecker": "mypy"}])
def test_what_this_host_does_not_do_is_refused_and_not_ignored(host, tmp_path, option):
    with pytest.raises(grpc.RpcError) as refused:
        _run(host, tmp_path, "", info=_info(tmp_path, **option))
    assert next(iter(option.values())) in refused.value.details()


@pytest.mark.parametrize("stubborn", [False, True])
def test_cancel_ends_a_running_program_and_what_it_started(host, tmp_path, stubborn):
    pids = tmp_path / "pids"
    program = f"""
        import os, signal, subprocess, time
        if {stubborn}:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        child = subprocess.Popen(["sleep", "60"])
        open({str(pids)!r}, "w").write(f"{{os.getpid()}} {{child.pid}}")
        time.sleep(60)
    """
    responses = []
    caller = threading.Thread(target=lambda: responses.append(_run(host, tmp_path, program)))
    caller.start()
    started = [int(pid) for pid in text_of(pids).split()]
    before = time.monotonic()
    host.Cancel(empty_pb2.Empty())
    caller.join(10)
    assert time.monotonic() - before < 2
    assert "ended by signal" in responses[0].error
    assert all_end(started)


def test_a_policy_pack_is_run_by_the_sdks_runner_with_the_engine_and_its_folder(host, tmp_path):
    # A stand-in for the SDK in the working folder, which `python -m` finds first.
    (tmp_path / "work" / "pulumi").mkdir(parents=True)
    (tmp_path / "work" / "pulumi" / "__init__.py").touch()
    (tmp_path / "work" / "pulumi" / "policy.py").write_text(
        "import os, sys; print(sys.argv[1:]); print(os.environ['ASKED'], file=sys.stderr);"
        " sys.exit(4)"
    )
    pack = tmp_path / "pack"
    pack.mkdir()
    request = language_pb2.RunPluginRequest(
        pwd=str(tmp_path / "work"),
        info=_info(pack),
        args=["127.0.0.1:5"],
        env=[f"PATH={os.environ['PATH']}", "ASKED=first", "ASKED=last"],
        kind="analyzer",
    )
    answers = list(host.RunPlugin(request))
    assert b"".join(answer.stdout for answer in answers).decode() == (
        f"['127.0.0.1:5', '{pack}']\n"
    )
    assert b"".join(answer.stderr for answer in answers) == b"last\n"
    assert answers[-1].exitcode == 4


def test_a_plugin_runs_from_its_own_folder_and_ends_when_its_call_is_cancelled(host, tmp_path):
    plugin = tmp_path / "plugin"
    plugin.mkdir()
    (plugin / "__main__.py").write_text(
        "import os, sys, time; sys.stdout.write(f'{os.getpid()} {sys.argv[1]}'); time.sleep(60)"
    )
    request = language_pb2.RunPluginRequest(
        pwd=str(tmp_path), info=_info(plugin), args=["127.0.0.1:5"], kind="resource"
    )
    call = host.RunPlugin(request)
    pid, address = next(call).stdout.split()
    assert address == b"127.0.0.1:5"
    assert int(pid) in running_processes()
    call.cancel()
    assert all_end([int(pid)])


def test_the_plugins_that_installed_sdks_need_are_reported(host, tmp_path):
    site = _environment(tmp_path / ".venv") / "lib" / "python3.11" / "site-packages"
    sdks = {
        "pulumi_docker_build": {"resource": True, "name": "docker-build", "version": "0.0.22"},
        "pulumi_random": {"resource": True, "version": "4.0.0", "server": "https://example.org"},
        "pulumi_thing": {
            "resource": True,
            "name": "terraform-provider",
            "version": "1.0.0",
            "parameterization": {"name": "thing", "version": "2.0.0", "value": "eHl6"},
        },
        "pulumi_policy": {"resource": False},
    }
    for name, content in sdks.items():
        (site / name).mkdir(parents=True)
        (site / name / "pulumi-plugin.json").write_text(json.dumps(content))
    info = _info(tmp_path, virtualenv=".venv")
    found = host.GetRequiredPackages(language_pb2.GetRequiredPackagesRequest(info=info)).packages
    assert [(package.kind, package.name, package.version) for package in found] == [
        ("resource", "docker-build", "0.0.22"),
        ("resource", "random", "4.0.0"),
        ("resource", "terraform-provider", "1.0.0"),
    ]
    assert found[1].server == "https://example.org"
    parameter = found[2].parameterization
    assert (parameter.name, parameter.version, parameter.value) == ("thing", "2.0.0", b"xyz")


def test_about_and_dependencies_come_from_the_projects_python(host, tmp_path, environment):
    info = _info(tmp_path, virtualenv=str(environment))
    about = host.About(language_pb2.AboutRequest(info=info))
    assert about.executable == str(environment / "bin" / "python")
    assert about.version == sys.version.split()[0]
    listed = host.GetProgramDependencies(
        language_pb2.GetProgramDependenciesRequest(info=info, transitiveDependencies=True)
    ).dependencies
    assert "pip" in {package.name for package in listed}
    assert host.GetPluginInfo(empty_pb2.Empty()).version == VERSION


def test_a_failing_install_ends_the_call_with_pips_own_words(host, tmp_path, environment):
    (tmp_path / "requirements.txt").write_text("./missing-1.0-py3-none-any.whl\n")
    info = _info(tmp_path, virtualenv=str(environment))
    call = host.InstallDependencies(language_pb2.InstallDependenciesRequest(info=info))
    said = bytearray()

    def listen():
        for answer in call:
            said.extend(answer.stdout + answer.stderr)

    with pytest.raises(grpc.RpcError, match="pip install"):
        listen()
    assert b"missing-1.0" in said


def test_the_host_runs_outside_the_checkout():
    """It is copied into the cache: importing anything else of the sandbox would break there."""
    for file in SOURCES.glob("*.py"):
        assert "sandbox" not in file.read_text(), file.name


def test_what_only_answers_the_engine_loads_the_sdks_protobufs_and_no_more_of_it():
    code = """if True:
        import sys
        from toolchain.pulumi.language_host.protobufs import import_without_the_sdk
        import_without_the_sdk()
        import toolchain.pulumi.language_host.server, toolchain.standins.service
        print(sorted(each for each in sys.modules if each.startswith("pulumi.")))
    """
    loaded = subprocess.check_output([sys.executable, "-c", code], cwd=CHECKOUT, text=True)
    assert "pulumi.runtime.proto.provider_pb2" in loaded
    assert "pulumi.output" not in loaded
    assert "pulumi.runtime.rpc" not in loaded


def test_without_the_sdk_it_is_said_what_lacks(monkeypatch):
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(ModuleNotFoundError, match="'pulumi'"):
        import_without_the_sdk()
