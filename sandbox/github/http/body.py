"""Request bodies: JSON objects whose fields are asked for by type, refused in GitHub's words."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sandbox.github.http.errors import BadRequestError, UnprocessableError
from sandbox.http.bodies import MalformedJsonError, json_of


class Body:
    """The JSON object a request brings; an empty body is an empty object."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self.fields = fields

    @classmethod
    def parse(cls, content: bytes, array: str | None = None) -> "Body":
        """Reads a body; raises BadRequestError if it is no JSON object.

        An array counts as the field of the name `array`, where there is one.
        """
        try:
            parsed = json_of(content)
        except MalformedJsonError:
            raise BadRequestError("Problems parsing JSON") from None
        if parsed is None:
            parsed = {}
        if isinstance(parsed, list) and array is not None:
            parsed = {array: parsed}
        if not isinstance(parsed, dict):
            raise BadRequestError("Body should be a JSON object")
        return cls(parsed)

    def __contains__(self, key: str) -> bool:
        return key in self.fields

    def require(self, *keys: str) -> None:
        """Raises UnprocessableError unless all keys are there, null or not."""
        missing = [f'"{key}"' for key in keys if key not in self.fields]
        if missing:
            verb = "wasn't" if len(missing) == 1 else "weren't"
            raise _unfit(f"{', '.join(missing)} {verb} supplied.")

    def permit(self, keys: Collection[str]) -> None:
        """Raises UnprocessableError for a key that is not among these."""
        for key in self.fields:
            if key not in keys:
                raise _unfit(f'"{key}" is not a permitted key.')

    def text(self, key: str) -> str:
        """A string that must be there."""
        self.require(key)
        value: str = self._of(key, str, "a string")
        return value

    def optional_text(self, key: str) -> str | None:
        """A string, or None if it is absent or null."""
        return None if self.fields.get(key) is None else self._of(key, str, "a string")

    def flag(self, key: str, *, default: bool) -> bool:
        """A boolean; the default if it is absent or null."""
        return default if self.fields.get(key) is None else self._of(key, bool, "a boolean")

    def number(self, key: str, default: int) -> int:
        """An integer; the default if it is absent or null."""
        if self.fields.get(key) is None:
            return default
        value: int = self._of(key, int, "an integer")
        if isinstance(value, bool):
            raise _unfit(f"For 'properties/{key}', {json.dumps(value)} is not an integer.")
        return value

    def choice(self, key: str, allowed: Sequence[str], default: str | None = None) -> str:
        """One of a few strings; must be there unless there is a default."""
        if key not in self.fields and default is not None:
            return default
        value = self.text(key)
        if value not in allowed:
            raise _unfit(
                f"For 'properties/{key}', \"{value}\" is not a possible value. "
                f"Must be one of the following: {', '.join(allowed)}."
            )
        return value

    def sequence(self, key: str) -> list[Any]:
        """An array; empty if it is absent or null."""
        value: list[Any] = [] if self.fields.get(key) is None else self._of(key, list, "an array")
        return value

    def mapping(self, key: str) -> dict[str, Any] | None:
        """An object; None if it is absent or null."""
        return None if self.fields.get(key) is None else self._of(key, dict, "an object")

    def _of(self, key: str, kind: type, words: str) -> Any:  # noqa: ANN401 - of that very type
        value = self.fields[key]
        if not isinstance(value, kind):
            # What was sent may be a secret in the wrong field: its type says enough.
            raise _unfit(f"For 'properties/{key}', the value sent is not {words}.")
        return value


def _unfit(what: str) -> UnprocessableError:
    return UnprocessableError(f"Invalid request.\n\n{what}")
