"""The sandbox's commands. People use them through `make` and `./with-sandbox`."""

import argparse
import json
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from doors.deployment import Pulumi, preview, raise_stack, raising
from doors.environment import sandbox_environment
from doors.foreground import run_to_its_end
from doors.home import Home
from doors.mirror import sync_mirror
from doors.progress_view import progress_on
from doors.serving import forget_plugins
from doors.setup import sandbox_tools, tools
from doors.trained_models import ensure_models
from sandbox.console.ending import exit_code
from sandbox.server.home import image_prefix
from sandbox.server.process import stop_server
from sandbox.server.public.environment import proxied_environment
from toolchain.golang.build import finish_discarding
from toolchain.progress import Progress, SetupError

Command = Callable[[Home, argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code; errors for people go to stderr."""
    options = _parser().parse_args(arguments)
    home = Home.current()
    return exit_code(lambda: options.command(home, options), home.folder)


def prepare(home: Home, *, say_if_ready: bool = False, containers: bool = True) -> Pulumi:
    """Everything a command in the sandbox needs: toolchain, models, server, mirror project.

    Args:
        home: the sandbox.
        say_if_ready: whether to say so in a line if there was nothing to do.
        containers: whether anything will be built or run.
    """
    progress = progress_on()
    environment, host = sandbox_tools(home, progress, containers=containers)
    if say_if_ready and not progress.announced:
        progress.note("Everything is set up, and the sandbox is running.")
    for note in sync_mirror(home):
        progress.note(note)
    return Pulumi(home, sandbox_environment(home, environment, host))


def _run(home: Home, options: argparse.Namespace) -> int:
    words = _words(options)
    if not words:
        raise SetupError("Which command? Give it after `--`: run -- CMD [ARG…]")
    pulumi = prepare(home)
    os.chdir(home.project)
    environment = {
        **pulumi.environment,
        **proxied_environment(home, pulumi.environment),
    }
    program = shutil.which(words[0], path=environment["PATH"])
    if program is None:
        raise SetupError(f"{words[0]}: no such command on PATH")
    finish_discarding()
    try:
        os.execve(program, words, environment)  # noqa: S606 - becomes the command
    except OSError as error:  # such as a script that does not name its interpreter
        raise SetupError(f"{program} can't be started: {error.strerror}") from None


def _words(options: argparse.Namespace) -> list[str]:
    """What stands after `--`, which some versions of argparse take away and others leave."""
    words: list[str] = options.argv
    return words[1:] if words[:1] == ["--"] else words


def _up(home: Home, options: argparse.Namespace) -> int:
    return raise_stack(prepare(home, say_if_ready=True), options.stack)


def _preview(home: Home, options: argparse.Namespace) -> int:
    save = Path(options.save) if options.save else None
    if options.deployed:
        from doors.deployed.preview import preview_deployed

        return preview_deployed(home, options.stack, Path(options.deployed), progress_on(), save)
    pulumi = prepare(home, say_if_ready=True, containers=not options.no_containers)
    return preview(pulumi, options.stack, save)


def _policy(home: Home, options: argparse.Namespace) -> int:
    from doors.deployed.preview import deployed
    from doors.policy import ask_about, ask_rules

    if options.deployed:
        if len(options.stacks) != 1:
            raise SetupError("Of which stack is the snapshot? Name it: policy --deployed FILE prod")
        [stack] = options.stacks
        return ask_about(deployed(home, stack, Path(options.deployed), progress_on()), stack)
    pulumi = prepare(home, say_if_ready=True, containers=not options.no_containers)
    return ask_rules(pulumi, options.stacks or ("dev", "prod"))


def _behaviour(home: Home, options: argparse.Namespace) -> int:
    from doors.behaviour.command import run_both_sides

    return run_both_sides(home, options.base, Path(options.save) if options.save else None)


def _down(home: Home, _options: argparse.Namespace) -> int:
    from sandbox.server.forget import end_leftovers

    if busy := raising(home):
        raise SetupError(
            f"`make up` of {', '.join(busy)} is running here. "
            "Wait for its end, or press Ctrl-C there."
        )
    if stop_server(home) or end_leftovers(home):
        print("Sandbox stopped.")
    else:
        print("The sandbox was not running.")
    return 0


def _reset(home: Home, _options: argparse.Namespace) -> int:
    from sandbox.server.forget import forget

    if home.folder.exists():
        stop_server(home)
        prefix = image_prefix(home.identity().name) if home.original() is None else ""
        forget(home, Progress(), [partial(forget_plugins, home, prefix)])
    print("Sandbox forgotten.")
    return 0


def _status(home: Home, options: argparse.Namespace) -> int:
    from sandbox.server.inventory import inventory, print_inventory

    found = inventory(home)
    if options.json:
        print(json.dumps(found, indent=2))
    else:
        print_inventory(found, home.start_command)
    return 0


def _requests(home: Home, options: argparse.Namespace) -> int:
    from sandbox.console.requests_table import requests_text

    print(requests_text(home.open_database(), since=options.since, as_json=options.json))
    return 0


def _model(home: Home, _options: argparse.Namespace) -> int:
    ensure_models(home.checkout, progress_on())
    return 0


_TIERS = {"first": "not long and not rare", "long": "long and not rare", "rare": "rare"}


def _test(home: Home, options: argparse.Namespace) -> int:
    # The tests start engines and servers of their own; this one is held while they run, so that
    # they share one engine and what it has built.
    with tools(home, progress_on(), server=False) as (toolchain, _):
        environment = {**os.environ, "PATH": f"{toolchain.bin_folder}:{os.environ['PATH']}"}
        # A file's tests share what its fixtures raised; the long ones of tests/e2e begin early.
        # One worker for each core leaves a third of them idle: many tests wait for containers.
        workers = str((os.cpu_count() or 1) + 1)
        all_cores = ["-n", workers, "--dist", "loadfile", "--no-loadscope-reorder"]
        tier = [*all_cores, "-m", _TIERS[options.tier]]
        command = [sys.executable, "-m", "pytest", *(_words(options) or tier)]
        return run_to_its_end(command, home.checkout, environment)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m doors", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, function: Command, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(command=function)
        return sub

    up = command("up", _up, "Raises a stack and prints its addresses.")
    up.add_argument("stack")
    change = command("preview", _preview, "Shows what `up` would change.")
    change.add_argument("stack")
    change.add_argument("--save", metavar="FILE", help="also keep the plan, as JSON")
    asked = command("behaviour", _behaviour, "Runs base and head of what a change touches.")
    asked.add_argument("base", help="a commit or branch; what is there now is compared with it")
    asked.add_argument("--save", metavar="FOLDER", help="for the findings and the pictures")
    rules = command("policy", _policy, "Asks the rules about stacks, as planned and as raised.")
    rules.add_argument("stacks", nargs="*", metavar="STACK")
    for each in (change, rules):
        each.add_argument(
            "--deployed",
            metavar="SNAPSHOT",
            help="start from this redacted state instead of the sandbox's; asks no platform",
        )
        each.add_argument(
            "--no-containers",
            action="store_true",
            help="need no container engine, unless the sandbox runs already: a plan builds nothing",
        )
    run = command("run", _run, "Runs a command in the sandbox.")
    run.add_argument("argv", nargs=argparse.REMAINDER)
    command("down", _down, "Stops the sandbox; what exists stays.")
    command("reset", _reset, "Forgets the sandbox and everything in it.")
    command("model", _model, "Trains the models that are trained here.")
    tests = command("test", _test, "Sets everything up and runs the tests.")
    tests.add_argument("--tier", choices=_TIERS, default="first", help="which of them")
    tests.add_argument("argv", nargs=argparse.REMAINDER)
    status = command("status", _status, "Says what exists and what runs.")
    status.add_argument("--json", action="store_true")
    requests = command("requests", _requests, "Lists the requests the platforms received.")
    requests.add_argument("--json", action="store_true")
    requests.add_argument("--since", type=int, default=0, help="only those after this id")
    return parser
