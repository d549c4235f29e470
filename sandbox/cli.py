"""A local cloud: the Hugging Face Hub, Render and GitHub, for clients as they are."""

import argparse
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from sandbox.console.ending import exit_code
from sandbox.console.report import table
from sandbox.console.requests_table import requests_text
from sandbox.github.runs.schedules.asked import run_now
from sandbox.http.faults import ACTIONS, Faults
from sandbox.hub.publishing.claim_rules import KNOWN
from sandbox.hub.publishing.configure import TrustSettings
from sandbox.server.forget import end_leftovers, forget, forget_name
from sandbox.server.gone import gone_homes, remove_gone
from sandbox.server.home import HOME_VARIABLE, Home
from sandbox.server.inventory import inventory, print_inventory
from sandbox.server.options import add_flags, from_flags
from sandbox.server.process import is_running, stop_server
from sandbox.server.prune import DAYS, prune
from sandbox.server.serve import serve
from toolchain.old_versions import DAYS as OLD_DAYS
from toolchain.old_versions import remove_old_versions
from toolchain.progress import Progress, SetupError

_HOME = ".slipway-sandbox"  # in the current folder

Command = Callable[[Home, argparse.Namespace], None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code; errors for people go to stderr."""
    options = _parser().parse_args(arguments)
    home = Home(options.home or Path(os.environ.get(HOME_VARIABLE) or _HOME))
    return exit_code(lambda: options.command(home, options), home.folder)


def _serve(home: Home, options: argparse.Namespace) -> None:
    serve(home, from_flags(options), announce=None if options.revision else print)


def _status(home: Home, options: argparse.Namespace) -> None:
    found = inventory(home)
    if options.json:
        print(json.dumps(found, indent=2))
    else:
        print_inventory(found, home.start_command)


def _requests(home: Home, options: argparse.Namespace) -> None:
    print(requests_text(home.open_database(), since=options.since, as_json=options.json))


def _faults(home: Home, options: argparse.Namespace) -> None:
    faults = Faults(home.open_database())
    if options.clear is not None:
        faults.clear(options.clear or None)
    elif options.platform is not None:
        try:
            values = json.loads(options.fields)
            action = ACTIONS[options.action](**values)
            rule = faults.set(
                options.platform,
                action,
                path=options.path,
                method=options.method,
                nth=options.nth,
                times=options.times or None,
            )
        except (ValueError, TypeError) as error:  # a regular expression's error is a ValueError
            raise SetupError(f"This rule cannot be set: {error}") from None
        print(rule)
    else:
        rows = [tuple(map(str, rule)) for rule in faults.rules()]
        print(table(rows, ("id", "platform", "method", "path", "hits", "left", "action")))


def _publishers(home: Home, options: argparse.Namespace) -> None:
    settings = TrustSettings(home.open_database(), home.repositories)
    if options.distrust is not None:
        settings.distrust(options.distrust)
    elif options.trust is not None:
        print(settings.trust(options.trust, options.claim))
    else:
        print(settings.listing())


def _schedule(home: Home, options: argparse.Namespace) -> None:
    folder = home.folder / "github"
    for path in run_now(home.open_database(), folder, options.repository, options.workflow):
        print(f"{path} of {options.repository} runs as if it were time.")
    if not is_running(home):
        print("The sandbox is not running: it begins when that starts.")


def _reset(home: Home, _options: argparse.Namespace) -> None:
    if home.folder.exists():
        stop_server(home)
        forget(home, Progress())
    print("Sandbox forgotten.")


def _prune(home: Home, options: argparse.Namespace) -> None:
    if not is_running(home):
        end_leftovers(home)
    for line in prune(home, days=options.days):
        print(line)
    for old in remove_old_versions():
        print(f"{old}: an old version that nobody has used for {OLD_DAYS} days, removed")
    for each in remove_gone(forget_name) if options.gone else gone_homes():
        done = "what it left is removed" if options.gone else "`prune --gone` removes what it left"
        print(f"The sandbox {each.name} is no more at {each.folder}: {done}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="slipway-sandbox", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, function: Command, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.add_argument(
            "--home",
            type=Path,
            metavar="FOLDER",
            help=f"where the sandbox keeps everything (${HOME_VARIABLE}, else {_HOME})",
        )
        sub.set_defaults(command=function)
        return sub

    add_flags(command("serve", _serve, "Serves the platforms until it is interrupted."))
    status = command("status", _status, "Says what exists and what runs.")
    status.add_argument("--json", action="store_true")
    requests = command("requests", _requests, "Lists the requests the platforms received.")
    requests.add_argument("--json", action="store_true")
    requests.add_argument("--since", type=int, default=0, help="only those after this id")
    faults = command("faults", _faults, "Lists, sets (by --platform) or clears trouble on demand.")
    faults.add_argument("--platform", help="as hub, render or github")
    faults.add_argument("--action", choices=sorted(ACTIONS), default="Answer")
    faults.add_argument("--fields", default='{"status": 503}', help="of the action, as JSON")
    faults.add_argument("--path", default="", help="regular expression; every path unless given")
    faults.add_argument("--method", help="in capitals; any unless given")
    faults.add_argument("--nth", type=int, default=1, help="the first matching request to be hit")
    faults.add_argument("--times", type=int, default=1, help="how many are hit; 0: all")
    faults.add_argument("--clear", type=int, nargs="?", const=0, metavar="ID", help="one, or all")
    publishers = command(
        "publishers", _publishers, "Lists, adds or removes who may push to the Hub without a token."
    )
    publishers.add_argument("--trust", metavar="REPOSITORY", help="as ada/model or spaces/ada/app")
    publishers.add_argument(
        "--claim",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help=f"of the workflow's jobs; all have to hold: {', '.join(KNOWN)}",
    )
    publishers.add_argument("--distrust", type=int, metavar="ID", help="no longer trusts this one")
    schedule = command(
        "schedule", _schedule, "Runs scheduled workflows of a repository as if it were time."
    )
    schedule.add_argument("repository", metavar="OWNER/NAME")
    schedule.add_argument("workflow", nargs="?", metavar="FILE", help="one of them; else all")
    command("reset", _reset, "Forgets the sandbox and everything in it.")
    pruned = command("prune", _prune, "Drops what is old and packs repositories.")
    pruned.add_argument("--days", type=int, default=DAYS, help="of requests that are kept")
    pruned.add_argument(
        "--gone",
        action="store_true",
        help="remove what sandboxes whose folders are gone left in the container engine",
    )
    return parser
