"""Which Python runs a project, and what its virtual environment holds."""

import base64
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.protobuf import json_format  # type: ignore[import-untyped]
from pulumi.runtime.proto import language_pb2, plugin_pb2


class ProjectError(Exception):
    """Something about the project keeps its program from running; the message says the remedy."""


@dataclass(frozen=True)
class Project:
    """A program, policy pack or plugin, as its Pulumi*.yaml describes it."""

    root: Path  # the folder of the Pulumi*.yaml
    virtualenv: Path | None  # absolute; None means the Python on PATH

    @classmethod
    def of(cls, info: language_pb2.ProgramInfo) -> "Project":
        """Reads the runtime options.

        Raises:
            ProjectError: an option asks for what this host does not do.
        """
        options: dict[str, Any] = json_format.MessageToDict(info.options)
        root = Path(info.root_directory)
        if options.get("toolchain", "pip") != "pip":
            raise ProjectError(
                f"{root}: the runtime option toolchain={options['toolchain']!r} needs Pulumi's own"
                " language host; this one knows `pip` only."
            )
        if options.get("typechecker"):
            raise ProjectError(
                f"{root}: the runtime option typechecker={options['typechecker']!r} needs Pulumi's"
                " own language host; run the type checker by itself."
            )
        named = options.get("virtualenv")
        return cls(root, root / str(named) if named else None)

    def python(self) -> str:
        """The interpreter: the virtual environment's, else $PULUMI_PYTHON_CMD, else PATH's.

        Raises:
            ProjectError: there is none.
        """
        if self.virtualenv is None:
            return python_on_path()
        python = self.virtualenv / "bin" / "python"
        if not python.is_file():
            raise ProjectError(
                f"The 'virtualenv' option names {self.virtualenv}, where there is no virtual"
                " environment. `pulumi install` makes it."
            )
        return str(python)

    def environment(self, base: dict[str, str]) -> dict[str, str]:
        """`base` as after activating the virtual environment."""
        if self.virtualenv is None:
            return base
        activated = {name: value for name, value in base.items() if name != "PYTHONHOME"}
        activated["VIRTUAL_ENV"] = str(self.virtualenv)
        activated["PATH"] = os.pathsep.join([str(self.virtualenv / "bin"), base.get("PATH", "")])
        return activated

    def packages(self) -> Iterator[plugin_pb2.PackageDependency]:
        """The provider plugins that the installed SDKs (pulumi_docker, …) say they need.

        An SDK says so in the `pulumi-plugin.json` beside its code. Without a virtual environment
        nothing is reported, and the engine looks for a plugin when a resource first needs it.
        """
        if self.virtualenv is None:
            return
        described = "lib/python*/site-packages/*/pulumi-plugin.json"
        for file in sorted(self.virtualenv.glob(described)):
            plugin = json.loads(file.read_text("utf-8"))
            if plugin.get("resource"):
                yield _dependency(plugin, sdk=file.parent.name)


def python_on_path() -> str:
    """$PULUMI_PYTHON_CMD, python3 or python, the first that PATH has.

    Raises:
        ProjectError: PATH has none.
    """
    wanted = os.environ.get("PULUMI_PYTHON_CMD")
    candidates = [wanted] if wanted else ["python3", "python"]
    for candidate in candidates:
        found = shutil.which(candidate)
        if found is not None:
            return found
    raise ProjectError(f"No Python on PATH: looked for {' and '.join(candidates)}.")


def _dependency(plugin: dict[str, Any], sdk: str) -> plugin_pb2.PackageDependency:
    parameter = plugin.get("parameterization")
    return plugin_pb2.PackageDependency(
        name=plugin.get("name") or sdk.removeprefix("pulumi_").replace("_", "-"),
        kind="resource",
        version=plugin.get("version", ""),
        server=plugin.get("server", ""),
        parameterization=plugin_pb2.PackageParameterization(
            name=parameter["name"],
            version=parameter["version"],
            value=base64.b64decode(parameter["value"]),
        )
        if parameter
        else None,
    )
