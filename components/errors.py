"""What can go wrong, said for people: what failed, on which object, what to do about it."""

from pulumi import RunError

_MOST_SHOWN = 60


def brief(value: object) -> str:
    """A value as a message shows it: what is longer than a line is cut."""
    text = repr(value)
    if len(text) <= _MOST_SHOWN:
        return text
    return f"{text[:_MOST_SHOWN]}… ({len(text)} characters)"


class DeployError(RunError):
    """A deployment step failed; the first line says what, on which object, then the remedy.

    In whatever program it is raised, the engine prints a `RunError` as it is, and any other
    exception with a traceback.
    """


class ConfigError(DeployError):
    """The caller asked for something that cannot work; no call was made."""


class ApiError(DeployError):
    """A platform refused a call or did not answer.

    Attributes:
        status: HTTP status, or None when no answer came.
        code: the platform's own word for the reason, where it gives one.
    """

    def __init__(self, message: str, status: int | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
