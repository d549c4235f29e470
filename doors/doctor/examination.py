"""All checks that matter for what is left to do, beside each other and within seconds."""

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait

from doors.doctor import clock, disk, engine, kernel, machine, ports, registries
from doors.doctor.finding import Finding, Verdict
from doors.doctor.needs import GLANCE_SECONDS, Needs, cache_place, look
from doors.home import Home

Check = Callable[[], Iterable[Finding]]

_UNSEEN = "This could not be looked at; the step that needs it says what is wrong."
_SECONDS = 9.0  # for all together; each registry has a shorter time of its own


def diagnose(
    home: Home,
    *,
    python_packages: bool,
    settled: bool = False,
    engine_seconds: float = GLANCE_SECONDS,
    containers: bool = True,
) -> tuple[Needs, list[Finding]]:
    """What is left to do, and what was found.

    Where a folder can't be written, that is all that is looked at.

    Args:
        home: the sandbox, with its checkout.
        python_packages: whether they are still to be installed.
        settled: whether the sandbox runs: with nothing left to do, nothing more is looked at.
        engine_seconds: how long an engine may take to answer; by default what a glance takes.
        containers: whether anything will be built or run.
    """
    folders = list(_writable(home))
    if blocked(folders):
        return Needs(python_packages=python_packages), folders
    needs = look(
        home.checkout,
        python_packages=python_packages,
        engine_seconds=engine_seconds,
        containers=containers,
    )
    return needs, [] if settled and not needs.anything else examine(home, needs)


def examine(home: Home, needs: Needs) -> list[Finding]:
    """The list, in its order.

    Args:
        home: the sandbox, with its checkout.
        needs: what is left to do; what only other steps need is not looked at.
    """
    checks = dict(_checks(home, needs))
    pool = ThreadPoolExecutor(len(checks))
    asked = {name: pool.submit(_all, check) for name, check in checks.items()}
    wait(asked.values(), timeout=_SECONDS)
    pool.shutdown(wait=False, cancel_futures=True)  # each that still asks gives up by itself
    return [finding for name, future in asked.items() for finding in _result(name, future)]


def _checks(home: Home, needs: Needs) -> Iterable[tuple[str, Check]]:
    folders = (home.checkout, home.folder, cache_place())
    yield "architecture", lambda: [machine.architecture()]
    if needs.containers:
        yield "container engine", lambda: [engine.engine(needs)]
    yield "programs", lambda: machine.programs(needs)
    yield "writable folders", lambda: _writable(home)
    yield "free disk", lambda: disk.judge_space(disk.measure(disk.wanted(needs, home.checkout)))
    yield "memory", lambda: [machine.judge_memory(machine.measure_memory(), needs)]
    yield "open files", lambda: [machine.open_files()]
    yield "path lengths", lambda: [engine.paths(folders)]
    if home.original() is None:  # a copy has the ports of what it was copied from; it is told so
        yield "ports", lambda: [ports.ports(home)]
    if needs.private_engine:
        yield "sockets", engine.sockets
        yield "kernel", kernel.kernel
    if needs.debian_packages:
        yield "installed packages", lambda: [engine.dpkg()]
    if registries.asks_pip(needs):
        yield "Python packages", lambda: [registries.python_index()]
    if needs.apt:
        yield "Debian packages", lambda: [registries.debian_archive()]
        yield "clock", lambda: [clock.clock()]
    if needs.go:
        yield "Go modules", lambda: [registries.go_proxy()]


def _all(check: Check) -> list[Finding]:
    return list(check())


def _writable(home: Home) -> Iterable[Finding]:
    return disk.judge_writable(
        {
            "": disk.why_not_writable(home.checkout),
            "SLIPWAY_HOME": disk.why_not_writable(home.folder),
            "XDG_CACHE_HOME": disk.why_not_writable(cache_place()),
        }
    )


def _result(name: str, future: "Future[list[Finding]]") -> list[Finding]:
    if not future.done():
        found = f"no answer within {_SECONDS:.0f} s"
        return [Finding(name, found, Verdict.WARNING, "Look whether this machine is very busy.")]
    try:
        return future.result()
    except OSError as error:
        where = error.filename or name
        return [Finding(name, f"{where}: {error.strerror}", Verdict.WARNING, _UNSEEN)]


def blocked(findings: Iterable[Finding]) -> list[Finding]:
    """Those that stop the set-up."""
    return [finding for finding in findings if finding.verdict is Verdict.BLOCKED]
