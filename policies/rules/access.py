"""Who may call an application, and what it tells them."""

from collections.abc import Iterator

from policies.rule import Broken, Level, Rule, Settings, Severity, Undecided, Verdict
from policies.things import SERVING, Service
from policies.values import Unknown

SWITCH, KEY = "AUTH_REQUIRED", "API_KEY"  # the usual name; `keys` lists a stack's others
_TRUE = frozenset({"1", "true", "yes", "on"})
# Variables with which an application tells strangers how it works -> the values that do it.
_TALKATIVE = {
    "DEBUG": _TRUE,
    "FLASK_DEBUG": _TRUE,
    "FLASK_ENV": frozenset({"development"}),
    "GRADIO_DEBUG": _TRUE,
    "LOG_LEVEL": frozenset({"debug", "trace", "notset"}),
}


@Rule(
    name="auth-required",
    about="callers need a key",
    why="what everybody can reach is called by everybody, at its owner's cost",
    severity=Severity.CRITICAL,
    dev=Level.ADVISORY,
    kind=Service,
    options={"keys": [KEY]},
).of_each
def auth_required(service: Service, settings: Settings) -> Iterator[Verdict]:
    """What everybody can reach asks for a key, unless the stack says why not."""
    keys = frozenset(settings.options["keys"])
    if service.kind not in SERVING:
        return
    if isinstance(service.variables, Unknown):
        yield Undecided("what its variables are")
        return
    value = service.variables.get(SWITCH, "")
    if isinstance(value, Unknown):
        yield Undecided(f"variable {SWITCH}")
        return
    if value.lower() not in _TRUE:
        said = f"{SWITCH} is {value!r}" if value else f"no variable {SWITCH} says otherwise"
        yield Broken(
            f"anybody may call it: {said}",
            f"Set {SWITCH} to true and give it the secret {KEY}",
        )
    elif isinstance(service.secrets, Unknown):
        yield Undecided("whether it has a secret to compare a caller's key with")
    elif not keys & service.secrets:
        yield Broken(
            f"{SWITCH} is true and it has no secret to compare a caller's key with",
            f"Declare the secret {' or '.join(sorted(keys))}",
        )


@Rule(
    name="debug-off",
    about="debug switches are off",
    why="traces and verbose logs show code, settings and what callers sent",
    severity=Severity.HIGH,
    dev=Level.ADVISORY,
    kind=Service,
).of_each
def debug_off(service: Service, _settings: Settings) -> Iterator[Verdict]:
    """Nothing of what makes an application talkative is on."""
    if isinstance(service.variables, Unknown):
        yield Undecided("what its variables are")
        return
    for name, loud in sorted(_TALKATIVE.items()):
        value = service.variables.get(name, "")
        if isinstance(value, Unknown):
            yield Undecided(f"variable {name}")
        elif value.lower() in loud:
            yield Broken(
                f"{name} is {value!r}: it shows strangers its inside, or logs what they send",
                f"Set {name} to what production uses",
            )
