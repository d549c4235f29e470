"""Refusals: what all platforms' errors have in common; each platform says them in its own form."""

from typing import ClassVar


class Refusal(Exception):  # noqa: N818 - the word for what it is; its subclasses end in Error
    """A request that is refused."""

    status: ClassVar[int] = 500
    message: str = ""  # for people; where all of a kind say the same, that of the class

    def __init__(self, message: str | None = None) -> None:
        self.message = self.message if message is None else message
        super().__init__(self.message)


class TooLargeError(Refusal):
    """The request's body is larger than its address takes."""

    status = 413

    def __init__(self, limit: int) -> None:
        """Says the limit, in bytes."""
        super().__init__(f"The request is too large: this address takes {limit:,} bytes")


class MalformedError(Refusal):
    """The request is not what its own headers say it is."""

    status = 400


class UnavailableError(Refusal):
    """What the sandbox itself lacks, such as a container engine; the message says what."""

    status = 503


class NotImitatedError(Refusal):
    """The platform can do this, the sandbox cannot: said aloud, never a silent 200."""

    status = 501

    def __init__(self, what: str) -> None:
        super().__init__(f"The sandbox does not imitate {what}")
