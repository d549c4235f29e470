"""What the engine asks of a language: run a program, a policy pack, an install."""
# ruff: noqa: N802 - the methods carry the names of the gRPC service

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

import grpc  # type: ignore[import-untyped]
from google.protobuf import empty_pb2  # type: ignore[import-untyped]
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

from .output import Chunk, stream_output
from .programs import Programs
from .project import Project, ProjectError

VERSION = "3.274.1"  # of the engine's protocol that this host speaks

# What `pulumi-language-python-exec` ends with after it showed the program's error to the user.
_ERROR_WAS_SHOWN = 32


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """Runs what is written in Python for the engine at an address.

    Args:
        engine: the engine's address, as it gave it on the command line.
        executor: path of the SDK's `pulumi-language-python-exec`.
    """

    def __init__(self, engine: str, executor: Path) -> None:
        self._engine = engine
        self._executor = executor
        self.programs = Programs()

    def Handshake(
        self,
        request: language_pb2.LanguageHandshakeRequest,
        context: grpc.ServicerContext,
    ) -> language_pb2.LanguageHandshakeResponse:
        """Takes the engine's address, where the command line had none."""
        del context
        self._engine = request.engine_address or self._engine
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(
        self, request: empty_pb2.Empty, context: grpc.ServicerContext
    ) -> plugin_pb2.PluginInfo:
        """Says this host's version."""
        del request, context
        return plugin_pb2.PluginInfo(version=VERSION)

    def GetRequiredPackages(
        self, request: language_pb2.GetRequiredPackagesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPackagesResponse:
        """Lists the provider plugins that the project's installed SDKs need."""
        packages = _project(request.info, context).packages()
        return language_pb2.GetRequiredPackagesResponse(packages=packages)

    def Run(
        self, request: language_pb2.RunRequest, context: grpc.ServicerContext
    ) -> language_pb2.RunResponse:
        """Runs a program to its end; its output is this process's own, which the engine shows."""
        project = _project(request.info, context)
        options = {
            "monitor": request.monitor_address,
            "engine": self._engine,
            "project": request.project,
            "stack": request.stack,
            "pwd": request.pwd,
            "dry_run": "true" if request.dryRun else "false",
            "parallel": str(request.parallel),
            "organization": request.organization,
            "root_directory": request.info.root_directory,
        }
        flags = [word for name, value in options.items() for word in (f"--{name}", value)]
        entry_point = request.info.entry_point or "."
        environment = project.environment(dict(os.environ)) | {
            "PULUMI_CONFIG": json.dumps(dict(request.config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
        }
        program = self.programs.start(
            [
                _python(project, context),
                "-u",
                str(self._executor),
                *flags,
                entry_point,
                *request.args,
            ],
            request.info.program_directory,
            environment,
            piped=False,
        )
        context.add_callback(lambda: self.programs.end(program))
        code = self.programs.wait(program)
        if code == _ERROR_WAS_SHOWN:
            return language_pb2.RunResponse(bail=True)
        return language_pb2.RunResponse(error=_ending(code))

    def RunPlugin(
        self, request: language_pb2.RunPluginRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.RunPluginResponse]:
        """Runs a policy pack or a plugin written in Python, streaming its output."""
        project = _project(request.info, context)
        folder = request.info.program_directory
        what = (
            ["-m", "pulumi.policy", *request.args, folder]
            if request.kind == "analyzer"
            else [folder, *request.args]
        )
        base = dict(entry.split("=", 1) for entry in request.env) or dict(os.environ)
        program = self.programs.start(
            [_python(project, context), "-u", *what],
            request.pwd or folder,
            project.environment(base),
            piped=True,
        )
        # The engine ends a plugin by cancelling this very call.
        context.add_callback(lambda: self.programs.end(program))
        for chunk in stream_output(program):
            yield _plugin_output(chunk)
        yield language_pb2.RunPluginResponse(exitcode=self.programs.wait(program))

    def InstallDependencies(
        self, request: language_pb2.InstallDependenciesRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.InstallDependenciesResponse]:
        """Makes the project's virtual environment and installs its requirements.txt into it.

        Unlike Pulumi's own host it does not upgrade pip, setuptools and wheel first: nothing
        would pin what that installs.
        """
        project = _project(request.info, context)
        folder = request.info.program_directory or request.directory
        steps: list[list[str]] = []
        if project.virtualenv is None:
            python = _python(project, context)
        else:
            python = str(project.virtualenv / "bin" / "python")
            if not Path(python).is_file():
                steps.append(
                    [
                        _python(Project(project.root, None), context),
                        "-m",
                        "venv",
                        str(project.virtualenv),
                    ]
                )
        if Path(folder, "requirements.txt").is_file():
            steps.append([python, "-m", "pip", "install", "-r", "requirements.txt"])
        for step in steps:
            environment = project.environment(dict(os.environ))
            program = self.programs.start(step, folder, environment, piped=True)
            context.add_callback(lambda program=program: self.programs.end(program))
            for chunk in stream_output(program):
                yield language_pb2.InstallDependenciesResponse(**{chunk.stream: chunk.data})
            error = _ending(self.programs.wait(program))
            if error:
                words = " ".join(step[1:4])
                _refuse(context, ProjectError(f"`python {words} …`: {error}"))

    def About(
        self, request: language_pb2.AboutRequest, context: grpc.ServicerContext
    ) -> language_pb2.AboutResponse:
        """Says which Python runs the project."""
        question = "import sys; print(sys.executable, sys.version.split()[0], sep='\\n')"
        project = _project(request.info, context)
        said = self._output_of(project, ["-c", question], context).splitlines()
        return language_pb2.AboutResponse(executable=said[0], version=said[1])

    def GetProgramDependencies(
        self, request: language_pb2.GetProgramDependenciesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetProgramDependenciesResponse:
        """Lists the project's installed packages, the top-level ones only unless asked for all."""
        command = ["-m", "pip", "list", "--format", "json"]
        if not request.transitiveDependencies:
            command.append("--not-required")
        listed = self._output_of(_project(request.info, context), command, context)
        return language_pb2.GetProgramDependenciesResponse(
            dependencies=[
                language_pb2.DependencyInfo(name=package["name"], version=package["version"])
                for package in json.loads(listed)
            ]
        )

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Ends every program, so that the engine need not wait for one that nobody wants."""
        del request, context
        self.programs.end_all()
        return empty_pb2.Empty()

    def _output_of(
        self, project: Project, arguments: Sequence[str], context: grpc.ServicerContext
    ) -> str:
        """What the project's Python prints; a failure ends the call with what it said."""
        command = [_python(project, context), *arguments]
        environment = project.environment(dict(os.environ))
        program = self.programs.start(command, str(project.root), environment, piped=True)
        chunks = list(stream_output(program))
        error = _ending(self.programs.wait(program))
        if error:
            said = b"".join(chunk.data for chunk in chunks).decode(errors="replace").strip()
            _refuse(context, ProjectError(f"`python {arguments[0]} …`: {error}\n{said}"))
        return b"".join(chunk.data for chunk in chunks if chunk.stream == "stdout").decode()


def _project(info: language_pb2.ProgramInfo, context: grpc.ServicerContext) -> Project:
    try:
        return Project.of(info)
    except ProjectError as error:
        _refuse(context, error)


def _python(project: Project, context: grpc.ServicerContext) -> str:
    try:
        return project.python()
    except ProjectError as error:
        _refuse(context, error)


def _refuse(context: grpc.ServicerContext, error: ProjectError) -> NoReturn:
    """Ends a call with a message that the engine shows as it is."""
    context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))
    raise error  # never reached: abort raises, which gRPC's types do not say


def _plugin_output(chunk: Chunk) -> language_pb2.RunPluginResponse:
    if chunk.stream == "stdout":
        return language_pb2.RunPluginResponse(stdout=chunk.data)
    return language_pb2.RunPluginResponse(stderr=chunk.data)


def _ending(code: int) -> str:
    """How a program ended, if not well: an exit code, or the signal that ended it."""
    if code == 0:
        return ""
    if code < 0:
        return f"Program was ended by signal {-code}"
    return f"Program exited with non-zero exit code: {code}"  # as Pulumi's own host says it
